/**
 * What has to be done now? `plan(state, now_ms)` derives it from the state alone, as often as one likes.
 *
 * Pure. The plan says what must be so, not what to change: whoever carries it out compares it with what is.
 * ```
 * say       empty | loading | ready | bed | playing | quiet | stopped: what the speaker does, not what was asked for
 * downloads mixdowns that are not whole here, in the order of their need
 * keep      SHA-256 of the files that must stay on the device, or null while nothing is known
 * music     what must sound (choice.js): {kind: leg | list | bed, leg, run, sha256, mixdown_id, change_id, mime, from_s,
 *           keep, next}: from_s is where it has to begin if it does not; keep: what sounds now is right, whatever run it
 *           began in; next: the leg to cross to, {..., from_s, cross_s, at_position_s: where in the file that sounds}
 * gain      factor in 0..1 after all the music's own; ramp_s: how long to take to get there
 * release_s how long music that is no longer wished takes to go
 * awake     keep the screen and the sound ready;  forget: delete everything that this device holds
 * check     id of the room check to run now, or null
 * ```
 */

import { holdsWished } from "./core.js";
import { loudest } from "./bedside.js";
import { isOver, music, needed, sounding, usable, wanted } from "./choice.js";
import { lagS } from "./heard.js";
import { wishedNow } from "./wished.js";
import { serverMs } from "./clock.js";
import { RAMP_S, factor } from "./ramp.js";
import { sendable } from "./journal.js";

/** How long music takes to go when its session is taken away (judgement), or the device is revoked (docs/service.md). */
const RELEASE_S = 8;
/** Without its headphones a tablet would play into the room (docs/live.md "The output"). */
const OUTPUT_LOST_S = 0.4;
/** An order to check the room that is older than this is not followed. */
const CHECK_OLD_MS = 600_000;

/** What the player says that it does. */
export function say(state) {
  const { sound } = state;
  const wished = wishedNow(state);
  if (sound.sounding && sound.kind === "bed") return "bed";
  if (sound.sounding) return wished.quiet ? "quiet" : "playing";
  if (wished.mode === "empty" || wished.mixdown === null) return "empty";
  if (wished.mode === "end" || isOver(state)) return "stopped";
  return holdsWished(state) ? "ready" : "loading";
}

/** The level after the music's own, in dB: never above the room's cap nor above 0. */
export function levelDb(state) {
  const { level_db, quiet } = wishedNow(state);
  const quiet_db = Math.max(0, state.room?.quiet_db ?? 18);
  return Math.min(level_db, loudest(state)) - (quiet ? quiet_db : 0);
}

/** What has to be done at the device's time `now_ms`. */
export function plan(state, now_ms) {
  if (state.revoked_ms !== null) return farewell(state, now_ms);
  const at_ms = serverMs(state.clock, now_ms);
  const wished = wishedNow(state);
  return {
    say: say(state),
    downloads: state.token ? wanted(state, at_ms).filter(({ sha256 }) => !state.files[sha256]?.whole) : [],
    keep: state.revision < 0 ? null : needed(state, at_ms),
    ...heardOf(state, at_ms),
    awake: wished.mode !== "empty",
    forget: false,
    check: checkNow(state, at_ms),
  };
}

/** What must be heard, and how to get there. */
function heardOf(state, at_ms) {
  const { ending } = state;
  if (state.output_lost_ms !== null) return { music: null, gain: 0, ramp_s: OUTPUT_LOST_S, release_s: OUTPUT_LOST_S };
  if (ending === null) {
    return { music: music(state, at_ms), gain: factor(levelDb(state)), ramp_s: RAMP_S, release_s: RELEASE_S };
  }
  const left_s = (ending.until_ms - at_ms) / 1000;
  return left_s > 0
    ? { music: sounding(state), gain: 0, ramp_s: left_s, release_s: RAMP_S }
    : { music: null, gain: 0, ramp_s: RAMP_S, release_s: RAMP_S };
}

function checkNow({ check, checked_id, wished, sound }, at_ms) {
  if (!check || check.check_id === checked_id || sound.sounding || wished.started_ms !== null) return null;
  return at_ms - check.asked_ms < CHECK_OLD_MS ? check.check_id : null;
}

function farewell(state, now_ms) {
  const left_s = RELEASE_S - (now_ms - state.revoked_ms) / 1000;
  return {
    say: say(state),
    downloads: [],
    keep: null,
    music: left_s > 0 ? sounding(state) : null,
    gain: 0,
    ramp_s: Math.max(0, left_s),
    release_s: RAMP_S,
    awake: false,
    forget: state.token !== null && (left_s <= 0 || !state.sound.sounding),
    check: null,
  };
}

/** What a report carries (docs/service.md "Room and player", docs/live.md); `clock_ms` is what the device shows. */
export function report(state, now_ms, clock_ms = now_ms) {
  const { sound } = state;
  const { mixdown } = wishedNow(state);
  const files = wanted(state, serverMs(state.clock, now_ms))
    .filter(({ sha256 }) => state.files[sha256])
    .map(({ mixdown_id, sha256 }) => heldAs(mixdown_id, state.files[sha256]));
  const holds = mixdown && state.files[mixdown.sha256];
  return {
    state: say(state),
    revision: Math.max(0, state.revision),
    position_s: sound.position_s,
    level_dbfs: sound.level_dbfs,
    gain_db: sound.gain_db,
    ...(sound.sounding && { mixdown_id: sound.mixdown_id }),
    ...(sound.sounding && sound.change_id && { change_id: sound.change_id }),
    ...(holds && { holds: heldAs(mixdown.mixdown_id, holds) }),
    files,
    lag_s: told(lagS(state)),
    drift_ppm: told(state.drift?.ppm ?? null),
    battery: state.battery,
    charging: state.charging,
    needs_tap: state.needs_tap,
    clock_ms: Math.round(clock_ms),
    problems: problems(state),
    events: sendable(state.events),
  };
}

/** A number that the server takes; a clock that is wrong by weeks must not cost the whole report. */
const told = (value) => (value !== null && Math.abs(value) < 1e6 ? value : null);

const heldAs = (mixdown_id, { bytes_verified, bytes }) => ({ mixdown_id, bytes_verified, bytes });

/** What the desk has to know of; `over_level` and the like are put in by who notices them. */
export function problems(state) {
  const { mixdown } = wishedNow(state);
  const broken = mixdown && (state.broken[mixdown.sha256] ?? 0) > 0 && !usable(state, mixdown);
  return [
    ...state.problems,
    ...(state.output_lost_ms !== null ? ["output_lost"] : []),
    ...(broken && !state.problems.includes("broken_file") ? ["broken_file"] : []),
  ];
}
