/**
 * What follows by itself, whatever happened? Files that need not stay are let go, an end begins, a leg is passed without
 * its file, music that cannot be had is noticed, a run is over by the clock. Pure.
 */

import { SHORT_LOSS_S, clockPlace } from "./clock.js";
import { endedBefore } from "./heard.js";
import { lacks, needed, passedOf, rightNow, usable } from "./choice.js";
import { legsOf, missing, musicEnd } from "./legs.js";
import { musicWished, runOf, wishedNow } from "./wished.js";
import { RAMP_S } from "./ramp.js";
import { noting } from "./journal.js";

const STEPS = [letGo, outputBack, ending, decided, lacking, overByClock];

/** The state after what follows from every event, at the server's time `at_ms`. */
export function settled(state, event, at_ms) {
  const now = STEPS.reduce((before, step) => step(before, at_ms), state);
  const told = fallen(now, event, at_ms);
  const wished = wishedNow(told);
  if (!told.over || told.answered_ms === null || told.ended_run === runOf(wished)) return told;
  const { mixdown_id } = legsOf(wished).at(-1).mixdown;
  return endedBefore(told, { ...event, ids: event.ids.slice(1) }, at_ms, { run: runOf(wished), position_s: musicEnd(wished), mixdown_id });
}

/** A file that need not stay is deleted (shelf.js), so it is not held either, were it wished again at once. */
function letGo(state, at_ms) {
  if (state.revision < 0) return state;
  const stay = new Set(needed(state, at_ms));
  const gone = Object.keys(state.files).filter((sha256) => !stay.has(sha256));
  if (gone.length === 0) return state;
  const files = Object.fromEntries(Object.entries(state.files).filter(([sha256]) => stay.has(sha256)));
  return { ...state, files, ready_sha256: gone.includes(state.ready_sha256) ? null : state.ready_sha256 };
}

/** The desk may let the music sound again where it had to stop for its output. */
function outputBack(state) {
  const back = state.output_lost_ms !== null && (state.wished.output_ms ?? 0) > state.output_lost_ms;
  return back ? { ...state, output_lost_ms: null } : state;
}

/** An end that has begun stays one, whatever happens to the device's clock. */
function ending(state, at_ms) {
  const { mode, end_ms, end_fade_s } = wishedNow(state);
  const begun = state.ending !== null && state.ending.end_ms === end_ms;
  const due = mode === "end" && end_ms !== null && (begun || end_ms <= at_ms);
  if (!due) return state.ending ? { ...state, ending: null } : state;
  if (begun) return state;
  // An order that came late still gets a ramp: the end is never a cut.
  return { ...state, ending: { end_ms, until_ms: Math.max(end_ms + end_fade_s * 1000, at_ms + RAMP_S * 1000) } };
}

/** A leg whose file is not here two seconds before is passed; the server moves it. */
function decided(state, at_ms) {
  const wished = wishedNow(state);
  const place = musicWished(wished, at_ms) ? rightNow(state, wished, at_ms) : null;
  if (!place) return state;
  const run = runOf(wished);
  const before = passedOf(state, run);
  const missed = missing(legsOf(wished), place, (leg) => usable(state, leg.mixdown), before);
  if (missed.length === 0) return state;
  return { ...state, passed: { run, keys: { ...before, ...Object.fromEntries(missed.map((key) => [key, "missed"])) } } };
}

/** Since when the session's own music cannot be had. */
function lacking(state, at_ms) {
  const now = lacks(state, at_ms);
  if (now === (state.lacking_ms !== null)) return state;
  return { ...state, lacking_ms: now ? at_ms : null };
}

/** Something else sounds in place of the session's music: told once for each kind. */
function fallen(state, event, at_ms) {
  const instead = musicWished(wishedNow(state), at_ms) && state.lacking_ms !== null && state.sound.sounding;
  const fell = instead && state.sound.kind !== "leg" ? { list: 1, bed: 2 }[state.sound.kind] : null;
  if (fell === state.fell) return state;
  const now = { ...state, fell };
  return fell === null ? now : noting(now, event, at_ms, "fallback", { position_s: state.sound.position_s, mixdown_id: state.sound.mixdown_id, value: fell })[0];
}

/**
 * Whether a run's music is over before it could sound again. It is told as its end only once the server has said what
 * time it is: a tablet that comes up with a wrong clock must not end a session.
 */
function overByClock(state, at_ms) {
  const wished = wishedNow(state);
  const run = runOf(wished);
  const silent = musicWished(wished, at_ms) && !state.sound.sounding && state.ended_run !== run;
  const total_s = musicEnd(wished);
  const past = silent && clockPlace({ started_ms: wished.started_ms, total_s, at_ms }) >= total_s;
  const over = past && !resumable(state, run, at_ms);
  return over === state.over ? state : { ...state, over };
}

/** A run that broke off a moment ago still has its last seconds to play, whatever the clock says. */
const resumable = ({ was }, run, at_ms) => was?.run === run && at_ms - was.at_ms <= SHORT_LOSS_S * 1000;
