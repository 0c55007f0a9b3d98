/**
 * How does the plan's music become sound, and what is really heard of it?
 *
 * Two media elements, each through a gain of its own (crossings), then one level gain, then the way out; the meter hangs
 * behind the last gain. No gain is above 1, every change is a ramp. `follow(plan)` compares the plan with what is and may
 * be called at any time; `measure()` tells what is.
 */

import { Crossing } from "./crossing.js";
import { Deck, NeedsTap, Unplayable } from "./deck.js";
import { Fader } from "./fader.js";
import { Guard } from "./guard.js";
import { Meter } from "./meter.js";
import { decibels } from "./ramp.js";
import { Leave, PATIENCE_MS } from "./leave.js";
import { deviceMs } from "./now.js";

/** The file is not on this device any more; whoever keeps the files knows it already. */
class NotHere extends Error {}

const START_S = 3;
const CROSS_S = 4;
/** So long before a crossing the next file is taken up: long enough to look at all of it again. */
const PREPARE_S = 12;
/** Between two tries to begin or to cross. */
const AGAIN_MS = 2_000;

/**
 * As much as browsers buffer, since nobody waits for a sound here and a busy tablet must not let the music stutter.
 * Chromium takes at most 8192 frames, 0.19 s; its "playback" is 0.02 s, which was heard to break up under load.
 */
const BUFFER_S = 1;

export class Speaker {
  #context;
  #level;
  #decks;
  #meter;
  #guard;
  #active = null;
  #starting = false;
  #crossing = null;
  #seam_s = null;
  #next_begin_ms = 0;
  #next_cross_ms = 0;
  #leave;
  #load;
  #changed = () => null;
  #refused = false;
  #broken_sha256 = null;
  #renew_sha256 = null;

  /** `load(music, thorough)` gives `{blob, levels_dbfs}`, or null where the file is not whole and unharmed. */
  constructor(load) {
    this.#load = load;
    this.#context = new AudioContext({ latencyHint: BUFFER_S });
    this.#leave = new Leave(this.#context, deviceMs());
    this.#level = new Fader(this.#context);
    this.#decks = [0, 1].map(() => new Deck(this.#context, this.#level.node));
    this.#level.node.channelCount = 2;
    this.#level.node.channelCountMode = "explicit";
    this.#level.node.connect(this.#context.destination);
    this.#guard = new Guard(this.#level);
    this.#meter = new Meter(this.#context, this.#level.node);
  }

  /** Call `changed` whenever other music begins, and when the browser stops or wakes the graph, or has not for too long. */
  onChange(changed) {
    this.#changed = changed;
    this.#context.addEventListener("statechange", changed);
    setTimeout(changed, PATIENCE_MS);
  }

  /** What check.js needs to sound its tones where the music sounds. */
  get bench() {
    return { context: this.#context, level: this.#level, meter: this.#meter };
  }

  /** Use a touch of the page to be allowed to play. */
  async wake() {
    this.#refused = false;
    this.#next_begin_ms = 0;
    await this.#leave.take(this.#decks);
  }

  /** Whether the browser waits for a touch before it lets anything sound. */
  needsTap(now_ms) {
    return this.#leave.given ? this.#refused : this.#leave.awaited(now_ms);
  }

  /**
   * What is heard now, as core.js takes it, with `ended`; `over_db` is not 0 where the guard steps in, and `held_down` is
   * true for as long as it keeps the music softer than wished.
   */
  measure(now_ms) {
    const deck = this.#active;
    const { kind, leg, run, sha256, mixdown_id, change_id } = deck?.music ?? {};
    const sounding = deck !== null && deck.music !== null && deck.sounds(now_ms);
    const heard = this.#meter.read();
    const sound = {
      sounding,
      going: deck?.going ?? false,
      kind: kind ?? null,
      leg: leg ?? null,
      run: run ?? null,
      sha256: sha256 ?? null,
      mixdown_id: mixdown_id ?? null,
      change_id: change_id ?? null,
      position_s: deck?.music ? deck.position_s : null,
      level_dbfs: heard?.level_dbfs ?? null,
      gain_db: decibels(this.#level.gain * (deck?.fader.gain ?? 0)),
      seam_s: this.#seam_s,
    };
    const over_db = heard && sounding ? this.#guard.watch(this.#decks, heard) : 0;
    return { ended: deck?.ended ?? false, sound, over_db, held_down: this.#guard.holds };
  }

  /** The file that the browser could not play, once: SHA-256, or null. */
  takeBroken() {
    const sha256 = this.#broken_sha256;
    this.#broken_sha256 = null;
    return sha256;
  }

  /** The file on this device is a fresh copy: cross over to it where the old one sounds. */
  renew(sha256) {
    this.#renew_sha256 = sha256;
  }

  /** Bring about what the plan says. */
  follow({ music, gain, ramp_s, release_s }, now_ms) {
    this.#decks.forEach((deck) => deck.sweep());
    if (this.#active?.music === null) this.#active = null;
    if (!music) this.#giveUp();
    if (!music && !this.#starting) this.#part(release_s);
    this.#lead(gain, ramp_s);
    if (!music || this.#starting) return;
    const deck = this.#active;
    const right = deck !== null && !deck.going && deck.sounds(now_ms);
    if (right && music.keep) {
      deck.music = { ...deck.music, run: music.run };
      this.#toward(this.#renewed(music) ?? music.next, now_ms);
      return;
    }
    this.#giveUp();
    if (this.#context.state !== "running") this.#rest(now_ms);
    else if (now_ms >= this.#next_begin_ms) this.#begin(music, right, now_ms);
  }

  /**
   * Move the level; but what is on its way out must not swell again, so until it is gone the level may only fall. Where
   * nothing sounds it is there at once: music that begins has a ramp of its own, and two at a time would be a steeper one.
   */
  #lead(wished, ramp_s) {
    const gain = wished * this.#guard.trim;
    // The goal is compared, not the gain: a ramp that is under way to it goes on.
    const { goal } = this.#level;
    const rises = gain > goal && this.#decks.some((deck) => deck.going);
    if (Math.abs(goal - gain) > 1e-4 && !rises) this.#level.to(gain, this.#decks.some((deck) => deck.music) ? ramp_s : 0);
  }

  /** Let what sounds go; where the graph stands still nothing sounds, and what is on a deck would come back with a step. */
  #part(release_s) {
    if (this.#context.state === "running") this.#active?.release(release_s);
    else this.#decks.filter((deck) => deck.music).forEach((deck) => deck.clear());
  }

  /** The graph stands still: what is on a deck begins anew by the rule of losses, with a ramp, once it runs again. */
  #rest(now_ms) {
    this.#decks.forEach((deck) => deck.clear());
    this.#active = null;
    this.#leave.ask(now_ms);
  }

  // --- crossing to the next leg

  /** The same music at the same place from a fresh copy of its file, in place of a crossing that is far away. */
  #renewed(music) {
    const { music: old, position_s } = this.#active;
    if (old.sha256 !== this.#renew_sha256 || this.#crossing) return null;
    const soon = music.next && music.next.at_position_s - position_s < PREPARE_S;
    if (soon || position_s > old.total_s - PREPARE_S) return null;
    return { ...old, from_s: position_s + CROSS_S, at_position_s: position_s + CROSS_S, cross_s: CROSS_S, fresh: true };
  }

  #toward(next, now_ms) {
    const now = this.#crossing;
    if (now && !now.begun && !now.next.fresh && next?.leg !== now.next.leg) this.#giveUp();
    if (now_ms < this.#next_cross_ms) return;
    if (this.#crossing || !next || next.at_position_s - this.#active.position_s > PREPARE_S) return;
    const deck = this.#decks.find((other) => other !== this.#active);
    if (deck.music) return;
    this.#next_cross_ms = now_ms + AGAIN_MS;
    this.#cross(deck, next);
  }

  #giveUp() {
    this.#crossing?.giveUp();
    this.#crossing = null;
  }

  async #cross(deck, next) {
    const crossing = new Crossing(this.#active, deck, next);
    this.#crossing = crossing;
    try {
      const off_s = await crossing.run((music) => this.#blob(music, true));
      if (off_s === null) return crossing.giveUp();
      this.#seam_s = off_s;
      this.#active = deck;
      this.#changed();
    } catch (error) {
      // What was left already fails because it was left.
      if (!crossing.given_up) this.#failed(error, next);
      crossing.giveUp();
    } finally {
      if (this.#crossing === crossing) this.#crossing = null;
    }
  }

  // --- beginning where nothing right sounds

  async #begin(music, crossing, now_ms) {
    const old = this.#active;
    const deck = this.#decks.find((other) => other !== old);
    if (deck.music) return; // what faded out there last is not over yet
    this.#starting = true;
    this.#next_begin_ms = now_ms + AGAIN_MS;
    try {
      await deck.begin(music, await this.#blob(music, false));
      this.#take(deck, old, crossing);
    } catch (error) {
      deck.clear();
      this.#failed(error, music);
    } finally {
      this.#starting = false;
      this.#changed();
    }
  }

  #take(deck, old, crossing) {
    this.#refused = false;
    this.#active = deck;
    this.#guard.rest();
    if (crossing) {
      old.release(CROSS_S, "linear");
      deck.fader.to(1, CROSS_S, "linear");
    } else {
      if (old && !old.going) old.clear();
      deck.fader.to(1, START_S);
    }
  }

  async #blob(music, thorough) {
    const found = await this.#load(music, thorough);
    if (!found) throw new NotHere("The file is not whole.");
    if (music.sha256 === this.#renew_sha256) this.#renew_sha256 = null;
    this.#guard.learn(music.sha256, found.levels_dbfs);
    return found.blob;
  }

  #failed(error, music) {
    if (error instanceof NeedsTap) this.#refused = true;
    else if (error instanceof Unplayable) this.#broken_sha256 = music.sha256;
    console.warn("The music did not begin:", error.message);
  }
}
