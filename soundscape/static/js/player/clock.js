/**
 * What time is it at the server, and which second of the music belongs to it?
 *
 * Times are milliseconds since 1970 UTC (`*_ms`), positions seconds in the mixdown (`*_s`). Pure: the device's own
 * time comes in as `now_ms`. An answer was written between its question's leaving and its own coming, so it proves the
 * difference of the clocks to within half of its round trip (RFC 5905). What is known is kept until an answer disproves
 * it: a quick one corrects a slow one, and a network that is slow on one way moves nothing.
 */

/** Longest absence after which the music goes on where it broke off, and how far it then steps back (DESIGN "Live"). */
export const SHORT_LOSS_S = 10;
export const STEP_BACK_S = 2;

export const UNKNOWN_CLOCK = { known: false, offset_ms: 0 };

/** The clock after one more answer. */
export function tuned(clock, { server_ms, sent_ms, received_ms }) {
  const estimate_ms = server_ms - (sent_ms + received_ms) / 2;
  const borne_out = clock.known && Math.abs(clock.offset_ms - estimate_ms) <= (received_ms - sent_ms) / 2;
  return borne_out ? clock : { known: true, offset_ms: estimate_ms };
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
