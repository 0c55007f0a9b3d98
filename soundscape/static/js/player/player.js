/**
 * The player's loop: holds the one state, and brings about what its plan says.
 */

import * as page from "./page.js";
import { Awake, nameMedia } from "./device.js";
import { Beat } from "./beat.js";
import { Keeper } from "./keeper.js";
import { Speaker } from "./audio.js";
import { checkRoom } from "./check.js";
import { deviceMs, shownMs, wasSet } from "./now.js";
import { holdsWished, initial, kept, next } from "./core.js";
import { guarded } from "./press.js";
import { listen, pair, sendReport } from "./link.js";
import { plan, problems, report } from "./plan.js";
import { screen } from "./view.js";

const REPORT_MS = 2_000;
const KEEP_MS = 1_000;
const PATIENCE_MS = 500;
const IDS = 5;
const AROUND = { secure: true, storage: true, alone: true };

export class Player {
  #state = initial();
  #store;
  #speaker;
  #keeper;
  #awake = new Awake();
  #saved = { text: "", heard: null, at_ms: 0, kept: true };
  #told = "";
  #reported_ms = 0;
  #reporting = false;
  #again = false;
  #checking = null;
  #stream = { token: null, abort: null };

  constructor(store) {
    this.#store = store;
    const tell = (type, more) => this.tell(type, more);
    this.#keeper = new Keeper(store, tell, (sha256) => this.#speaker.renew(sha256));
    this.#speaker = new Speaker((music, thorough) => this.#keeper.load(music, thorough));
  }

  /** Take up what was kept, then run for as long as the page is open. */
  async run() {
    const kept_before = await this.#store.recall();
    page.onPair((code) => this.#pair(code));
    const pressed = ({ dataset }) => this.tell("bedside", { kind: dataset.kind, value: Number(dataset.value || 0) });
    for (const place of page.controls()) guarded(place, pressed, page.say);
    page.onMore(() => this.#carryOut());
    page.tapTarget().addEventListener("click", () => this.#wake());
    page.againButton().addEventListener("click", () => location.reload());
    this.#speaker.onChange(() => this.#tick());
    addEventListener("pagehide", () => this.#save(true));
    Object.defineProperty(window, "soundscape", { get: () => lent(this.#state) });
    this.tell("restored", { kept: kept_before });
    new Beat(() => this.#tick());
    this.#tick();
    return new Promise(() => null);
  }

  /** Something happened. */
  tell(type, more = {}) {
    const ids = Array.from({ length: IDS }, () => crypto.randomUUID());
    this.#state = next(this.#state, { type, now_ms: deviceMs(), ids, ...more });
    this.#carryOut();
  }

  #tick() {
    const now_ms = deviceMs();
    const { sound, ended, over_db, held_down } = this.#speaker.measure(now_ms);
    this.tell("heard", { sound, ended });
    if (over_db > 0) this.tell("over_level", { value: Math.min(20, over_db) });
    this.tell("problem", { code: "over_level", is: held_down });
    const { awake } = plan(this.#state, now_ms);
    this.tell("tap", { needed: awake && this.#speaker.needsTap(now_ms) });
    this.tell("problem", { code: "clock_set", is: wasSet() });
    const sha256 = this.#speaker.takeBroken();
    if (sha256) this.#keeper.doubt(sha256);
    this.#keeper.count(this.#state.files, now_ms);
  }

  #carryOut() {
    const now_ms = deviceMs();
    const todo = plan(this.#state, now_ms);
    if (todo.forget) return this.#forget();
    if (!this.#checking?.sounds) this.#speaker.follow(todo, now_ms);
    this.#awake.want(todo.awake);
    const { token, wished } = this.#state;
    this.#keeper.want(todo.downloads, { token, urgent: wished.mode === "play" }, now_ms);
    this.#keeper.prune(todo.keep);
    this.#save(false);
    this.#listen();
    page.draw(screen(this.#state, now_ms, { ...AROUND, checking: this.#checking !== null }));
    if (this.#state.room) nameMedia(this.#state.room.name);
    if (todo.check && !this.#checking) this.#check(todo.check);
    this.#reportIfDue(now_ms);
  }

  // --- what this device keeps

  #save(now) {
    const now_ms = deviceMs();
    const { clock, was, ...rest } = kept(this.#state);
    if (!this.#state.token) return;
    const text = JSON.stringify({ ...rest, heard: null });
    const last = this.#saved;
    const waits = (last.kept && rest.heard === last.heard) || now_ms - last.at_ms < KEEP_MS;
    if (!now && text === last.text && waits) return;
    const saved = { text, heard: rest.heard, at_ms: now_ms, kept: true };
    this.#saved = saved;
    // A page that comes back starts from what the device's clock shows then.
    const offset_ms = clock.offset_ms + deviceMs() - shownMs();
    this.#store.keep({ ...rest, clock: { ...clock, offset_ms }, was }).then(
      () => this.#keeper.works("memory"),
      (error) => {
        saved.kept = false; // and tried again in a second, changed or not
        this.#keeper.fails("memory", error);
      },
    );
  }

  async #forget() {
    this.#stream.abort?.abort();
    this.#keeper.stop();
    this.#state = next(this.#state, { type: "forgotten", now_ms: deviceMs(), ids: [] });
    this.#carryOut();
    await this.#store.forget().catch((error) => console.warn(error.message));
  }

  // --- the room

  async #check(check_id) {
    this.#checking = { sounds: true };
    const { room, battery, charging } = this.#state;
    const sounded = () => {
      this.#checking.sounds = false;
    };
    let detail = {};
    try {
      detail = await checkRoom(this.#speaker.bench, { cap_db: room.cap_db, awake: this.#awake, sounded });
    } catch (error) {
      console.warn("The room check broke off:", error.message); // the desk sees that nothing was measured
    } finally {
      this.#checking = null;
    }
    this.tell("checked", { detail: { check_id, ...detail, battery, charging } });
  }

  // --- the desk

  async #pair(code) {
    const waking = this.#wake();
    const said = await pair(code);
    if (said?.problem) return said.problem.detail || "The code was not accepted. Ask for a new one at the desk.";
    if (!said) return "The server does not answer. Check the network and press Pair again.";
    await Promise.race([waking, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    this.tell("paired", { token: said.answer.token, room: said.answer.room });
    return "";
  }

  async #wake() {
    await this.#speaker.wake().catch((error) => console.warn(error.message));
    this.#tick();
  }

  #listen() {
    const { token, revoked_ms } = this.#state;
    const wanted = revoked_ms === null ? token : null;
    if (wanted === this.#stream.token) return;
    this.#stream.abort?.abort();
    const abort = new AbortController();
    this.#stream = { token: wanted, abort };
    if (wanted) listen(wanted, () => this.#report(), abort.signal);
  }

  #reportIfDue(now_ms) {
    const { token, events, needs_tap, revision, sound } = this.#state;
    if (!token || this.#state.revoked_ms !== null) return;
    const { say } = plan(this.#state, now_ms);
    const now = [say, needs_tap, problems(this.#state), revision, sound.leg, events.at(-1)?.event_id ?? null];
    const told = JSON.stringify(now);
    const changed = told !== this.#told;
    if (!changed && now_ms - this.#reported_ms < REPORT_MS) return;
    if (this.#reporting) return;
    this.#told = told;
    this.#report();
  }

  async #report() {
    this.#again = this.#reporting;
    if (this.#reporting) return;
    this.#reporting = true;
    const { token } = this.#state;
    this.#reported_ms = deviceMs();
    const said = await sendReport(token, report(this.#state, deviceMs(), shownMs()), deviceMs);
    this.#reporting = false;
    if (this.#again) queueMicrotask(() => this.#report());
    if (!said || token !== this.#state.token) return;
    if (said.problem?.code === "device_revoked") this.tell("revoked");
    else if (said.answer) this.tell("answered", { answer: said.answer, sent_ms: said.sent_ms });
    else console.warn("The report was refused:", said.problem.detail);
  }
}

/** What the page lends to tests and to whoever looks: all but the key. */
function lent(state) {
  const { mixdown } = state.wished;
  const held = mixdown ? (state.files[mixdown.sha256] ?? null) : null;
  return Object.freeze({ ...state, held, problems: problems(state), ready: holdsWished(state), token: undefined });
}
