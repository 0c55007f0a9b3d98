/** The server's clock is estimated from answers; places follow DESIGN's rules. */

import assert from "node:assert/strict";
import test from "node:test";

import { UNKNOWN_CLOCK, beginning, serverMs, tuned } from "../../soundscape/static/js/player/clock.js";

const answer = (offset_ms, round_trip_ms) => ({ sent_ms: 1_000, received_ms: 1_000 + round_trip_ms, server_ms: 1_000 + round_trip_ms / 2 + offset_ms });

test("half of the round trip is taken off", () => {
  assert.equal(tuned(UNKNOWN_CLOCK, answer(250, 80)).offset_ms, 250);
});

/** What the clock makes of answers; each `[there_ms, back_ms]` tells how long the question and the answer took. */
const after = (offset_ms, ways, clock = UNKNOWN_CLOCK) =>
  ways.reduce((now, [there_ms, back_ms]) => tuned(now, { sent_ms: 1_000, server_ms: 1_000 + there_ms + offset_ms, received_ms: 1_000 + there_ms + back_ms }), clock);

test("a network that becomes slow on one way does not move the clock", () => {
  const quick = after(100, [[15, 15]]);
  assert.equal(after(100, [[2_000, 500], [2_500, 20], [20, 4_000]], quick).offset_ms, 100);
  assert.equal(serverMs(quick, 5_000), 5_100);
});

test("a quick answer corrects what a slow one left open", () => {
  const slow = after(100, [[4_000, 0]]);
  assert.equal(slow.offset_ms, 2_100);
  assert.equal(after(100, [[15, 15]], slow).offset_ms, 100);
});

test("an answer that disproves what is known counts at once: a clock was set, a device slept", () => {
  const before = after(100, [[15, 15], [15, 15]]);
  assert.equal(after(-3_600_000, [[15, 15]], before).offset_ms, -3_600_000);
  assert.equal(after(-900, [[15, 15]], before).offset_ms, -900);
});

test("a clock that drifts is followed to within half of a round trip", () => {
  let clock = UNKNOWN_CLOCK;
  for (let offset_ms = 0; offset_ms <= 300; offset_ms += 1) {
    clock = after(offset_ms, [[15, 15]], clock);
    assert.ok(Math.abs(clock.offset_ms - offset_ms) <= 15);
  }
});

const cases = [
  ["first start at once", 0, null, 0],
  ["first start heard of late", 9.9, null, 0],
  ["started three minutes ago", 180, null, 180],
  ["first start before its time: the clocks differ a little", -0.3, null, 0],
  ["away for four seconds", 604, { position_s: 600, away_s: 4 }, 598],
  ["away for ten seconds", 610, { position_s: 600, away_s: 10 }, 598],
  ["away for eleven seconds", 611, { position_s: 600, away_s: 11 }, 611],
  ["away for an hour: past the end is the end", 4_200, { position_s: 600, away_s: 3_600 }, 3_300],
  ["away in the first second", 1, { position_s: 0.7, away_s: 0.3 }, 0],
  ["the device's clock was set back meanwhile", 600, { position_s: 600, away_s: -50 }, 598],
];

for (const [name, clock_s, before, expected_s] of cases) {
  test(`where to begin: ${name}`, () => {
    const at_ms = 5_000_000 + clock_s * 1_000;
    const heard = before && { position_s: before.position_s, at_ms: at_ms - before.away_s * 1_000 };
    assert.equal(beginning({ started_ms: 5_000_000, total_s: 3_300, at_ms, heard }), expected_s);
  });
}
