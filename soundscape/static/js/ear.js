/** Hearing a piece as the list plays it, or the seconds around a seam. One sound at a time. */

import { warn } from "./foot.js";

let now = null;

/** Start a sound, or stop it if it is the one that plays. `sound` is {key, title, address, fromS, toS}. */
export function hear(sound) {
  const audio = player();
  if (now?.key === sound.key && !audio.paused) return audio.pause();
  document.getElementById("ear").hidden = false;
  const over = sound.toS && audio.currentTime >= sound.toS;
  if (now?.key === sound.key && !over) return void audio.play().catch(() => {});
  now = sound;
  document.getElementById("ear-title").textContent = sound.title;
  audio.src = sound.address;
  audio.addEventListener("loadedmetadata", () => (audio.currentTime = sound.fromS), { once: true });
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

/** Show at each button whether its sound is the one that plays, as the audio element reports it. */
export function mark() {
  const audio = player();
  for (const button of document.querySelectorAll("[data-act=hear], [data-act=seam]")) {
    const row = button.closest("[data-track]");
    const plays = (button.dataset.key ?? row.dataset.track) === now?.key && !audio.paused;
    button.setAttribute("aria-pressed", String(plays));
    button.firstElementChild.textContent = plays ? "❚❚" : "▶";
    if (button.dataset.act === "hear") row.classList.toggle("playing", plays);
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
