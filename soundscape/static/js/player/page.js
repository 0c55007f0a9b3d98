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
  button.dataset.value = control.value ?? "";
  button.setAttribute("aria-disabled", String(control.off));
}

/** Draw buttons in fixed places; a group grows as needed and never shrinks. */
function drawGroup(name, wanted, shown = true) {
  const places = part(name);
  while (places.children.length < wanted.length) {
    const button = document.createElement("button");
    button.type = "button";
    places.append(button);
  }
  places.hidden = wanted.length === 0 || !shown;
  [...places.children].forEach((button, index) => drawButton(button, wanted[index]));
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

function drawRoom({ name, title, sentence, progress, note, controls, more, lists, tap }) {
  set("name", name);
  set("title", title);
  set("sentence", sentence);
  set("note", note);
  const bar = part("progress");
  bar.hidden = progress === null;
  if (progress !== null) bar.value = progress;
  const unfolded = part("open").getAttribute("aria-expanded") === "true";
  drawGroup("controls", controls);
  drawGroup("more", more, unfolded);
  drawGroup("lists", lists);
  part("open").hidden = more.length === 0;
  part("hint").hidden = controls.length === 0 && lists.length === 0;
  part("tap").hidden = !tap;
}

/** Say something to a screen reader. */
export const say = (text) => {
  part("said").textContent = text;
};

/** The controls, the tap target and the pairing form. */
export const controls = () => ["controls", "more", "lists"].map(part);
export const tapTarget = () => part("tap");
export const againButton = () => part("again");

/** So long the further choices stay unfolded: the screen is to be calm. */
const UNFOLDED_MS = 20_000;

/** Wire the button that unfolds further choices; `changed` draws them. */
export function onMore(changed) {
  const button = part("open");
  let timer = null;
  const unfold = (wanted) => {
    clearTimeout(timer);
    button.setAttribute("aria-expanded", String(wanted));
    if (wanted) timer = setTimeout(() => unfold(false), UNFOLDED_MS);
    changed();
  };
  button.addEventListener("click", () => unfold(button.getAttribute("aria-expanded") !== "true"));
  part("more").addEventListener("pointerdown", () => unfold(true));
}

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
