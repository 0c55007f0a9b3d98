/**
 * Regions that follow what changes: `<div id="cards" data-live="desk jobs">`.
 *
 * The server only says which topic changed; the page is then fetched again and each region morphed into place, so that
 * focus, what is typed and what is open survive. `data-every="2"` also fetches every so many seconds while visible.
 */

import { Idiomorph } from "../vendor/idiomorph.js";
import { keepFocus } from "./focus.js";

const AT_MOST_EVERY_MS = 400;
const REFUSED_WAIT_MS = 5_000;
let last = 0;
let waiting = null;
let asked = 0;
let shown = 0;

/** Follow the topics of a document's regions. */
export function mountLive(document) {
  const regions = [...document.querySelectorAll("[data-live]")];
  if (!regions.length) return;
  const topics = [...new Set(regions.flatMap((region) => region.dataset.live.split(/\s+/)).filter(Boolean))].sort();
  if (topics.length) {
    listen(`/api/v1/events?topics=${topics.join(",")}`);
  }
  const every = Math.min(...regions.map((region) => Number(region.dataset.every) || Infinity));
  if (every < Infinity) setInterval(() => document.visibilityState === "visible" && refresh(), every * 1000);
}

function listen(address, broken = false) {
  const source = new EventSource(address);
  source.onmessage = () => refresh();
  // After a break something may have changed unheard.
  source.onopen = () => broken && ((broken = false), refresh());
  source.onerror = () => {
    broken = true;
    // A browser comes back by itself after a break, but never after a refusal, as by a proxy while the server restarts.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(address, true), REFUSED_WAIT_MS);
  };
  addEventListener("pagehide", () => source.close());
}

/** Fetch the page again soon and morph its regions; many wishes at once become one. */
export function refresh() {
  waiting ??= setTimeout(fetchAgain, Math.max(0, last + AT_MOST_EVERY_MS - Date.now()));
}

async function fetchAgain() {
  // From here on a wish means another fetch: this one may be too early for it. An answer that was overtaken is dropped.
  waiting = null;
  const mine = ++asked;
  last = Date.now();
  let text;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (response.redirected) return location.assign(response.url);
    if (!response.ok) throw new Error(String(response.status));
    text = await response.text();
  } catch {
    return away(true);
  }
  away(false);
  if (mine < shown) return;
  shown = mine;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const region of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(region.id);
    if (now) Idiomorph.morph(region, now, { ignoreActiveValue: true, callbacks: CALLBACKS });
  }
  keepFocus();
  document.dispatchEvent(new CustomEvent("refreshed"));
}

const CALLBACKS = {
  beforeNodeMorphed: keep,
  // What was made able to have the focus keeps it.
  beforeAttributeUpdated: (name, node) => name !== "tabindex" || node !== document.activeElement,
};

/** What a person is in the middle of stays as it is. */
function keep(before, now) {
  if (before.nodeType !== Node.ELEMENT_NODE) return true;
  if (before.dataset.keep !== undefined && before.id === now.id) return false;
  if (before.dataset.sure || before.matches("form:focus-within [data-problem]")) return false;
  if (before.tagName === "DETAILS") now.open = before.open;
  if (before.tagName === "DIALOG" && before.open) return false;
  if (before.matches("input, select, textarea") && edited(before)) return false;
  if (before.matches("form") && before.querySelector(".problem")) return false;
  return true;
}

function edited(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected);
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
