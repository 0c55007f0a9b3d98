/**
 * Which file belongs to which second of a session?
 *
 * A session's music is a row of legs (docs/live.md "Legs"): from the timeline's second `at_s` on, the music is at second
 * `from_s + (timeline - at_s)` of the leg's file. The first leg is the wished mixdown itself. The timeline is the
 * infusion's clock as the music follows it: music that is some seconds late stays as late over every seam. Pure.
 */

/** A leg counts only where its file is whole so long before its second. */
export const DECIDED_S = 2;

/** How long the first leg takes to cross from what sounded before it. Judgement. */
const CROSS_S = 4;

const keyed = (leg) => ({ ...leg, key: `${leg.mixdown.mixdown_id}@${leg.at_s}+${leg.from_s}` });

const laid = new WeakMap();

/** All legs of what is wished, in their order; worked out once for each such state, which never changes. */
export function legsOf(wished) {
  if (!laid.has(wished)) laid.set(wished, inOrder(wished));
  return laid.get(wished);
}

function inOrder({ mixdown, then = [] }) {
  if (!mixdown) return [];
  const first = { change_id: null, at_s: 0, from_s: 0, cross_s: CROSS_S, mixdown };
  return [first, ...[...then].sort((one, other) => one.at_s - other.at_s)].map(keyed);
}

/** The second of the leg's file that belongs to a second of the timeline. */
export const positionIn = (leg, timeline_s) => leg.from_s + timeline_s - leg.at_s;

/** The second of the timeline that belongs to a second of the leg's file. */
export const timelineOf = (leg, position_s) => leg.at_s + position_s - leg.from_s;

/** The timeline's second at which the leg's file has no more music. */
export const endOf = (leg) => timelineOf(leg, leg.mixdown.total_s);

/** Where the session's music ends: with the last leg's file. */
export const musicEnd = (wished) => {
  const last = legsOf(wished).at(-1);
  return last ? endOf(last) : 0;
};

/** What sounds as a place on the timeline, `{leg, timeline_s}`, or null if it is none of these legs. */
export function placeOf(legs, { leg: key, position_s }) {
  const leg = legs.find((other) => other.key === key);
  return leg && position_s !== null ? { leg, timeline_s: timelineOf(leg, position_s) } : null;
}

/**
 * The leg that has to sound at a second of the timeline where nothing sounds, or null.
 *
 * @param usable whether a leg's file can be played
 * @param passed legs by key that were "missed" or "played" to their end; what was missed is better than nothing
 */
export function legAt(legs, timeline_s, usable, passed) {
  const possible = legs.filter(
    (leg) => leg.at_s <= timeline_s && timeline_s < endOf(leg) && passed[leg.key] !== "played" && usable(leg),
  );
  return possible.findLast((leg) => !passed[leg.key]) ?? possible.at(-1) ?? null;
}

const after = (legs, { key }) => legs.slice(legs.findIndex((leg) => leg.key === key) + 1);

/** The leg to cross to from the one that sounds: what is due already, else the first to come; or null. */
export function following(legs, { leg, timeline_s }, usable, passed) {
  const later = after(legs, leg).filter((other) => !passed[other.key]);
  const next = later.findLast((other) => other.at_s <= timeline_s) ?? later[0];
  return next && usable(next) ? next : null;
}

/** Keys of later legs whose moment of decision has come without their file. */
export const missing = (legs, { leg, timeline_s }, usable, passed) =>
  after(legs, leg)
    .filter((other) => !passed[other.key] && timeline_s >= other.at_s - DECIDED_S && !usable(other))
    .map((other) => other.key);
