/**
 * The focus is never lost: where the control that had it goes away or is switched off, what is around it gets it.
 *
 * A person at the keyboard would otherwise begin again at the top of the page each time a card changes.
 */

let trail = [];

/** Remember where the focus is, and bring it back after a dialog whose button is gone. */
export function mountFocus(document) {
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest("dialog")) trail = around(target);
  });
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (!relatedTarget) setTimeout(() => left(target));
  });
  document.addEventListener("close", () => setTimeout(keepFocus), true);
}

/** Who presses beside everything wants the focus nowhere. A control that went away says so before it is gone. */
function left(target) {
  const nowhere = document.activeElement === document.body && document.hasFocus();
  if (nowhere && target.isConnected && !target.disabled) trail = [];
}

/** If what had the focus can no longer have it, give it to the nearest thing around it that is still there. */
export function keepFocus() {
  const at = document.activeElement;
  if (at && at !== document.body && !at.disabled) return;
  for (const id of trail) {
    const place = document.getElementById(id);
    if (!place || place.disabled || !place.getClientRects().length) continue;
    if (place.tabIndex < 0) place.setAttribute("tabindex", "-1");
    place.focus({ preventScroll: true });
    if (document.activeElement === place) return;
  }
}

/** The ids of an element and of everything around it, the nearest first. */
function around(element) {
  const ids = [];
  for (let each = element; each; each = each.parentElement) if (each.id) ids.push(each.id);
  return ids;
}
