/**
 * What does the player know? `next(state, event)` gives the state after an event.
 *
 * Pure: no page, no network, no clock and no chance of its own. Each event is `{type, now_ms, ids, ...}`: the device's
 * time, and fresh ids for what the journal notes. choice.js derives the music, plan.js what to do, view.js what to show.
 */

import { NOTHING_STANDING, NOTHING_WISHED, runOf, sessionOf, wishedNow } from "./wished.js";
import { UNKNOWN_CLOCK, serverMs, tuned } from "./clock.js";
import { asked } from "./bedside.js";
import { forgotten, noting } from "./journal.js";
import { heardNow } from "./heard.js";
import { settled } from "./settled.js";

const SILENCE = Object.freeze({
  sounding: false, going: false, kind: null, leg: null, run: null, sha256: null, mixdown_id: null, change_id: null,
  position_s: null, level_dbfs: null, gain_db: -120,
});

/** The state of a device that was never paired. */
export const initial = () => ({
  token: null,
  room: null,
  revision: -1,
  wished: NOTHING_WISHED,
  standing: NOTHING_STANDING,
  check: null,
  checked_id: null,
  events: [],
  clock: UNKNOWN_CLOCK,
  answered_ms: null,
  restored_ms: null, // when the page came back, by the server's clock as it was known before
  files: {}, // by SHA-256: {bytes_verified, bytes, whole}
  broken: {}, // by SHA-256: how often it failed to play since the page was opened
  sound: SILENCE,
  heard: null, // the last moment at which anything sounded
  was: null, // the last moment at which the session's own music sounded, position_s on its timeline
  passed: { run: null, keys: {} },
  drift: null, // heard.js
  lacking_ms: null,
  fell: null,
  ready_sha256: null,
  ending: null,
  ended_run: null,
  over: false,
  output_lost_ms: null,
  needs_tap: false,
  battery: "unknown",
  charging: "unknown",
  problems: [],
  revoked_ms: null,
});

const KEPT = [
  "token", "room", "revision", "wished", "standing", "checked_id", "events", "clock", "heard", "was", "passed",
  "ready_sha256", "ending", "ended_run", "output_lost_ms",
];

/** What outlives a reload. */
export const kept = (state) => Object.fromEntries(KEPT.map((name) => [name, state[name]]));

/** What belongs to the device itself, whoever it is paired with. */
const device = ({ battery, charging, problems }) => ({ battery, charging, problems });

/** Whether the wished mixdown lies on this device, whole and verified. */
export const holdsWished = (state) => {
  const { mixdown } = wishedNow(state);
  return mixdown !== null && Boolean(state.files[mixdown.sha256]?.whole);
};

const serverNow = (state, event) => serverMs(state.clock, event.now_ms);

const note = (state, event, kind, more) => noting(state, event, serverNow(state, event), kind, more);

const here = ({ sound, heard }) => ({
  position_s: sound.sounding ? sound.position_s : (heard?.position_s ?? null),
  mixdown_id: sound.sounding ? sound.mixdown_id : (heard?.mixdown_id ?? null),
});

const HANDLERS = {
  restored(state, event) {
    const known = { ...initial(), ...device(state), ...event.kept };
    const back = { ...known, restored_ms: serverNow(known, event) };
    if (!back.token) return back;
    const cut = back.heard?.sounding ? { ...back, heard: { ...back.heard, sounding: false } } : back;
    if (cut === back) return note(back, event, "reloaded", here(back))[0];
    const { run, position_s, mixdown_id, at_ms } = back.heard;
    const [off, rest] = note(cut, event, "sound_off", { session_id: sessionOf(run), position_s, mixdown_id, at_ms });
    return note(off, rest, "reloaded", { position_s, mixdown_id })[0];
  },

  paired: (state, { token, room }) => ({ ...initial(), ...device(state), token, room: { cap_db: 0, quiet_db: 18, ...room } }),

  answered(state, event) {
    const { answer, sent_ms, now_ms } = event;
    const clock = tuned(state.clock, { server_ms: answer.server_ms, sent_ms, received_ms: now_ms });
    const events = forgotten(state.events, answer.acknowledged);
    const known = { ...state, clock, events, answered_ms: now_ms, check: answer.check ?? null };
    if (answer.revision < state.revision && !putBack(state, answer, sent_ms)) return known;
    const { revision, wished, room, standing = NOTHING_STANDING } = answer;
    return { ...known, revision, wished, room, standing };
  },

  revoked: (state, { now_ms }) => (state.revoked_ms === null ? { ...state, revoked_ms: now_ms } : state),

  forgotten: (state) => ({ ...initial(), ...device(state), problems: [], revoked_ms: state.revoked_ms }),

  held(state, event) {
    const { sha256, ...file } = event.held;
    const now = { ...state, files: { ...state.files, [sha256]: file } };
    const { mixdown } = wishedNow(now);
    if (!file.whole || mixdown?.sha256 !== sha256 || state.ready_sha256 === sha256) return now;
    return note({ ...now, ready_sha256: sha256 }, event, "ready", { mixdown_id: mixdown.mixdown_id })[0];
  },

  /** A file has to be looked at anew: it is not whole any more, or did not play. */
  doubted(state, { sha256, broken }) {
    const { [sha256]: file, ...files } = state.files;
    const times = (state.broken[sha256] ?? 0) + (broken ? 1 : 0);
    const known = file && { ...file, whole: false };
    return {
      ...state,
      files: known ? { ...files, [sha256]: known } : files,
      broken: broken ? { ...state.broken, [sha256]: times } : state.broken,
    };
  },

  heard: (state, event) => heardNow(state, event, serverNow(state, event)),

  bedside(state, event) {
    const found = state.token ? asked(state, wishedNow(state), event.kind, event.value) : null;
    if (!found) return state;
    const { kind, value = null, list, mixdown_id, change = {} } = found;
    const where = { ...here(state), ...(mixdown_id && { mixdown_id, position_s: null }) };
    return note({ ...state, ...change }, event, kind, { ...where, value, ...(list && { list }) })[0];
  },

  /** The sound may come out elsewhere than before; `removed` is "unknown" where the browser does not say what changed. */
  outputs(state, event) {
    const lost = event.removed === true || (event.removed === "unknown" && state.sound.sounding);
    if (!lost || !state.token || state.output_lost_ms !== null) return state;
    return note({ ...state, output_lost_ms: serverNow(state, event) }, event, "output_lost", here(state))[0];
  },

  over_level: (state, event) => note(state, event, "over_level", { ...here(state), value: event.value })[0],

  checked: (state, event) =>
    note({ ...state, checked_id: event.detail.check_id }, event, "checked", { detail: event.detail })[0],

  tap(state, event) {
    if (event.needed === state.needs_tap) return state;
    const now = { ...state, needs_tap: event.needed };
    return event.needed ? note(now, event, "needs_tap", here(state))[0] : now;
  },

  problem(state, { code, is }) {
    if (state.problems.includes(code) === is) return state;
    return { ...state, problems: is ? [...state.problems, code] : state.problems.filter((other) => other !== code) };
  },

  battery: (state, { battery, charging = "unknown" }) => ({ ...state, battery, charging }),

  ticked: (state) => state,
};

/**
 * Whether a server that answers with an older revision was put back to an older state, from a backup: it was asked
 * after it had said the newer one. What it wishes then counts, except that it never takes music away that sounds.
 */
function putBack({ answered_ms, sound }, { wished }, sent_ms) {
  const asked_since = answered_ms === null || sent_ms >= answered_ms;
  return asked_since && (!sound.sounding || runOf(wished) === sound.run);
}

/** The state after an event. The last ids are kept for what settling notes, so that no id is given twice. */
export const next = (state, event) =>
  settle(HANDLERS[event.type](state, event), { ...event, ids: event.ids.slice(-2) });

const settle = (state, event) => settled(state, event, serverNow(state, event));
