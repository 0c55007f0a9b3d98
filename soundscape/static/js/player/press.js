/**
 * Was a control really meant? A hand that brushes the tablet must change nothing.
 *
 * A finger or a held key (Enter, Space) counts after one second without leaving. A click that no finger or key made,
 * as a screen reader sends it, asks to be repeated within five seconds. While held the button has `data-held`.
 */

const HOLD_MS = 1_000;
const REPEAT_MS = 5_000;
const KEYS = new Set(["Enter", " "]);

/** Call `meant(button)` when one of the buttons inside `parent` was held; `say` speaks to a screen reader. */
export function guarded(parent, meant, say) {
  let held = null;
  let asked = null;

  const release = () => {
    if (!held) return;
    clearTimeout(held.timer);
    delete held.button.dataset.held;
    held = null;
  };
  const hold = (button) => {
    if (!button || button.getAttribute("aria-disabled") === "true" || held?.button === button) return;
    release();
    // A place may come to mean something else under the finger.
    const { kind, value } = button.dataset;
    const same = () => button.dataset.kind === kind && button.dataset.value === value && !button.hidden;
    const done = () => {
      release();
      if (same() && button.getAttribute("aria-disabled") !== "true") meant(button);
    };
    held = { button, timer: setTimeout(done, HOLD_MS) };
    button.dataset.held = "";
  };
  const buttonOf = (event) => event.target.closest("button[data-kind]");

  parent.addEventListener("pointerdown", (event) => event.isPrimary && event.button === 0 && hold(buttonOf(event)));
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) parent.addEventListener(name, release);
  // Another button may lose the focus just because this one is pressed.
  for (const name of ["pointerout", "focusout"]) {
    parent.addEventListener(name, (event) => event.target === held?.button && release());
  }
  parent.addEventListener("contextmenu", (event) => event.preventDefault());
  parent.addEventListener("keydown", (event) => {
    if (!KEYS.has(event.key)) return;
    event.preventDefault();
    if (!event.repeat) hold(buttonOf(event));
  });
  parent.addEventListener("keyup", (event) => {
    if (!KEYS.has(event.key)) return;
    event.preventDefault();
    release();
  });
  parent.addEventListener("click", (event) => {
    const button = buttonOf(event);
    // A finger's own click has a place or a count; what a screen reader sends has neither.
    if (!button || event.detail !== 0 || event.pointerType || button.getAttribute("aria-disabled") === "true") return;
    if (asked && asked.button === button && event.timeStamp - asked.at < REPEAT_MS) {
      asked = null;
      meant(button);
      return;
    }
    asked = { button, at: event.timeStamp };
    say(`Press ${button.textContent} again to confirm.`);
  });
}
