/**
 * How loud is what leaves the page? Hangs behind the last gain, one analyser for each channel; RMS in dBFS.
 */

import { decibels } from "./ramp.js";

const SAMPLES = 32_768;
/** Readings that `level` looks back over: about a second. */
const BLOCKS = 2;

export class Meter {
  #context;
  #channels;
  #samples = new Float32Array(SAMPLES);
  #powers = [];

  constructor(context, node) {
    this.#context = context;
    const split = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    node.connect(split);
    this.#channels = [0, 1].map((channel) => {
      const analyser = new AnalyserNode(context, { fftSize: SAMPLES });
      split.connect(analyser, channel);
      return analyser;
    });
  }

  /** Measure: `{level_dbfs, block_dbfs, peak}`, the level over about a second, and the newest block by itself; or null. */
  read() {
    if (this.#context.state !== "running") return null;
    const found = this.#channels.map((channel) => this.#look(channel, SAMPLES));
    const power = mean(found.map((one) => one.power));
    this.#powers = [...this.#powers, power].slice(-BLOCKS);
    return {
      level_dbfs: decibels(Math.sqrt(mean(this.#powers))),
      block_dbfs: decibels(Math.sqrt(power)),
      peak: Math.max(...found.map((one) => one.peak)),
    };
  }

  /** The level of each channel over the last `seconds`, in dBFS. */
  channels(seconds) {
    const count = Math.min(SAMPLES, Math.round(seconds * this.#context.sampleRate));
    return this.#channels.map((channel) => decibels(Math.sqrt(this.#look(channel, count).power)));
  }

  #look(channel, count) {
    channel.getFloatTimeDomainData(this.#samples);
    let [sum, peak] = [0, 0];
    for (let index = SAMPLES - count; index < SAMPLES; index += 1) {
      const sample = this.#samples[index];
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    return { power: sum / count, peak };
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
