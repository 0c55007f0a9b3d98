/**
 * What was heard, and where? From what the speaker measures to what the journal says and a reload needs. Pure.
 */

import { legsOf, placeOf } from "./legs.js";
import { noting } from "./journal.js";
import { passedOf } from "./choice.js";
import { runOf, sessionOf, wishedNow } from "./wished.js";

/** A move of the heard position that is no playing on, in seconds. */
const JUMP_S = 3;
/** Drift is told once it was watched for so long: places are known to a few hundredths of a second. Judgement. */
const DRIFT_S = 60;
/** A server's time that was corrected by more is no drift of the sound: it is watched anew. Judgement. */
const CORRECTED_MS = 100;

/** The state after the speaker measured `event.sound` at the server's time `at_ms`. */
export function heardNow(state, event, at_ms) {
  const { sound } = event;
  const before = state.sound;
  const jumped = before.sounding && sound.sounding && jump(state, sound, at_ms);
  let [now, rest] = [state, event];
  if (before.sounding && (!sound.sounding || jumped)) {
    const { run, position_s, mixdown_id, at_ms: last_ms } = state.heard;
    const last = { session_id: sessionOf(run), position_s, mixdown_id, at_ms: last_ms };
    [now, rest] = noting(now, rest, at_ms, "sound_off", last);
  }
  const { run, position_s, mixdown_id } = sound;
  if (sound.sounding && (!before.sounding || jumped)) {
    [now, rest] = noting(now, rest, at_ms, "sound_on", { session_id: sessionOf(run), position_s, mixdown_id });
  }
  const heard = sound.sounding
    ? { run, position_s, mixdown_id, at_ms, sounding: true }
    : now.heard && { ...now.heard, sounding: false };
  now = { ...now, sound, heard, was: was(now, sound, at_ms) };
  now = { ...now, drift: drifted(now, at_ms) };
  return event.ended ? playedOut(now, rest, at_ms) : now;
}

/** The place on the session's timeline, for taking it up again. */
function was(state, sound, at_ms) {
  if (!sound.sounding || sound.kind !== "leg") return state.was;
  const place = placeOf(legsOf(wishedNow(state)), sound);
  return place ? { run: sound.run, leg: sound.leg, position_s: place.timeline_s, at_ms } : state.was;
}

/** How far the music is behind the clock of its session, in seconds, or null. */
export function lagS({ sound, was: last, wished }) {
  if (!sound.sounding || sound.kind !== "leg" || last?.run !== sound.run || wished.started_ms === null) return null;
  return (last.at_ms - wished.started_ms) / 1000 - last.position_s;
}

/** The lag when a leg began to sound, and the lag now: how much faster the sound runs than the server's clock. */
function drifted(state, at_ms) {
  const lag_s = lagS(state);
  if (lag_s === null) return null;
  const of = `${state.sound.run} ${state.sound.leg}`;
  const { drift, clock } = state;
  const moved = Math.abs(clock.offset_ms - (drift?.offset_ms ?? 0)) > CORRECTED_MS;
  if (drift?.of !== of || moved) return { of, from_ms: at_ms, from_lag_s: lag_s, offset_ms: clock.offset_ms, ppm: null };
  const watched_s = (at_ms - drift.from_ms) / 1000;
  return { ...drift, ppm: watched_s < DRIFT_S ? null : Math.round((1e6 * (drift.from_lag_s - lag_s)) / watched_s) };
}

function jump({ heard, sound: before }, sound, at_ms) {
  if (sound.mixdown_id !== before.mixdown_id) return true;
  if (sound.kind === "bed") return false; // it goes round
  const expected_s = heard.position_s + (at_ms - heard.at_ms) / 1000;
  return Math.abs(sound.position_s - expected_s) > JUMP_S;
}

/** A file came to its end: the session's own, or that of a leg which others should have followed. */
function playedOut(state, event, at_ms) {
  const { sound } = state;
  const wished = wishedNow(state);
  const legs = legsOf(wished);
  const place = placeOf(legs, sound);
  const more = sound.run === runOf(wished) && place && place.leg !== legs.at(-1);
  // What only stands in for the session's music ends nothing: something else stands in then.
  if (!more) return sound.kind === "leg" ? endedBefore(state, event, at_ms, sound) : state;
  const keys = { ...passedOf(state, sound.run), [sound.leg]: "played" };
  return { ...state, passed: { run: sound.run, keys } };
}

/** The run is over; said once. */
export function endedBefore(state, event, at_ms, { run, position_s, mixdown_id }) {
  if (state.ended_run === run) return state;
  const now = { ...state, ended_run: run };
  return noting(now, event, at_ms, "ended", { session_id: sessionOf(run), position_s, mixdown_id })[0];
}
