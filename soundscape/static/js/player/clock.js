/**
 * What time is it at the server, and which second of the music belongs to it?
 *
 * Times are milliseconds since 1970 UTC (`*_ms`), positions seconds in the mixdown (`*_s`). Pure: the device's own
 * time comes in as `now_ms`. Each answer gives one estimate of the difference, taken at the middle of its round trip;
 * the median of the last few counts, so that one slow answer moves nothing.
 */

const KEPT = 5;
/** No answer is so slow that it could be wrong by this much (link.js gives up before): the device's clock was set. */
const SET_MS = 5_000;

/** Longest absence after which the music goes on where it broke off, and how far it then steps back (DESIGN "Live"). */
export const SHORT_LOSS_S = 10;
export const STEP_BACK_S = 2;

export const UNKNOWN_CLOCK = { estimates_ms: [], offset_ms: 0 };

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** The clock after one more answer. */
export function tuned(clock, { server_ms, sent_ms, received_ms }) {
  const estimate_ms = server_ms - (sent_ms + received_ms) / 2;
  const comparable = clock.estimates_ms.filter((other) => Math.abs(other - estimate_ms) < SET_MS);
  const estimates_ms = [...comparable, estimate_ms].slice(-KEPT);
  return { estimates_ms, offset_ms: median(estimates_ms) };
}

/** The server's time at the device's `now_ms`, in whole milliseconds. */
export const serverMs = (clock, now_ms) => Math.round(now_ms + clock.offset_ms);

/** The second of the music that the infusion's clock asks for, within 0..total_s. */
export const clockPlace = ({ started_ms, total_s, at_ms }) =>
  Math.min(total_s, Math.max(0, (at_ms - started_ms) / 1000));

/**
 * Where music that does not sound has to begin.
 *
 * `heard` is the last moment at which this very run sounded, `{position_s, at_ms}`, or null at its first start.
 */
export function beginning({ started_ms, total_s, at_ms, heard }) {
  const wanted_s = clockPlace({ started_ms, total_s, at_ms });
  if (!heard) return wanted_s <= SHORT_LOSS_S ? 0 : wanted_s;
  if (at_ms - heard.at_ms > SHORT_LOSS_S * 1000) return wanted_s;
  return Math.min(total_s, Math.max(0, heard.position_s - STEP_BACK_S));
}
