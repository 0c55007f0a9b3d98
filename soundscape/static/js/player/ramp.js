/**
 * How does a gain move from one value to another without startling anyone?
 *
 * A ramp is `{from, to, start_s, seconds, shape}`; gains are factors in 0..1, times are seconds of one clock. It is
 * handed to the browser as short straight pieces, and where it stands at any moment is computed here, so that a ramp
 * can be broken off anywhere and the next one starts exactly there. Pure.
 *
 * Shapes: "square" is straight in the square root of the gain: gentle where it is soft, which is where a start is
 * noticed. "linear" is for two files that cross: their gains add up to one, so no peak is higher than one file's own.
 */

export const STEP_S = 0.05;

/** The shortest that a start, a return or a move of the level may take (docs/service.md). */
export const RAMP_S = 3;

/** Decibels as a factor. */
export const factor = (db) => 10 ** (db / 20);

/** A factor as decibels, not below `floor_db`. */
export const decibels = (gain, floor_db = -120) => (gain > 0 ? Math.max(floor_db, 20 * Math.log10(gain)) : floor_db);

const within = (gain) => Math.min(1, Math.max(0, gain));

/** A ramp; every gain in it lies in 0..1, whatever is asked for. */
export const ramp = (from, to, start_s, seconds, shape = "square") => ({
  from: within(from),
  to: within(to),
  start_s,
  seconds: Math.max(STEP_S, seconds),
  shape,
});

/** A gain that stays. */
export const still = (gain) => ramp(gain, gain, 0, 0);

/** Where a ramp stands. */
export function gainAt({ from, to, start_s, seconds, shape }, at_s) {
  const share = Math.min(1, Math.max(0, (at_s - start_s) / seconds));
  if (share === 1) return to;
  if (shape === "linear") return from + (to - from) * share;
  return (Math.sqrt(from) * (1 - share) + Math.sqrt(to) * share) ** 2;
}

/** The ramp as straight pieces of at most STEP_S: `[{at_s, gain}]`, the first at its start, the last at its end. */
export function points(move) {
  const pieces = Math.ceil(move.seconds / STEP_S);
  return Array.from({ length: pieces + 1 }, (_, index) => {
    const at_s = move.start_s + (move.seconds * index) / pieces;
    return { at_s, gain: index === pieces ? move.to : gainAt(move, at_s) };
  });
}
