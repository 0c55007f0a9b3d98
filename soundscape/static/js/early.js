/**
 * Keeps what is pressed before the page's modules have run, and presses it again once they have, so that no press is lost.
 *
 * A form without a `method` is a module's: the browser itself never sends it, else its fields would stand in the address.
 */

"use strict";

{
  let early = [];

  document.addEventListener("submit", (event) => {
    if (event.target.hasAttribute("method")) return;
    event.preventDefault();
    early?.push([event.target, event.submitter]);
  });

  // The modules of a page run before this event.
  document.addEventListener("DOMContentLoaded", () => {
    const pressed = early;
    early = null;
    for (const [form, button] of pressed) form.requestSubmit(button);
  });
}
