/**
 * Pairing a room's tablet, from any page: `<button type="button" data-pair="<room_id>" data-room-name="Room 1">`.
 *
 * The page includes `_pair.html` and calls `mountPairing(document)`. The dialog shows a code and its picture, and says
 * so when a tablet has used it. One listener on the document: buttons that are fetched again need no mounting.
 */

import { call } from "./actions.js";

const LOOK_EVERY_MS = 2000;

/** Open the dialog for each button with `data-pair`. */
export function mountPairing(document) {
  const dialog = document.getElementById("pair");
  // The expiry is on the server's clock, which this device's clock may not agree with.
  const ahead_ms = Number(dialog.dataset.nowMs) - Date.now();
  const part = (name) => dialog.querySelector(`[data-pair-${name}]`);
  let current = null;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pair]");
    if (!button) return;
    const { pair: room_id, roomName: name } = button.dataset;
    document.getElementById("pair-title").textContent = `Pair a tablet with ${name}`;
    dialog.showModal();
    begin(room_id, name);
  });
  part("again").addEventListener("click", () => begin(current.room_id, current.name));
  part("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", stop);

  async function begin(room_id, name) {
    stop();
    const mine = (current = { room_id, name, timer: null });
    show({ status: "Making a code." });
    try {
      const before = await pairedAt(room_id);
      const made = await call(`POST /api/v1/rooms/${room_id}/code`);
      if (current !== mine) return;
      show({ made, replaces: before !== null, status: "Waiting for the tablet." });
      mine.timer = setInterval(() => look(mine, before, made.expires_ms), LOOK_EVERY_MS);
    } catch (error) {
      if (current === mine) show({ problem: error.message, again: true });
    }
  }

  async function look(mine, before, expires_ms) {
    let now;
    try {
      now = await pairedAt(mine.room_id);
    } catch (error) {
      if (current === mine && mine.timer) part("status").textContent = error.message;
      return;
    }
    if (current !== mine || !mine.timer) return;
    if (now !== null && now !== before) {
      stop();
      show({ status: `${mine.name} has its tablet now. It says "${mine.name}" on its screen.` });
    } else if (Date.now() + ahead_ms >= expires_ms) {
      stop();
      show({ problem: "This code has expired. No tablet used it.", again: true });
    } else {
      part("status").textContent = "Waiting for the tablet.";
    }
  }

  function stop() {
    clearInterval(current?.timer);
    if (current) current.timer = null;
  }

  function show({ made = null, replaces = false, problem = "", status = "", again = false }) {
    part("code").hidden = !made;
    part("replaces").hidden = !replaces;
    part("problem").hidden = !problem;
    part("problem").textContent = problem;
    part("again").hidden = !again;
    part("status").textContent = status;
    part("address").textContent = made ? made.address.split("#")[0] : "";
    part("digits").textContent = made ? `${made.code.slice(0, 3)} ${made.code.slice(3)}` : "";
    part("until").textContent = made ? until(made.expires_ms - ahead_ms) : "";
    part("qr").replaceChildren(...(made ? [picture(made.qr_svg)] : []));
  }
}

/** Since when the room's tablet is paired, or null. */
async function pairedAt(room_id) {
  const rooms = await call("GET /api/v1/rooms");
  const room = rooms.find((found) => found.room_id === room_id);
  if (!room) throw new Error("This room is no longer in use.");
  return room.paired_ms;
}

function until(at_ms) {
  const time = new Date(at_ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `Good for one tablet, until ${time}.`;
}

/** The picture as an element: parsed as SVG, never as a page's own markup. */
function picture(text) {
  const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "QR code of the pairing address");
  return svg;
}
