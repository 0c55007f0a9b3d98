/**
 * Drawing the wished arc: its points are dragged, moved by keys, or drawn over with the pointer.
 *
 * The handles in the page are the state; nothing is kept beside them. `changed(points)` is called when a hand or the
 * keys come to rest; what is then sent, and to whom, is the page's business. A finger scrolls the page except on a point.
 */

import { pathOf } from "./arc-curve.js";
import { minuteAt, moved, painted, percentAt, stepOf } from "./arc-points.js";

const REST_MS = 700;
let hold = null;
let resting = null;

/** Let the arc of a document be drawn. */
export function mountArc(document, changed) {
  document.addEventListener("pointerdown", (event) => grasp(event));
  document.addEventListener("pointermove", (event) => hold && follow(event));
  document.addEventListener("pointerup", () => hold && letGo(changed));
  document.addEventListener("pointercancel", () => hold && letGo(changed));
  document.addEventListener("keydown", (event) => key(event, changed));
}

/** The arc follows the server again. */
export function release() {
  delete sheetOf()?.svg.dataset.keep;
}

function grasp(event) {
  const sheet = sheetOf();
  if (event.button || !sheet?.svg.contains(event.target)) return;
  const handle = event.target.closest(".handle");
  if (!handle && event.pointerType === "touch") return;
  event.preventDefault();
  handle?.focus();
  sheet.svg.dataset.keep = "";
  const from = placeOf(sheet, event);
  // The point is grasped where the finger is: it does not jump under it.
  const point = handle && points(sheet)[number(sheet, handle)];
  const off = point ? { percent: percentAt(sheet, point[0]) - from.percent, energy: point[1] - from.energy } : null;
  hold = { sheet, handle, from, off, before: JSON.stringify(points(sheet)) };
  if (!handle) follow(event);
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
  const now = points(sheet);
  if (JSON.stringify(now) === before) return release();
  changed(whole(sheet, now));
}

function key(event, changed) {
  const handle = event.target.closest?.(".handle");
  const step = handle && !event.ctrlKey && !event.metaKey && !event.altKey && stepOf(event.key, event.shiftKey);
  if (!step) return;
  event.preventDefault();
  const sheet = sheetOf();
  const k = number(sheet, handle);
  const [minute, energy] = points(sheet)[k];
  sheet.svg.dataset.keep = "";
  draw(sheet, moved(points(sheet), k, minute + step[0], energy + step[1]));
  tell(handle);
  clearTimeout(resting);
  resting = setTimeout(() => changed(whole(sheet, points(sheet))), REST_MS);
}

function sheetOf() {
  const svg = document.getElementById("handles");
  if (!svg) return null;
  const { top, infusionMin, tailMin, infusionPct } = svg.dataset;
  return { svg, top: Number(top), infusionMin: Number(infusionMin), tailMin: Number(tailMin), infusionPct: Number(infusionPct) };
}

const handles = (sheet) => [...sheet.svg.querySelectorAll(".handle")];
const number = (sheet, handle) => handles(sheet).indexOf(handle);
const points = (sheet) => handles(sheet).map(({ dataset }) => [Number(dataset.minute), Number(dataset.energy)]);

/** All points of the arc: where there is no tail, those of the template's tail too. */
const whole = (sheet, shown) => [...shown, ...JSON.parse(sheet.svg.dataset.rest)];

function placeOf(sheet, { clientX, clientY }) {
  const box = sheet.svg.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (clientY - box.top) / box.height));
  return { percent: Math.min(100, Math.max(0, (100 * (clientX - box.left)) / box.width)), energy: sheet.top * (1 - share) };
}

function draw(sheet, now) {
  const total = Number(sheet.svg.dataset.totalMin);
  handles(sheet).forEach((handle, k) => {
    const [minute, energy] = now[k];
    const percent = percentAt(sheet, minute);
    for (const circle of handle.children) {
      circle.setAttribute("cx", `${percent}%`);
      circle.setAttribute("cy", `${100 * (1 - Math.min(1, energy / sheet.top))}%`);
    }
    Object.assign(handle.dataset, { minute, energy });
    handle.setAttribute("aria-valuenow", energy.toFixed(2));
    handle.setAttribute("aria-valuetext", `${energy.toFixed(2)} at minute ${Number(((percent / 100) * total).toFixed(1))}`);
  });
  const line = sheet.svg.parentElement.querySelector("[data-wished]");
  line.setAttribute("d", pathOf(now.map(([minute, energy]) => [percentAt(sheet, minute), energy]), sheet.top));
}

/** What is spoken of a point is also shown, for those who look. */
function tell(handle) {
  document.getElementById("arc-said").textContent = `Intensity ${handle.getAttribute("aria-valuetext")}.`;
}
