/**
 * What music lies on this device, and is it whole and unharmed?
 *
 * A mixdown lies in IndexedDB as the 1 MiB chunks of its manifest, each a Blob of its own under the file's SHA-256: a
 * chunk is written whole or not at all, none is ever copied when the next one comes, and Chromium and Safari alike play
 * a Blob put together from them, seeking included, without holding it in memory. (A file in the origin's private file
 * system would be copied whole by Chromium for each chunk that is added from a page.)
 */

import { openDatabase, within } from "./database.js";

const TRIES = 10;
const AGAIN_MS = 300;
const LAST = Number.MAX_SAFE_INTEGER;
const ofFile = (sha256) => IDBKeyRange.bound([sha256, 0], [sha256, LAST]);

/** SHA-256 in hex. */
export async function sha256Of(buffer) {
  const digest = await crypto.subtle.digest("SHA-256", buffer);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The music and the memory of one device. */
export class Store {
  #database;

  constructor(database) {
    this.#take(database);
  }

  /** @throws {NoStorage} */
  static async open() {
    const store = new Store(await openDatabase());
    await store.recall();
    return store;
  }

  /** A browser that throws everything away asks for the database to be closed, or closes it: an empty one takes its place. */
  #take(database) {
    this.#database = Promise.resolve(database);
    const closed = () => {
      database.close();
      this.#database = null;
    };
    database.onversionchange = closed;
    database.onclose = closed;
    return database;
  }

  /** Open it anew; what asks for it while the old one is being deleted is turned away a few times. */
  async #reopen(tries = TRIES) {
    try {
      return this.#take(await openDatabase());
    } catch (error) {
      if (tries > 1) return new Promise((resolve) => setTimeout(resolve, AGAIN_MS)).then(() => this.#reopen(tries - 1));
      this.#database = null;
      throw error;
    }
  }

  async #within(store, mode, work) {
    this.#database ??= this.#reopen();
    return within(await this.#database, store, mode, work);
  }

  /** What was kept last, or null. */
  async recall() {
    return (await this.#within("kept", "readonly", (kept) => kept.get("player"))) ?? null;
  }

  keep(value) {
    return this.#within("kept", "readwrite", (kept) => kept.put(value, "player"));
  }

  manifest(sha256) {
    return this.#within("kept", "readonly", (kept) => kept.get(`manifest ${sha256}`));
  }

  keepManifest(manifest) {
    return this.#within("kept", "readwrite", (kept) => kept.put(manifest, `manifest ${manifest.sha256}`));
  }

  /** Numbers of the chunks that are here. */
  async indices(sha256) {
    const keys = await this.#within("chunks", "readonly", (chunks) => chunks.getAllKeys(ofFile(sha256)));
    return new Set(keys.map(([, index]) => index));
  }

  putChunk(sha256, index, buffer) {
    return this.#within("chunks", "readwrite", (chunks) => chunks.put(new Blob([buffer]), [sha256, index]));
  }

  chunk(sha256, index) {
    return this.#within("chunks", "readonly", (chunks) => chunks.get([sha256, index]));
  }

  dropChunk(sha256, index) {
    return this.#within("chunks", "readwrite", (chunks) => chunks.delete([sha256, index]));
  }

  /** Whether all chunks of a file are here. */
  async complete(sha256) {
    const manifest = await this.manifest(sha256);
    return manifest !== undefined && (await this.indices(sha256)).size === manifest.chunks.length;
  }

  /** Chunks from the one at `from` on that are not what they were or not here; what is harmed is dropped. */
  async harmed(sha256, from = 0, count = Infinity) {
    const manifest = await this.manifest(sha256);
    if (!manifest) return [0];
    const found = [];
    for (let index = from; index < Math.min(manifest.chunks.length, from + count); index += 1) {
      const blob = await this.chunk(sha256, index);
      const hash = await blob?.arrayBuffer().then(sha256Of, () => null);
      if (hash === manifest.chunks[index]) continue;
      found.push(index);
      await this.dropChunk(sha256, index);
    }
    return found;
  }

  /** The whole file as one Blob, or null if a chunk is missing. */
  async whole(sha256, mime) {
    const manifest = await this.manifest(sha256);
    const parts = await this.#within("chunks", "readonly", (chunks) => chunks.getAll(ofFile(sha256)));
    if (!manifest || parts.length !== manifest.chunks.length) return null;
    return new Blob(parts, { type: mime });
  }

  /** Delete every file but those named. */
  async prune(wanted) {
    const keys = await this.#within("chunks", "readonly", (chunks) => chunks.getAllKeys());
    const unwanted = new Set(keys.map(([sha256]) => sha256).filter((sha256) => !wanted.includes(sha256)));
    for (const sha256 of unwanted) {
      await this.#within("chunks", "readwrite", (chunks) => chunks.delete(ofFile(sha256)));
      await this.#within("kept", "readwrite", (kept) => kept.delete(`manifest ${sha256}`));
    }
  }

  /** Delete everything that this device knows and holds. */
  async forget() {
    await this.#within("chunks", "readwrite", (chunks) => chunks.clear());
    await this.#within("kept", "readwrite", (kept) => kept.clear());
  }
}

/** Ask the browser never to delete this by itself; its answer. */
export async function asksToPersist(storage = globalThis.navigator?.storage) {
  if (!storage?.persist) return false;
  return (await storage.persisted()) || storage.persist();
}
