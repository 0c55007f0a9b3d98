/**
 * Changes of a list: each names the revision that is shown, is kept by the server at once, and is then drawn anew.
 *
 * The page shows what the server kept and never what was only wished. Who presses quickly is not ahead of it: a change
 * waits until the one before it is drawn. Where somebody else was faster, the newest list is shown and nothing changed.
 */

import { call, fieldsOf } from "./actions.js";
import { say, warn } from "./foot.js";
import { refresh } from "./live.js";

const STALE = "Somebody else changed this list. Here it is as it is now.";
const sending = new Set();
let turn = Promise.resolve();

/**
 * A press that changes the list: `operation` is "POST /api/..."; what goes wrong is said at the foot. A `body` that
 * depends on what is shown is a function: it is asked when its turn comes, and says null where nothing is left to do.
 */
export function change(operation, body, { busy, done, focus = () => {} }) {
  return inTurn(async () => {
    const fields = typeof body === "function" ? body() : body;
    const answer = fields && (await send(operation, fields, busy, warn));
    if (!answer) return null;
    await drawn(answer.revision);
    focus();
    say(typeof done === "function" ? done() : done);
    return answer;
  });
}

/** A form `data-change`: what goes wrong is said in it, and what was typed stays. A second press is none. */
export function submit(form, button) {
  if (sending.has(form)) return;
  sending.add(form);
  inTurn(() => submitted(form, button)).finally(() => sending.delete(form));
}

function inTurn(work) {
  const mine = turn.then(work);
  turn = mine.catch(() => {}); // one that failed holds up no other
  return mine;
}

async function submitted(form, button) {
  let body = nested(fieldsOf(form), form);
  if (button.dataset.only) {
    const only = button.dataset.only.split(" ");
    body = Object.fromEntries(Object.entries(body).filter(([name]) => only.includes(name)));
  }
  if (button.dataset.number) body[button.dataset.number] = Number(button.value);
  const place = form.querySelector("[data-problem]");
  const problem = (words) => {
    say("");
    place.className = words ? "problem" : "";
    place.textContent = words;
  };
  place.className = place.textContent = "";
  const answer = await send(button.dataset.change ?? form.dataset.change, body, form.dataset.busy, problem);
  if (!answer) return;
  if (form.dataset.then) return location.assign(form.dataset.then.replace("{playlist_id}", answer.playlist_id));
  settle(form);
  await drawn(answer.revision);
  say(button.dataset.said ?? form.dataset.done ?? "");
}

/** The revision on the page; none where the list is still to be made. */
export function shown() {
  const place = document.querySelector("[data-revision]");
  return place ? Number(place.dataset.revision) : null;
}

/** Send a change of the revision that is shown; the answer, or null after what went wrong was said. */
async function send(operation, body, busy, problem) {
  say(busy, { busy: true });
  const revision = shown();
  try {
    return await call(operation, revision === null ? body : { ...body, revision });
  } catch (error) {
    if (error.answer?.code === "stale_revision") {
      refresh();
      warn(STALE);
    } else problem(error.message);
    return null;
  }
}

/**
 * Wait until the page shows this revision, or a later one. What was answered without one is only drawn anew; where the
 * page cannot be fetched nobody waits for it: the server refuses what is then pressed on an old one.
 */
function drawn(revision) {
  return new Promise((resolve) => {
    const done = new AbortController();
    const finish = () => {
      done.abort();
      resolve();
    };
    const look = () => (shown() < revision ? refresh() : finish());
    document.addEventListener("refreshed", look, { signal: done.signal });
    document.addEventListener("unreachable", finish, { signal: done.signal });
    refresh();
  });
}

/** Fields named `a.b` as an object `a`, so that what was emptied is told too. */
function nested(fields, form) {
  for (const { name } of form.elements) {
    const [whole, part] = (name ?? "").split(".");
    if (!part) continue;
    fields[whole] ??= {};
    if (name in fields) fields[whole][part] = fields[name];
    delete fields[name];
  }
  return fields;
}

/** What was sent is now what is there: fields follow the list again. */
function settle(form) {
  for (const field of form.elements) {
    if (field.type === "checkbox") field.defaultChecked = field.checked;
    else if (field.tagName === "SELECT") for (const option of field.options) option.defaultSelected = option.selected;
    else if ("defaultValue" in field) field.defaultValue = field.value;
  }
}
