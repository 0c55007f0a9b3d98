/** A session's legs: the right file at the right second, whatever comes late, breaks or is lost. */

import assert from "node:assert/strict";
import test from "node:test";

import { kept } from "../../soundscape/static/js/player/core.js";
import { endOf, legsOf, positionIn, timelineOf } from "../../soundscape/static/js/player/legs.js";
import { Bench, HOLD, MIXDOWN, SESSION, WISHED, playing, ready, seeded } from "./helpers.mjs";

const near = (value, expected, within = 0.6) => assert.ok(Math.abs(value - expected) <= within, `${value}, not ${expected}`);
const file = (name, total_s = 2_000) => ({ ...MIXDOWN, mixdown_id: name, sha256: `sha-${name}`, total_s });
const leg = (at_s, mixdown, more = {}) => ({ change_id: `change-${mixdown.mixdown_id}`, at_s, from_s: 0, cross_s: 4, mixdown, ...more });
const sha = ({ sha256 }) => sha256;

/** A session that has played for some seconds, with these legs. */
function session(then, seconds = 60) {
  const bench = ready();
  return bench.answered(playing(bench.now_ms, { then })).plays(seconds);
}

const more = (bench, then) => bench.answered({ ...bench.state.wished, then });
const reloaded = (bench, away_s) =>
  new Bench(undefined, bench.now_ms + away_s * 1000).tell("restored", { kept: structuredClone(kept(bench.state)) });

test("places on the timeline and in a leg's file are each other's inverse", () => {
  const chance = seeded(3);
  for (let turn = 0; turn < 200; turn += 1) {
    const [, one] = legsOf({ mixdown: MIXDOWN, then: [leg(chance() * 3_000, file("b", 10 + chance() * 2_000), { from_s: chance() * 10 })] });
    const at_s = chance() * 4_000;
    assert.ok(Math.abs(timelineOf(one, positionIn(one, at_s)) - at_s) < 1e-9);
    assert.ok(Math.abs(positionIn(one, endOf(one)) - one.mixdown.total_s) < 1e-9);
  }
});

test("a leg whose file is whole is crossed to at its place, and its report says which change sounds", () => {
  const b = file("b");
  const bench = session([leg(100, b)]);
  assert.deepEqual(bench.plan.downloads.map(sha), [b.sha256]);
  assert.equal(bench.plan.music.next, null, "not before it is whole");
  bench.whole(b.sha256);
  const { next } = bench.plan.music;
  assert.equal(next.from_s, 0);
  near(next.at_position_s, 100, 0);
  assert.equal(next.cross_s, 4);
  bench.plays(60);
  assert.equal(bench.report.mixdown_id, "b");
  assert.equal(bench.report.change_id, "change-b");
  near(bench.report.position_s, 20, 1);
  assert.equal(bench.plan.music.keep, true);
  near(bench.report.lag_s, 0);
  assert.deepEqual(bench.kinds.slice(-2), ["sound_off", "sound_on"]);
});

test("music that is behind the clock stays as far behind over the seam, which is met exactly", () => {
  const b = file("b");
  const bench = ready();
  bench.answered(playing(bench.now_ms - 7_000, { then: [leg(100, b)] })).whole(b.sha256);
  bench.plays(60);
  near(bench.report.lag_s, 7, 0.1);
  near(bench.plan.music.next.at_position_s, 100, 0);
  bench.plays(60);
  assert.equal(bench.report.mixdown_id, "b");
  near(bench.report.lag_s, 7, 0.6);
});

test("a leg whose file is late is passed: the music goes on, and the moved leg is taken", () => {
  const b = file("b");
  const bench = session([leg(100, b)], 99);
  bench.whole(b.sha256);
  assert.equal(bench.plan.music.next, null, "whole one second before is too late");
  bench.plays(20);
  assert.equal(bench.report.mixdown_id, "m1");
  const c = file("c");
  more(bench, [leg(200, c)]).whole(c.sha256).plays(100);
  assert.equal(bench.report.mixdown_id, "c");
});

test("skipping is a leg in the file that sounds; one that came a moment late is still followed", () => {
  const bench = session([], 60);
  more(bench, [leg(59, MIXDOWN, { from_s: 300 })]);
  const { next } = bench.plan.music;
  assert.equal(next.sha256, MIXDOWN.sha256);
  assert.ok(next.at_position_s <= 60);
  bench.plays(10);
  near(bench.report.position_s, 310, 2);
  assert.deepEqual(bench.kinds.slice(-2), ["sound_off", "sound_on"]);
});

test("two skips in a row go to the second at once", () => {
  const bench = session([], 60);
  more(bench, [leg(58, MIXDOWN, { from_s: 300 }), leg(59, MIXDOWN, { from_s: 500 })]);
  assert.equal(bench.plan.music.next.from_s, 500);
});

test("files are fetched in the order of need, and nothing is deleted that is still needed", () => {
  const [b, c, bed, list] = [file("b"), file("c"), file("bed", 90), file("list", 3_300)];
  const standing = { bed, lists: [{ name: "L", infusion_s: 2400, tail_s: 900, mixdown: list }] };
  const bench = new Bench().paired();
  bench.answered({ ...playing(bench.now_ms), then: [leg(900, c), leg(300, b)] }, { standing });
  assert.deepEqual(bench.plan.downloads.map(sha), ["aa", "sha-b", "sha-c", "sha-bed", "sha-list"]);
  assert.deepEqual(new Set(bench.plan.keep), new Set(bench.plan.downloads.map(sha)));
  for (const one of ["aa", "sha-b", "sha-c", "sha-bed", "sha-list"]) bench.whole(one);
  bench.plays(400);
  assert.equal(bench.report.mixdown_id, "b");
  assert.ok(bench.plan.keep.includes("aa"), "it still has music, should the next one break");
  assert.equal(bench.report.files.length, 5);
  bench.answered(WISHED, { standing });
  assert.ok(bench.plan.keep.includes("sha-b"), "it sounds");
  bench.silent();
  assert.deepEqual(bench.plan.keep, ["sha-bed", "sha-list"]);
});

test("after a loss: within ten seconds two seconds back, also across the seam; later the clock's leg and place", () => {
  const b = file("b");
  const table = [
    [60, 5, "m1", 58],
    [101, 5, "m1", 99],
    [130, 5, "b", 28],
    [60, 300, "b", 260],
    [130, 300, "b", 330],
  ];
  for (const [played_s, away_s, name, place_s] of table) {
    const bench = ready();
    bench.answered(playing(bench.now_ms, { then: [leg(100, b)] })).whole(b.sha256);
    bench.plays(played_s);
    const again = reloaded(bench, away_s).whole("aa").whole(b.sha256).after(1.6);
    assert.equal(again.plan.music.mixdown_id, name, `${played_s} s, away for ${away_s} s`);
    near(again.plan.music.from_s, place_s, away_s > 10 ? 2.5 : 1);
    assert.equal(again.plan.music.keep, false);
    assert.equal(again.plan.downloads.length, 0);
  }
});

test("a reload after the seam fetches the leg that sounds first", () => {
  const b = file("b");
  const bench = ready();
  bench.answered(playing(bench.now_ms, { then: [leg(100, b)] })).whole(b.sha256).plays(130);
  assert.deepEqual(reloaded(bench, 30).plan.downloads.map(sha), [b.sha256, "aa"]);
});

test("a leg that breaks while it sounds gives way to the file before it, where that still has music", () => {
  const b = file("b");
  const bench = ready();
  bench.answered(playing(bench.now_ms, { then: [leg(100, b)] })).whole(b.sha256).plays(130);
  bench.silent().tell("doubted", { sha256: b.sha256, broken: true });
  bench.whole(b.sha256);
  assert.equal(bench.plan.music.mixdown_id, "b", "another try");
  bench.tell("doubted", { sha256: b.sha256, broken: true }).whole(b.sha256);
  assert.equal(bench.plan.music.mixdown_id, "m1");
});

const BED = file("bed", 90);
const LISTS = [["short", 1_500], ["right", 2_400], ["long", 3_600]].map(([name, infusion_s]) => ({ name, infusion_s, tail_s: 900, mixdown: file(name, infusion_s + 900) }));
const STANDING = { bed: BED, lists: LISTS };

test("the bed plays from the arrival on, goes round, and makes way for the session", () => {
  const bench = new Bench().paired();
  bench.answered({ ...HOLD, arrival: true }, { standing: STANDING });
  assert.equal(bench.plan.music, null);
  bench.whole("sha-bed");
  assert.equal(bench.plan.music.kind, "bed");
  assert.deepEqual([bench.plan.music.next.from_s, bench.plan.music.next.at_position_s], [0, 84]);
  bench.plays(80).whole("aa");
  assert.equal(bench.plan.say, "bed");
  assert.equal(bench.report.state, "bed");
  bench.sounds({ ...bench.state.sound, position_s: 1 });
  assert.ok(!bench.kinds.includes("fallback"));
  assert.equal(bench.kinds.filter((kind) => kind === "sound_on").length, 1, "a loop is no jump");
  bench.answered({ ...playing(bench.now_ms), arrival: true }, { standing: STANDING });
  assert.equal(bench.plan.music.kind, "leg");
  assert.equal(bench.plan.music.from_s, 0);
  assert.equal(bench.plan.music.keep, false);
});

test("a file that breaks twice: the standing list of that length at the clock's place, then the bed; each told", () => {
  const bench = ready();
  const order = playing(bench.now_ms);
  bench.answered(order, { standing: STANDING });
  for (const name of ["sha-bed", "sha-short", "sha-right", "sha-long"]) bench.whole(name);
  bench.plays(100);
  for (const turn of [1, 2]) bench.silent().tell("doubted", { sha256: "aa", broken: true }).whole("aa").after(turn);
  assert.equal(bench.plan.music, null, "a moment of patience");
  bench.after(3);
  assert.equal(bench.plan.music.mixdown_id, "right");
  near(bench.plan.music.from_s, 106.5, 1);
  bench.plays(10);
  assert.equal(bench.report.state, "playing");
  assert.equal(bench.report.mixdown_id, "right");
  assert.equal(bench.plan.music.keep, true);
  for (const { mixdown } of LISTS) for (const _ of [1, 2]) bench.tell("doubted", { sha256: mixdown.sha256, broken: true }).whole(mixdown.sha256);
  bench.silent().after(1);
  assert.equal(bench.plan.music.kind, "bed");
  bench.plays(5);
  const told = bench.state.events.filter(({ kind }) => kind === "fallback");
  assert.deepEqual(told.map(({ value }) => value), [1, 2]);
});

test("a session that starts before its file is here has the bed meanwhile, and the list if it takes long", () => {
  const bench = new Bench().paired();
  bench.answered(playing(bench.now_ms), { standing: STANDING }).whole("sha-bed").whole("sha-right");
  assert.equal(bench.plan.music, null);
  bench.after(4);
  assert.equal(bench.plan.music.kind, "bed");
  bench.plays(60);
  assert.equal(bench.plan.music.kind, "list");
  bench.plays(10).whole("aa");
  assert.equal(bench.plan.music.kind, "leg");
  near(bench.plan.music.from_s, 75, 2);
});

test("a list that stands in and is shorter than the session ends nothing: the bed goes on", () => {
  const bench = new Bench().paired();
  bench.answered(playing(bench.now_ms), { standing: STANDING }).whole("sha-bed").whole("sha-short");
  bench.after(4).plays(60).plays(2);
  assert.equal(bench.plan.music.kind, "list");
  bench.silent({ ended: true });
  const { total_s } = LISTS.find(({ mixdown }) => mixdown.sha256 === "sha-short").mixdown;
  bench.now_ms = bench.state.wished.started_ms + (total_s + 5) * 1000;
  bench.tell("ticked");
  assert.ok(!bench.kinds.includes("ended"));
  assert.equal(bench.plan.music?.kind, "bed");
});

test("where nothing is held nothing is claimed", () => {
  const bench = new Bench().paired();
  bench.answered(playing(bench.now_ms)).after(100);
  assert.equal(bench.plan.music, null);
  assert.equal(bench.plan.say, "loading");
});

test("a standing list is started at the bedside without a server, lives through a reload, and becomes a session", () => {
  const bench = new Bench().paired().answered(WISHED, { standing: STANDING }).whole("sha-right");
  bench.after(60).tell("bedside", { kind: "start", value: 0 });
  assert.ok(!bench.kinds.includes("bedside_start"), "that one is not on the device");
  bench.tell("bedside", { kind: "start", value: 1 });
  assert.equal(bench.plan.music.mixdown_id, "right");
  bench.plays(30);
  assert.equal(bench.plan.say, "playing");
  bench.tell("bedside", { kind: "quiet" });
  assert.equal(bench.plan.say, "quiet");
  const again = reloaded(bench, 4).whole("sha-right");
  near(again.plan.music.from_s, 28, 1);
  again.plays(5);
  const start = again.state.events.find(({ kind }) => kind === "bedside_start");
  assert.equal(start.mixdown_id, LISTS[1].mixdown.mixdown_id, "the list that was pressed");
  const wished = { ...playing(start.at_ms), session: { ...SESSION, session_id: "s9" }, mixdown: LISTS[1].mixdown, quiet: true };
  again.answered(wished, { standing: STANDING, acknowledged: again.state.events.map(({ event_id }) => event_id) });
  assert.equal(again.plan.music.keep, true);
  assert.equal(again.plan.music.run, `s9@${start.at_ms}`);
});

test("headphones that go silence the music until a person says so, at the bedside or at the desk", () => {
  for (const where of ["bedside", "desk"]) {
    const bench = session([]);
    bench.tell("outputs", { removed: false });
    assert.notEqual(bench.plan.music, null);
    bench.tell("outputs", { removed: "unknown" }).tell("outputs", { removed: "unknown" });
    assert.equal(bench.plan.music, null);
    assert.equal(bench.plan.gain, 0);
    assert.ok(bench.plan.release_s <= 0.5);
    assert.deepEqual(bench.report.problems, ["output_lost"]);
    assert.equal(bench.kinds.filter((kind) => kind === "output_lost").length, 1);
    bench.silent().after(60);
    assert.equal(reloaded(bench, 5).whole().plan.music, null, "a reload does not play into the room");
    if (where === "bedside") bench.tell("bedside", { kind: "output_back" });
    else bench.answered({ ...bench.state.wished, output_ms: bench.now_ms });
    near(bench.plan.music.from_s, 120, 2);
    assert.deepEqual(bench.report.problems, []);
  }
});

test("headphones that go while nothing sounds stop a start only where the browser says that they went", () => {
  assert.deepEqual(ready().tell("outputs", { removed: "unknown" }).report.problems, []);
  assert.deepEqual(ready().tell("outputs", { removed: true }).report.problems, ["output_lost"]);
});

test("a check of the room runs once, never into a session, and not when its order is old", () => {
  const check = { check_id: "c1", asked_ms: ready().now_ms };
  const bench = ready();
  bench.answered(HOLD, { check });
  assert.equal(bench.plan.check, "c1");
  assert.equal(new Bench(bench.state, bench.now_ms + 700_000).plan.check, null);
  bench.tell("checked", { detail: { check_id: "c1", left_dbfs: -20 } });
  assert.equal(bench.plan.check, null);
  assert.deepEqual(bench.report.events.at(-1).detail, { check_id: "c1", left_dbfs: -20 });
  assert.equal(session([]).answered(playing(0), { check: { ...check, check_id: "c2" } }).plan.check, null);
});

test("the device's sound that runs faster than the server's clock is told in parts per million", () => {
  const bench = session([], 0);
  bench.now_ms -= 500;
  const { sound } = bench.state;
  for (let second = 1; second <= 120; second += 1) {
    bench.now_ms += 1_000;
    bench.sounds({ ...sound, position_s: sound.position_s + second * 1.0005 });
  }
  near(bench.report.drift_ppm, 500, 5);
  assert.ok(bench.report.lag_s < 0);
});

test("whatever legs come whenever: the music never waits, and only whole files of this session are asked to sound", () => {
  for (let seed = 1; seed <= 80; seed += 1) {
    const chance = seeded(seed);
    const bench = session([], 20);
    const names = ["b", "c", "d"];
    for (let turn = 0; turn < 60; turn += 1) {
      if (chance() < 0.2) {
        const clock_s = (bench.now_ms - bench.state.wished.started_ms) / 1000;
        const then = names.filter(() => chance() < 0.6).map((name) => leg(clock_s + chance() * 200 - 40, chance() < 0.2 ? MIXDOWN : file(name, 400 + chance() * 2_000), { from_s: chance() < 0.5 ? 0 : chance() * 300 }));
        more(bench, then);
      }
      if (chance() < 0.2) bench.whole(`sha-${names[Math.floor(chance() * 3)]}`);
      const { music } = bench.plan;
      assert.ok(music, `music is wished and the first file is here (seed ${seed}, turn ${turn})`);
      for (const one of [music, music.next].filter(Boolean)) {
        if (!one.keep) assert.ok(bench.state.files[one.sha256].whole);
        assert.ok(one.from_s >= 0, `${one.from_s}`);
      }
      bench.plays(Math.floor(chance() * 20));
    }
  }
});

test("a network that becomes slow on one way is no drift of the sound, nor is a server's time that was corrected", () => {
  const bench = session([], 0);
  bench.now_ms -= 500;
  const { sound } = bench.state;
  for (let second = 1; second <= 180; second += 1) {
    bench.now_ms += 1_000;
    bench.sounds({ ...sound, position_s: sound.position_s + second });
    const slow = { took_ms: 4_000, ahead_ms: 1_500 };
    if (second > 20) bench.answered(bench.state.wished, { ...(second > 150 ? { ahead_ms: 900 } : slow), revision: bench.state.revision });
    assert.ok(Math.abs(bench.report.drift_ppm ?? 0) < 50, `${bench.report.drift_ppm} at ${second}`);
  }
});
