/** The rooms' page: the pairing dialog, and an empty form once a room was added. */

import { mountPairing } from "./pairing.js";

mountPairing(document);
document.getElementById("new-room").addEventListener("done", (event) => event.target.reset());
