/** Lists from elsewhere: sending a file, and what a list that was built with one holds. */

const bring = document.getElementById("bring");
const template = document.getElementById("template");

if (bring) bring.addEventListener("submit", send);

template?.addEventListener("change", () => {
  document.getElementById("infusion_min").value = template.selectedOptions[0].dataset.minutes;
});

document.addEventListener("done", (event) => {
  if (event.target.id === "build") show(event.detail);
});

async function send(event) {
  event.preventDefault();
  const [file] = bring.querySelector("[type=file]").files;
  const button = bring.querySelector("button");
  const most = Number(bring.dataset.mostMib);
  if (file.size > most * 2 ** 20) return say(`This file is larger than ${most} MiB, which no list is. Choose the list alone.`);
  say("");
  button.disabled = true;
  try {
    location.assign(`/imports/${(await posted(file)).import_id}`);
  } catch (error) {
    say(error.message);
  } finally {
    button.disabled = false;
  }
}

async function posted(file) {
  const body = new FormData();
  body.append("file", file);
  const headers = { Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
  let response;
  try {
    response = await fetch("/api/v1/imports", { method: "POST", headers, body });
  } catch {
    throw new Error("The upload broke off. Nothing of it was kept; send it again.");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Error(answer?.detail ?? `The server answered ${response.status}.`);
  return answer;
}

function say(words) {
  const place = bring.querySelector("[data-problem]");
  place.className = words ? "problem" : "";
  place.textContent = words;
}

/** The list that was built, and what could not be in it. */
function show(built) {
  const place = document.getElementById("built");
  const link = place.querySelector("a");
  link.href = `/playlists/${built.playlist_id}`;
  link.textContent = built.title;
  place.querySelector("ul").replaceChildren(
    ...built.left_out.map((words) => Object.assign(document.createElement("li"), { textContent: words })),
  );
  place.hidden = false;
  place.focus();
}
