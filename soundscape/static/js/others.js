/** The tracks that could take a piece's place, in a dialog: the best first, each with its cost and its reason. */

import { call } from "./actions.js";

const SAME = 0.005;

/** Ask for replacements and show them; `choose(trackId, title)` is called with the one that is taken. */
export async function openOthers(dialog, track, title, choose) {
  const list = dialog.querySelector("ul");
  const about = dialog.querySelector("[data-about]");
  dialog.querySelector("h2").textContent = `Replace ${title}`;
  about.textContent = "Looking for pieces that fit here.";
  list.replaceChildren();
  dialog.dataset.track = track;
  dialog.showModal();
  let found;
  try {
    found = await call(`GET ${dialog.dataset.address}/replacements?track_id=${track}`);
  } catch (error) {
    about.textContent = error.message;
    return;
  }
  if (dialog.dataset.track !== track) return; // another piece was asked about meanwhile
  about.textContent = found.length
    ? "The others keep their order. The best is first."
    : "No other cleared piece can take this place. Remove it, or clear more music in the library.";
  list.replaceChildren(...found.map((other) => row(other, () => choose(other.track_id, other.title))));
}

/** A cost difference in words: it has no unit, so only its size and side are said. */
export function fits(difference) {
  if (Math.abs(difference) < SAME) return "Fits as well";
  return difference < 0 ? `Fits better, by ${(-difference).toFixed(2)}` : `Fits less well, by ${difference.toFixed(2)}`;
}

function row(other, choose) {
  const item = element("li", { track: other.track_id, title: other.title });
  const what = element("div");
  what.className = "clip";
  const name = element("strong", {}, "");
  name.append(element("bdi", {}, other.title));
  const cost = element("p", {}, `${fits(other.cost_difference)}.`);
  cost.className = "numbers";
  const why = element("p", {}, other.why);
  why.className = "muted small";
  what.append(name, cost, why);
  const listen = element("button", { act: "hear" });
  listen.type = "button";
  listen.setAttribute("aria-label", `Hear ${other.title}`);
  const sign = element("span", {}, "▶");
  sign.setAttribute("aria-hidden", "true");
  listen.append(sign);
  const take = element("button", {}, "Choose");
  take.type = "button";
  take.setAttribute("aria-label", `Choose ${other.title}`);
  take.addEventListener("click", choose);
  const acts = element("div");
  acts.className = "acts";
  acts.append(listen, take);
  item.append(what, acts);
  return item;
}

function element(tag, data = {}, words = null) {
  const made = document.createElement(tag);
  Object.assign(made.dataset, data);
  if (words !== null) made.textContent = words;
  return made;
}
