/**
 * Forms that call the API: `<form data-api="POST /api/v1/rooms" data-then="reload | none | /address">`.
 *
 * Fields become one JSON object; a refusal is said inside the form. `data-confirm` asks for a second press.
 * One listener on the document: regions that are fetched again need no mounting.
 */

import { refresh } from "./live.js";

const SURE_MS = 5000;
let sending = new WeakSet();

/** Let the forms of a document call the API. */
export function mountActions(document) {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-api]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    if (form.dataset.confirm && !confirmed(button, form.dataset.confirm)) return;
    if (!sending.has(form)) submit(form, button);
  });
}

/** Call the API; resolves to the answer, rejects with an Error whose message is the problem's detail. */
export async function call(operation, body) {
  const [method, address] = operation.split(" ");
  const headers = { Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Error("The server does not answer. Check the network and try again.");
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw Object.assign(new Error(answer?.detail ?? `The server answered ${response.status}.`), { answer });
  return answer;
}

async function submit(form, button) {
  sending.add(form);
  const focused = document.activeElement === button;
  if (button) button.disabled = true;
  say(form, "");
  let answer;
  try {
    const [method] = form.dataset.api.split(" ");
    const fields = fieldsOf(form);
    answer = await call(form.dataset.api, method === "DELETE" || form.dataset.body === "none" ? undefined : fields);
  } catch (error) {
    return say(form, error.message);
  } finally {
    sending.delete(form);
    if (button) button.disabled = false;
    // Nowhere, or what is around the button and got the focus while that was switched off.
    if (focused && document.activeElement.contains(button)) button.focus({ preventScroll: true });
  }
  for (const input of form.querySelectorAll("[data-type=fresh]")) input.value = "";
  const told = form.dispatchEvent(new CustomEvent("done", { detail: answer, bubbles: true, cancelable: true }));
  if (told) then(form.dataset.then ?? "reload", answer);
}

function then(next, answer) {
  if (next === "none") return;
  if (next === "reload") {
    if (document.querySelector("[data-live]")) refresh();
    else location.reload();
    return;
  }
  location.assign(next.replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(answer?.[key] ?? "")));
}

/** 16 hex digits that were never there: they name one press, however often it is sent. */
function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The form's fields as one object: numbers where `data-type="number"`, booleans of checkboxes, empty ones left out.
 *  `data-type="fresh"` names the press, the same until it was answered. `data-type="json"` sends what the value spells: null, true, "cleared". */
export function fieldsOf(form) {
  const fields = {};
  for (const input of form.elements) {
    if (!input.name || input.disabled || (input.type === "radio" && !input.checked)) continue;
    if (input.type === "checkbox") {
      if (input.dataset.list === undefined) fields[input.name] = input.checked;
      else if (input.checked) (fields[input.name] ??= []).push(input.value);
      else fields[input.name] ??= [];
    } else if (input.dataset.type === "number") {
      if (input.value !== "") fields[input.name] = Number(input.value);
    } else if (input.dataset.type === "json") {
      fields[input.name] = JSON.parse(input.value);
    } else if (input.dataset.type === "fresh") {
      fields[input.name] = input.value ||= fresh();
    } else if (input.dataset.type === "boolean") {
      fields[input.name] = input.value === "true";
    } else if (input.value !== "" || input.dataset.empty !== undefined) {
      fields[input.name] = input.value;
    }
  }
  return fields;
}

function say(form, words) {
  let place = form.querySelector("[data-problem]");
  if (!place) {
    place = document.createElement("p");
    place.dataset.problem = "";
    place.setAttribute("role", "alert");
    form.append(place);
  }
  place.className = words ? "problem" : "";
  place.textContent = words;
}

/** The first press asks, a second within five seconds confirms. */
export function confirmed(button, question) {
  if (button.dataset.sure) {
    reset(button);
    return true;
  }
  button.dataset.sure = button.textContent;
  button.textContent = question;
  button.classList.add("sure");
  setTimeout(() => reset(button), SURE_MS);
  return false;
}

function reset(button) {
  if (!button.dataset.sure) return;
  button.textContent = button.dataset.sure;
  delete button.dataset.sure;
  button.classList.remove("sure");
}
