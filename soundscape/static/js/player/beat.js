/**
 * The player's half seconds.
 *
 * A worker counts them: browsers slow the timers of a page that nobody sees to one a second, after five minutes without
 * sound to one a minute, but not those of a worker. While music sounds they slow nothing. Ramps are the audio clock's own.
 */

const BEAT_MS = 500;

export class Beat {
  constructor(told) {
    const worker = new Worker(new URL("./beat-worker.js", import.meta.url));
    worker.addEventListener("message", told);
    // Where there is no worker the page's own timer does it.
    worker.addEventListener("error", () => setInterval(told, BEAT_MS), { once: true });
  }
}
