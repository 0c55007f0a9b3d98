/**
 * What does the tablet show? `screen(state, now_ms, around)` gives words and choices; page.js puts them on the page.
 *
 * Pure. Sentences for people in a dim room: few, calm, saying what to do. `around` is what surrounds the player:
 * `{secure, storage, alone, checking}`: whether the page is encrypted, whether the browser keeps files, whether no other tab
 * plays, whether the room is being checked.
 */

import { EXTEND_MIN, loudest, offered } from "./bedside.js";
import { SOFTEST_DB } from "./journal.js";
import { holdsWished } from "./core.js";
import { levelDb, say } from "./plan.js";
import { legsOf, musicEnd, placeOf } from "./legs.js";
import { wishedNow } from "./wished.js";

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

  loading(state) {
    const { mixdown } = wishedNow(state);
    const held = state.files[mixdown.sha256];
    const total = minutes(mixdown.total_s);
    const share = held && held.bytes > 0 ? held.bytes_verified / held.bytes : 0;
    const sentence = `${Math.floor(share * total)} of ${plural(total)} are on this tablet.`;
    return { title: "Getting the music", sentence, progress: share };
  },

  ready: (state) => ({ title: "Ready", sentence: `${all(minutes(wishedNow(state).mixdown.total_s))} on this tablet.` }),

  bed: (state) =>
    state.lacking_ms === null
      ? { title: "Calm music", sentence: "It plays until the session is started." }
      : { title: "Calm music instead", sentence: "The session's music cannot be played. Tell the desk." },

  playing: (state) => ({ title: "Playing", sentence: progressed(state) }),

  quiet: (state) => ({ title: "Held low", sentence: `You can talk. The music runs on: ${progressed(state)}` }),

  stopped: () => ({ title: "The music has ended", sentence: "Nothing more will play." }),
};

const OUTPUT_LOST = {
  title: "The headphones went",
  sentence: "The music is held, so that it does not play into the room.",
};

const CHECKING = { title: "Checking this room", sentence: "Three soft tones: left, right, both." };

const all = (count) => (count === 1 ? "The whole minute is" : `All ${count} minutes are`);

function progressed(state) {
  const wished = wishedNow(state);
  if (wished.mixdown === null) return "";
  const place_s = placeOf(legsOf(wished), state.sound)?.timeline_s ?? state.sound.position_s;
  return `${minutes(place_s)} of ${plural(minutes(musicEnd(wished)))}`;
}

/** The bedside's choices while music sounds; one that can do nothing more stays in its place, and says so. */
function controls(state) {
  if (state.revoked_ms !== null) return [];
  if (state.output_lost_ms !== null) return [{ kind: "output_back", label: "Play here again", off: false }];
  if (!state.sound.sounding || state.sound.going) return [];
  const wished = wishedNow(state);
  const level_db = levelDb({ ...state, wished: { ...wished, quiet: false }, events: [] });
  const ending = wished.mode === "end";
  return [
    { kind: "softer", label: "Softer", off: ending || level_db <= SOFTEST_DB },
    wished.quiet
      ? { kind: "resume", label: "Resume", off: ending }
      : { kind: "quiet", label: "Quiet to talk", off: ending },
    { kind: "louder", label: "Louder", off: ending || level_db >= loudest(state) },
    { kind: "end", label: ending ? "Ending" : "End gently", off: ending || wished.mode !== "play" },
  ];
}

/** Changes of the music itself, behind "More"; each is the server's to make. */
function more(state) {
  const wished = wishedNow(state);
  if (controls(state).length < 2 || wished.mode !== "play" || state.sound.kind === "bed") return [];
  return [
    { kind: "extend", label: `${EXTEND_MIN} minutes longer`, off: false },
    { kind: "skip", label: "Next piece", off: false },
    wished.paused
      ? { kind: "go_on", label: "Infusion goes on", off: false }
      : { kind: "pause", label: "Infusion paused", off: false },
    { kind: "bring_back", label: "Bring back", off: false },
  ];
}

/** Standing lists for when there is no desk. */
function lists(state, now_ms) {
  if (state.revoked_ms !== null || inReach(state, now_ms) || state.sound.sounding) return [];
  const label = ({ name, infusion_s, tail_s }) => `${name}, ${minutes(infusion_s + tail_s)} min`;
  return offered(state, wishedNow(state)).map((list) => ({ kind: "start", value: list.index, label: label(list), off: false }));
}

const inReach = ({ answered_ms }, now_ms) => answered_ms !== null && now_ms - answered_ms <= OUT_OF_REACH_MS;

function note(state, now_ms) {
  if (state.problems.includes("no_storage")) return "This tablet has no room to keep the music. Free some space on it.";
  if (state.problems.includes("broken_file")) return "This browser cannot play the file. Tell the desk.";
  if (inReach(state, now_ms)) return state.problems.includes("over_level") ? TOO_LOUD : "";
  if (lists(state, now_ms).length) return "The desk is out of reach. These lists are on this tablet.";
  if (state.sound.sounding) return "The desk is out of reach. The music plays on.";
  return holdsWished(state) ? "The desk is out of reach. The music is safe on this tablet." : "Looking for the desk.";
}

const held = ({ output_lost_ms, revoked_ms }) => output_lost_ms !== null && revoked_ms === null;
const FADING = { title: "Ending", sentence: "The music is fading out." };
const TOO_LOUD = "The music was louder than planned and was taken down. Tell the desk.";

/** Everything that the page shows. */
export function screen(state, now_ms, around) {
  const why = hindrance(state, around);
  if (why) return explained(why);
  if (!state.token) return { view: "pair" };
  const said = say(state);
  const fading = state.sound.sounding && (state.revoked_ms !== null || state.sound.going || state.ending !== null);
  const shown = around.checking ? CHECKING : held(state) ? OUTPUT_LOST : fading ? FADING : SHOWN[said](state);
  return {
    view: "room",
    say: said,
    name: state.room?.name ?? "",
    progress: null,
    ...shown,
    note: note(state, now_ms),
    controls: controls(state),
    more: more(state),
    lists: lists(state, now_ms),
    tap: state.needs_tap,
  };
}
