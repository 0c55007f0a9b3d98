/** The points of the wished arc as they stand in the page: reading them, drawing them, and saying where one is. */

import { pathOf } from "./arc-curve.js";
import { percentAt } from "./arc-points.js";

let chosen = -1;

/** The drawing, and how minutes lie in it; null where the page has no arc that can be changed. */
export function sheetOf() {
  const svg = document.getElementById("handles");
  if (!svg) return null;
  const { top, infusionMin, tailMin, infusionPct } = svg.dataset;
  return { svg, top: Number(top), infusionMin: Number(infusionMin), tailMin: Number(tailMin), infusionPct: Number(infusionPct) };
}

export const handles = (sheet) => [...sheet.svg.querySelectorAll(".handle")];
export const number = (sheet, handle) => handles(sheet).indexOf(handle);
export const points = (sheet) => handles(sheet).map(({ dataset }) => [Number(dataset.minute), Number(dataset.energy)]);

/** Remember which point of a document was touched or focused last. */
export function mountChosen(document) {
  document.addEventListener("focusin", ({ target }) => {
    const handle = target.closest(".handle");
    if (!handle) return;
    chosen = number(sheetOf(), handle);
    mark();
  });
  document.addEventListener("refreshed", mark);
}

/** The point that was touched or focused last; null before one was. */
export const chosenOf = (sheet) => handles(sheet)[chosen] ?? null;

/** Where a pointer is, in percent of the width and in intensity. */
export function placeOf(sheet, { clientX, clientY }) {
  const box = sheet.svg.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (clientY - box.top) / box.height));
  return { percent: Math.min(100, Math.max(0, (100 * (clientX - box.left)) / box.width)), energy: sheet.top * (1 - share) };
}

/** Draw these points, each by a handle of its own. */
export function draw(sheet, now) {
  const total = Number(sheet.svg.dataset.totalMin);
  keepAsMany(sheet, now);
  handles(sheet).forEach((handle, k) => {
    const [minute, energy] = now[k];
    const percent = percentAt(sheet, minute);
    for (const circle of handle.children) {
      circle.setAttribute("cx", `${percent}%`);
      circle.setAttribute("cy", `${100 * (1 - Math.min(1, energy / sheet.top))}%`);
    }
    handle.id = `handle-${k}`;
    Object.assign(handle.dataset, { minute, energy });
    handle.setAttribute("aria-label", `Intensity, point ${k + 1} of ${now.length}`);
    handle.setAttribute("aria-valuenow", energy.toFixed(2));
    handle.setAttribute("aria-valuetext", `${energy.toFixed(2)} at minute ${Number(((percent / 100) * total).toFixed(1))}`);
  });
  const line = sheet.svg.parentElement.querySelector("[data-wished]");
  line.setAttribute("d", pathOf(now.map(([minute, energy]) => [percentAt(sheet, minute), energy]), sheet.top));
}

/** What is spoken of a point is also shown, for those who look. */
export function tell(handle, before = "") {
  const place = handle ? `Intensity ${handle.getAttribute("aria-valuetext")}.` : "";
  document.getElementById("arc-said").textContent = `${before} ${place}`.trim();
}

/** One handle more or fewer where a point came or went; the others keep theirs, and with it the focus. */
function keepAsMany(sheet, now) {
  const before = points(sheet);
  const each = handles(sheet);
  if (now.length > before.length) {
    const k = now.findIndex(([minute], place) => minute !== before[place]?.[0]);
    each[k].before(each[k].cloneNode(true));
  } else if (now.length < before.length) {
    each[before.findIndex(([minute], place) => minute !== now[place]?.[0])].remove();
  }
}

/** The one that was chosen stays marked while a button beside the drawing has the focus. */
function mark() {
  const sheet = sheetOf();
  if (sheet) handles(sheet).forEach((handle, k) => handle.classList.toggle("chosen", k === chosen));
}
