/**
 * The player's loop: holds the one state, and brings about what its plan says.
 */

import * as page from "./page.js";
import { Awake, nameMedia } from "./device.js";
import { Speaker } from "./audio.js";
import { Unplayable, probe } from "./deck.js";
import { initial, kept, next } from "./core.js";
import { hold } from "./download.js";
import { NoStorage } from "./database.js";
import { guarded } from "./press.js";
import { listen, pair, sendReport } from "./link.js";
import { plan, report } from "./plan.js";
import { screen } from "./view.js";

const TICK_MS = 500;
const REPORT_MS = 2_000;
const KEEP_MS = 1_000;
/** Between two tries to hold a file that this device could not keep or play: somebody may have made room. */
const RETRY_MS = 30_000;
const IDS = 5;
const AROUND = { secure: true, storage: true, alone: true };

export class Player {
  #state = initial();
  #store;
  #speaker;
  #awake = new Awake();
  #saved = { text: "", heard: null, at_ms: 0 };
  #told = "";
  #reported_ms = 0;
  #reporting = false;
  #again = false;
  #holding = { sha256: null, abort: null };
  #suspect = null;
  #pruned = "";
  #pruning = Promise.resolve();
  #stream = { token: null, abort: null };

  constructor(store) {
    this.#store = store;
    this.#speaker = new Speaker((sha256, mime) => store.whole(sha256, mime));
  }

  /** Take up what was kept, then run for as long as the page is open. */
  async run() {
    const kept_before = await this.#store.recall();
    page.onPair((code) => this.#pair(code));
    guarded(page.controls(), (button) => this.tell("bedside", { kind: button.dataset.kind }), page.say);
    page.tapTarget().addEventListener("click", () => this.#wake());
    page.againButton().addEventListener("click", () => location.reload());
    this.#speaker.onChange(() => this.#tick());
    addEventListener("pagehide", () => this.#save(true));
    Object.defineProperty(window, "soundscape", { get: () => Object.freeze({ ...this.#state, token: undefined }) });
    this.tell("restored", { kept: kept_before });
    setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
    return new Promise(() => null);
  }

  /** Something happened. */
  tell(type, more = {}) {
    const ids = Array.from({ length: IDS }, () => crypto.randomUUID());
    this.#state = next(this.#state, { type, now_ms: Date.now(), ids, ...more });
    this.#carryOut();
  }

  #tick() {
    const now_ms = Date.now();
    const { sound, ended } = this.#speaker.measure(now_ms);
    this.tell("heard", { sound, ended });
    const { awake } = plan(this.#state, now_ms);
    this.tell("tap", { needed: awake && this.#speaker.needsTap(now_ms) });
    const sha256 = this.#speaker.takeBroken();
    if (sha256) this.#mend(sha256);
  }

  #carryOut() {
    const now_ms = Date.now();
    const todo = plan(this.#state, now_ms);
    if (todo.forget) return this.#forget();
    this.#speaker.follow(todo, now_ms);
    this.#awake.want(todo.awake);
    this.#hold(todo.download);
    this.#prune(todo.keep);
    this.#save(false);
    this.#listen();
    page.draw(screen(this.#state, now_ms, AROUND));
    if (this.#state.room) nameMedia(this.#state.room.name);
    this.#reportIfDue(now_ms);
  }

  // --- storage

  #save(now) {
    const now_ms = Date.now();
    const { clock, ...rest } = kept(this.#state);
    if (!this.#state.token) return;
    const text = JSON.stringify({ ...rest, heard: null });
    const waits = rest.heard === this.#saved.heard || now_ms - this.#saved.at_ms < KEEP_MS;
    if (!now && text === this.#saved.text && waits) return;
    this.#saved = { text, heard: rest.heard, at_ms: now_ms };
    this.#store.keep({ ...rest, clock }).catch((error) => this.#noStorage(error));
  }

  #noStorage(error) {
    console.warn(error.message);
    this.tell("problem", { code: "no_storage", is: true });
  }

  async #hold(mixdown) {
    const sha256 = mixdown?.sha256 ?? null;
    if (sha256 === this.#holding.sha256) return;
    this.#holding.abort?.abort();
    const abort = new AbortController();
    this.#holding = { sha256, abort };
    if (!mixdown) return;
    const { token, wished } = this.#state;
    const calm = wished.mode === "hold";
    try {
      // What is being deleted must not be taken for what is here.
      await this.#pruning;
      await hold({
        store: this.#store,
        mixdown,
        token,
        signal: abort.signal,
        told: (held) => !abort.signal.aborted && this.tell("held", { held }),
        // Before a session there is time to look closely; while it runs the music has to go on now.
        check: calm || this.#suspect === sha256,
        proved: async () => calm && probe(await this.#store.whole(sha256, mixdown.mime), mixdown.total_s),
      });
      for (const code of ["no_storage", "broken_file"]) this.tell("problem", { code, is: false });
    } catch (error) {
      if (!abort.signal.aborted) this.#notHeld(error, abort);
    }
  }

  #notHeld(error, abort) {
    setTimeout(() => {
      if (this.#holding.abort === abort) this.#holding = { sha256: null, abort: null };
    }, RETRY_MS);
    if (error instanceof NoStorage) this.#noStorage(error);
    else if (error instanceof Unplayable) this.tell("problem", { code: "broken_file", is: true });
    else throw error;
  }

  /** A file that would not play is looked at again, chunk by chunk; what is broken is fetched anew. */
  #mend(sha256) {
    if (this.#state.held?.sha256 !== sha256) return;
    this.tell("problem", { code: "broken_file", is: true });
    this.#suspect = sha256;
    this.#holding = { sha256: null, abort: null };
    this.tell("held", { held: null });
  }

  #prune(keep) {
    const wanted = keep && JSON.stringify(keep);
    if (!wanted || wanted === this.#pruned) return;
    this.#pruned = wanted;
    this.#pruning = this.#store.prune(keep).catch((error) => this.#noStorage(error));
  }

  async #forget() {
    this.#stream.abort?.abort();
    this.#state = next(this.#state, { type: "forgotten", now_ms: Date.now(), ids: [] });
    this.#carryOut();
    await this.#store.forget().catch((error) => console.warn(error.message));
  }

  // --- the desk

  async #pair(code) {
    const waking = this.#wake();
    const said = await pair(code);
    if (said?.problem) return said.problem.detail || "The code was not accepted. Ask for a new one at the desk.";
    if (!said) return "The server does not answer. Check the network and press Pair again.";
    await Promise.race([waking, new Promise((resolve) => setTimeout(resolve, TICK_MS))]);
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
    const { token, events, needs_tap, problems, revision } = this.#state;
    if (!token || this.#state.revoked_ms !== null) return;
    const { say } = plan(this.#state, now_ms);
    const told = JSON.stringify([say, needs_tap, problems, revision, events.at(-1)?.event_id ?? null]);
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
    this.#reported_ms = Date.now();
    const said = await sendReport(token, report(this.#state, Date.now()));
    this.#reporting = false;
    if (this.#again) queueMicrotask(() => this.#report());
    if (!said || token !== this.#state.token) return;
    if (said.problem?.code === "device_revoked") this.tell("revoked");
    else if (said.answer) this.tell("answered", { answer: said.answer, sent_ms: said.sent_ms });
    else console.warn("The report was refused:", said.problem.detail);
  }
}
