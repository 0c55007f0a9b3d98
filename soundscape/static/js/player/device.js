/** What the tablet itself is asked for: stay awake, tell the battery, keep media keys away from the music. */

/** Keeps the screen on while `wanted`; asks again whenever the page comes back to the front. */
export class Awake {
  #lock = null;
  #wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#take());
  }

  want(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) this.#take();
    else this.#lock?.release();
  }

  /** Whether the browser gives this page a lock at all. */
  async can() {
    if (this.#lock && !this.#lock.released) return true;
    const lock = await navigator.wakeLock?.request("screen").catch(() => null);
    await lock?.release();
    return Boolean(lock);
  }

  async #take() {
    if (!this.#wanted || document.visibilityState !== "visible" || !navigator.wakeLock) return;
    if (this.#lock && !this.#lock.released) return;
    // Refused on an almost empty battery, for one; the music does not depend on it.
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null);
  }
}

/** Call `told(level, charging)` at each change, the level in 0..1; never where the browser does not tell. */
export async function watchBattery(told) {
  if (!navigator.getBattery) return;
  const battery = await navigator.getBattery().catch(() => null);
  if (!battery) return;
  const tell = () => told(battery.level, battery.charging);
  for (const name of ["levelchange", "chargingchange"]) battery.addEventListener(name, tell);
  tell();
}

/** A headphone's button or a lock screen must neither pause nor skip: those keys do nothing here. */
export function holdMediaKeys() {
  if (!navigator.mediaSession) return;
  for (const action of ["play", "pause", "stop", "seekbackward", "seekforward", "seekto", "previoustrack", "nexttrack"]) {
    try {
      navigator.mediaSession.setActionHandler(action, () => null);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // this browser does not know that key
    }
  }
}

/** Name the music on the tablet's lock screen. */
export function nameMedia(name) {
  if (!navigator.mediaSession || navigator.mediaSession.metadata?.title === name) return;
  navigator.mediaSession.metadata = new MediaMetadata({ title: name, artist: "Soundscape" });
}

/** Run `work` only while no other tab of this browser does; `waiting` is called if one does. */
export function alone(work, waiting) {
  if (!navigator.locks) return work();
  const wait = setTimeout(waiting, 1_000);
  return navigator.locks.request("soundscape-room", () => {
    clearTimeout(wait);
    return work();
  });
}
