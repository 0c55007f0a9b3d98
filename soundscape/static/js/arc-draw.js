/**
 * Drawing the wished arc: its points are dragged, moved by keys, added and taken away, or drawn over with a mouse or pen.
 *
 * The handles in the page are the state; beside them is only which one was touched last. `changed(points)` is called
 * when a hand or the keys come to rest; what is then sent, and to whom, is the page's business. A finger scrolls the
 * page except on a point: drawing over the arc with it would take the page's scrolling away and gain little.
 */

import { curve } from "./arc-curve.js";
import { chosenOf, draw, handles, mountChosen, number, placeOf, points, sheetOf, tell } from "./arc-handles.js";
import { added, between, minuteAt, moved, painted, percentAt, removed, stepOf } from "./arc-points.js";

const REST_MS = 700;
let hold = null;
let resting = null;
let unsent = false;

/** Let the arc of a document be drawn. */
export function mountArc(document, changed) {
  mountChosen(document);
  document.addEventListener("pointerdown", (event) => grasp(event));
  document.addEventListener("pointermove", (event) => hold?.pointer === event.pointerId && follow(event));
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, ({ pointerId }) => hold?.pointer === pointerId && letGo(changed));
  }
  // Parts of a drawing have no touch-action of their own everywhere: without this a drag scrolls the page.
  document.addEventListener("touchstart", (event) => event.target.closest?.(".handle") && event.preventDefault(), { passive: false });
  document.addEventListener("dblclick", (event) => {
    const sheet = sheetOf();
    if (!sheet?.svg.contains(event.target)) return;
    const { percent, energy } = placeOf(sheet, event);
    if (!event.target.closest(".handle")) add(sheet, minuteAt(sheet, percent), energy, changed);
  });
  document.addEventListener("click", ({ target }) => {
    const what = target.closest("[data-arc]")?.dataset.arc;
    const sheet = sheetOf();
    if (what === "add") addAfter(sheet, number(sheet, chosenOf(sheet)), changed);
    if (what === "remove") takeAway(sheet, number(sheet, chosenOf(sheet)), changed);
  });
  document.addEventListener("keydown", (event) => key(event, changed));
}

/** The arc follows the server again, unless somebody is at it. */
export function release() {
  if (!hold && !unsent) delete sheetOf()?.svg.dataset.keep;
}

function grasp(event) {
  const sheet = sheetOf();
  if (hold || event.button || !sheet?.svg.contains(event.target)) return;
  const handle = event.target.closest(".handle");
  if (!handle && event.pointerType === "touch") return;
  event.preventDefault();
  handle?.focus();
  clearTimeout(resting);
  sheet.svg.dataset.keep = "";
  const from = placeOf(sheet, event);
  // The point is grasped where the finger is: it does not jump under it.
  const point = handle && points(sheet)[number(sheet, handle)];
  const off = point ? { percent: percentAt(sheet, point[0]) - from.percent, energy: point[1] - from.energy } : null;
  hold = { pointer: event.pointerId, sheet, handle, from, off, before: JSON.stringify(points(sheet)) };
}

function follow(event) {
  const { sheet, handle, off } = hold;
  const to = placeOf(sheet, event);
  if (handle) {
    const minute = minuteAt(sheet, Math.min(100, Math.max(0, to.percent + off.percent)));
    draw(sheet, moved(points(sheet), number(sheet, handle), minute, to.energy + off.energy));
    return tell(handle);
  }
  draw(sheet, painted(points(sheet), sheet, hold.from, to));
  hold.from = to;
}

function letGo(changed) {
  const { sheet, before } = hold;
  hold = null;
  if (JSON.stringify(points(sheet)) !== before || unsent) send(changed);
  else release();
}

function key(event, changed) {
  const handle = event.target.closest?.(".handle");
  if (!handle || event.ctrlKey || event.metaKey || event.altKey) return;
  const sheet = sheetOf();
  const k = number(sheet, handle);
  const step = stepOf(event.key, event.shiftKey);
  if (!step && !["Insert", "Delete", "Backspace"].includes(event.key)) return;
  event.preventDefault();
  if (!step) return event.key === "Insert" ? addAfter(sheet, k, changed) : takeAway(sheet, k, changed);
  const [minute, energy] = points(sheet)[k];
  draw(sheet, moved(points(sheet), k, minute + step[0], energy + step[1]));
  tell(handle);
  rest(sheet, changed);
}

/** A point half way to the next, on the arc as it is: nothing changes until it is moved. */
function addAfter(sheet, k, changed) {
  const now = points(sheet);
  const minute = between(now, sheet, k);
  const shape = curve(now.map(([each, energy]) => [percentAt(sheet, each), energy]));
  add(sheet, minute, shape(percentAt(sheet, minute)), changed);
}

function add(sheet, minute, energy, changed) {
  const now = added(points(sheet), minute, energy);
  if (!now) return tell(null, "There is no room for another point there.");
  draw(sheet, now);
  const handle = handles(sheet)[now.findIndex(([each], k) => k && each > minute - 0.06)];
  handle.focus();
  tell(handle, `Point added, ${now.length} in all.`);
  rest(sheet, changed);
}

function takeAway(sheet, k, changed) {
  if (k < 0) return tell(null, "Choose a point first: touch it, or go to it with the Tab key.");
  const now = removed(points(sheet), k);
  if (!now) return tell(null, "The first and the last point stay.");
  draw(sheet, now);
  const handle = handles(sheet)[k];
  handle.focus();
  tell(handle, `Point taken away, ${now.length} are left.`);
  rest(sheet, changed);
}

function rest(sheet, changed) {
  sheet.svg.dataset.keep = "";
  unsent = true;
  clearTimeout(resting);
  resting = setTimeout(() => hold || send(changed), REST_MS);
}

function send(changed) {
  clearTimeout(resting);
  unsent = false;
  const sheet = sheetOf();
  // Where there is no tail, the points of the template's tail belong to the arc too.
  changed([...points(sheet), ...JSON.parse(sheet.svg.dataset.rest)]);
}
