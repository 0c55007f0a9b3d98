/** The accounts' page: a one-time login is shown once, with a button that copies it. */

import { refresh } from "./live.js";

const dialog = document.getElementById("login");
const part = (name) => dialog.querySelector(`[data-login-${name}]`);

document.addEventListener("done", (event) => {
  if (!event.target.matches("[data-login]")) return;
  event.preventDefault();
  const { account, one_time_login } = event.detail;
  part("name").textContent = account.name;
  part("code").textContent = one_time_login;
  part("address").textContent = `${location.origin}/first`;
  part("copied").textContent = "";
  dialog.showModal();
});

part("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(part("code").textContent);
    part("copied").textContent = "Copied.";
  } catch {
    part("copied").textContent = "This browser does not allow copying. Write it down.";
  }
});
part("close").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  // Nothing of it stays on the page.
  part("code").textContent = "";
  document.querySelector("form[data-login]").reset();
  refresh();
});
