/**
 * The patients' page: exchanges the link's secret for a cookie, draws what the server says, sends votes and the choice.
 *
 * The secret leaves the address before anything else happens, so that it stays in no bar and no history. What is shown
 * as voted or chosen is what the server has stored, never a wish. Nothing about listening is sent or kept.
 */

import { drawOffer } from "./preview-draw.js";

const sections = ["waiting", "closed", "away", "neutral", "offer"];
const byId = (id) => document.getElementById(id);
const player = byId("player");
const sound = player.querySelector("audio");
let secret = "";
let shown = null;
let playing = "";

begin();
addEventListener("hashchange", begin);
byId("away").querySelector("[data-again]").addEventListener("click", begin);
byId("offer").querySelector("[data-forget]").addEventListener("click", forget);
for (const event of ["play", "pause", "ended"]) sound.addEventListener(event, showPlaying);
sound.addEventListener("error", unheard);

/** Open the link in the address, or go on with the one this browser has opened before. */
async function begin() {
  if (location.hash.length > 1) {
    secret = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
  show("waiting");
  try {
    if (secret) await ask("POST", "open", { secret });
    secret = "";
    draw(await ask("GET", "lists"));
    show("offer");
  } catch (error) {
    refused(error);
  }
}

/** Call the server; resolves to its answer, rejects with an Error that carries the status. */
async function ask(method, address, body) {
  let response;
  try {
    response = await fetch(`/preview/${address}`, {
      method,
      headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw Object.assign(new Error("The clinic cannot be reached. Check that you are online, and try again."), { status: 0 });
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return answer;
  throw Object.assign(new Error(answer?.detail ?? "This did not work. Try again in a moment."), { status: response.status });
}

/** Show the page that fits a refusal; true if the lists can stay. */
function refused(error) {
  if (error.status === 410) {
    secret = "";
    byId("closed").querySelector("[data-words]").textContent = error.message;
    show("closed");
  } else if (error.status === 401) {
    show("neutral");
  } else if (!shown || byId("offer").hidden) {
    show("away");
  } else {
    say(error.message);
    return true;
  }
  return false;
}

function show(name) {
  for (const id of sections) byId(id).hidden = id !== name;
  if (name !== "offer") stop();
  if (name !== "offer" && name !== "waiting") byId(name).querySelector("h1").focus();
}

function say(words) {
  const place = byId("offer").querySelector("[data-refused]");
  place.textContent = words;
  place.hidden = !words;
  if (words) place.scrollIntoView({ block: "center" });
}

function draw(now, told = null) {
  shown = now;
  drawOffer(now, told, { hear, vote, choose });
  showPlaying();
}

/** Play a piece, or a part of it; the same button again pauses. */
function hear(piece, part) {
  const address = `/preview/media/${piece.track_id}${part ? "/excerpt" : ""}`;
  if (playing === address && !sound.paused) return sound.pause();
  if (playing !== address) {
    playing = address;
    sound.src = address;
    // Excerpts are made at the level wanted; a whole piece is turned down to it.
    sound.volume = part ? 1 : 10 ** (piece.gain_db / 20);
    player.querySelector("[data-now]").textContent = `${piece.name}${part ? ", a part" : ""}`;
  }
  player.hidden = false;
  document.body.classList.add("playing");
  say("");
  sound.play().catch((error) => error.name === "AbortError" || unheard());
}

async function unheard() {
  if (!playing) return;
  stop();
  try {
    draw(await ask("GET", "lists"));
    say("This piece cannot be played on this device. A part of it may work, or ask the clinic for a tablet.");
  } catch (error) {
    refused(error);
  }
}

function stop() {
  playing = "";
  sound.pause();
  sound.removeAttribute("src");
  sound.load();
  player.hidden = true;
  document.body.classList.remove("playing");
  showPlaying();
}

function showPlaying() {
  for (const button of document.querySelectorAll("button[data-address]")) {
    const on = button.dataset.address === playing && !sound.paused && !sound.ended;
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Pause" : button.dataset.words;
  }
}

async function vote(piece, cast, list, place) {
  say("");
  try {
    const answer = await ask("PUT", `votes/${piece.track_id}`, { vote: cast });
    if (cast === "veto" && playing.includes(piece.track_id)) stop();
    draw(answer.shown, cast === "veto" ? { said: answer.said, list: list?.playlist_id, place } : null);
  } catch (error) {
    if (refused(error)) draw(shown);
  }
}

async function choose(list) {
  say("");
  try {
    draw((await ask("POST", "choose", { playlist_id: list.playlist_id })).shown);
    byId("chosen").querySelector("h2")?.focus();
    byId("chosen").scrollIntoView({ block: "center" });
  } catch (error) {
    refused(error);
  }
}

async function forget() {
  try {
    await ask("POST", "forget");
  } catch (error) {
    return refused(error);
  }
  shown = null;
  byId("lists").replaceChildren();
  byId("chosen").replaceChildren();
  byId("left-out").querySelector("ol").replaceChildren();
  show("neutral");
}
