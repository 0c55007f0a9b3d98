/**
 * Draws the offered lists from the server's answer. What is open or asked stays so, and the focus stays where it was.
 *
 * Every word of a list or a piece is set as text, never as markup.
 */

const COUNTS = ["no", "one", "two", "three", "four", "five"];
const byId = (id) => document.getElementById(id);
const copyOf = (id) => byId(id).content.firstElementChild.cloneNode(true);

/**
 * Draw everything.
 *
 * @param shown  the answer of GET /preview/lists
 * @param told   what a veto did: said, sentences by the list's id; in which list it was cast, and at which place there
 * @param acts   hear(piece, part), vote(piece, cast, list, place), choose(list)
 */
export function drawOffer(shown, told, acts) {
  const focus = document.activeElement?.id;
  const open = new Set([...document.querySelectorAll("#lists details[open]")].map((details) => details.parentElement.id));
  const asked = [...document.querySelectorAll("#lists input[value=veto]:checked")].map((radio) => radio.id);
  byId("offer").querySelector("[data-lead]").textContent = lead(shown);
  drawChosen(shown);
  byId("lists").replaceChildren(
    ...shown.lists.map((list) => {
      const section = drawList(list, shown, told, acts);
      section.querySelector("details").open = open.has(section.id);
      return section;
    }),
  );
  byId("left-out").hidden = !shown.left_out.length;
  byId("left-out").querySelector("ol").replaceChildren(
    ...shown.left_out.map((piece) => drawPiece(piece, "left", shown.begun, acts)),
  );
  for (const id of asked) askAgain(byId(id));
  if (told) document.querySelector(".pieces > .said")?.focus();
  else if (focus) byId(focus)?.focus();
}

/** A piece that is about to be left out is asked about still, where the answer to another vote drew it anew. */
function askAgain(radio) {
  if (!radio || radio.disabled) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change"));
}

function lead(shown) {
  if (shown.begun) return "Your session has begun. You can still listen; the list stays as it is.";
  const one = shown.lists.length === 1;
  const count = COUNTS[shown.lists.length] ?? shown.lists.length;
  const choice = one ? "Here is a list for your visit." : `Here are ${count} lists for your visit.`;
  return `${choice} Listen if you like, leave out what does not feel right, and choose ${one ? "it" : "one"}. There is no hurry.`;
}

function drawChosen(shown) {
  const list = shown.lists.find((one) => one.playlist_id === shown.chosen);
  const place = byId("chosen");
  // Said anew only when it is new, so that a screen reader is not told at each vote.
  if (place.dataset.list === String(list?.title)) return;
  place.dataset.list = String(list?.title);
  place.replaceChildren();
  if (!list) return;
  const title = document.createElement("h2");
  title.tabIndex = -1;
  const tick = document.createElement("i");
  tick.className = "tick";
  title.append(tick, "Thank you");
  const words = document.createElement("p");
  words.textContent =
    `Your list is “${list.title}”. The clinic sees it and makes it ready for your visit. ` +
    "Until your session begins you can still choose another, or leave pieces out.";
  place.append(title, words);
}

function drawList(list, shown, told, acts) {
  const section = copyOf("list-form");
  const mine = list.playlist_id === shown.chosen;
  section.id = `list-${list.playlist_id}`;
  section.classList.toggle("mine", mine);
  const title = section.querySelector("h2");
  title.textContent = list.title;
  title.id = `${section.id}-title`;
  section.setAttribute("aria-labelledby", title.id);
  const count = list.pieces.length;
  section.querySelector(".facts").textContent =
    `${Math.round(list.total_s / 60)} minutes · ${count} ${count === 1 ? "piece" : "pieces"}`;
  const note = section.querySelector(".note");
  note.textContent = list.note;
  note.hidden = !list.note;
  section.querySelector("summary").id = `${section.id}-summary`;
  const pieces = section.querySelector("ol");
  pieces.append(
    ...list.pieces.map((piece, place) =>
      drawPiece(piece, list.playlist_id, shown.begun, { ...acts, vote: (it, cast) => acts.vote(it, cast, list, place) }),
    ),
  );
  const said = told?.said[list.playlist_id] ?? "";
  const here = said && told.list === list.playlist_id;
  if (here) sayInPlace(pieces, said, told.place);
  const words = list.can_be_chosen ? said : said || "This list cannot be made without a piece that you left out.";
  section.querySelector(".said").textContent = here ? "" : words;
  drawChoice(section.querySelector("[data-choose]"), list, mine, shown, acts);
  return section;
}

/** Where a piece was, the sentence that says what became of it: the eye and the focus are there. */
function sayInPlace(pieces, said, place) {
  const item = document.createElement("li");
  item.className = "said";
  item.tabIndex = -1;
  item.textContent = said;
  pieces.insertBefore(item, pieces.children[place] ?? null);
}

function drawChoice(button, list, mine, shown, acts) {
  button.id = `choose-${list.playlist_id}`;
  button.hidden = !list.can_be_chosen || (shown.begun && !mine);
  button.disabled = mine;
  button.classList.toggle("primary", !mine);
  button.textContent = mine ? "Your list" : "This is my list";
  button.setAttribute("aria-label", `${button.textContent}: ${list.title}`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    await acts.choose(list);
    button.disabled = mine;
  });
}

function drawPiece(piece, where, begun, acts) {
  const item = copyOf("piece-form");
  const key = `${where}-${piece.track_id}`;
  item.querySelector("h3").textContent = piece.name;
  item.querySelector(".by").textContent = piece.artist;
  drawHearing(item, piece, key, acts);
  drawVotes(item, piece, key, begun, acts);
  return item;
}

function drawHearing(item, piece, key, acts) {
  const [part, whole] = item.querySelectorAll(".hear button");
  const unheard = item.querySelector(".unheard");
  if (!piece.can_hear) {
    item.querySelector(".hear").hidden = true;
    const still = piece.vote === "veto" ? "" : " You can still leave it out.";
    unheard.textContent = `This piece cannot be heard in advance.${still}`;
    unheard.hidden = false;
    return;
  }
  const name = item.querySelector("h3");
  name.id = `${key}-name`;
  mountHearing(part, piece, true, "Hear a part", acts);
  if (piece.whole) {
    mountHearing(whole, piece, false, `Hear all, ${clock(piece.duration_s)}`, acts);
  } else {
    whole.remove();
    unheard.textContent = "Only a part can be heard here: browsers do not play the whole file.";
    unheard.hidden = false;
  }
  for (const button of item.querySelectorAll(".hear > [data-address]")) {
    button.id = `${key}-${button.dataset.address.endsWith("/excerpt") ? "part" : "whole"}`;
    button.setAttribute("aria-describedby", name.id);
  }
}

function mountHearing(button, piece, part, words, acts) {
  button.dataset.words = words;
  button.dataset.address = `/preview/media/${piece.track_id}${part ? "/excerpt" : ""}`;
  button.textContent = words;
  button.addEventListener("click", () => acts.hear(piece, part));
}

function drawVotes(item, piece, key, begun, acts) {
  item.querySelector("legend").textContent = `What do you say to ${piece.name}?`;
  const radios = [...item.querySelectorAll("input")];
  const sure = item.querySelector(".sure");
  for (const radio of radios) {
    radio.name = `vote-${key}`;
    radio.id = `${key}-${radio.value}`;
    radio.checked = radio.value === piece.vote;
    radio.disabled = begun;
    radio.addEventListener("change", () => {
      // Arrow keys and thumbs pass over this one; the list changes only after a second press.
      sure.hidden = radio.value !== "veto" || piece.vote === "veto";
      if (radio.value !== "veto") acts.vote(piece, radio.value);
    });
  }
  sure.querySelector("p").textContent = `Leave out ${piece.name}? Every list that holds it is changed at once, and it does not come back.`;
  for (const button of sure.querySelectorAll("button")) button.id = `${radios[0].id}-${Object.keys(button.dataset)[0]}`;
  sure.querySelector("[data-veto]").addEventListener("click", async (event) => {
    event.target.disabled = true;
    event.target.textContent = "One moment";
    await acts.vote(piece, "veto");
  });
  sure.querySelector("[data-keep]").addEventListener("click", () => {
    sure.hidden = true;
    for (const radio of radios) radio.checked = radio.value === piece.vote;
    radios.find((radio) => radio.checked)?.focus();
  });
}

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
