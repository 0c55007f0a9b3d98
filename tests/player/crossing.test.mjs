/** A crossing that was left never touches its deck again: other music may be on it by then. */

import assert from "node:assert/strict";
import test from "node:test";

import { Crossing } from "../../soundscape/static/js/player/crossing.js";

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A deck that sounds in bursts, as Chromium's do. */
class Sounding {
  music = {};
  going = false;
  #from_ms = performance.now();

  get position_s() {
    return Math.floor((performance.now() - this.#from_ms) / 190) * 0.19;
  }

  release() {
    this.going = true;
  }
}

class Told {
  position_s = 0;
  calls = [];
  fader = { to: () => this.calls.push("to") };

  load = async () => this.calls.push("load");
  back = async () => this.calls.push("back");
  start = async () => this.calls.push("start");
  clear = () => this.calls.push("clear");

  set rate(_) {
    this.calls.push("rate");
  }
}

for (const left_ms of [100, 900, 1_700, 2_300]) {
  test(`left after ${left_ms} ms`, async () => {
    const deck = new Told();
    const crossing = new Crossing(new Sounding(), deck, { at_position_s: 4, from_s: 10, cross_s: 4 });
    const ran = crossing.run(async () => null);
    await wait(left_ms);
    crossing.giveUp();
    crossing.giveUp();
    deck.calls.length = 0;
    assert.equal(await ran, null);
    await wait(600);
    assert.deepEqual(deck.calls, []);
  });
}
