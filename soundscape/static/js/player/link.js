/**
 * How do the desk and this device hear of each other?
 *
 * Everything that counts travels in reports and their answers; the event stream only makes the next report come
 * sooner, so a lost event is harmless. Nothing here ever throws: a network that fails is a normal answer, `null`.
 */

const TIMEOUT_MS = 5_000;
const STREAM_SILENT_MS = 40_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;
const API = "/api/v1/player";

const problemOf = async (answer) => {
  const problem = await answer.json().catch(() => null);
  return { status: answer.status, code: problem?.code ?? "", detail: problem?.detail ?? "" };
};

async function post(path, body, headers = {}) {
  try {
    const answer = await fetch(API + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: "no-store",
    });
    return answer.ok ? { answer: await answer.json() } : { problem: await problemOf(answer) };
  } catch {
    return null;
  }
}

const bearer = (token) => ({ Authorization: `Bearer ${token}` });

/** Trade a six-digit code for a token: `{answer}`, `{problem: {status, code, detail}}`, or null without a server. */
export const pair = (code) => post("/pair", { code });

/** One report: as `pair`, with `sent_ms` beside the answer. */
export async function sendReport(token, body, clock = Date.now) {
  const sent_ms = clock();
  const said = await post("/report", body, bearer(token));
  return said && { ...said, sent_ms };
}

/** Call `woken` at each event of the stream until `signal` says stop; comes back after every break. */
export async function listen(token, woken, signal) {
  let wait_ms = FIRST_WAIT_MS;
  while (!signal.aborted) {
    const opened = await streamed(token, woken, signal);
    wait_ms = opened ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, wait_ms * 2);
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
  }
}

/** Read one stream to its end; whether it ever opened. */
async function streamed(token, woken, signal) {
  const silent = new AbortController();
  let watch = setTimeout(() => silent.abort(), STREAM_SILENT_MS);
  let opened = false;
  try {
    const answer = await fetch(`${API}/events`, {
      headers: { ...bearer(token), Accept: "text/event-stream" },
      signal: AbortSignal.any([signal, silent.signal]),
      cache: "no-store",
    });
    if (!answer.ok) return false;
    opened = true;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      clearTimeout(watch);
      watch = setTimeout(() => silent.abort(), STREAM_SILENT_MS);
      if (read.value.includes("data:")) woken();
    }
  } catch {
    // The server went away; the reports say so to whoever needs to know.
  } finally {
    clearTimeout(watch);
  }
  return opened;
}

/** One round trip to the server and nothing else: how long it took in ms, or null. */
export async function trip() {
  const from_ms = performance.now();
  try {
    // Not among what the page's own worker answers from the tablet.
    const answer = await fetch("/room-sw.js", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return answer.ok ? performance.now() - from_ms : null;
  } catch {
    return null;
  }
}
