/**
 * Which music must sound now, and which one next?
 *
 * The session's leg at its place; where its file cannot be had, the standing list of that length at the clock's place
 * and the bed (docs/live.md "Bed and standing lists"): dead air is the last resort. A file counts once it is whole and
 * verified; one that broke twice counts no more. Pure.
 */

import { SHORT_LOSS_S, beginning, clockPlace } from "./clock.js";
import { endOf, following, legAt, legsOf, musicEnd, placeOf, positionIn } from "./legs.js";
import { musicWished, runOf, sessionOf, wishedNow } from "./wished.js";

/** How often a file may fail to play. */
const TRIES = 2;
/** So long a session's music may be on its way before something else sounds in its place. Judgement. */
const PATIENCE_S = 3;
/** The bed goes round by crossing from its end to its beginning; so long before its end that a slow start is no matter. */
const BED_CROSS_S = 4;
const BED_AGAIN_S = 6;
/** So long a page that came back waits for the server's time, far less than the 5 s within which it has to sound. */
const TIME_MS = 1_500;
/** A file that has not come for so long is replaced by a whole list, not by a loop. Judgement. */
const LONG_PATIENCE_S = 60;

/** Whether a mixdown can be played from this device. */
export const usable = ({ files, broken }, mixdown) =>
  Boolean(mixdown && files[mixdown.sha256]?.whole) && (broken[mixdown.sha256] ?? 0) < TRIES;

const usableLeg = (state) => (leg) => usable(state, leg.mixdown);

/** The legs that this run has passed without sound or played to their end. */
export const passedOf = ({ passed }, run) => (passed.run === run ? passed.keys : {});

/** Whether a run has come to its end. */
export const isOver = (state) =>
  state.over || (state.ended_run !== null && state.ended_run === runOf(wishedNow(state)));

/** What sounds now and is not on its way out, as something to go on with. */
export const sounding = ({ sound }) =>
  sound.sounding && !sound.going ? { ...sound, mime: null, from_s: sound.position_s, keep: true, next: null } : null;

const asMusic = (kind, mixdown, more) => {
  const { sha256, mixdown_id, mime, total_s } = mixdown;
  return { kind, sha256, mixdown_id, mime, total_s, change_id: null, next: null, ...more };
};

/** What must sound at the server's time `at_ms`, or null. */
export function music(state, at_ms) {
  const wished = wishedNow(state);
  if (musicWished(wished, at_ms) && !isOver(state)) return session(state, wished, at_ms);
  return wished.mode === "hold" && wished.arrival ? bed(state, null) : null;
}

function session(state, wished, at_ms) {
  const run = runOf(wished);
  const right = rightNow(state, wished, at_ms);
  if (right) return { ...asLeg(right.leg, run), from_s: state.sound.position_s, keep: true, next: next(state, wished, right) };
  const leg = begun(state, wished, at_ms);
  if (leg) return leg;
  if (state.sound.kind === "leg" && sessionOf(state.sound.run) === sessionOf(run)) return sounding(state);
  return instead(state, wished, at_ms);
}

const asLeg = (leg, run) => asMusic("leg", leg.mixdown, { run, leg: leg.key, change_id: leg.change_id });

/** What sounds as a place on the wished timeline, if it is right there; else null. */
export function rightNow(state, wished, at_ms) {
  const { sound } = state;
  if (!sound.sounding || sound.going || sound.kind !== "leg") return null;
  const place = placeOf(legsOf(wished), sound);
  if (!place) return null;
  const near = Math.abs(place.timeline_s - clockOf(wished, at_ms)) <= SHORT_LOSS_S;
  return sound.run === runOf(wished) || near ? place : null;
}

const clockOf = (wished, at_ms) =>
  clockPlace({ started_ms: wished.started_ms, total_s: musicEnd(wished), at_ms });

function begun(state, wished, at_ms) {
  const run = runOf(wished);
  const heard = state.was?.run === run ? state.was : null;
  if (heard && waitsForTime(state, heard, at_ms)) return null;
  const timeline_s = beginning({ started_ms: wished.started_ms, total_s: musicEnd(wished), at_ms, heard });
  const leg = legAt(legsOf(wished), timeline_s, usableLeg(state), passedOf(state, run));
  return leg && { ...asLeg(leg, run), from_s: positionIn(leg, timeline_s), keep: false };
}

/**
 * A page that comes back after a while waits a moment for the server's time: a device whose clock was set meanwhile would
 * begin far from the right place, and music that plays is never moved.
 */
const waitsForTime = ({ answered_ms, restored_ms }, heard, at_ms) =>
  answered_ms === null &&
  restored_ms !== null &&
  at_ms - restored_ms < TIME_MS &&
  Math.abs(at_ms - heard.at_ms) > SHORT_LOSS_S * 1000;

function next(state, wished, place) {
  const run = runOf(wished);
  const leg = following(legsOf(wished), place, usableLeg(state), passedOf(state, run));
  if (!leg) return null;
  // A place of the file that sounds, so that the seam is met however late the music is.
  return { ...asLeg(leg, run), from_s: leg.from_s, cross_s: leg.cross_s, at_position_s: positionIn(place.leg, leg.at_s) };
}

/** Whether the session's own music must sound and cannot. */
export function lacks(state, at_ms) {
  const wished = wishedNow(state);
  if (!musicWished(wished, at_ms) || isOver(state)) return false;
  if (state.sound.sounding && state.sound.kind === "leg") return false;
  return begun(state, wished, at_ms) === null;
}

function instead(state, wished, at_ms) {
  const waited_s = state.lacking_ms === null ? 0 : (at_ms - state.lacking_ms) / 1000;
  if (waited_s < PATIENCE_S) return state.sound.kind === "leg" ? null : sounding(state);
  const hopeless = waited_s >= LONG_PATIENCE_S || legsOf(wished).some(({ mixdown }) => (state.broken[mixdown.sha256] ?? 0) >= TRIES);
  const run = runOf(wished);
  const both = [standingList(state, wished, clockOf(wished, at_ms)), bed(state, run)];
  return (hopeless ? both : both.reverse()).find(Boolean) ?? null;
}

/** The standing list whose length is nearest to the session's, at the clock's place. */
function standingList(state, wished, clock_s) {
  const off = (list) => Math.abs(list.infusion_s - wished.session.infusion_s);
  const [list] = state.standing.lists
    .filter(({ mixdown }) => usable(state, mixdown) && clock_s < mixdown.total_s)
    .sort((one, other) => off(one) - off(other));
  if (!list) return null;
  const keep = keeps(state, "list") && state.sound.sha256 === list.mixdown.sha256;
  const leg = `list ${list.mixdown.mixdown_id}`;
  return asMusic("list", list.mixdown, { run: runOf(wished), leg, from_s: clock_s, keep });
}

const keeps = ({ sound }, kind) => sound.sounding && !sound.going && sound.kind === kind;

function bed(state, run) {
  const { bed: mixdown } = state.standing;
  if (!usable(state, mixdown)) return null;
  const more = { run, leg: "bed", from_s: 0, keep: keeps(state, "bed") };
  const again = { ...more, cross_s: BED_CROSS_S, at_position_s: Math.max(0, mixdown.total_s - BED_AGAIN_S) };
  return asMusic("bed", mixdown, { ...more, next: asMusic("bed", mixdown, again) });
}

/** Mixdowns that have to lie on this device, in the order of their need. */
export function wanted(state, at_ms) {
  const wished = wishedNow(state);
  const legs = wished.mode === "empty" ? [] : legsOf(wished);
  const clock_s = wished.started_ms === null ? 0 : (at_ms - wished.started_ms) / 1000;
  const heard_s = placeOf(legs, state.sound)?.timeline_s ?? null;
  const place_s = heard_s ?? clock_s;
  // A leg that is behind still serves as long as it has music: the one after it may break. Only what is heard decides
  // that, for a clock may be wrong.
  const living = legs.filter((leg) => heard_s === null || endOf(leg) > heard_s - SHORT_LOSS_S);
  const now = living.findLast((leg) => leg.at_s <= place_s);
  const to_come = living.filter((leg) => leg.at_s > place_s);
  const behind = living.filter((leg) => leg !== now && leg.at_s <= place_s);
  const { bed: loop, lists } = state.standing;
  const all = [now, ...to_come, ...behind].filter(Boolean).map((leg) => leg.mixdown);
  return unique([...all, loop, ...lists.map((list) => list.mixdown)].filter(Boolean));
}

const unique = (mixdowns) => [...new Map(mixdowns.map((mixdown) => [mixdown.sha256, mixdown])).values()];

/** SHA-256 of the files that must stay on the device: what is wanted, and what still sounds. */
export const needed = (state, at_ms) => [
  ...new Set([...wanted(state, at_ms).map(({ sha256 }) => sha256), state.sound.sha256].filter(Boolean)),
];
