/**
 * What has to be done now? `plan(state, now_ms)` derives it from the state alone, as often as one likes.
 *
 * Pure. The plan says what must be so, not what to change: whoever carries it out compares it with what is.
 * ```
 * say       empty | loading | ready | bed | playing | quiet | stopped: what the speaker does, not what was asked for
 * download  the mixdown to hold, or null
 * keep      SHA-256 of the files that must stay on the device, or null while nothing is known
 * music     {run, sha256, mixdown_id, mime, from_s, keep}: what must sound and where it has to begin if it does not;
 *           keep: what sounds now is right, whatever run it began in
 * gain      factor in 0..1 after all the music's own; ramp_s: how long to take to get there
 * release_s how long music that is no longer wished takes to go
 * awake     keep the screen and the sound ready;  forget: delete everything that this device holds
 * ```
 */

import { RAMP_S, holdsWished, musicWished, needed, runOf, sessionOf, wishedNow } from "./core.js";
import { SHORT_LOSS_S, beginning, clockPlace, serverMs } from "./clock.js";
import { factor } from "./ramp.js";
import { sendable } from "./journal.js";

/** How long music takes to go when its session is taken away (judgement), or the device is revoked (docs/service.md). */
const RELEASE_S = 8;

/** What the player says that it does. */
export function say(state) {
  const { sound, wished } = state;
  if (sound.sounding) return wishedNow(state).quiet ? "quiet" : "playing";
  if (wished.mode === "empty" || wished.mixdown === null) return "empty";
  if (wishedNow(state).mode === "end" || isOver(state)) return "stopped";
  return holdsWished(state) ? "ready" : "loading";
}

const isOver = (state) => state.over || (state.ended_run !== null && state.ended_run === runOf(state.wished));

/** The level after the music's own, in dB: never above the room's cap nor above 0. */
export function levelDb(state) {
  const { level_db, quiet } = wishedNow(state);
  const cap_db = Math.min(0, state.room?.cap_db ?? 0);
  const quiet_db = Math.max(0, state.room?.quiet_db ?? 18);
  return Math.min(level_db, cap_db) - (quiet ? quiet_db : 0);
}

function music(state, at_ms) {
  const { sound, wished, heard } = state;
  if (!musicWished(wishedNow(state), at_ms) || isOver(state)) return null;
  const run = runOf(wished);
  const { sha256, mixdown_id, mime, total_s } = wished.mixdown;
  if (!holdsWished(state)) return sessionOf(sound.run) === sessionOf(run) ? sounding(state) : null;
  const { started_ms } = wished;
  const from_s = beginning({ started_ms, total_s, at_ms, heard: heard?.run === run ? heard : null });
  const wanted_s = clockPlace({ started_ms, total_s, at_ms });
  const near = Math.abs((sound.position_s ?? 0) - wanted_s) <= SHORT_LOSS_S;
  const keep = sound.sounding && !sound.going && sound.sha256 === sha256 && (sound.run === run || near);
  return { run, sha256, mixdown_id, mime, from_s, keep };
}

/** What sounds now and is not on its way out, as something to go on with. */
const sounding = ({ sound }) =>
  sound.sounding && !sound.going ? { ...sound, mime: null, from_s: sound.position_s, keep: true } : null;

/** What has to be done at the device's time `now_ms`. */
export function plan(state, now_ms) {
  if (state.revoked_ms !== null) return farewell(state, now_ms);
  const at_ms = serverMs(state.clock, now_ms);
  const { ending, wished } = state;
  const going = ending !== null && at_ms < ending.until_ms;
  const held = wished.mode === "empty" ? null : wished.mixdown;
  return {
    say: say(state),
    download: state.token && held && !holdsWished(state) ? held : null,
    keep: state.revision < 0 ? null : needed(state),
    music: ending === null ? music(state, at_ms) : going ? sounding(state) : null,
    gain: ending === null ? factor(levelDb(state)) : 0,
    ramp_s: going ? (ending.until_ms - at_ms) / 1000 : RAMP_S,
    release_s: ending === null ? RELEASE_S : RAMP_S,
    awake: held !== null,
    forget: false,
  };
}

function farewell(state, now_ms) {
  const left_s = RELEASE_S - (now_ms - state.revoked_ms) / 1000;
  return {
    say: say(state),
    download: null,
    keep: null,
    music: left_s > 0 ? sounding(state) : null,
    gain: 0,
    ramp_s: Math.max(0, left_s),
    release_s: RAMP_S,
    awake: false,
    forget: state.token !== null && (left_s <= 0 || !state.sound.sounding),
  };
}

/** What a report carries (docs/service.md "Room and player"). */
export function report(state, now_ms) {
  const { held, sound, wished } = state;
  const mine = held !== null && wished.mixdown !== null && held.sha256 === wished.mixdown.sha256;
  return {
    state: say(state),
    revision: Math.max(0, state.revision),
    position_s: sound.position_s,
    level_dbfs: sound.level_dbfs,
    gain_db: sound.gain_db,
    ...(mine && {
      holds: { mixdown_id: wished.mixdown.mixdown_id, bytes_verified: held.bytes_verified, bytes: held.bytes },
    }),
    battery: state.battery,
    needs_tap: state.needs_tap,
    clock_ms: Math.round(now_ms),
    problems: state.problems,
    events: sendable(state.events),
  };
}
