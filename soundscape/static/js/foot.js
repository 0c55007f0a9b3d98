/** What the builder says at the foot of the page: what it does, what is done, and what went wrong. Nothing moves. */

const TELL_MS = 6000;
let later = null;

/** Let the two places be closed. */
export function mountFoot(document) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".said").hidden = true;
  });
}

/** Say what is going on; with `busy` a bar moves until something else is said. What is done goes by itself. */
export function say(words, { busy = false } = {}) {
  clearTimeout(later);
  show("said", words);
  document.querySelector("#said progress").hidden = !busy;
  document.getElementById("main").toggleAttribute("aria-busy", false);
  if (busy) document.getElementById("main").setAttribute("aria-busy", "true");
  if (words) show("trouble", "");
  if (words && !busy) later = setTimeout(() => show("said", ""), TELL_MS);
}

/** Say what went wrong; it stays until it is closed or something else is done. */
export function warn(words) {
  say("");
  show("trouble", words);
}

function show(id, words) {
  const place = document.getElementById(id);
  place.hidden = !words;
  place.querySelector("[data-words]").textContent = words;
}
