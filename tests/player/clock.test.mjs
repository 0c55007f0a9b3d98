/** The server's clock is estimated from answers; places follow DESIGN's rules. */

import assert from "node:assert/strict";
import test from "node:test";

import { UNKNOWN_CLOCK, beginning, serverMs, tuned } from "../../soundscape/static/js/player/clock.js";

const answer = (offset_ms, round_trip_ms) => ({ sent_ms: 1_000, received_ms: 1_000 + round_trip_ms, server_ms: 1_000 + round_trip_ms / 2 + offset_ms });

test("half of the round trip is taken off", () => {
  assert.equal(tuned(UNKNOWN_CLOCK, answer(250, 80)).offset_ms, 250);
});

test("one answer that came in slowly on one way does not move the clock", () => {
  let clock = UNKNOWN_CLOCK;
  for (const offset_ms of [100, 102, 98, 2_400, 101]) clock = tuned(clock, answer(offset_ms, 30));
  assert.equal(clock.offset_ms, 101);
  assert.equal(serverMs(clock, 5_000), 5_101);
});

test("a device clock that is set is followed at the first answer: no answer is ever that slow", () => {
  let clock = UNKNOWN_CLOCK;
  for (let turn = 0; turn < 5; turn += 1) clock = tuned(clock, answer(100, 30));
  assert.equal(tuned(clock, answer(-3_600_000, 30)).offset_ms, -3_600_000);
});

test("only the last few answers count, so a device clock that drifts is followed", () => {
  let clock = UNKNOWN_CLOCK;
  for (let turn = 0; turn < 20; turn += 1) clock = tuned(clock, answer(100, 30));
  for (let turn = 0; turn < 5; turn += 1) clock = tuned(clock, answer(-900, 30));
  assert.equal(clock.offset_ms, -900);
  assert.equal(clock.estimates_ms.length, 5);
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
