/**
 * Taking a piece to another place of the list with the pointer: the row follows, a line shows where it would stand.
 *
 * Only the grip of a row starts it, so that a finger elsewhere scrolls. Escape puts the piece back.
 */

const EDGE_PX = 70;
const SCROLL_PX = 14;
let held = null;

/** Let the rows of a document be dragged by their `[data-grip]`; `moved(row, place)` gets the new place, from 0. */
export function mountDrag(document, moved) {
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    const row = grip.closest("[data-track]");
    held = { row, list: row.parentElement, startY: event.clientY + scrollY, place: null };
    grip.setPointerCapture?.(event.pointerId);
    held.list.dataset.keep = ""; // nothing moves under the finger
    row.classList.add("held");
  });
  document.addEventListener("pointermove", (event) => held && follow(event));
  document.addEventListener("pointerup", () => held && drop(moved));
  document.addEventListener("pointercancel", () => held && drop(() => {}));
  document.addEventListener("keydown", ({ key }) => held && key === "Escape" && drop(() => {}));
}

function follow({ clientY }) {
  if (clientY < EDGE_PX) scrollBy(0, -SCROLL_PX);
  if (clientY > innerHeight - EDGE_PX) scrollBy(0, SCROLL_PX);
  const { row, list, startY } = held;
  row.style.transform = `translateY(${clientY + scrollY - startY}px)`;
  const others = [...list.children].filter((each) => each !== row);
  held.place = others.filter((each) => clientY > middle(each)).length;
  others.forEach((each, k) => {
    each.classList.toggle("drop-before", k === held.place);
    each.classList.toggle("drop-after", k === others.length - 1 && held.place === others.length);
  });
}

function drop(moved) {
  const { row, list, place } = held;
  held = null;
  delete list.dataset.keep;
  row.style.transform = "";
  row.classList.remove("held");
  for (const each of list.children) each.classList.remove("drop-before", "drop-after");
  if (place !== null && place !== [...list.children].indexOf(row)) moved(row, place);
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}
