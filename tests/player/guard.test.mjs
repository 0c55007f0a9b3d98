/** The guard: what is louder than planned goes down and stays down; what is planned never does. */

import assert from "node:assert/strict";
import test from "node:test";

import { WATCHFUL, plannedDb, watched } from "../../soundscape/static/js/player/guard.js";
import { removed } from "../../soundscape/static/js/player/outputs.js";
import { factor } from "../../soundscape/static/js/player/ramp.js";
import { seeded } from "./helpers.mjs";

const reading = (block_dbfs, more = {}) => ({ block_dbfs, peak: factor(block_dbfs + 6), planned_dbfs: -30, top_db: -6, ...more });
const after = (readings, guard = WATCHFUL) => readings.reduce(watched, guard);

test("the plan is the file's own level times the gains, the loudest second around the place", () => {
  const levels_dbfs = [-40, -40, -20, -40, -40, -40];
  const planned = (position_s, gain) => plannedDb([{ levels_dbfs, position_s, gain }]);
  assert.ok(Math.abs(planned(2.5, 0.5) + 26.02) < 0.01);
  assert.ok(Math.abs(planned(5.2, 1) + 40) < 0.01);
  assert.equal(plannedDb([{ levels_dbfs: null, position_s: 1, gain: 1 }]), null);
  const both = plannedDb([0.5, 0.5].map((gain) => ({ levels_dbfs, position_s: 2, gain })));
  assert.ok(Math.abs(both + 20) < 0.01, "two halves of one music are one");
});

test("three readings more than 3 dB above the plan take it down by the excess, once", () => {
  assert.equal(after([reading(-26), reading(-26)]).excess_db, 0);
  const down = after([reading(-26), reading(-26), reading(-26)]);
  assert.equal(down.excess_db, 4);
  assert.equal(down.trim_db, -4);
  assert.equal(after([reading(-26), reading(-26), reading(-26)], down).excess_db, 0, "what was measured before it went down");
  const again = after(Array.from({ length: 7 }, () => reading(-24, { planned_dbfs: -30 })), down);
  assert.ok(again.trim_db < -9, "what is still too loud goes down further");
});

test("one reading, or 3 dB, or a plan that was higher a moment ago are nothing", () => {
  assert.equal(after([reading(-20), reading(-30), reading(-20), reading(-20), reading(-30)]).trim_db, 0);
  assert.equal(after(Array.from({ length: 9 }, () => reading(-27.5))).trim_db, 0);
  assert.equal(after([reading(-20, { planned_dbfs: -20 }), reading(-22), reading(-26), reading(-30)]).trim_db, 0);
});

test("without a plan the cap is watched", () => {
  const over = Array.from({ length: 3 }, () => reading(-20, { planned_dbfs: null, peak: factor(-3), top_db: -6 }));
  assert.ok(Math.abs(after(over).trim_db + 3) < 1e-9);
  assert.equal(after(over.map((one) => ({ ...one, peak: factor(-6) }))).trim_db, 0);
});

test("whatever is measured, the guard never raises anything", () => {
  const chance = seeded(9);
  let guard = WATCHFUL;
  for (let turn = 0; turn < 3_000; turn += 1) {
    const before = guard.trim_db;
    guard = watched(guard, { block_dbfs: -120 + chance() * 130, peak: chance() * 2, planned_dbfs: chance() < 0.2 ? null : -120 + chance() * 120, top_db: -chance() * 40 });
    assert.ok(guard.trim_db <= before && guard.excess_db >= 0);
  }
});

const outputs = (...ids) => ids.map((id) => ({ kind: "audiooutput", deviceId: id, groupId: id && `group ${id}` }));
const cases = [
  ["one fewer", outputs("", ""), outputs(""), true],
  ["headphones of three", outputs("default", "a", "b"), outputs("default", "a"), true],
  ["another in its place", outputs("a"), outputs("b"), true],
  ["one more", outputs("a"), outputs("a", "b"), false],
  ["a browser that hides them", outputs(""), outputs(""), "unknown"],
  ["none at all before and after", [], [], "unknown"],
];
for (const [name, before, now, expected] of cases) {
  test(`whether an output went: ${name}`, () => assert.equal(removed(before, now), expected));
}
