/** A player driven by hand: one clock, ids that count, a server that answers when asked. */

import { initial, next } from "../../soundscape/static/js/player/core.js";
import { plan, report } from "../../soundscape/static/js/player/plan.js";

export const START_MS = 1_800_000_000_000;

export const MIXDOWN = {
  mixdown_id: "m1",
  url: "/api/v1/player/mixdowns/m1",
  manifest_url: "/api/v1/player/mixdowns/m1/manifest",
  sha256: "aa",
  bytes: 3_000_000,
  total_s: 3300,
  mime: "audio/mp4",
};
export const SESSION = { session_id: "s1", code: "K7PX", infusion_s: 2400, tail_s: 900 };
export const ROOM = { room_id: "r1", name: "Room 1", cap_db: -6, quiet_db: 18 };

export const WISHED = {
  mode: "empty",
  session: null,
  mixdown: null,
  started_ms: null,
  quiet: false,
  level_db: -6,
  end_ms: null,
  end_fade_s: 20,
};
export const HOLD = { ...WISHED, mode: "hold", session: SESSION, mixdown: MIXDOWN };
export const playing = (started_ms, more = {}) => ({ ...HOLD, mode: "play", started_ms, ...more });

export class Bench {
  constructor(state = initial(), now_ms = START_MS) {
    this.state = state;
    this.now_ms = now_ms;
    this.count = 0;
    this.revision = 0;
  }

  tell(type, more = {}) {
    const ids = Array.from({ length: 5 }, () => `id-${(this.count += 1)}`);
    this.state = next(this.state, { type, now_ms: this.now_ms, ids, ...more });
    return this;
  }

  after(seconds) {
    this.now_ms += seconds * 1000;
    return this.tell("ticked");
  }

  paired() {
    return this.tell("paired", { token: "t", room: { room_id: "r1", name: "Room 1" } });
  }

  /** An answer of the server whose clock is `ahead_ms` ahead of ours. */
  answered(wished, { revision = (this.revision += 1), acknowledged = [], ahead_ms = 0, room = ROOM, took_ms = 40, ...more } = {}) {
    const answer = { server_ms: this.now_ms + ahead_ms - took_ms / 2, revision, room, wished, acknowledged, ...more };
    return this.tell("answered", { answer, sent_ms: this.now_ms - took_ms });
  }

  whole(sha256 = "aa") {
    return this.tell("held", { held: { sha256, bytes_verified: 3_000_000, bytes: 3_000_000, whole: true } });
  }

  /** The speaker does what the plan says and plays on for some seconds, telling each half second. */
  plays(seconds) {
    const { music } = this.plan;
    let now = { ...music, position_s: music.keep ? this.state.sound.position_s : music.from_s };
    for (let told = 0; told <= seconds; told += 0.5) {
      this.sounds(now);
      now = this.crossed(now);
      now.position_s += 0.5;
      this.now_ms += 500;
    }
    return this;
  }

  /** Cross to the next leg where its place has come. */
  crossed(now) {
    const next = this.plan.music?.next;
    if (!next || now.position_s < next.at_position_s) return now;
    return { ...next, position_s: next.from_s + now.position_s - next.at_position_s };
  }

  sounds({ kind = "leg", leg = null, run, sha256, mixdown_id, change_id = null, position_s }) {
    return this.tell("heard", {
      ended: false,
      sound: { sounding: true, going: false, level_dbfs: -27, gain_db: -6, kind, leg, run, sha256, mixdown_id, change_id, position_s },
    });
  }

  silent(more = {}) {
    const nothing = { run: null, kind: null, leg: null, change_id: null, sha256: null, mixdown_id: null, position_s: null, level_dbfs: null };
    // An element that has come to its end still holds its file.
    const sound = { ...(more.ended ? this.state.sound : nothing), sounding: false, going: false, gain_db: -120 };
    return this.tell("heard", { ended: false, sound, ...more });
  }

  get plan() {
    return plan(this.state, this.now_ms);
  }

  get report() {
    return report(this.state, this.now_ms);
  }

  get kinds() {
    return this.state.events.map((event) => event.kind);
  }
}

/** A player that is ready in its room. */
export const ready = () => new Bench().paired().answered(HOLD).whole();

/** A player that has played for some seconds. */
export function running(seconds = 60, more = {}) {
  const bench = ready();
  bench.answered(playing(bench.now_ms, more));
  return bench.plays(seconds);
}

/** Numbers in 0..1 from a seed (mulberry32). */
export function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
