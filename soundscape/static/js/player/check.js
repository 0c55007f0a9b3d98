/**
 * Is this room fit for a session? What a tablet can measure by itself (docs/live.md "Room check").
 *
 * A tone sounds left, then right, each through the gains that music takes, and the meter says what left the page on each
 * side; then on both sides at the room's cap. Whether a person heard them is asked at the desk.
 */

import { countOutputs } from "./outputs.js";
import { factor } from "./ramp.js";
import { trip } from "./link.js";

const TONE_HZ = 440;
/** As loud as the quieter half of music: heard, and no startle. Judgement. */
const TONE_DBFS = -26;
const RAMP_S = 0.4;
const TONE_S = 1.4;
const LOOK_S = 0.3;
const TRIPS = 10;

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const rounded = (value) => Math.round(value * 10) / 10;

/** Run the check; what was found. `bench` is the speaker's; `sounded` is called when the tones are over: music may begin. */
export async function checkRoom(bench, { cap_db, awake, sounded }) {
  const toned = tones(bench, cap_db).finally(sounded);
  const [sounds, storage, network, outputs] = await Promise.all([toned, stored(), roundTrips(), countOutputs()]);
  return { ...sounds, cap_db, storage, wake_lock: await awake.can(), autoplay: bench.context.state === "running", network, outputs };
}

async function tones({ context, level, meter }, cap_db) {
  const none = { left_dbfs: null, left_other_dbfs: null, right_dbfs: null, right_other_dbfs: null, cap_dbfs: null };
  if (context.state !== "running") return none;
  level.to(factor(Math.min(0, cap_db)), RAMP_S);
  const [left, left_other] = await tone({ context, level, meter }, [1, 0]);
  const [right_other, right] = await tone({ context, level, meter }, [0, 1]);
  const both = await tone({ context, level, meter }, [1, 1]);
  return { left_dbfs: left, left_other_dbfs: left_other, right_dbfs: right, right_other_dbfs: right_other, cap_dbfs: Math.max(...both) };
}

/** A tone on these sides; the level of each side in its middle. */
async function tone({ context, level, meter }, sides) {
  const source = new OscillatorNode(context, { frequency: TONE_HZ });
  const join = new ChannelMergerNode(context, { numberOfInputs: 2 });
  const gains = sides.map((side, channel) => {
    const gain = new GainNode(context, { gain: 0 });
    source.connect(gain).connect(join, 0, channel);
    // RMS: a sine's peak is 3 dB above it.
    const peak = side * factor(TONE_DBFS) * Math.SQRT2;
    const now_s = context.currentTime;
    gain.gain.setValueAtTime(0, now_s);
    gain.gain.linearRampToValueAtTime(peak, now_s + RAMP_S);
    gain.gain.setValueAtTime(peak, now_s + TONE_S - RAMP_S);
    gain.gain.linearRampToValueAtTime(0, now_s + TONE_S);
    return gain;
  });
  join.connect(level.node);
  source.start();
  source.stop(context.currentTime + TONE_S);
  await wait(TONE_S - RAMP_S);
  const found = meter.channels(LOOK_S).map(rounded);
  await wait(RAMP_S + LOOK_S);
  for (const node of [source, join, ...gains]) node.disconnect();
  return found;
}

async function stored(storage = navigator.storage) {
  const { usage = null, quota = null } = (await storage?.estimate?.().catch(() => null)) ?? {};
  return { usage, quota, persisted: (await storage?.persisted?.().catch(() => null)) ?? null };
}

async function roundTrips() {
  const took = [];
  for (let turn = 0; turn < TRIPS; turn += 1) took.push(await trip());
  const came = took.filter((ms) => ms !== null).sort((a, b) => a - b);
  return {
    trips: TRIPS,
    lost: TRIPS - came.length,
    median_ms: came.length ? rounded(came[came.length >> 1]) : null,
    worst_ms: came.length ? rounded(came.at(-1)) : null,
  };
}
