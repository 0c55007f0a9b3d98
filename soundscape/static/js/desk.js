/** The desk's clocks run between two answers of the server, on the server's time. */

import { mountAlarmSound } from "./alarm-sound.js";
import { mountPairing } from "./pairing.js";

mountPairing(document);
mountAlarmSound(document, document.getElementById("alarm-sound"));

let offset = offsetNow();
document.addEventListener("refreshed", () => (offset = offsetNow()));
setInterval(tick, 250);

function offsetNow() {
  return Number(document.getElementById("rooms").dataset.serverMs) - Date.now();
}

function tick() {
  for (const place of document.querySelectorAll("[data-from-ms]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + offset - Number(place.dataset.fromMs)) / 1000));
    const words = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (place.textContent !== words) place.textContent = words;
  }
}
