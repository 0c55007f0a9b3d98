/**
 * One media element with its own gain: begins at a given second from silence, goes by a ramp, says whether it moves.
 *
 * What it claims comes from the element: an element that is not paused but whose time stands still does not sound.
 */

import { Fader } from "./fader.js";
import { deviceMs } from "./now.js";

const READY_TIMEOUT_MS = 10_000;
/** A time that has not moved for this long stands still. Element clocks move in steps of up to 0.25 s. */
const STILL_MS = 1_500;
/** Browsers tell the length of compressed files to within a few frames. */
const SHORTER_S = 0.5;

/** The browser refuses to play before somebody has touched the page. */
export class NeedsTap extends Error {}

/** The browser cannot play this file. */
export class Unplayable extends Error {}

/** The deck was cleared while it was being made ready: something else is wished. */
export class Superseded extends Error {}

const once = (element, name) =>
  new Promise((resolve, reject) => {
    const done = new AbortController();
    const { signal } = done;
    const finish = (settle, value) => {
      done.abort();
      clearTimeout(timer);
      settle(value);
    };
    const timer = setTimeout(() => finish(reject, new Unplayable(`No "${name}" from the player.`)), READY_TIMEOUT_MS);
    element.addEventListener(name, () => finish(resolve), { signal });
    const broken = () => finish(reject, new Unplayable(element.error?.message || "The file is broken."));
    element.addEventListener("error", broken, { signal });
  });

export class Deck {
  #context;
  #element = new Audio();
  #url = null;
  #moved = { position_s: 0, at_ms: 0 };
  #turn = 0;

  /** What is on it: the plan's `music`, or null. */
  music = null;
  /** Whether it is on its way out. */
  going = false;

  constructor(context, output) {
    this.#context = context;
    this.#element.preload = "auto";
    // Speed is changed in silence only, and exactly: stretching sound without its pitch takes time of its own.
    this.#element.preservesPitch = false;
    this.fader = new Fader(context);
    new MediaElementAudioSourceNode(context, { mediaElement: this.#element }).connect(this.fader.node).connect(output);
  }

  get position_s() {
    return this.#element.currentTime;
  }

  get ended() {
    return this.#element.ended;
  }

  /** Whether its time moves and the graph runs: whether anything can be heard of it. */
  sounds(now_ms) {
    const { paused, ended, currentTime } = this.#element;
    if (currentTime !== this.#moved.position_s) this.#moved = { position_s: currentTime, at_ms: now_ms };
    return !paused && !ended && this.#context.state === "running" && now_ms - this.#moved.at_ms < STILL_MS;
  }

  /**
   * Play a file from a place, silently at first.
   *
   * @throws {NeedsTap|Unplayable|Superseded}
   */
  async begin(music, blob) {
    await this.load(music, blob, music.from_s);
    await this.start();
  }

  /**
   * Take a file up to a place, without playing it.
   *
   * @throws {Unplayable|Superseded}
   */
  async load(music, blob, from_s) {
    this.clear();
    const turn = this.#turn;
    this.music = music;
    this.#url = URL.createObjectURL(blob);
    const element = this.#element;
    const loaded = once(element, "loadedmetadata");
    element.src = this.#url;
    await loaded;
    this.#still(turn);
    const there = once(element, "seeked");
    element.currentTime = from_s;
    await there;
    this.#still(turn);
  }

  /** Whoever cleared the deck since may have put other music on it, which is not ours to move. */
  #still(turn) {
    if (turn !== this.#turn) throw new Superseded("Something else is wished.");
  }

  /** @throws {NeedsTap|Unplayable|Superseded} */
  async start() {
    const turn = this.#turn;
    await this.#play();
    this.#still(turn);
    this.#moved = { position_s: this.#element.currentTime, at_ms: deviceMs() };
  }

  /** Stop, and be ready at a place again. */
  async back(position_s) {
    const element = this.#element;
    element.pause();
    if (element.currentTime === position_s) return;
    const there = once(element, "seeked");
    element.currentTime = position_s;
    await there;
  }

  /** How fast it plays: for catching up while it is silent. */
  set rate(rate) {
    this.#element.playbackRate = rate;
  }

  async #play() {
    try {
      await this.#element.play();
    } catch (error) {
      if (error.name === "NotAllowedError") throw new NeedsTap(error.message);
      if (error.name === "AbortError") throw new Superseded(error.message);
      throw new Unplayable(error.message);
    }
  }

  /** Use a touch of the page: from now on the browser lets this element play. */
  async prime(silence) {
    if (this.music) return;
    this.#element.src = silence;
    await this.#play().catch(() => null);
    if (!this.music) this.clear();
  }

  /** Go: down to nothing within `seconds`, then off. */
  release(seconds, shape) {
    if (this.going) return;
    this.going = true;
    this.fader.to(0, seconds, shape);
  }

  /** Off once a ramp out is over; call it often. */
  sweep() {
    if (this.going && this.fader.left_s === 0) this.clear();
  }

  /** Off at once. Only where nothing is heard of it. */
  clear() {
    this.#turn += 1;
    this.#element.pause();
    this.#element.removeAttribute("src");
    this.#element.load();
    this.#element.playbackRate = 1;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
    this.music = null;
    this.going = false;
    this.fader.to(0, 0);
  }
}

/**
 * Can this browser play a file, and is it as long as it has to be?
 *
 * @throws {Unplayable}
 */
export async function probe(blob, total_s) {
  const element = new Audio();
  const url = URL.createObjectURL(blob);
  try {
    const loaded = once(element, "loadedmetadata");
    element.preload = "metadata";
    element.src = url;
    await loaded;
    if (element.duration < total_s - SHORTER_S) throw new Unplayable(`It lasts ${element.duration} s, not ${total_s} s.`);
  } finally {
    element.removeAttribute("src");
    element.load();
    URL.revokeObjectURL(url);
  }
}
