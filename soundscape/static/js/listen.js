/**
 * Listening to a track by its picture: a press on a mark plays those seconds, a press beside it plays from there.
 *
 * One sound at a time, in `#sound`: the whole file, turned down to the level of lists, or a mark's own seconds, which the
 * server has brought to that level. Nothing plays unless it is pressed. The page around may be drawn anew at any time.
 */

const SVG = "http://www.w3.org/2000/svg";
const FOLLOWED = ["timeupdate", "seeked", "loadedmetadata", "play", "pause", "ended", "emptied"];
const UNHEARD = "This browser cannot play the file. It may be gone from its folder, or of a kind that browsers do not play (AIFF, Apple Lossless); its marks can be heard, and rooms can play it all the same.";
let mark = null; // the mark that plays: {name, from}; null is the whole track
let own = 1; // how far the person has turned the volume up
let played = new Set();

/** Follow presses and the sound of a document. */
export function mountListening(document) {
  document.addEventListener("click", ({ target, clientX }) => {
    const button = target.closest("[data-hear]");
    if (button) return hear(button.dataset.name);
    const picture = target.closest("#picture");
    if (!picture || !sound()) return;
    const moment = target.closest(".moment");
    if (moment) hear(moment.dataset.moment);
    else hearFrom(timeAt(picture, clientX));
  });
  // Sound's events do not bubble, but they can be caught on their way down.
  for (const name of FOLLOWED) document.addEventListener(name, ({ target }) => target.id === "sound" && draw(), true);
  document.addEventListener("playing", ({ target }) => target.id === "sound" && mark && played.add(mark.name) && draw(), true);
  // The player's own button plays as well, and nothing may sound before it has its level.
  for (const name of ["loadstart", "play"]) document.addEventListener(name, ({ target }) => target.id === "sound" && level(target), true);
  document.addEventListener("volumechange", ({ target }) => target.id === "sound" && turned(target), true);
  document.addEventListener("error", ({ target }) => target.id === "sound" && unheard(target), true);
  document.addEventListener("refreshed", draw);
}

/** Play a mark's seconds; pressed again they pause and go on. */
export function hear(name) {
  const audio = sound();
  const button = document.querySelector(`[data-hear][data-name="${CSS.escape(name)}"]`);
  if (!audio || !button || button.disabled) return;
  if (mark?.name === name && !audio.ended && !audio.error) return toggle();
  load(audio, button.dataset.hear, { name, from: Number(button.dataset.from) });
  play(audio);
}

/** Play the whole track from a place. */
export function hearFrom(at) {
  const audio = sound();
  if (mark || audio.error) load(audio, audio.dataset.whole, null);
  audio.currentTime = at; // before anything is loaded it is where the sound will begin
  play(audio);
}

/** Play or pause what was heard last, the whole track at first. */
export function toggle() {
  const audio = sound();
  if (!audio) return;
  if (audio.paused) play(audio);
  else audio.pause();
}

/** Be quiet and forget what was played, before another track comes. */
export function forget() {
  sound()?.pause();
  mark = null;
  played = new Set();
}

/** The names of the marks that were played since the track came. */
export const playedMarks = () => played;

/** The name of the mark that plays or was played last, if it was one. */
export const lastMark = () => mark?.name;

function sound() {
  return document.getElementById("sound");
}

function load(audio, address, wanted) {
  document.getElementById("unheard").classList.add("hidden");
  mark = wanted;
  audio.src = address;
  level(audio);
}

function play(audio) {
  audio.play().catch(() => {}); // the element says itself why it does not play
}

/** The loudest that the file may sound here; a mark's sound has its level already. */
function ceiling() {
  return mark ? 1 : 10 ** (Number(document.getElementById("picture").dataset.gain) / 20);
}

function level(audio) {
  audio.volume = own * ceiling();
}

function turned(audio) {
  if (Math.abs(audio.volume - own * ceiling()) > 0.01) own = Math.min(1, audio.volume / ceiling());
}

function unheard(audio) {
  if (!audio.error) return;
  const place = document.getElementById("unheard");
  place.classList.remove("hidden");
  place.textContent = mark ? "These seconds cannot be heard: the track's file is gone, or was measured again meanwhile. Load the page again." : UNHEARD;
}

/** The picture's own units of its time axis, as the server says them. */
function axis(picture) {
  return Object.fromEntries(Object.entries(picture.dataset).map(([name, value]) => [name, Number(value)]));
}

function timeAt(picture, clientX) {
  const box = picture.getBoundingClientRect();
  const { left, right, width, duration } = axis(picture);
  const share = (((clientX - box.left) / box.width) * width - left) / (right - left);
  return Math.min(1, Math.max(0, share)) * duration;
}

/** Show where the sound is, and which mark it is, as the element reports it. */
function draw() {
  const audio = sound();
  const picture = document.getElementById("picture");
  const plays = Boolean(audio && !audio.paused);
  for (const word of document.querySelectorAll("[data-play-word]")) word.textContent = plays ? "Pause" : "Play";
  if (!audio || !picture) return;
  for (const button of document.querySelectorAll("[data-hear]")) {
    button.setAttribute("aria-pressed", String(plays && button.dataset.name === mark?.name));
    button.classList.toggle("heard", played.has(button.dataset.name));
  }
  for (const moment of picture.querySelectorAll(".moment")) {
    moment.classList.toggle("playing", plays && moment.dataset.moment === mark?.name);
  }
  if (mark || audio.currentTime > 0) drawPlace(picture, (mark?.from ?? 0) + audio.currentTime);
}

function drawPlace(picture, at) {
  const svg = picture.querySelector("svg");
  const { left, right, top, bottom, duration } = axis(picture);
  let line = svg.querySelector(":scope > .playhead");
  if (!line) {
    line = document.createElementNS(SVG, "line");
    line.setAttribute("class", "playhead");
    svg.append(line);
  }
  const x = left + (right - left) * Math.min(1, duration > 0 ? at / duration : 0);
  for (const [name, value] of Object.entries({ x1: x, x2: x, y1: top, y2: bottom })) line.setAttribute(name, String(value));
}
