/**
 * Regions that follow what changes: `<div id="cards" data-live="desk jobs">`.
 *
 * The server only says which topic changed; the page is then fetched again and each region morphed into place, so that
 * focus, what is typed and what is open survive. `data-every="2"` also fetches every so many seconds while visible.
 * A page that nobody sees is fetched when it is seen again; with `data-always` on a region, meanwhile too.
 */

import { Idiomorph } from "../vendor/idiomorph.js";
import { keepFocus } from "./focus.js";

const AT_MOST_EVERY_MS = 400;
const REFUSED_WAIT_MS = 5_000;
let last = 0;
let waiting = null;
let asked = 0;
let shown = 0;
let late = false;
let topics = "";
let source = null;

/** Follow the topics of a document's regions. */
export function mountLive(document) {
  const regions = [...document.querySelectorAll("[data-live]")];
  if (!regions.length) return;
  follow(false);
  document.addEventListener("visibilitychange", () => late && refresh());
  addEventListener("pagehide", () => source?.close());
  const every = Math.min(...regions.map((region) => Number(region.dataset.every) || Infinity));
  if (every < Infinity) setInterval(() => document.visibilityState === "visible" && refresh(), every * 1000);
}

/** Listen to what the regions name now: one that shows a job names "jobs" only until that has ended. */
function follow(again) {
  const named = [...document.querySelectorAll("[data-live]")].flatMap((region) => region.dataset.live.split(/\s+/));
  const wanted = [...new Set(named.filter(Boolean))].sort().join(",");
  if (wanted === topics) return;
  topics = wanted;
  source?.close();
  source = null;
  // What a job did since this page was made went unheard, and may have been its last.
  if (topics) listen(again || topics.split(",").includes("jobs"));
}

function listen(broken) {
  const mine = (source = new EventSource(`/api/v1/events?topics=${topics}`));
  mine.onmessage = () => refresh();
  // After a break something may have changed unheard.
  mine.onopen = () => broken && ((broken = false), refresh());
  mine.onerror = () => {
    broken = true;
    // A browser comes back by itself after a break, but never after a refusal, as by a proxy while the server restarts.
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => mine === source && listen(true), REFUSED_WAIT_MS);
  };
}

/** Fetch the page again soon and morph its regions; many wishes at once become one. */
export function refresh() {
  late = document.hidden && !document.querySelector("[data-always]");
  if (!late) waiting ??= setTimeout(fetchAgain, Math.max(0, last + AT_MOST_EVERY_MS - Date.now()));
}

/** What was asked for so far is older than what the page knows now: its answers are dropped. */
export function overtake() {
  shown = ++asked;
}

async function fetchAgain() {
  // From here on a wish means another fetch: this one may be too early for it. An answer that was overtaken is dropped.
  waiting = null;
  const mine = ++asked;
  last = Date.now();
  const address = location.href;
  let text;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (response.redirected) return location.assign(response.url);
    if (!response.ok) throw new Error(String(response.status));
    text = await response.text();
  } catch {
    away(true);
    return document.dispatchEvent(new CustomEvent("unreachable"));
  }
  away(false);
  if (mine < shown) return;
  if (address !== location.href) return refresh(); // meanwhile the page shows something else
  shown = mine;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const region of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(region.id);
    if (now) Idiomorph.morph(region, now, { callbacks: CALLBACKS });
  }
  follow(true);
  keepFocus();
  document.dispatchEvent(new CustomEvent("refreshed"));
}

const CALLBACKS = {
  beforeNodeMorphed: keep,
  beforeNodeRemoved: (node) => !refusal(node),
  // What was made able to have the focus keeps it.
  beforeAttributeUpdated: (name, node) => name !== "tabindex" || node !== document.activeElement,
};

/** What a person is in the middle of stays as it is. */
function keep(before, now) {
  if (before.nodeType !== Node.ELEMENT_NODE) return true;
  if (before.dataset.keep !== undefined && before.id === now.id) return false;
  if (before.matches("form[data-api]") && before.dataset.api !== now.dataset?.api) forget(before);
  if (before.dataset.sure || refusal(before) || before.matches("form:focus-within [data-problem]")) return false;
  if (before.tagName === "DETAILS") now.open = before.open;
  if (before.tagName === "DIALOG" && before.open) return false;
  if (before.dataset.type === "fresh") return wish(before.form) !== wish(now.form);
  // A button with the focus is no such field: it has to say what it does now.
  if (before.matches("input, select, textarea") && (before === document.activeElement || edited(before))) return false;
  return true;
}

/** What a form asks for: a press that nobody answered keeps its name while that is the same, or it would count twice. */
const wish = (form) => [...form.querySelectorAll("[type=hidden]:not([data-type=fresh])")].map(({ value }) => value).join();

/** Whether this says why a press was refused: it stays until the next press, while its form follows what is so now. */
const refusal = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches("form [data-problem].problem");

/** A form that is to do something else keeps nothing of what was begun or refused with it. */
function forget(form) {
  for (const place of form.querySelectorAll("[data-problem]")) place.remove();
  for (const input of form.querySelectorAll("[data-type=fresh]")) input.value = "";
  for (const button of form.querySelectorAll("[data-sure]")) {
    delete button.dataset.sure;
    button.classList.remove("sure");
  }
}

function edited(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const own = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(0, own);
  }
  return field.value !== field.defaultValue;
}

/** Say that the server does not answer, so that nobody trusts an old page. */
function away(is) {
  let place = document.getElementById("away");
  if (!is) return place?.remove();
  if (place) return;
  place = document.createElement("p");
  place.id = "away";
  place.className = "problem";
  place.setAttribute("role", "alert");
  place.textContent = "The server does not answer. What you see may be old; the music in the rooms plays on.";
  document.getElementById("main").prepend(place);
}
