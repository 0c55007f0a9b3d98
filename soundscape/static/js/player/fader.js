/** One gain of the graph: it starts at 0 and only ever moves by ramps (ramp.js). */

import { gainAt, points, ramp, still } from "./ramp.js";

export class Fader {
  #context;
  #move = still(0);

  constructor(context) {
    this.#context = context;
    this.node = new GainNode(context, { gain: 0 });
  }

  /** Where the gain stands now, a factor in 0..1. */
  get gain() {
    return gainAt(this.#move, this.#context.currentTime);
  }

  /** Where it stands or is going. */
  get goal() {
    return this.#move.to;
  }

  /** Seconds until it is there. */
  get left_s() {
    return Math.max(0, this.#move.start_s + this.#move.seconds - this.#context.currentTime);
  }

  /** Go from where it stands to `gain`; a ramp that is under way is broken off there. */
  to(gain, seconds, shape) {
    const now_s = this.#context.currentTime;
    this.#move = ramp(gainAt(this.#move, now_s), gain, now_s, seconds, shape);
    const [first, ...rest] = points(this.#move);
    const param = this.node.gain;
    param.cancelScheduledValues(now_s);
    param.setValueAtTime(first.gain, now_s);
    for (const { at_s, gain: value } of rest) param.linearRampToValueAtTime(value, at_s);
  }
}
