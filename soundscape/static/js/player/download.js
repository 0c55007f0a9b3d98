/**
 * How does a mixdown come onto this device, whole and unharmed, over a bad network?
 *
 * The manifest first, then each missing chunk as a range read. A chunk is stored only when its SHA-256 is the
 * manifest's; a broken one is asked for again. What is stored stays: after a cut, a reload or a day the rest is asked
 * for. Waits grow from 0.5 s to 10 s and start anew with every chunk that arrives. Never gives up while it is wished.
 */

import { NoStorage } from "./database.js";
import { sha256Of } from "./store.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A chunk of 1 MiB that takes longer is asked for again: 35 kB/s is too slow for a session anyway. Judgement. */
const CHUNK_TIMEOUT_MS = 30_000;

/** What came is not what the manifest says. */
export class BrokenChunk extends Error {}

/** The server's answer is not the one that was asked for. */
export class UnexpectedAnswer extends Error {}

const delay = (ms, signal) =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });

/**
 * Make the device hold `mixdown`; resolves when it is whole.
 *
 * @param told called with `{sha256, bytes_verified, bytes, whole}` at each step
 * @param proved called with nothing once all chunks are here; what it throws is thrown on and the file is not whole
 * @param check hash again what is here already: for music that is to become ready, not for music that has to go on now
 * @throws {NoStorage} if the browser will not keep it; the signal's reason if it is no longer wished
 */
export async function hold({ store, mixdown, token, signal, told, proved, check }) {
  const patient = (work) => retried(work, signal);
  const manifest = await patient(() => manifestOf({ store, mixdown, token, signal }));
  if (check) await store.harmed(mixdown.sha256);
  const here = await store.indices(manifest.sha256);
  let bytes_verified = [...here].reduce((sum, index) => sum + sizeOf(manifest, index), 0);
  const tell = (whole) => told({ sha256: mixdown.sha256, bytes_verified, bytes: manifest.bytes, whole });
  tell(false);
  for (let index = 0; index < manifest.chunks.length; index += 1) {
    if (here.has(index)) continue;
    const buffer = await patient(() => chunkOf({ mixdown, manifest, index, token, signal }));
    await store.putChunk(manifest.sha256, index, buffer);
    bytes_verified += buffer.byteLength;
    tell(false);
  }
  await proved();
  signal.throwIfAborted();
  tell(true);
}

const sizeOf = ({ bytes, chunk_bytes }, index) => Math.min(chunk_bytes, bytes - index * chunk_bytes);

async function manifestOf({ store, mixdown, token, signal }) {
  const stored = await store.manifest(mixdown.sha256);
  if (stored) return stored;
  const answer = await asked(mixdown.manifest_url, { token, signal });
  const manifest = await answer.json();
  if (manifest.sha256 !== mixdown.sha256) throw new UnexpectedAnswer("The manifest belongs to another file.");
  if (manifest.chunks.length !== Math.ceil(manifest.bytes / manifest.chunk_bytes)) {
    throw new UnexpectedAnswer("The manifest does not cover its file.");
  }
  await store.keepManifest(manifest);
  return manifest;
}

async function chunkOf({ mixdown, manifest, index, token, signal }) {
  const from = index * manifest.chunk_bytes;
  const range = `bytes=${from}-${from + sizeOf(manifest, index) - 1}`;
  const answer = await asked(mixdown.url, { token, signal, range });
  if (answer.status !== 206) throw new UnexpectedAnswer(`Asked for ${range}, got status ${answer.status}.`);
  const buffer = await answer.arrayBuffer();
  if ((await sha256Of(buffer)) !== manifest.chunks[index]) throw new BrokenChunk(`Chunk ${index} is broken.`);
  return buffer;
}

async function asked(url, { token, signal, range }) {
  const headers = { Authorization: `Bearer ${token}`, ...(range ? { Range: range } : {}) };
  const limits = AbortSignal.any([signal, AbortSignal.timeout(CHUNK_TIMEOUT_MS)]);
  // The browser's own cache must neither double what is stored nor hand a broken chunk out again.
  const answer = await fetch(url, { headers, signal: limits, cache: "no-store" });
  if (!answer.ok) throw new UnexpectedAnswer(`${url} answered ${answer.status}.`);
  return answer;
}

async function retried(work, signal) {
  for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(LONGEST_WAIT_MS, wait_ms * 2)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || error instanceof NoStorage) throw error;
      console.warn("The music is asked for again:", error.message);
    }
    await delay(wait_ms, signal);
  }
}
