/**
 * The room player on its page: joins the pure parts (core, plan, view) with storage, sound, network and page.
 *
 * Everything goes one way: something happens -> `player.tell` -> new state -> plan -> speaker, store, page, report.
 */

import { Player } from "./player.js";
import { Store, asksToPersist } from "./store.js";
import { NoStorage } from "./database.js";
import { alone, holdMediaKeys, watchBattery } from "./device.js";
import { draw } from "./page.js";
import { watchOutputs } from "./outputs.js";
import { initial } from "./core.js";
import { screen } from "./view.js";

const explain = (around) =>
  draw(screen(initial(), Date.now(), { secure: true, storage: true, alone: true, ...around }));

async function openStore() {
  try {
    return await Store.open();
  } catch (error) {
    if (error instanceof NoStorage) return null;
    throw error;
  }
}

async function run() {
  const store = await openStore();
  if (!store) return explain({ storage: false });
  const player = new Player(store);
  holdMediaKeys();
  watchBattery((battery, charging) => player.tell("battery", { battery, charging }));
  watchOutputs((removed) => player.tell("outputs", { removed }));
  asksToPersist().then((granted) => player.tell("problem", { code: "storage_refused", is: !granted }));
  await player.run();
}

async function start() {
  if (!window.isSecureContext) return explain({ secure: false });
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker
      .register("/room-sw.js", { scope: "/room" })
      .catch((error) => console.warn("A reload will need the server:", error.message));
  }
  await alone(run, () => explain({ alone: false }));
}

start();
