/**
 * What does the player know? `next(state, event)` gives the state after an event.
 *
 * Pure: no page, no network, no clock and no chance of its own. Each event is `{type, now_ms, ids, ...}`: the device's
 * time, and five fresh ids for what the journal notes. plan.js derives what to do, view.js what to show.
 *
 * A *run* is one start of one session, `session_id@started_ms`: what was heard belongs to a run.
 */

import { SOFTEST_DB, forgotten, noted, overlaid } from "./journal.js";
import { UNKNOWN_CLOCK, clockPlace, serverMs, tuned } from "./clock.js";

export const RAMP_S = 3;
export const STEP_DB = 3;

/** A move of the heard position that is no playing on, in seconds. */
const JUMP_S = 3;

export const NOTHING_WISHED = Object.freeze({
  mode: "empty",
  session: null,
  mixdown: null,
  started_ms: null,
  quiet: false,
  level_db: -6,
  end_ms: null,
  end_fade_s: 20,
});

const SILENCE = Object.freeze({ sounding: false, going: false, run: null, sha256: null, mixdown_id: null, position_s: null, level_dbfs: null, gain_db: -120 });

/** The state of a device that was never paired. */
export const initial = () => ({
  token: null,
  room: null,
  revision: -1,
  wished: NOTHING_WISHED,
  events: [],
  clock: UNKNOWN_CLOCK,
  answered_ms: null,
  held: null,
  sound: SILENCE,
  heard: null,
  ready_sha256: null,
  ending: null,
  ended_run: null,
  over: false,
  needs_tap: false,
  battery: "unknown",
  problems: [],
  revoked_ms: null,
});

/** What outlives a reload. */
export const kept = ({ token, room, revision, wished, events, clock, heard, ready_sha256, ending, ended_run }) => ({
  token,
  room,
  revision,
  wished,
  events,
  clock,
  heard,
  ready_sha256,
  ending,
  ended_run,
});

/** The wished state as this room has to follow it: the server's, with the bedside's changes over it. */
export const wishedNow = (state) => overlaid(state.wished, state.events);

export const runOf = (wished) =>
  wished.session && wished.started_ms !== null ? `${wished.session.session_id}@${wished.started_ms}` : null;

/** The session of a run. */
export const sessionOf = (run) => run?.split("@")[0] ?? null;

/** Whether music is wished at the server's time `at_ms`; an end that lies ahead has not come yet. */
export const musicWished = (wished, at_ms) =>
  wished.mixdown !== null &&
  wished.started_ms !== null &&
  (wished.mode === "play" || (wished.mode === "end" && wished.end_ms !== null && at_ms < wished.end_ms));

/** Whether the wished mixdown lies on this device, whole and verified. */
export const holdsWished = ({ held, wished }) =>
  wished.mixdown !== null && held !== null && held.sha256 === wished.mixdown.sha256 && held.whole;

/** SHA-256 of the files that must stay on the device: what is wished, and what still sounds. */
export const needed = ({ wished, sound }) =>
  [wished.mode === "empty" ? null : wished.mixdown?.sha256, sound.sha256].filter(Boolean);

const serverNow = (state, event) => serverMs(state.clock, event.now_ms);

const noting = (state, event, kind, more = {}) => {
  const [event_id, ...ids] = event.ids;
  event = { ...event, ids };
  const { session } = state.wished;
  const full = { event_id, at_ms: serverNow(state, event), kind, session_id: session?.session_id ?? null, ...more };
  return [{ ...state, events: noted(state.events, full) }, event];
};

const here = ({ sound, heard }) => ({
  position_s: sound.sounding ? sound.position_s : (heard?.position_s ?? null),
  mixdown_id: sound.sounding ? sound.mixdown_id : (heard?.mixdown_id ?? null),
});

const HANDLERS = {
  restored(state, event) {
    const { battery, problems } = state;
    const back = { ...initial(), battery, problems, ...event.kept };
    if (!back.token) return back;
    const cut = back.heard?.sounding ? { ...back, heard: { ...back.heard, sounding: false } } : back;
    if (cut === back) return noting(back, event, "reloaded", here(back))[0];
    const { run, position_s, mixdown_id, at_ms } = back.heard;
    const session_id = sessionOf(run);
    const [off, rest] = noting(cut, event, "sound_off", { session_id, position_s, mixdown_id, at_ms });
    return noting(off, rest, "reloaded", { position_s, mixdown_id })[0];
  },

  paired: (state, { token, room }) => ({
    ...initial(),
    token,
    room: { cap_db: 0, quiet_db: 18, ...room },
    battery: state.battery,
    problems: state.problems,
  }),

  answered(state, event) {
    const { answer, sent_ms, now_ms } = event;
    const clock = tuned(state.clock, { server_ms: answer.server_ms, sent_ms, received_ms: now_ms });
    const events = forgotten(state.events, answer.acknowledged);
    const known = { ...state, clock, events, answered_ms: now_ms };
    if (answer.revision < state.revision && !putBack(state, answer, sent_ms)) return known;
    return { ...known, revision: answer.revision, wished: answer.wished, room: answer.room };
  },

  revoked: (state, { now_ms }) => (state.revoked_ms === null ? { ...state, revoked_ms: now_ms } : state),

  forgotten: (state) => ({ ...initial(), battery: state.battery, revoked_ms: state.revoked_ms }),

  held(state, event) {
    const now = { ...state, held: event.held };
    if (!holdsWished(now) || state.ready_sha256 === event.held.sha256) return now;
    const { mixdown_id } = state.wished.mixdown;
    return noting({ ...now, ready_sha256: event.held.sha256 }, event, "ready", { mixdown_id })[0];
  },

  heard(state, event) {
    const { sound } = event;
    const before = state.sound;
    const at_ms = serverNow(state, event);
    const jumped = before.sounding && sound.sounding && jump(state, sound, at_ms);
    let [now, rest] = [state, event];
    if (before.sounding && (!sound.sounding || jumped)) {
      const { run, position_s, mixdown_id, at_ms: last_ms } = state.heard;
      [now, rest] = noting(now, rest, "sound_off", { session_id: sessionOf(run), position_s, mixdown_id, at_ms: last_ms });
    }
    const { run, position_s, mixdown_id } = sound;
    if (sound.sounding && (!before.sounding || jumped)) {
      [now, rest] = noting(now, rest, "sound_on", { session_id: sessionOf(run), position_s, mixdown_id });
    }
    const heard = sound.sounding
      ? { run, position_s, mixdown_id, at_ms, sounding: true }
      : now.heard && { ...now.heard, sounding: false };
    now = { ...now, sound, heard };
    return event.ended ? endedAt(now, rest, sound) : now;
  },

  bedside(state, event) {
    const wished = wishedNow(state);
    const asked = BEDSIDE[event.kind](state, wished);
    if (!asked || !state.token) return state;
    return noting(state, event, asked.kind, { ...here(state), value: asked.value ?? null })[0];
  },

  tap(state, event) {
    if (event.needed === state.needs_tap) return state;
    const now = { ...state, needs_tap: event.needed };
    return event.needed ? noting(now, event, "needs_tap", here(state))[0] : now;
  },

  problem(state, { code, is }) {
    if (state.problems.includes(code) === is) return state;
    return { ...state, problems: is ? [...state.problems, code] : state.problems.filter((other) => other !== code) };
  },

  battery: (state, { battery }) => ({ ...state, battery }),

  ticked: (state) => state,
};

const loudest = ({ room }) => Math.min(0, room?.cap_db ?? 0);

const BEDSIDE = {
  quiet: (state, wished) => !wished.quiet && { kind: "bedside_quiet" },
  resume: (state, wished) => wished.quiet && { kind: "bedside_resume" },
  louder: (state, wished) => levelled(state, wished, STEP_DB),
  softer: (state, wished) => levelled(state, wished, -STEP_DB),
  end: (state, wished) => wished.mode === "play" && { kind: "bedside_end" },
};

function levelled(state, wished, step_db) {
  const level_db = Math.min(wished.level_db, loudest(state));
  const value = Math.min(loudest(state), Math.max(SOFTEST_DB, level_db + step_db));
  return value !== level_db && Math.sign(value - level_db) === Math.sign(step_db) && { kind: "bedside_level", value };
}

function jump({ heard, sound: before }, sound, at_ms) {
  if (sound.mixdown_id !== before.mixdown_id) return true;
  const expected_s = heard.position_s + (at_ms - heard.at_ms) / 1000;
  return Math.abs(sound.position_s - expected_s) > JUMP_S;
}

function endedAt(state, event, { run, position_s, mixdown_id }) {
  if (state.ended_run === run) return state;
  return noting({ ...state, ended_run: run }, event, "ended", { session_id: sessionOf(run), position_s, mixdown_id })[0];
}

/**
 * Whether a server that answers with an older revision was put back to an older state, from a backup: it was asked
 * after it had said the newer one. What it wishes then counts, except that it never takes music away that sounds.
 */
function putBack({ answered_ms, sound }, { wished }, sent_ms) {
  const asked_since = answered_ms === null || sent_ms >= answered_ms;
  return asked_since && (!sound.sounding || runOf(wished) === sound.run);
}

/** What follows from every event: a file that need not stay is not held, an end begins, music is over by the clock. */
function settled(state, event) {
  const wished = wishedNow(state);
  const at_ms = serverNow(state, event);
  const now = overByClock(ending(letGo(state), wished, at_ms), wished, at_ms);
  if (!now.over || now.answered_ms === null) return now;
  const { total_s, mixdown_id } = wished.mixdown;
  return endedAt(now, event, { run: runOf(wished), position_s: total_s, mixdown_id });
}

/** A file that need not stay is deleted (player.js), so it is not held either, were it wished again at once. */
function letGo(state) {
  if (state.held === null || state.revision < 0 || needed(state).includes(state.held.sha256)) return state;
  return { ...state, held: null, ready_sha256: null };
}

/** An end that has begun stays one, whatever happens to the device's clock. */
function ending(state, { mode, end_ms, end_fade_s }, at_ms) {
  const begun = state.ending !== null && state.ending.end_ms === end_ms;
  const due = mode === "end" && end_ms !== null && (begun || end_ms <= at_ms);
  if (!due) return state.ending ? { ...state, ending: null } : state;
  if (begun) return state;
  // An order that came late still gets a ramp: the end is never a cut.
  return { ...state, ending: { end_ms, until_ms: Math.max(end_ms + end_fade_s * 1000, at_ms + RAMP_S * 1000) } };
}

/**
 * Whether a run's music is over before it could sound again. It is told as its end only once the server has said what
 * time it is: a tablet that comes up with a wrong clock must not end a session.
 */
function overByClock(state, wished, at_ms) {
  const run = runOf(wished);
  const silent = musicWished(wished, at_ms) && !state.sound.sounding && state.ended_run !== run;
  const { started_ms, mixdown } = wished;
  const past = silent && clockPlace({ started_ms, total_s: mixdown.total_s, at_ms }) >= mixdown.total_s;
  const over = past && !resumable(state, run, at_ms);
  return over === state.over ? state : { ...state, over };
}

/** A run that broke off a moment ago still has its last seconds to play, whatever the clock says. */
const resumable = ({ heard }, run, at_ms) => heard?.run === run && at_ms - heard.at_ms <= 10_000;

/** The state after an event. The last id is kept for what settling notes, so that no id is given twice. */
export const next = (state, event) =>
  settled(HANDLERS[event.type](state, event), { ...event, ids: event.ids.slice(-1) });
