/**
 * What does a press at the bedside mean? `asked(state, wished, kind, value)` gives the event to note, or null where it
 * changes nothing. What sounds changes at once and without network; a change of the music itself is the server's. Pure.
 */

import { SOFTEST_DB } from "./journal.js";
import { isOver, usable } from "./choice.js";

export const STEP_DB = 3;
export const EXTEND_MIN = 10;

/** The loudest level that the bedside can choose. */
export const loudest = ({ room }) => Math.min(0, room?.cap_db ?? 0);

const plays = (wished) => wished.mode === "play" && wished.started_ms !== null;

const ASKED = {
  quiet: (state, wished) => !wished.quiet && { kind: "bedside_quiet" },
  resume: (state, wished) => wished.quiet && { kind: "bedside_resume" },
  louder: (state, wished) => levelled(state, wished, STEP_DB),
  softer: (state, wished) => levelled(state, wished, -STEP_DB),
  end: (state, wished) => wished.mode === "play" && { kind: "bedside_end" },
  extend: (state, wished) => plays(wished) && { kind: "bedside_extend", value: EXTEND_MIN },
  bring_back: (state, wished) => plays(wished) && { kind: "bedside_bring_back" },
  skip: (state, wished) => plays(wished) && { kind: "bedside_skip" },
  pause: (state, wished) => plays(wished) && !wished.paused && { kind: "bedside_pause" },
  go_on: (state, wished) => plays(wished) && wished.paused && { kind: "bedside_go_on" },
  output_back: ({ output_lost_ms }) =>
    output_lost_ms !== null && { kind: "output_back", change: { output_lost_ms: null } },
  start: (state, wished, index) => {
    const list = offered(state, wished).find((other) => other.index === index);
    return list && { kind: "bedside_start", value: index, mixdown_id: list.mixdown.mixdown_id, list };
  },
};

/** What the press asks for, or null. */
export const asked = (state, wished, kind, value) => ASKED[kind](state, wished, value) || null;

/** The standing lists that can be started here where no session is, or none that has any music left. */
export const offered = (state, wished) =>
  (wished.session === null && wished.mode === "empty") || (!state.sound.sounding && over(state, wished))
    ? state.standing.lists.map((list, index) => ({ ...list, index })).filter(({ mixdown }) => usable(state, mixdown))
    : [];

const over = (state, wished) => wished.mode === "end" || isOver(state);

function levelled(state, wished, step_db) {
  const level_db = Math.min(wished.level_db, loudest(state));
  const value = Math.min(loudest(state), Math.max(SOFTEST_DB, level_db + step_db));
  return value !== level_db && Math.sign(value - level_db) === Math.sign(step_db) && { kind: "bedside_level", value };
}
