/** Hearing a piece as the list plays it: from its first second to its last. One piece at a time. */

import { warn } from "./foot.js";

let now = null;

/** Start a piece, or stop it if it is the one that plays. `piece` is {track, title, fromS, toS}. */
export function hear(piece) {
  const audio = player();
  if (now?.track === piece.track && !audio.paused) return audio.pause();
  document.getElementById("ear").hidden = false;
  if (now?.track === piece.track) return void audio.play().catch(() => {});
  now = piece;
  document.getElementById("ear-title").textContent = piece.title;
  audio.src = `/api/v1/media/tracks/${piece.track}`;
  audio.addEventListener("loadedmetadata", () => (audio.currentTime = piece.fromS ?? 0), { once: true });
  audio.play().catch(() => {});
}

/** Follow the one audio element of the page. */
export function mountEar(document) {
  const audio = player();
  if (!audio) return;
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, mark);
  audio.addEventListener("timeupdate", () => now?.toS && audio.currentTime >= now.toS && audio.pause());
  audio.addEventListener("error", () => {
    if (!audio.getAttribute("src")) return;
    warn(`${now.title} cannot be heard here: its file is gone, or this browser does not know its format.`);
    close();
  });
  document.querySelector("[data-ear-close]").addEventListener("click", close);
  document.addEventListener("refreshed", mark);
}

/** Show at each piece whether it is the one that plays, as the audio element reports it. */
export function mark() {
  const audio = player();
  for (const button of document.querySelectorAll("[data-act=hear]")) {
    const row = button.closest("[data-track]");
    const plays = row.dataset.track === now?.track && !audio.paused;
    button.setAttribute("aria-pressed", String(plays));
    button.firstElementChild.textContent = plays ? "❚❚" : "▶";
    row.classList.toggle("playing", plays);
  }
}

function close() {
  const audio = player();
  audio.pause();
  audio.removeAttribute("src");
  audio.load();
  now = null;
  document.getElementById("ear").hidden = true;
  mark();
}

function player() {
  return document.querySelector("#ear audio");
}
