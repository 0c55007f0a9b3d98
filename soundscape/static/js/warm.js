/** A seam's sound is rendered when the pointer or the focus rests on its button, so that it plays at the press. */

const REST_MS = 150;
const asked = new Set();
let resting = null;

/** Let the server prepare the sound of a `[data-act=seam]` that somebody is about to press. */
export function mountWarm(document) {
  for (const name of ["pointerover", "focusin"]) document.addEventListener(name, ({ target }) => rest(target));
}

function rest(target) {
  clearTimeout(resting);
  const src = target.closest?.("[data-act=seam]")?.dataset.src;
  // A session file is there already, and what was asked for is kept by the server.
  if (!src?.includes("/seams/") || asked.has(src)) return;
  resting = setTimeout(() => {
    asked.add(src);
    fetch(src, { headers: { Range: "bytes=0-0" } }).catch(() => asked.delete(src));
  }, REST_MS);
}
