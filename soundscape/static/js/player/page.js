/** Puts what view.js says onto the page: changes only what differs, so that nothing moves under a finger. */

const part = (name) => document.querySelector(`[data-part="${name}"]`);

const set = (name, text) => {
  const element = part(name);
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
};

const show = (view) => {
  for (const section of document.querySelectorAll("[data-view]")) section.hidden = section.dataset.view !== view;
};

function drawButton(button, control) {
  button.hidden = !control;
  if (!control) return;
  if (button.textContent !== control.label) button.textContent = control.label;
  button.dataset.kind = control.kind;
  button.setAttribute("aria-disabled", String(control.off));
}

/** Draw a screen (view.js). */
export function draw(shown) {
  document.body.dataset.say = shown.say ?? shown.view;
  show(shown.view);
  if (shown.view === "explain") {
    document.body.dataset.why = shown.why;
    set("why-title", shown.title);
    set("why", shown.sentence);
    set("todo", shown.todo);
    part("again").hidden = shown.why !== "revoked";
  }
  if (shown.view === "room") drawRoom(shown);
}

function drawRoom({ name, title, sentence, progress, note, controls, tap }) {
  set("name", name);
  set("title", title);
  set("sentence", sentence);
  set("note", note);
  const bar = part("progress");
  bar.hidden = progress === null;
  if (progress !== null) bar.value = progress;
  const places = part("controls");
  places.hidden = controls.length === 0;
  part("hint").hidden = controls.length === 0;
  [...places.children].forEach((button, index) => drawButton(button, controls[index]));
  part("tap").hidden = !tap;
}

/** Say something to a screen reader. */
export const say = (text) => {
  part("said").textContent = text;
};

/** The controls, the tap target and the pairing form. */
export const controls = () => part("controls");
export const tapTarget = () => part("tap");
export const againButton = () => part("again");

/** Wire the pairing form: `pair(code)` resolves with a sentence that says why not, or "". */
export function onPair(pair) {
  const form = part("pair");
  const code = form.elements.code;
  const problem = part("pair-problem");
  const fromAddress = location.hash.slice(1);
  if (/^\d{6}$/.test(fromAddress)) code.value = fromAddress;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    problem.textContent = "";
    const why = await pair(code.value.replace(/\D/g, ""));
    button.disabled = false;
    problem.textContent = why;
    if (why) code.select();
    else {
      form.reset();
      history.replaceState(null, "", location.pathname);
    }
  });
}
