/**
 * The builder: each press is a change of the revision that is shown, kept by the server at once, and then drawn anew.
 *
 * `<form data-change="POST /api/..." data-busy="..." data-done="...">` sends its fields with the revision; the page
 * shows what the server kept and never what was only wished. Where somebody else was faster, the newest list is shown.
 */

import { call, confirmed, fieldsOf } from "./actions.js";
import { hear, mountEar } from "./ear.js";
import { mountFoot, say, warn } from "./foot.js";
import { refresh } from "./live.js";
import { openOthers } from "./others.js";

const STALE = "Somebody else changed this list. Here it is as it is now.";
let changing = false;

const dialog = document.getElementById("others");

mountFoot(document);
mountEar(document);
mountTemplate();

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-change]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  if (form.dataset.confirm && !confirmed(button, form.dataset.confirm)) return;
  submit(form, button);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (event.target.closest("[data-close]")) dialog.close();
  if (button) act(button);
});

function act(button) {
  const row = button.closest("[data-track]");
  const { track, title } = row.dataset;
  const what = button.dataset.act;
  if (what === "hear") {
    const { fromS, toS } = button.dataset;
    return hear({ track, title, fromS: Number(fromS ?? 0), toS: toS ? Number(toS) : null });
  }
  if (what === "remove") {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    return change("POST", "/remove", { track_id: track }, {
      busy: `Taking ${title} out. The others move as little as they can.`,
      done: `${title} is out of this list.`,
      focus: { track: next?.dataset.track, act: "remove" },
    });
  }
  if (what === "replace") {
    return openOthers(dialog, track, title, (by, name) => {
      dialog.close();
      change("POST", "/replace", { track_id: track, by }, {
        busy: `Putting ${name} in place of ${title}.`,
        done: `${name} plays in place of ${title}.`,
        focus: { track: by, act: "replace" },
      });
    });
  }
  return move(row, what === "up" ? -1 : 1, what);
}

function move(row, by, what) {
  const order = [...row.parentElement.children].map((each) => each.dataset.track);
  const from = order.indexOf(row.dataset.track);
  const to = from + by;
  if (to < 0 || to >= order.length) return;
  order.splice(to, 0, ...order.splice(from, 1));
  const { track, title } = row.dataset;
  change("POST", "/reorder", { order }, {
    busy: `Moving ${title}.`,
    done: `${title} is now number ${to + 1}.`,
    focus: { track, act: what },
  });
}

/** A press at a piece: what goes wrong is said at the foot. */
async function change(method, path, body, { busy, done, focus }) {
  const answer = await send(`${method} ${dialog.dataset.address}${path}`, body, busy, warn);
  if (!answer) return;
  await drawn(answer.revision);
  focusOn(focus);
  say(done);
}

/** A form: what goes wrong is said in it, and what was typed stays. */
async function submit(form, button) {
  const body = fieldsOf(form);
  if (button.dataset.number) body[button.dataset.number] = Number(button.value);
  const place = form.querySelector("[data-problem]");
  const problem = (words) => {
    say("");
    place.className = words ? "problem" : "";
    place.textContent = words;
  };
  place.className = place.textContent = "";
  const answer = await send(form.dataset.change, body, form.dataset.busy, problem);
  if (!answer) return;
  if (form.dataset.then) return location.assign(form.dataset.then.replace("{playlist_id}", answer.playlist_id));
  settle(form);
  await drawn(answer.revision);
  say(form.dataset.done ?? "");
}

/** Send a change of the revision that is shown; the answer, or null after what went wrong was said. */
async function send(operation, body, busy, problem) {
  if (changing) return null;
  changing = true;
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
  } finally {
    changing = false;
  }
}

/** The revision on the page; none where the list is still to be made. */
function shown() {
  const place = document.querySelector("[data-revision]");
  return place ? Number(place.dataset.revision) : null;
}

/** Wait until the page shows this revision, or a later one. */
function drawn(revision) {
  return new Promise((resolve) => {
    const look = () => {
      if (shown() < revision) return refresh();
      document.removeEventListener("refreshed", look);
      resolve();
    };
    document.addEventListener("refreshed", look);
    refresh();
  });
}

/** What was sent is now what is there: fields follow the list again. */
function settle(form) {
  for (const field of form.elements) {
    if (field.type === "checkbox") field.defaultChecked = field.checked;
    else if (field.tagName === "SELECT") for (const option of field.options) option.defaultSelected = option.selected;
    else if ("defaultValue" in field) field.defaultValue = field.value;
  }
}

/** Where the keyboard was, it is again; at an end of the list on the button beside it. */
function focusOn({ track, act: what }) {
  const row = document.querySelector(`.piece[data-track="${track}"]`);
  const button = row?.querySelector(`[data-act=${what}]`);
  (button?.disabled ? row.querySelector("[data-act]:not([disabled]):not([data-act=hear])") : button)?.focus();
}

/** Choosing a template brings its own lengths and title; a new list's arc follows what is typed. */
function mountTemplate() {
  const form = document.querySelector("#new, #rebuild");
  const template = form?.elements.namedItem("template");
  if (!template) return;
  const [infusion, tail] = ["infusion_min", "tail_min"].map((name) => form.elements.namedItem(name));
  const title = form.id === "new" ? form.elements.namedItem("title") : null;
  let own = title?.value;
  template.addEventListener("change", () => {
    const option = template.selectedOptions[0];
    infusion.value = option.dataset.infusion;
    tail.value = option.dataset.tail;
    if (title && title.value === own) title.value = own = option.textContent.trim();
  });
  if (form.id !== "new") return;
  const lines = [template, infusion, tail];
  for (const field of lines) {
    field.addEventListener("change", () => {
      const asked = new URLSearchParams(lines.map((line) => [line.name, line.value]));
      history.replaceState(null, "", `${location.pathname}?${asked}`);
      refresh();
    });
  }
}
