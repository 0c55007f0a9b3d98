/**
 * The review queue: one track after the other by single keys, each with a button that does the same.
 *
 * A decision is sent, and what the server answered is what is shown. The next track's page is fetched beforehand, put in
 * place at once, and then fetched again by live.js, so that nobody decides by an old picture for long. Which decision a
 * person saw goes along: of two who decide about the same track the second is told, and nothing is overwritten.
 */

import { call } from "./actions.js";
import { forgetPages, prepare, take } from "./ahead.js";
import { forget, hear, lastMark, mountListening, playedMarks, toggle } from "./listen.js";
import { overtake, refresh } from "./live.js";

const KEYS = { c: clear, r: openReasons, u: undo, j: next, k: previous, arrowright: next, arrowleft: previous, " ": toggle, m: nextMark, "?": help };
const BUTTONS = { clear, refuse: openReasons, play: toggle, previous, next, undo, help, close: closeReasons };
const DID = { cleared: "Cleared", refused: "Refused" };

const $ = (id) => document.getElementById(id);
const done = []; // this window's decisions, the last one at the end; those from before are the server's to say
let busy = false; // a decision is under way: its answer says what comes next
let wished = 0; // of several tracks that were wished for the last is shown, however late the others' pages come
let sure = ""; // the decided track about which the person was asked whether they mean it

mountListening(document);
document.addEventListener("click", pressed);
document.addEventListener("keydown", typed);
document.addEventListener("refreshed", settle);
$("reasons").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = $("own").value.trim();
  if (words) decide("refused", words);
  else $("own").focus();
});
// Whether keys do something stands in the address: nothing is kept in the browser.
$("single").checked = new URLSearchParams(location.search).get("keys") !== "off";
$("single").addEventListener("change", () => history.replaceState(null, "", address(article()?.dataset.track)));
settle();

function article() {
  return document.querySelector("#now article");
}

function address(track) {
  const query = new URLSearchParams();
  if (track) query.set("track", track);
  if (!$("single").checked) query.set("keys", "off");
  return query.size ? `/library/review?${query}` : "/library/review";
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // as a link in a window of its own
  const button = event.target.closest("[data-do], [data-reason], #waiting a");
  if (!button) return;
  if (button.dataset.reason) return decide("refused", button.dataset.reason);
  if (button.dataset.do) return BUTTONS[button.dataset.do]();
  event.preventDefault();
  go(button.dataset.track);
}

function typed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return closeReasons();
  const { target } = event;
  if (target.closest("input:not([type=checkbox]), textarea, select") || !$("single").checked) return;
  const key = event.key.toLowerCase();
  if (key === " " && target.closest("button, a, summary, audio, input")) return; // it presses what has the focus
  if (key.startsWith("arrow") && target.closest(".scroll, audio")) return;
  const act = /^[1-9]$/.test(key) ? () => digit(Number(key)) : KEYS[key];
  if (!act) return;
  event.preventDefault();
  if (!event.repeat) act(); // a key that is held down decides once
}

/** The digit of a reason while there is one to choose, else of a mark. */
function digit(number) {
  if ($("reasons").hidden) return hear(document.querySelector(`[data-hear][data-number="${number}"]`)?.dataset.name ?? "");
  const reasons = [...document.querySelectorAll("[data-reason]")];
  if (number <= reasons.length) decide("refused", reasons[number - 1].dataset.reason);
  else if (number === reasons.length + 1) $("own").focus();
}

function nextMark() {
  const names = [...document.querySelectorAll("[data-hear][data-number]")].map((button) => button.dataset.name);
  if (names.length) hear(names[(names.indexOf(lastMark()) + 1) % names.length]);
}

function clear() {
  const marks = [...document.querySelectorAll("[data-hear]")];
  const played = marks.filter((button) => playedMarks().has(button.dataset.name));
  let reason = "Cleared in review.";
  if (played.length) reason = `Cleared in review; ${played.length} of ${marks.length} mark${marks.length === 1 ? "" : "s"} played.`;
  else if (marks.length) reason = "Cleared in review, its marks not played.";
  decide("cleared", reason);
}

async function decide(status, reason) {
  const now = article();
  if (!now || busy || !meant(now)) return;
  const { track, title, seen } = now.dataset;
  begin();
  try {
    const answer = await call(`PUT /api/v1/tracks/${track}/decision`, { status, reason, seen_ms: JSON.parse(seen) });
    overtake(); // a list that was asked for before would bring the decided track back
    done.push({ track, title, decidedMs: answer.decision.decided_ms });
    const following = after(track);
    document.querySelector(`#waiting a[data-track="${track}"]`)?.closest("li").remove();
    await show(following);
    say(`${DID[status]}: ${title}.`);
  } catch (error) {
    closeReasons();
    warn(error.message);
    refresh(); // the card then shows whose decision stands
  } finally {
    busy = false;
  }
}

/** What was wished for before a decision would come in its way, and take its refusal off the page. */
function begin() {
  busy = true;
  wished++;
  warn("");
}

/** What waits for nobody is decided by a second press. */
function meant(now) {
  const { track, seen, status, by } = now.dataset;
  if (status === "review" || sure === track + seen) return true;
  sure = track + seen;
  warn(`${by ? `${by} has decided about this track already` : "This track does not wait"}. Press again if you want to decide otherwise.`);
  return false;
}

async function undo() {
  if (busy) return;
  const before = lastFromBefore();
  const last = done.pop() ?? before;
  if (!last) return say("There is nothing to take back.");
  begin();
  try {
    await call(`POST /api/v1/tracks/${last.track}/decision/undo`, { decided_ms: last.decidedMs });
    overtake();
    forgetPages();
    await show(last.track);
    say(`Taken back: ${last.title} is as it was.`);
  } catch (error) {
    if (!error.answer) done.push(last); // the server was not reached: it can be tried again
    warn(error.message);
    refresh();
  } finally {
    busy = false;
    settle();
  }
}

/** What this person decided last before this window came, as the page says it. */
function lastFromBefore() {
  const { track, title, ms } = $("last").dataset;
  delete $("last").dataset.track; // it is asked for once; the page comes again with the one before
  return track && { track, title, decidedMs: Number(ms) };
}

function next() {
  go(after(article()?.dataset.track));
}

function previous() {
  const ids = waiting();
  const before = ids[ids.indexOf(article()?.dataset.track) - 1];
  if (before) go(before);
  else say("This is the first of those shown.");
}

/** The tracks of the list beside, in its order. */
function waiting() {
  return [...document.querySelectorAll("#waiting a[data-track]")].map((link) => link.dataset.track);
}

/** What comes after a track; nothing named is the most urgent one, whatever the server says that is. */
function after(track) {
  const ids = waiting();
  return ids[ids.indexOf(track) + 1] ?? "";
}

function go(track) {
  if (!busy) show(track);
}

/** Put a track's page in the place of the present one. */
async function show(track) {
  const mine = ++wished;
  let text;
  try {
    text = await take(address(track));
  } catch (error) {
    if (mine !== wished) return;
    refresh();
    return warn(error.message);
  }
  if (mine !== wished) return;
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("now");
  closeReasons();
  forget();
  $("now").replaceChildren(...document.importNode(fresh, true).childNodes);
  const found = article()?.dataset.track ?? "";
  history.replaceState(null, "", address(found));
  for (const link of document.querySelectorAll("#waiting a")) {
    if (link.dataset.track === found) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  sure = "";
  warn("");
  say("");
  $("title").focus();
  settle();
  refresh();
}

/** After anything was drawn anew: what can be pressed, the address, and the next track at hand. */
function settle() {
  const track = article()?.dataset.track;
  for (const button of document.querySelectorAll("[data-of-track]")) button.hidden = !track;
  document.querySelector("[data-do=undo]").hidden = !done.length && !$("last").dataset.track;
  if (!track) return;
  // Named in the address, it stays before the person when a more urgent one comes.
  if (!new URLSearchParams(location.search).has("track")) history.replaceState(null, "", address(track));
  const following = after(track);
  if (following) prepare(address(following));
}

function openReasons() {
  if (!article()) return;
  $("reasons").hidden = false;
  document.querySelector("[data-do=refuse]").setAttribute("aria-expanded", "true");
  document.querySelector("#reasons legend").focus();
}

function closeReasons() {
  if ($("reasons").hidden) return;
  const inside = $("reasons").contains(document.activeElement);
  $("reasons").hidden = true;
  $("own").value = "";
  const button = document.querySelector("[data-do=refuse]");
  button.setAttribute("aria-expanded", "false");
  if (inside) button.focus();
}

function help() {
  $("keys").showModal();
}

function say(words) {
  $("said").textContent = words;
}

function warn(words) {
  $("trouble").hidden = !words;
  $("trouble").textContent = words;
}
