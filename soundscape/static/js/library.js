/** The library's pages: sending files with progress, and hearing a track from a chosen place. */

import { refresh } from "./live.js";

const upload = document.getElementById("upload");
const sound = document.getElementById("sound");
const SVG = "http://www.w3.org/2000/svg";

if (upload) mountUpload(upload);
if (sound) mountSound(sound);

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

function mountSound(audio) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek]");
    if (button) return hear(audio, Number(button.dataset.seek));
    const picture = event.target.closest("#picture");
    if (picture) hear(audio, timeAt(picture, event.clientX));
  });
  // The place is drawn where the sound is, not where it was asked to be.
  for (const name of ["timeupdate", "seeked", "loadedmetadata"]) audio.addEventListener(name, () => draw(audio));
  document.addEventListener("refreshed", () => draw(audio));
  audio.addEventListener("error", () => document.getElementById("unheard").classList.remove("hidden"));
}

function hear(audio, at) {
  audio.currentTime = at;
  audio.play().catch(() => {}); // the element says itself why it does not play
}

/** The picture's own units of its time axis, as the server says them. */
function axis(picture) {
  return Object.fromEntries(Object.entries(picture.dataset).map(([name, value]) => [name, Number(value)]));
}

function timeAt(picture, clientX) {
  const box = picture.getBoundingClientRect();
  const { left, right, width, duration } = axis(picture);
  const share = (((clientX - box.left) / box.width) * width - left) / (right - left);
  return Math.min(1, Math.max(0, share)) * duration;
}

function draw(audio) {
  const picture = document.getElementById("picture");
  const svg = picture.querySelector("svg");
  const { left, right, top, bottom, duration } = axis(picture);
  let line = svg.querySelector(":scope > .playhead");
  if (!line) {
    line = document.createElementNS(SVG, "line");
    line.setAttribute("class", "playhead");
    svg.append(line);
  }
  const x = left + (right - left) * Math.min(1, audio.currentTime / duration);
  for (const [name, value] of Object.entries({ x1: x, x2: x, y1: top, y2: bottom })) line.setAttribute(name, String(value));
}
