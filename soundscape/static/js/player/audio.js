/**
 * How does the plan's music become sound, and what is really heard of it?
 *
 * Two media elements, each through a gain of its own (crossfades), then one level gain, then the way out. The meter
 * hangs behind the last gain and measures each channel, so it tells what leaves this page. No gain is above 1, every
 * change is a ramp. `follow(plan)` compares the plan with what is and may be called at any time; `measure()` tells
 * what is. Levels are RMS in dBFS over about the last second.
 */

import { Deck, NeedsTap, Unplayable } from "./deck.js";
import { Fader } from "./fader.js";
import { decibels } from "./ramp.js";

const START_S = 3;
const CROSS_S = 4;
const METER_SAMPLES = 32_768;
/** Between two tries to begin or to wake the graph. */
const AGAIN_MS = 2_000;

const power = (analyser, samples) => {
  analyser.getFloatTimeDomainData(samples);
  return samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
};

/**
 * As much as browsers buffer, since nobody waits for a sound here and a busy tablet must not let the music stutter.
 * Chromium takes at most 8192 frames, 0.19 s; its "playback" is 0.02 s, which was heard to break up under load.
 */
const BUFFER_S = 1;

export class Speaker {
  #context;
  #level;
  #decks;
  #meters;
  #samples = new Float32Array(METER_SAMPLES);
  #powers = [];
  #active = null;
  #starting = false;
  #next_begin_ms = 0;
  #next_stir_ms = 0;
  #woken_ms = 0;
  #load;
  #refused = false;
  #broken_sha256 = null;

  /** `load(sha256, mime)` gives the whole file as a Blob, or null. */
  constructor(load) {
    this.#load = load;
    this.#context = new AudioContext({ latencyHint: BUFFER_S });
    this.#level = new Fader(this.#context);
    this.#decks = [0, 1].map(() => new Deck(this.#context, this.#level.node));
    this.#level.node.channelCount = 2;
    this.#level.node.channelCountMode = "explicit";
    this.#level.node.connect(this.#context.destination);
    const split = new ChannelSplitterNode(this.#context, { numberOfOutputs: 2 });
    this.#level.node.connect(split);
    this.#meters = [0, 1].map((channel) => {
      const meter = new AnalyserNode(this.#context, { fftSize: METER_SAMPLES });
      split.connect(meter, channel);
      return meter;
    });
  }

  /** Call `changed` whenever the browser stops or wakes the graph. */
  onChange(changed) {
    this.#context.addEventListener("statechange", changed);
  }

  /** Use a touch of the page to be allowed to play. */
  async wake() {
    this.#refused = false;
    this.#next_begin_ms = 0;
    const silence = URL.createObjectURL(silentFile());
    await Promise.all([this.#context.resume(), ...this.#decks.map((deck) => deck.prime(silence))]);
    URL.revokeObjectURL(silence);
  }

  /** Whether the browser waits for a touch before it lets anything sound. */
  needsTap(now_ms) {
    if (this.#context.state === "running") return this.#refused;
    this.#stir(now_ms);
    return now_ms - this.#woken_ms > 1_000;
  }

  #stir(now_ms) {
    if (this.#woken_ms === 0) this.#woken_ms = now_ms;
    if (now_ms < this.#next_stir_ms) return;
    this.#next_stir_ms = now_ms + AGAIN_MS;
    // Without a touch of the page this promise may stay open for ever; nobody waits for it.
    this.#context.resume().catch(() => null);
  }

  /** What is heard now, as core.js takes it, with `ended`. */
  measure(now_ms) {
    const deck = this.#active;
    const sounding = deck !== null && deck.music !== null && deck.sounds(now_ms);
    const music = deck?.music ?? null;
    return {
      ended: deck?.ended ?? false,
      sound: {
        sounding,
        going: deck?.going ?? false,
        run: music?.run ?? null,
        sha256: music?.sha256 ?? null,
        mixdown_id: music?.mixdown_id ?? null,
        position_s: music ? deck.position_s : null,
        level_dbfs: this.#meter(),
        gain_db: decibels(this.#level.gain * (deck?.fader.gain ?? 0)),
      },
    };
  }

  #meter() {
    if (this.#context.state !== "running") return null;
    const now = this.#meters.reduce((sum, meter) => sum + power(meter, this.#samples), 0) / this.#meters.length;
    this.#powers = [...this.#powers, now].slice(-2);
    return decibels(Math.sqrt(this.#powers.reduce((sum, value) => sum + value, 0) / this.#powers.length));
  }

  /** The file that the browser could not play, once: SHA-256, or null. */
  takeBroken() {
    const sha256 = this.#broken_sha256;
    this.#broken_sha256 = null;
    return sha256;
  }

  /** Bring about what the plan says. */
  follow({ music, gain, ramp_s, release_s }, now_ms) {
    this.#decks.forEach((deck) => deck.sweep());
    if (this.#active?.music === null) this.#active = null;
    if (!music && !this.#starting) this.#active?.release(release_s);
    this.#lead(gain, ramp_s);
    if (!music || this.#starting) return;
    const deck = this.#active;
    const right = deck !== null && !deck.going && deck.sounds(now_ms);
    if (right && music.keep) {
      deck.music = { ...deck.music, run: music.run };
      return;
    }
    if (this.#context.state !== "running") this.#rest(now_ms);
    else if (now_ms >= this.#next_begin_ms) this.#begin(music, right, now_ms);
  }

  /** Move the level; but what is on its way out must not swell again, so until it is gone the level may only fall. */
  #lead(gain, ramp_s) {
    // The goal is compared, not the gain: a ramp that is under way to it goes on.
    const { goal } = this.#level;
    const rises = gain > goal && this.#decks.some((deck) => deck.going);
    if (Math.abs(goal - gain) > 1e-4 && !rises) this.#level.to(gain, ramp_s);
  }

  /** The graph stands still: what is on a deck begins anew by the rule of losses, with a ramp, once it runs again. */
  #rest(now_ms) {
    this.#decks.forEach((deck) => deck.clear());
    this.#active = null;
    this.#stir(now_ms);
  }

  async #begin(music, crossing, now_ms) {
    const old = this.#active;
    const deck = this.#decks.find((other) => other !== old);
    if (deck.music) return; // what faded out there last is not over yet
    this.#starting = true;
    this.#next_begin_ms = now_ms + AGAIN_MS;
    try {
      const blob = await this.#load(music.sha256, music.mime);
      if (!blob) throw new Unplayable("The file is not whole.");
      await deck.begin(music, blob);
      this.#take(deck, old, crossing);
    } catch (error) {
      deck.clear();
      this.#failed(error, music);
    } finally {
      this.#starting = false;
    }
  }

  #take(deck, old, crossing) {
    this.#refused = false;
    this.#active = deck;
    if (crossing) {
      old.release(CROSS_S, "linear");
      deck.fader.to(1, CROSS_S, "linear");
    } else {
      if (old && !old.going) old.clear();
      deck.fader.to(1, START_S);
    }
  }

  #failed(error, music) {
    if (error instanceof NeedsTap) this.#refused = true;
    else if (error instanceof Unplayable) this.#broken_sha256 = music.sha256;
    console.warn("The music did not begin:", error.message);
  }
}

/** A tenth of a second of silence as a WAV file. */
function silentFile() {
  const rate = 8_000;
  const samples = rate / 10;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const text = (at, word) => [...word].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples, true);
  new Uint8Array(view.buffer).fill(128, 44);
  return new Blob([view], { type: "audio/wav" });
}
