/** Ramps never leave 0..1, never turn back, never step, and can be broken off anywhere. */

import assert from "node:assert/strict";
import test from "node:test";

import { STEP_S, decibels, factor, gainAt, points, ramp, still } from "../../soundscape/static/js/player/ramp.js";
import { seeded } from "./helpers.mjs";

test("decibels and factors are each other's inverse, and silence has a floor", () => {
  assert.ok(Math.abs(factor(-6) - 0.501) < 1e-3);
  assert.ok(Math.abs(decibels(factor(-18)) + 18) < 1e-9);
  assert.equal(decibels(0), -120);
});

test("any ramp, also one asked for with mad values, stays within 0..1 and moves one way in small steps", () => {
  const chance = seeded(1);
  for (let turn = 0; turn < 2_000; turn += 1) {
    const [from, to] = [chance() * 3 - 1, chance() * 3 - 1];
    const seconds = chance() * 25;
    const move = ramp(from, to, chance() * 100, seconds, chance() < 0.5 ? "square" : "linear");
    const gains = points(move).map(({ gain }) => gain);
    assert.ok(gains.every((gain) => gain >= 0 && gain <= 1));
    const up = move.to >= move.from;
    const steps = gains.slice(1).map((gain, index) => (up ? gain - gains[index] : gains[index] - gain));
    assert.ok(steps.every((step) => step >= -1e-12), "it turned back");
    // Twice the straight line's step is the steepest that the square shape gets.
    assert.ok(Math.max(...steps) <= 2 * (STEP_S / Math.max(STEP_S, seconds)) * 1.001 + 1e-9, "it stepped");
    assert.equal(gains.at(-1), move.to);
  }
});

test("a ramp that is broken off goes on from exactly where it stood", () => {
  const first = ramp(0, 0.5, 10, 3);
  const broken = ramp(gainAt(first, 11.3), 0, 11.3, 8);
  assert.equal(gainAt(broken, 11.3), gainAt(first, 11.3));
  assert.equal(gainAt(broken, 19.3), 0);
});

test("linear gains of two files that cross add up to one", () => {
  const [out, into] = [ramp(1, 0, 0, 4, "linear"), ramp(0, 1, 0, 4, "linear")];
  for (let at_s = 0; at_s <= 4; at_s += 0.1) assert.ok(Math.abs(gainAt(out, at_s) + gainAt(into, at_s) - 1) < 1e-9);
});

test("a gain that stays is there at once and for ever", () => {
  assert.equal(gainAt(still(0.4), 0), 0.4);
  assert.equal(gainAt(still(0.4), 1e6), 0.4);
});
