/** Minutes by slider and by number, and their exact total; a template brings its own minutes and title. */

import { refresh } from "./live.js";

/** Follow the lengths of a document's form; on a new list's page the arc follows too, through the address. */
export function mountLengths(document) {
  const form = document.querySelector("#new, #rebuild");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);
  form.addEventListener("input", ({ target }) => {
    if (target.dataset.with) field(target.dataset.with).value = target.value;
    total(form);
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name === "template") own(form, target.selectedOptions[0]);
    if (form.id === "new" && (target.dataset.with || LINES.includes(target.name))) toAddress(form);
    total(form);
  });
  form.dataset.title = field("title")?.value ?? "";
  document.addEventListener("refreshed", () => total(form));
  total(form);
}

const LINES = ["template", "infusion_min", "tail_min"];

/** A new list's page shows the arc of what is typed; `points` is a drawn arc, null the template's own. */
export function toAddress(form, points) {
  const asked = new URLSearchParams(LINES.map((name) => [name, form.elements.namedItem(name).value]));
  const drawn = points === undefined ? new URLSearchParams(location.search).get("points") : points?.map((point) => point.join(":")).join(",");
  if (drawn) asked.set("points", drawn);
  history.replaceState(null, "", `${location.pathname}?${asked}`);
  refresh();
}

/** A template's own minutes, title and arc. */
function own(form, option) {
  form.elements.namedItem("infusion_min").value = option.dataset.infusion;
  form.elements.namedItem("tail_min").value = option.dataset.tail;
  form.querySelector("[name=points]")?.remove(); // they are in the other template's minutes
  const title = form.elements.namedItem("title");
  if (form.id === "new") toAddress(form, null);
  if (title && title.value === form.dataset.title) title.value = form.dataset.title = option.textContent.trim();
}

function total(form) {
  const [infusion, tail] = ["infusion_min", "tail_min"].map((name) => Number(form.elements.namedItem(name).value));
  for (const slider of form.querySelectorAll("[data-with]")) {
    const value = form.elements.namedItem(slider.dataset.with).value;
    if (slider !== document.activeElement && value !== "") slider.value = value;
  }
  const thousandths = Math.round((infusion + tail) * 60_000);
  const [minutes, seconds, rest] = [Math.floor(thousandths / 60_000), Math.floor(thousandths / 1000) % 60, thousandths % 1000];
  const words = `${two(minutes)}:${two(seconds)}${rest ? `.${String(rest).padStart(3, "0")}` : ""}`;
  form.querySelector("[data-total]").textContent = Number.isFinite(thousandths) ? words : "";
}

const two = (number) => String(number).padStart(2, "0");
