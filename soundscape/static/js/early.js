/** Keeps what is pressed before the page's modules have run, so that no press is lost: `mountActions` goes on with it. */

"use strict";

window.pressedEarly = [];

document.addEventListener("submit", (event) => {
  if (!window.pressedEarly || !event.target.closest("form[data-api]")) return;
  event.preventDefault();
  window.pressedEarly.push([event.target, event.submitter]);
});
