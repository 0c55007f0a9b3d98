/**
 * Is what the plan needs on this device, whole, unharmed, and nothing else?
 *
 * One file is fetched at a time, the most needed first; one that cannot be kept or played is put aside for half a minute
 * so that the others come. All chunks of a file are hashed before it counts as whole. Only music that has to go on now, after
 * a reload, is taken as it lies and hashed while it plays. Every file is hashed again before it is crossed to and when it
 * begins, and counted every five seconds: what a browser threw away or a disk changed is fetched again, while the Blob that
 * plays already plays on.
 */

import { hold } from "./download.js";
import { NoStorage } from "./database.js";
import { Unplayable, probe } from "./deck.js";

const COUNT_MS = 5_000;
const RETRY_MS = 30_000;
/** Chunks that are hashed before music begins: those that it begins with. */
const HEAD = 3;

export class Keeper {
  #store;
  #tell;
  #now = { sha256: null, abort: null };
  #aside = new Map();
  #suspects = new Set();
  #unproved = new Set();
  #failing = new Set();
  #pruned = "";
  #pruning = Promise.resolve();
  #counted_ms = 0;
  #repaired;

  /** `tell(type, more)` tells the player; `repaired(sha256)` that a file is another copy than before. */
  constructor(store, tell, repaired) {
    this.#store = store;
    this.#tell = tell;
    this.#repaired = repaired;
  }

  /** Fetch what the plan needs, the first that is not put aside. `urgent`: the first must sound now. */
  want(mixdowns, { token, urgent }, now_ms) {
    const next = mixdowns.find(({ sha256 }) => (this.#aside.get(sha256) ?? 0) <= now_ms) ?? null;
    if ((next?.sha256 ?? null) === this.#now.sha256) return;
    this.#now.abort?.abort();
    const abort = new AbortController();
    this.#now = { sha256: next?.sha256 ?? null, abort };
    if (next) this.#hold(next, token, abort, urgent && next === mixdowns[0], now_ms);
  }

  async #hold(mixdown, token, abort, urgent, now_ms) {
    const { sha256 } = mixdown;
    const hurry = urgent && !this.#suspects.has(sha256);
    try {
      // What is being deleted must not be taken for what is here.
      await this.#pruning;
      if (hurry) this.#unproved.add(sha256);
      await hold({
        store: this.#store,
        mixdown,
        token,
        signal: abort.signal,
        told: (held) => !abort.signal.aborted && this.#tell("held", { held }),
        check: !hurry,
        proved: async () => hurry || probe(await this.#store.whole(sha256, mixdown.mime), mixdown.total_s),
      });
      this.#whole(sha256);
    } catch (error) {
      if (!abort.signal.aborted) this.#failed(error, sha256, now_ms);
    } finally {
      if (this.#now.abort === abort) this.#now = { sha256: null, abort: null };
    }
  }

  #whole(sha256) {
    this.works("files");
    this.#tell("problem", { code: "broken_file", is: false });
    if (this.#suspects.delete(sha256)) this.#repaired(sha256);
    if (this.#unproved.delete(sha256)) this.#look(sha256);
  }

  #failed(error, sha256, now_ms) {
    this.#aside.set(sha256, now_ms + RETRY_MS);
    if (error instanceof NoStorage) this.fails("files", error);
    else if (error instanceof Unplayable) this.#tell("problem", { code: "broken_file", is: true });
    else throw error;
  }

  /** The device's storage does not keep, or does not give: `what` is memory, files or looks. */
  fails(what, error) {
    console.warn(error.message);
    this.#failing.add(what);
    this.#tell("problem", { code: "no_storage", is: true });
  }

  /** It does again; the problem is over with the last that failed. */
  works(what) {
    if (!this.#failing.delete(what) || this.#failing.size > 0) return;
    this.#tell("problem", { code: "no_storage", is: false });
  }

  /** A file that would not play is looked at again, chunk by chunk; what is broken is fetched anew. */
  doubt(sha256) {
    this.#suspects.add(sha256);
    this.#tell("problem", { code: "broken_file", is: true });
    this.#tell("doubted", { sha256, broken: true });
  }

  /**
   * A file to play, `{blob, levels_dbfs}`, hashed as far as there is time; null where it is not whole and unharmed.
   *
   * @param thorough hash all of it; else what it begins with now, and the rest while it plays
   */
  async load({ sha256, mime, from_s, total_s }, thorough) {
    const manifest = await this.#store.manifest(sha256);
    const first = manifest && total_s ? Math.floor((from_s / total_s) * manifest.chunks.length) : 0;
    const sound = thorough ? await this.#look(sha256) : await this.#look(sha256, Math.max(0, first - 1), HEAD);
    if (!sound) return null;
    const blob = await this.#store.whole(sha256, mime);
    if (blob && !thorough) this.#look(sha256);
    return blob && { blob, levels_dbfs: manifest.levels_dbfs ?? null };
  }

  /** Hash chunks of a file; those that are harmed or gone are dropped and fetched again. Whether all were right. */
  async #look(sha256, from = 0, count = Infinity) {
    const harmed = await this.#store.harmed(sha256, from, count).catch((error) => this.fails("looks", error));
    if (!harmed) return false;
    if (harmed.length > 0) this.#lost(sha256);
    return harmed.length === 0;
  }

  #lost(sha256) {
    this.#suspects.add(sha256);
    this.#tell("problem", { code: "evicted", is: true });
    this.#tell("doubted", { sha256, broken: false });
  }

  /** Count what is here; call it often. `files`: core.js's. */
  count(files, now_ms) {
    if (now_ms - this.#counted_ms < COUNT_MS) return;
    this.#counted_ms = now_ms;
    this.#count(files).then(
      () => this.works("looks"),
      (error) => this.fails("looks", error),
    );
  }

  async #count(files) {
    let gone = false;
    for (const [sha256, file] of Object.entries(files)) {
      if (!file.whole) gone ||= this.#suspects.has(sha256);
      else if (!(await this.#store.complete(sha256))) {
        gone = true;
        this.#lost(sha256);
      }
    }
    if (!gone) this.#tell("problem", { code: "evicted", is: false });
  }

  /** Delete every file but these; never before anything is known. */
  prune(keep) {
    const wanted = keep && JSON.stringify([...keep].sort());
    if (!wanted || wanted === this.#pruned) return;
    this.#pruned = wanted;
    this.#pruning = this.#store.prune(keep).catch((error) => {
      this.#pruned = "";
      this.fails("looks", error);
    });
  }

  /** Stop what is under way. */
  stop() {
    this.#now.abort?.abort();
    this.#now = { sha256: null, abort: null };
  }
}
