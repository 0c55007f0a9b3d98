/**
 * What happened in the room that the server does not know yet?
 *
 * Events are kept, also across reloads, until the server acknowledges each by its id. Those from the bedside change
 * what the player does at once and without network: they are laid over the wished state until acknowledged, for from
 * then on the wished state contains them. Pure; ids and times come in.
 */

/** The most events that are kept (an hour of the worst flapping), and the most in one report. Judgement. */
const KEPT = 2000;
const SENT = 100;

/** The softest level that the bedside can choose: audible with headphones in a still room. Judgement. */
export const SOFTEST_DB = -40;

/** The journal with one more event. */
export const noted = (events, event) => [...events, { position_s: null, mixdown_id: null, value: null, ...event }].slice(-KEPT);

/** The journal without what the server has taken. */
export const forgotten = (events, ids) => {
  const taken = new Set(ids);
  return events.some((event) => taken.has(event.event_id)) ? events.filter((event) => !taken.has(event.event_id)) : events;
};

/** What a report carries: the oldest first. */
export const sendable = (events) =>
  events.slice(0, SENT).map(({ event_id, at_ms, kind, session_id, position_s, mixdown_id, value }) => ({
    event_id,
    at_ms,
    kind,
    session_id,
    position_s,
    mixdown_id,
    value,
  }));

const APPLIED = {
  bedside_quiet: (wished) => ({ ...wished, quiet: true }),
  bedside_resume: (wished) => ({ ...wished, quiet: false }),
  bedside_level: (wished, { value }) => ({ ...wished, level_db: value }),
  bedside_end: (wished, { at_ms }) =>
    wished.mode === "play" ? { ...wished, mode: "end", end_ms: at_ms } : wished,
};

/** The wished state with the bedside's events of this session laid over it. */
export const overlaid = (wished, events) =>
  events
    .filter((event) => event.kind in APPLIED && event.session_id === (wished.session?.session_id ?? null))
    .reduce((state, event) => APPLIED[event.kind](state, event), wished);
