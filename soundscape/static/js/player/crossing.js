/**
 * How does the music go over from one deck to another so that nobody hears a jump?
 *
 * The next deck takes its file up early, starts silently a little before the place where it belongs, and is moved until
 * both run side by side: the difference of their places is measured, and while it is silent the next deck plays a little
 * faster or slower. Then both cross, linear: their gains add up to one. Where both play the same music, which they do
 * around a seam, what is left of the difference is heard as a slight colour of the sound for as long as they cross.
 */

import { deviceMs } from "./now.js";

/** So long before its place the next deck starts, where its file has so much before it. */
const LEAD_S = 2;
/** From asking an element to play, right after a burst, to its first sample: as measured here, and learned from each start. */
const startup = { seconds: 0.12 };
/** So long before the start its moment is worked out. */
const AHEAD_S = 1.5;
/** What may be left of the difference: what is measured here is right to some milliseconds (docs/live.md). */
const CLOSE_S = 0.003;
/** Catching up may delay the crossing by so much. */
const LATEST_S = 1.5;
/** A difference is read right after a burst: browsers hand sound over in bursts, Chromium in 0.19 s for the buffer wished here. */
const READINGS = 5;
const POLL_MS = 4;
/** After a start or a change of speed the element's own time needs so long to be true again. */
const SETTLE_S = 0.15;
/** Moving takes about so long, in whole bursts, and plays at most so much faster or slower. */
const MOVE_S = 0.35;
const HASTE = 0.5;
/** A browser that hands over nothing for so long stands still. */
const STILL_MS = 1_000;
/** A file may take so long to be taken up, from where the crossing is already due. */
const HURRY_S = 0.6;
const SHORTEST_S = 3;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

export class Crossing {
  #old;
  #deck;
  #given_up = false;
  #burst_s = 0.19;
  /** Whether the two decks cross already. */
  begun = false;

  /** From `old`, which sounds, to `deck`, which is free; `next` as the plan says (plan.js). */
  constructor(old, deck, next) {
    this.#old = old;
    this.#deck = deck;
    this.next = next;
  }

  /** Leave it, where it has not begun. From then on the deck belongs to whoever takes it next. */
  giveUp() {
    if (this.begun || this.#given_up) return;
    this.#given_up = true;
    this.#deck.clear();
  }

  /** Whether it was left. */
  get given_up() {
    return this.#given_up;
  }

  /**
   * Bring it about; resolves once both cross, with what is left of the difference in seconds, or null if it was given up.
   *
   * @throws {NeedsTap|Unplayable}
   */
  async run(load) {
    const { next } = this;
    const blob = await load(next);
    if (this.#left()) return null;
    const due_s = Math.max(next.at_position_s - Math.min(LEAD_S, next.from_s), this.#old.position_s + HURRY_S);
    await this.#deck.load(next, blob, this.#belongs(due_s));
    if (this.#left()) return null;
    await this.#startAt(due_s);
    if (this.#left()) return null;
    const off_s = await this.#align();
    await this.#until(next.at_position_s);
    if (this.#left()) return null;
    this.#cross();
    return off_s;
  }

  /** The place of the next deck's file that belongs to a place of the old one's. */
  #belongs(position_s) {
    return position_s - this.next.at_position_s + this.next.from_s;
  }

  /** Start the next deck with the first burst from which it sounds at or after the old deck's place `due_s`. */
  async #startAt(due_s) {
    await this.#until(due_s - startup.seconds - AHEAD_S);
    await this.#pass(2 * this.#burst_s);
    const bursts = Math.max(2, Math.ceil((due_s - startup.seconds - this.#old.position_s) / this.#burst_s));
    const start_s = this.#old.position_s + bursts * this.#burst_s;
    if (this.#left()) return;
    await this.#deck.back(Math.max(0, this.#belongs(start_s + startup.seconds)));
    await this.#until(start_s - this.#burst_s / 2);
    await this.#burst();
    if (!this.#left()) await this.#deck.start();
  }

  #left() {
    return this.#given_up || this.#old.music === null || this.#old.going;
  }

  /** Wait until the old deck is at a place of its file. */
  async #until(position_s) {
    for (;;) {
      const left_s = position_s - this.#old.position_s;
      if (left_s <= 0 || this.#left()) return;
      await wait(Math.min(500, Math.max(4, left_s * 1000 - 10)));
    }
  }

  /** How far the next deck is ahead of where it belongs. */
  #offset() {
    return this.#deck.position_s - this.next.from_s - (this.#old.position_s - this.next.at_position_s);
  }

  /** Wait for the next burst; how much it brought, in seconds. */
  async #burst() {
    const from_s = this.#old.position_s;
    const until_ms = deviceMs() + STILL_MS;
    while (this.#old.position_s === from_s && deviceMs() < until_ms) await wait(POLL_MS);
    return this.#old.position_s - from_s;
  }

  /** Let so much of the music pass, in whole bursts; how much it was. */
  async #pass(seconds) {
    const from_s = this.#old.position_s;
    let bursts = 0;
    do {
      if ((await this.#burst()) === 0) break;
      bursts += 1;
    } while (this.#old.position_s - from_s < seconds - this.#burst_s / 4);
    const passed_s = this.#old.position_s - from_s;
    if (bursts > 0) this.#burst_s = Math.max(0.005, passed_s / bursts);
    return passed_s;
  }

  async #measured() {
    await this.#pass(SETTLE_S);
    const found = [];
    for (let turn = 0; turn < READINGS; turn += 1) {
      found.push(this.#offset());
      await wait(POLL_MS);
    }
    return median(found);
  }

  async #align() {
    let off_s = await this.#measured();
    startup.seconds = Math.min(0.4, Math.max(0, startup.seconds - off_s / 2));
    const latest_s = this.next.at_position_s + LATEST_S;
    while (Math.abs(off_s) > CLOSE_S && this.#old.position_s < latest_s && !this.#left()) {
      await this.#move(off_s);
      off_s = await this.#measured();
    }
    return off_s;
  }

  /** A change of speed counts from one burst to another, so it lasts whole bursts. */
  async #move(off_s) {
    await this.#burst();
    if (this.#left()) return;
    const span_s = this.#burst_s * Math.max(1, Math.round(MOVE_S / this.#burst_s));
    this.#deck.rate = 1 - Math.max(-HASTE, Math.min(HASTE, off_s / span_s));
    await this.#pass(span_s);
    if (!this.#left()) this.#deck.rate = 1;
  }

  #cross() {
    this.begun = true;
    // What catching up took is taken off, so that the crossing ends where it was meant to.
    const late_s = this.#old.position_s - this.next.at_position_s;
    const seconds = Math.max(SHORTEST_S, this.next.cross_s - Math.max(0, late_s));
    this.#old.release(seconds, "linear");
    this.#deck.fader.to(1, seconds, "linear");
  }
}
