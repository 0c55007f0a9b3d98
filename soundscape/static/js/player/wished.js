/**
 * What is wished of this room now, and whose music is it?
 *
 * The server's wished state with the bedside's own changes over it. A *run* is one start of one session,
 * `session_id@started_ms`: what was heard belongs to a run. Pure.
 */

import { overlaid } from "./journal.js";

export const NOTHING_WISHED = Object.freeze({
  mode: "empty",
  session: null,
  mixdown: null,
  then: [],
  started_ms: null,
  quiet: false,
  paused: false,
  arrival: false,
  output_ms: null,
  level_db: -6,
  end_ms: null,
  end_fade_s: 20,
});

/** What a device holds for all sessions while the server has not said more. */
export const NOTHING_STANDING = Object.freeze({ bed: null, lists: [] });

const followed = new WeakMap();

/** The wished state as this room has to follow it; the same object for the same wish and events. */
export function wishedNow({ wished, events }) {
  const known = followed.get(wished);
  if (known?.events === events) return known.now;
  const now = overlaid(wished, events);
  followed.set(wished, { events, now });
  return now;
}

export const runOf = (wished) =>
  wished.session && wished.started_ms !== null ? `${wished.session.session_id}@${wished.started_ms}` : null;

/** The session of a run. */
export const sessionOf = (run) => run?.split("@")[0] ?? null;

/** Whether music is wished at the server's time `at_ms`; an end that lies ahead has not come yet. */
export const musicWished = (wished, at_ms) =>
  wished.mixdown !== null &&
  wished.started_ms !== null &&
  (wished.mode === "play" || (wished.mode === "end" && wished.end_ms !== null && at_ms < wished.end_ms));
