/**
 * Is what is heard louder than what was planned?
 *
 * The manifest says how loud each second of a file is at 0 dB; times the gains that stand, that is the plan. What is
 * measured behind the last gain may exceed it by 3 dB for three readings in a row, and no sample may exceed the cap.
 * `watched(guard, reading)` gives the guard after one more reading; its `excess_db` is above 0 where the level has to go
 * down, its `trim_db` is what it has to stay down by. Pure, but for the class that carries it out.
 */

import { decibels, factor } from "./ramp.js";

const MARGIN_DB = 3;
const READINGS = 3;
/** A decoder may overshoot the file's own peak by a little. Judgement. */
const PEAK_MARGIN_DB = 1;
/** How far around a place the loudest second counts: the meter looks back, and element clocks are a little off. */
const AROUND_S = 1.5;

/** The meter looks back over less than two seconds: so many readings' plans count. */
const BACK = 4;

export const WATCHFUL = Object.freeze({ over: 0, excess_db: 0, trim_db: 0, plans: [] });

/** The planned level in dBFS of decks that sound, `[{levels_dbfs, position_s, gain}]`; null where one is not known. */
export function plannedDb(decks) {
  if (decks.some(({ levels_dbfs }) => !levels_dbfs)) return null;
  // Two files at once may add up in phase.
  const amplitude = decks.reduce((sum, deck) => sum + deck.gain * factor(loudest(deck)), 0);
  return decibels(amplitude);
}

function loudest({ levels_dbfs, position_s }) {
  const from = Math.max(0, Math.floor(position_s - AROUND_S));
  const around = levels_dbfs.slice(from, Math.floor(position_s + AROUND_S) + 1);
  return around.length ? Math.max(...around) : -120;
}

/**
 * The guard after one more reading.
 *
 * @param planned_dbfs see plannedDb; null: only the cap is watched
 * @param top_db the gain after all the music's own that stands, which no sample may exceed
 */
export function watched(guard, { block_dbfs, peak, planned_dbfs, top_db }) {
  const plans = [...guard.plans, { planned_dbfs: planned_dbfs ?? Infinity, top_db }].slice(-BACK);
  const above_plan = block_dbfs - Math.max(...plans.map((plan) => plan.planned_dbfs));
  const above_cap = decibels(peak) - Math.max(...plans.map((plan) => plan.top_db));
  const excess_db = Math.max(above_plan > MARGIN_DB ? above_plan : 0, above_cap > PEAK_MARGIN_DB ? above_cap : 0);
  const over = excess_db > 0 || guard.over < 0 ? guard.over + 1 : 0;
  if (over < READINGS) return { ...guard, plans, over, excess_db: 0 };
  // What was measured before the level went down must not count again.
  return { over: -BACK, plans, excess_db, trim_db: guard.trim_db - excess_db };
}

/** How fast what is too loud goes down. Judgement: soon, and no step. */
const DOWN_S = 0.5;

/** Watches decks behind one level; what is too loud goes down and stays down until other music begins. */
export class Guard {
  #level;
  #now = WATCHFUL;
  #levels = new Map();

  constructor(level) {
    this.#level = level;
  }

  /** How loud each second of a file is, or null. */
  learn(sha256, levels_dbfs) {
    this.#levels.set(sha256, levels_dbfs);
  }

  /** What the level has to stay down by, a factor. */
  get trim() {
    return factor(this.#now.trim_db);
  }

  /** Whether something is held down. */
  get holds() {
    return this.#now.trim_db < 0;
  }

  /** Other music begins. */
  rest() {
    this.#now = WATCHFUL;
  }

  /** After a reading of the meter: how much had to be taken down now, in dB. */
  watch(decks, { block_dbfs, peak }) {
    const sounding = decks.filter((deck) => deck.music).map((deck) => ({
      levels_dbfs: this.#levels.get(deck.music.sha256),
      position_s: deck.position_s,
      gain: deck.fader.gain * this.#level.gain,
    }));
    const top_db = decibels(this.#level.gain);
    this.#now = watched(this.#now, { block_dbfs, peak, planned_dbfs: plannedDb(sounding), top_db });
    const { excess_db } = this.#now;
    if (excess_db > 0) this.#level.to(this.#level.goal * factor(-excess_db), DOWN_S);
    return excess_db;
  }
}
