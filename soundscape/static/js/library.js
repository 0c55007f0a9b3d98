/** The library's pages: sending files with progress, and listening to a track. */

import { mountListening } from "./listen.js";
import { refresh } from "./live.js";

const upload = document.getElementById("upload");

if (upload) mountUpload(upload);
mountListening(document);

// A saved form begins anew; the page then shows what was stored.
document.addEventListener("done", (event) => event.target.matches("form[data-reset]") && event.target.reset());
for (const select of document.querySelectorAll("#sort")) select.addEventListener("change", () => select.form.requestSubmit());

function mountUpload(form) {
  const files = form.querySelector("[type=file]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = [...files.files];
    if (!chosen.length) return files.click();
    files.value = "";
    const lines = chosen.map((file) => newLine(form, file));
    for (const line of lines) await line.send(); // one at a time: each can be sent again
  });
}

/** A line of the list for one file, and how to send it. */
function newLine(form, file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const words = document.createElement("p");
  const bar = document.createElement("progress");
  const again = document.createElement("button");
  name.className = "name";
  name.textContent = file.name;
  words.className = "small muted";
  words.textContent = "waits";
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sent of ${file.name}`);
  again.type = "button";
  again.textContent = "Send again";
  again.hidden = true;
  const row = document.createElement("div");
  row.className = "row";
  row.append(name, again);
  item.append(row, bar, words);
  form.querySelector("#sent").append(item);

  async function send() {
    again.hidden = true;
    bar.hidden = false;
    words.className = "small muted";
    try {
      refuseEarly(form, file);
      words.textContent = "is being sent";
      await sendFile(file, (share) => {
        bar.value = share;
        if (share === 1) words.textContent = "is being looked at";
      });
      words.textContent = "is in the library and will be measured";
      bar.hidden = true;
      refresh();
    } catch (error) {
      words.className = "problem";
      words.textContent = error.message;
      bar.hidden = true;
      again.hidden = Boolean(error.final);
    }
  }
  again.addEventListener("click", send);
  return { send };
}

/** What the server would refuse anyway is not sent: a browser that is cut off while sending hears no reason. */
function refuseEarly(form, file) {
  const extensions = form.dataset.extensions.split(",");
  const most = Number(form.dataset.mostMib);
  const kind = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  let why = "";
  if (!extensions.includes(kind)) why = `This is not a kind of file that is read here. Use one of ${extensions.join(", ")}.`;
  else if (file.size > most * 2 ** 20) why = `This file is larger than ${most} MiB. Copy it into a folder of the server instead.`;
  if (why) throw Object.assign(new Error(why), { final: true });
}

/** Send one file; resolves when it is stored. */
function sendFile(file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/uploads");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", document.querySelector("meta[name=csrf-token]").content);
    request.upload.addEventListener("progress", (event) => progress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status === 201) return resolve();
      let detail;
      try {
        detail = JSON.parse(request.responseText).detail;
      } catch {
        detail = `The server answered ${request.status}.`;
      }
      reject(new Error(detail));
    });
    request.addEventListener("error", () => reject(new Error("The upload broke off. Nothing of it was kept; send it again.")));
    const body = new FormData();
    body.append("files", file);
    request.send(body);
  });
}
