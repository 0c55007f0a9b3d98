/**
 * What does the tablet show? `screen(state, now_ms, around)` gives words and choices; page.js puts them on the page.
 *
 * Pure. Sentences for people in a dim room: few, calm, saying what to do. `around` is what surrounds the player:
 * `{secure, storage, alone}`: whether the page is encrypted, whether the browser keeps files, whether no other tab plays.
 */

import { holdsWished, wishedNow } from "./core.js";
import { levelDb, say } from "./plan.js";
import { SOFTEST_DB } from "./journal.js";

/** Without an answer for this long the page says that the desk is out of reach. */
const OUT_OF_REACH_MS = 10_000;

const minutes = (seconds) => Math.floor(seconds / 60);

const plural = (count) => (count === 1 ? "1 minute" : `${count} minutes`);

const EXPLAINED = {
  insecure: {
    title: "This address is not encrypted",
    sentence: "A browser keeps music for a room only when its address begins with https.",
    todo: "Open this page again with https at the front, at the address that the Rooms page shows.",
  },
  no_storage: {
    title: "This browser cannot keep the music",
    sentence: "A room plays only what lies whole on its tablet, so that no network can stop it.",
    todo: "Leave private browsing, allow this site to keep data, or free some space. Then open this page again.",
  },
  elsewhere: {
    title: "The player is open in another tab",
    sentence: "Only one may play, so that the music is heard once.",
    todo: "Close this tab, or close the other one and this one goes on.",
  },
  revoked: {
    title: "This tablet no longer belongs to a room",
    sentence: "It was removed at the desk. Music and key were deleted from it.",
    todo: "To use it again, pair it with a new code.",
  },
};

const explained = (why) => ({ view: "explain", why, ...EXPLAINED[why] });

/** What surrounds the player can keep it from playing at all; that is said instead of working by halves. */
function hindrance(state, { secure, storage, alone }) {
  if (!secure) return "insecure";
  if (!storage) return "no_storage";
  if (!alone) return "elsewhere";
  return state.revoked_ms !== null && state.token === null ? "revoked" : null;
}

const SHOWN = {
  empty: ({ wished }) => ({
    title: "Paired",
    sentence: wished.session ? "The music is still being made." : "The desk has not chosen any music yet.",
  }),

  loading({ held, wished }) {
    const total = minutes(wished.mixdown.total_s);
    const share = held && held.bytes > 0 ? held.bytes_verified / held.bytes : 0;
    const sentence = `${Math.floor(share * total)} of ${plural(total)} are on this tablet.`;
    return { title: "Getting the music", sentence, progress: share };
  },

  ready({ wished }) {
    return { title: "Ready", sentence: `${all(minutes(wished.mixdown.total_s))} on this tablet.` };
  },

  playing: (state) => ({ title: "Playing", sentence: progressed(state) }),

  quiet: (state) => ({ title: "Held low", sentence: `You can talk. The music runs on: ${progressed(state)}` }),

  stopped: () => ({ title: "The music has ended", sentence: "Nothing more will play." }),
};

const all = (count) => (count === 1 ? "The whole minute is" : `All ${count} minutes are`);

const progressed = ({ sound, wished }) =>
  wished.mixdown === null ? "" : `${minutes(sound.position_s)} of ${plural(minutes(wished.mixdown.total_s))}`;

/** The bedside's choices while music sounds; one that can do nothing more stays in its place, and says so. */
function controls(state) {
  const wished = wishedNow(state);
  if (!state.sound.sounding || state.sound.going || state.revoked_ms !== null) return [];
  const level_db = levelDb({ ...state, wished: { ...wished, quiet: false }, events: [] });
  const cap_db = Math.min(0, state.room?.cap_db ?? 0);
  const ending = wished.mode === "end";
  return [
    { kind: "softer", label: "Softer", off: ending || level_db <= SOFTEST_DB },
    wished.quiet
      ? { kind: "resume", label: "Resume", off: ending }
      : { kind: "quiet", label: "Quiet to talk", off: ending },
    { kind: "louder", label: "Louder", off: ending || level_db >= cap_db },
    { kind: "end", label: ending ? "Ending" : "End gently", off: ending },
  ];
}

function note(state, now_ms) {
  if (state.problems.includes("no_storage")) return "This tablet has no room to keep the music. Free some space on it.";
  if (state.problems.includes("broken_file")) return "This browser cannot play the file. Tell the desk.";
  const { answered_ms, sound } = state;
  if (answered_ms !== null && now_ms - answered_ms <= OUT_OF_REACH_MS) return "";
  if (sound.sounding) return "The desk is out of reach. The music plays on.";
  return holdsWished(state) ? "The desk is out of reach. The music is safe on this tablet." : "Looking for the desk.";
}

/** Everything that the page shows. */
export function screen(state, now_ms, around) {
  const why = hindrance(state, around);
  if (why) return explained(why);
  if (!state.token) return { view: "pair" };
  const said = say(state);
  const fading = state.sound.sounding && (state.revoked_ms !== null || state.sound.going || state.ending !== null);
  const shown = fading ? { title: "Ending", sentence: "The music is fading out." } : SHOWN[said](state);
  return {
    view: "room",
    say: said,
    name: state.room?.name ?? "",
    progress: null,
    ...shown,
    note: note(state, now_ms),
    controls: controls(state),
    tap: state.needs_tap,
  };
}
