/** The staff's page of previews: shows a new link this once, with its QR code, and fits the minutes to the template. */

import { refresh } from "./live.js";

const UNTIL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const dialog = document.getElementById("link");
const address = document.getElementById("link-address");
const copied = dialog.querySelector("[data-copied]");

document.addEventListener("done", (event) => {
  if (!event.target.matches("form[data-link]")) return;
  const link = event.detail;
  dialog.querySelector("[data-code]").textContent = link.code;
  dialog.querySelector("[data-qr]").src = `data:image/svg+xml,${encodeURIComponent(framed(link.qr_svg))}`;
  dialog.querySelector("[data-until]").textContent = `It works until ${UNTIL.format(link.expires_ms)}.`;
  address.value = link.address;
  copied.textContent = "";
  dialog.showModal();
  for (const box of event.target.querySelectorAll("input[data-list]")) box.checked = false;
  refresh();
});

// Closed, nothing of the link stays in the page.
dialog.addEventListener("close", () => {
  address.value = "";
  dialog.querySelector("[data-qr]").removeAttribute("src");
});

dialog.querySelector("[data-copy]").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(address.value);
    copied.textContent = "Copied.";
  } catch {
    address.select();
    copied.textContent = "This browser does not let pages copy. The link is selected: copy it yourself.";
  }
});

const template = document.getElementById("template");
template.addEventListener("change", () => {
  document.getElementById("minutes").value = template.selectedOptions[0].dataset.minutes;
});

/** An inline SVG as a document of its own. */
function framed(svg) {
  return svg.includes("xmlns=") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
}
