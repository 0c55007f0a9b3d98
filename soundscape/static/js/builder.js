/**
 * The builder: what its buttons, keys and drawings do. How a change is sent and drawn: `changes.js`.
 *
 * `<form data-change="POST /api/..." data-busy="..." data-done="...">` sends its fields with the revision that is shown;
 * `[data-act]` in a row of the list does something with that piece.
 */

import { confirmed } from "./actions.js";
import { mountArc, release } from "./arc-draw.js";
import { change, submit } from "./changes.js";
import { mountDrag } from "./drag.js";
import { hear, mountEar } from "./ear.js";
import { mountFoot } from "./foot.js";
import { mountLengths, toAddress } from "./lengths.js";
import { refresh } from "./live.js";
import { openOthers } from "./others.js";
import { mountWarm } from "./warm.js";

const dialog = document.getElementById("others");
const address = document.querySelector("[data-address]")?.dataset.address;
let arcs = 0;

mountFoot(document);
mountEar(document);
mountWarm(document);
mountLengths(document);
mountArc(document, arcChanged);
mountDrag(document, (row, place) => move(row, () => place, "grip"));

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-change]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  const question = button.dataset.confirm ?? form.dataset.confirm;
  if (question && !confirmed(button, question)) return;
  submit(form, button);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (event.target.closest("[data-close]")) dialog.close();
  if (event.target.closest("[data-arc=own]")) arcChanged(null);
  if (button) act(button);
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const key = event.key.toLowerCase();
  const what = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
  const button = document.querySelector(`[data-act=${what || "none"}]`);
  if (!button) return;
  event.preventDefault();
  if (!button.disabled) step(what);
});

function act(button) {
  const row = button.closest("[data-track]");
  const what = button.dataset.act;
  if (what === "undo" || what === "redo") return step(what);
  if (what === "bring-back") return bringBack(Number(button.dataset.revisionWanted));
  if (what === "hear" || what === "seam") return listen(button, row);
  const { track, title } = row.dataset;
  if (what === "up" || what === "down") return move(row, () => placeOf(row) + (what === "up" ? -1 : 1), what);
  if (what === "replace") {
    return openOthers(dialog, track, title, (by, name) => {
      dialog.close();
      const words = { busy: `Putting ${name} in place of ${title}.`, done: `${name} plays in place of ${title}.` };
      change(`POST ${address}/replace`, { track_id: track, by }, { ...words, focus: () => focusOn(by, "replace") });
    });
  }
  if (what === "lock") {
    const locked = button.getAttribute("aria-pressed") !== "true";
    const done = locked ? `${title} is locked: it stays, whatever else changes.` : `${title} may change again.`;
    return change(`POST ${address}/lock`, { track_id: track, locked }, { busy: "Keeping it.", done, focus: () => focusOn(track, "lock") });
  }
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const done = what === "veto" ? `${title} is out of this list for good.` : `${title} is out of this list.`;
  change(`POST ${address}/${what}`, () => row.isConnected && { track_id: track }, {
    busy: `Taking ${title} out. The others move as little as they can.`,
    done,
    focus: () => focusOn(next?.dataset.track, what),
  });
}

function listen(button, row) {
  const { from, to, src, key, title } = button.dataset;
  hear({
    key: key ?? row.dataset.track,
    title: title ?? row.dataset.title,
    address: src ?? `/api/v1/media/tracks/${row.dataset.track}`,
    fromS: Number(from ?? 0),
    toS: to ? Number(to) : null,
  });
}

function step(what) {
  const words = what === "undo" ? ["Taking the last change back.", "The last change is taken back."] : ["Bringing it back.", "It is back."];
  change(`POST ${address}/${what}`, () => !document.getElementById(what).disabled && {}, { busy: words[0], done: words[1] });
}

function bringBack(wanted) {
  const words = { busy: `Bringing revision ${wanted} back.`, done: `The list is as it was at revision ${wanted}.` };
  change(`POST ${address}/bring-back`, { wanted }, words);
}

/** A piece to another place, counted from 0; `to` says which when it is this change's turn. */
function move(row, to, what) {
  const { track, title } = row.dataset;
  const body = () => {
    if (!row.isConnected) return null;
    const order = [...row.parentElement.children].map((each) => each.dataset.track);
    const place = to();
    if (place < 0 || place >= order.length) return null;
    order.splice(place, 0, ...order.splice(placeOf(row), 1));
    return { order };
  };
  const done = () => `${title} is now number ${placeOf(document.getElementById(row.id)) + 1}.`;
  change(`POST ${address}/reorder`, body, { busy: `Moving ${title}.`, done, focus: () => focusOn(track, what) });
}

const placeOf = (row) => [...row.parentElement.children].indexOf(row);

/** Another wished arc, or null for the template's own: a list is refitted to it, a new list's page draws it. */
async function arcChanged(points) {
  const form = document.querySelector("#new, #rebuild");
  if (form.id === "new") {
    release();
    return toAddress(form, points);
  }
  // As the list is asked for now, and not as somebody may be typing.
  const asked = { template: form.dataset.template, infusion_min: Number(form.dataset.infusion), tail_min: Number(form.dataset.tail) };
  const words = { busy: "Fitting the list to this arc. As little changes as is worth it.", done: "The list follows this arc." };
  arcs += 1;
  const kept = await change(`POST ${address}/refit`, { ...asked, points }, words);
  arcs -= 1;
  if (arcs) return; // drawn on meanwhile: the later arc is on its way
  release();
  if (!kept) refresh();
}

/** Where the keyboard was, it is again; at an end of the list on the button beside it. */
function focusOn(track, what) {
  const row = document.querySelector(`.piece[data-track="${track}"]`);
  const button = row?.querySelector(`[data-act=${what}]`);
  (button?.disabled ? row.querySelector("[data-act]:not([disabled]):not([data-act=hear]):not([data-act=seam])") : button)?.focus();
}

