/**
 * The browser's own storage, as promises: one IndexedDB database with two stores.
 *
 * `kept` holds what the player knows (one small record), `chunks` the music, under `[sha256 of the file, index]`.
 */

const NAME = "soundscape-room";

/** The browser keeps nothing for this page: switched off, private, broken or full. */
export class NoStorage extends Error {
  constructor(cause) {
    super(`The browser keeps nothing for this page: ${cause?.name ?? cause}`, { cause });
    this.name = "NoStorage";
  }
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new NoStorage(request.error));
  });

/**
 * Open the database.
 *
 * @throws {NoStorage} if there is none to open
 */
export async function openDatabase(factory = globalThis.indexedDB) {
  if (!factory) throw new NoStorage("no IndexedDB");
  let request;
  try {
    request = factory.open(NAME, 1);
  } catch (error) {
    throw new NoStorage(error);
  }
  request.onupgradeneeded = () => {
    request.result.createObjectStore("kept");
    request.result.createObjectStore("chunks");
  };
  return settled(request);
}

/** Run `work` on one store in one transaction; resolves with its answer once that is written. */
export function within(database, store, mode, work) {
  return new Promise((resolve, reject) => {
    try {
      const transaction = database.transaction(store, mode);
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(new NoStorage(transaction.error ?? request.error));
    } catch (error) {
      reject(new NoStorage(error));
    }
  });
}
