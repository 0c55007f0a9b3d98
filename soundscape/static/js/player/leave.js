/**
 * May this page sound at all? Browsers wait for a touch; a kiosk's do not.
 */

/** Between two tries to wake the graph. */
const AGAIN_MS = 2_000;
/** So long a graph may take to wake by itself. */
export const PATIENCE_MS = 1_000;

export class Leave {
  #context;
  #next_ms = 0;
  #asked_ms;

  /** Asked at once: while the page looks at what it kept the graph may wake, or not. */
  constructor(context, now_ms) {
    this.#context = context;
    this.#asked_ms = now_ms;
    this.ask(now_ms);
  }

  get given() {
    return this.#context.state === "running";
  }

  /** Ask again, now and then; whether a touch is needed. */
  awaited(now_ms) {
    this.ask(now_ms);
    return now_ms - this.#asked_ms >= PATIENCE_MS;
  }

  ask(now_ms) {
    if (now_ms < this.#next_ms) return;
    this.#next_ms = now_ms + AGAIN_MS;
    // Without a touch of the page this promise may stay open for ever; nobody waits for it.
    this.#context.resume().catch(() => null);
  }

  /** Use a touch of the page for the graph and these decks. */
  async take(decks) {
    const silence = URL.createObjectURL(silentFile());
    await Promise.all([this.#context.resume(), ...decks.map((deck) => deck.prime(silence))]);
    URL.revokeObjectURL(silence);
  }
}

/** A tenth of a second of silence as a WAV file. */
function silentFile() {
  const rate = 8_000;
  const samples = rate / 10;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const text = (at, word) => [...word].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples, true);
  new Uint8Array(view.buffer).fill(128, 44);
  return new Blob([view], { type: "audio/wav" });
}
