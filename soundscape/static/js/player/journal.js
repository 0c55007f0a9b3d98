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

/** The state with one more event of the server's time `at_ms`, and what is left of the happening with its next id. */
export function noting(state, event, at_ms, kind, more = {}) {
  const [event_id, ...ids] = event.ids;
  const { session } = state.wished;
  const full = { event_id, at_ms, kind, session_id: session?.session_id ?? null, ...more };
  return [{ ...state, events: noted(state.events, full) }, { ...event, ids }];
}

/** The journal without what the server has taken. */
export const forgotten = (events, ids) => {
  const taken = new Set(ids);
  return events.some((event) => taken.has(event.event_id)) ? events.filter((event) => !taken.has(event.event_id)) : events;
};

/** What a report carries: the oldest first. */
export const sendable = (events) =>
  events.slice(0, SENT).map(({ event_id, at_ms, kind, session_id, position_s, mixdown_id, value, detail }) => ({
    event_id,
    at_ms,
    kind,
    session_id,
    position_s,
    mixdown_id,
    value,
    ...(detail && { detail }),
  }));

const APPLIED = {
  bedside_quiet: (wished) => ({ ...wished, quiet: true }),
  bedside_resume: (wished) => ({ ...wished, quiet: false }),
  bedside_level: (wished, { value }) => ({ ...wished, level_db: value }),
  bedside_end: (wished, { at_ms }) =>
    wished.mode === "play" ? { ...wished, mode: "end", end_ms: at_ms } : wished,
  bedside_pause: (wished) => ({ ...wished, paused: true }),
  bedside_go_on: (wished) => ({ ...wished, paused: false }),
  bedside_start: (wished, { event_id, at_ms, list }) => ({ ...wished, ...started(list, event_id, at_ms) }),
};

/** A standing list that the bedside started without a server: a session of its own until the server makes it one. */
const started = ({ infusion_s, tail_s, mixdown }, event_id, started_ms) => ({
  mode: "play",
  session: { session_id: event_id.replaceAll("-", ""), code: "", infusion_s, tail_s },
  mixdown,
  then: [],
  started_ms,
  quiet: false,
  end_ms: null,
});

/** The wished state with the bedside's events of this session laid over it. */
export const overlaid = (wished, events) =>
  events
    .filter((event) => event.kind in APPLIED && event.session_id === (wished.session?.session_id ?? null))
    .reduce((state, event) => APPLIED[event.kind](state, event), wished);
