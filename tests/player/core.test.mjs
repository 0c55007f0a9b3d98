/** The player's core: what it says and wants in every situation of a session. */

import assert from "node:assert/strict";
import test from "node:test";

import { kept } from "../../soundscape/static/js/player/core.js";
import { factor } from "../../soundscape/static/js/player/ramp.js";
import { Bench, HOLD, MIXDOWN, ROOM, SESSION, START_MS, WISHED, playing, ready, running, seeded } from "./helpers.mjs";

const near = (value, expected, within = 1e-6) => assert.ok(Math.abs(value - expected) < within, `${value}, not ${expected}`);

test("from pairing to the end of the music, step by step", () => {
  const bench = new Bench().paired();
  assert.equal(bench.plan.say, "empty");
  bench.answered(HOLD);
  assert.equal(bench.plan.say, "loading");
  assert.equal(bench.plan.downloads[0], MIXDOWN);
  bench.whole();
  assert.equal(bench.plan.say, "ready");
  assert.equal(bench.plan.downloads[0], undefined);
  assert.equal(bench.plan.music, null);
  bench.answered(playing(bench.now_ms));
  assert.equal(bench.plan.say, "ready", "nothing sounds yet");
  assert.equal(bench.plan.music.from_s, 0);
  bench.plays(30);
  assert.equal(bench.plan.say, "playing");
  assert.equal(bench.plan.music.keep, true);
  bench.now_ms = START_MS + 3_300_000;
  bench.silent({ ended: true });
  assert.equal(bench.plan.say, "stopped");
  assert.equal(bench.plan.music, null);
  assert.deepEqual(bench.kinds, ["ready", "sound_on", "sound_off", "ended"]);
});

test("a start three minutes ago begins at three minutes", () => {
  const bench = ready();
  bench.answered(playing(bench.now_ms - 180_000));
  near(bench.plan.music.from_s, 180, 0.05);
});

test("a start is placed by the server's clock, not by the device's", () => {
  const bench = ready();
  for (let turn = 0; turn < 5; turn += 1) bench.answered(HOLD, { ahead_ms: 3_600_000 });
  bench.answered(playing(bench.now_ms + 3_600_000 - 60_000), { ahead_ms: 3_600_000 });
  near(bench.plan.music.from_s, 60, 0.05);
});

test("a start while the file is not here plays as soon as it is, at the clock's place", () => {
  const bench = new Bench().paired().answered(HOLD);
  bench.answered(playing(bench.now_ms));
  assert.equal(bench.plan.music, null);
  assert.equal(bench.plan.say, "loading");
  bench.after(45).whole();
  near(bench.plan.music.from_s, 45, 0.05);
});

test("music that plays is never moved: drift, slow answers and repeated orders change nothing", () => {
  const bench = running(60);
  const { started_ms } = bench.state.wished;
  for (let turn = 0; turn < 10; turn += 1) {
    bench.answered(playing(started_ms), { ahead_ms: 900 * turn, revision: bench.revision });
    assert.equal(bench.plan.music.keep, true);
  }
});

test("a start that is corrected by a few seconds keeps playing; by minutes it crosses to the right place", () => {
  const bench = running(60);
  const { started_ms } = bench.state.wished;
  bench.answered(playing(started_ms - 5_000));
  assert.equal(bench.plan.music.keep, true);
  bench.answered(playing(started_ms - 300_000));
  assert.equal(bench.plan.music.keep, false);
  near(bench.plan.music.from_s, 360, 1.5);
});

test("an older revision never overrides, but what it acknowledges is forgotten", () => {
  const bench = running(10);
  bench.tell("bedside", { kind: "quiet" });
  const id = bench.state.events.at(-1).event_id;
  bench.answered({ ...bench.state.wished, quiet: true }, { revision: 9 });
  bench.answered(WISHED, { revision: 3, acknowledged: [id] });
  assert.equal(bench.state.revision, 9);
  assert.equal(bench.state.wished.mode, "play");
  assert.ok(!bench.state.events.some((event) => event.event_id === id));
  assert.equal(bench.plan.say, "quiet");
});

test("the same answer twice is the same as once", () => {
  const bench = running(10);
  const order = playing(bench.state.wished.started_ms, { quiet: true, level_db: -12 });
  bench.answered(order, { revision: 7 });
  const once = { ...bench.plan };
  bench.answered(order, { revision: 7 });
  assert.deepEqual(bench.plan, once);
});

test("quiet is lower by the room's amount over three seconds, and the clock runs on", () => {
  const bench = running(60);
  bench.answered(playing(bench.state.wished.started_ms, { quiet: true }));
  near(bench.plan.gain, factor(-24));
  assert.equal(bench.plan.ramp_s, 3);
  assert.equal(bench.plan.say, "quiet");
  assert.equal(bench.plan.music.keep, true);
});

test("the level is the desk's, the cap's where that is lower", () => {
  const bench = running(10);
  const { started_ms } = bench.state.wished;
  near(bench.answered(playing(started_ms, { level_db: -20 })).plan.gain, factor(-20));
  near(bench.answered(playing(started_ms, { level_db: 0 })).plan.gain, factor(-6));
  near(bench.answered(playing(started_ms, { level_db: 0 }), { room: { ...ROOM, cap_db: 6 } }).plan.gain, 1);
});

test("bedside controls work at once and without any server, and stay until acknowledged", () => {
  const bench = running(60);
  bench.tell("bedside", { kind: "quiet" });
  assert.equal(bench.plan.say, "quiet");
  near(bench.plan.gain, factor(-24));
  bench.after(3_600).tell("bedside", { kind: "resume" });
  assert.equal(bench.plan.say, "playing");
  bench.tell("bedside", { kind: "softer" }).tell("bedside", { kind: "softer" });
  near(bench.plan.gain, factor(-12));
  const sent = bench.report.events.slice(-4);
  assert.deepEqual(sent.map(({ kind, value }) => [kind, value]), [
    ["bedside_quiet", null],
    ["bedside_resume", null],
    ["bedside_level", -9],
    ["bedside_level", -12],
  ]);
  assert.deepEqual(Object.keys(sent[0]).sort(), ["at_ms", "event_id", "kind", "mixdown_id", "position_s", "session_id", "value"]);
  const ids = bench.state.events.map((event) => event.event_id);
  bench.answered(playing(bench.state.wished.started_ms), { revision: bench.revision });
  near(bench.plan.gain, factor(-12), 1e-9);
  bench.answered(playing(bench.state.wished.started_ms, { level_db: -12 }), { acknowledged: ids });
  near(bench.plan.gain, factor(-12), 1e-9);
  assert.deepEqual(bench.state.events, []);
});

test("a control pressed twice notes one change; louder stops at the cap, softer at the softest", () => {
  const bench = running(10);
  const before = bench.state.events.length;
  bench.tell("bedside", { kind: "quiet" }).tell("bedside", { kind: "quiet" }).tell("bedside", { kind: "louder" });
  assert.equal(bench.state.events.length, before + 1);
  for (let turn = 0; turn < 30; turn += 1) bench.tell("bedside", { kind: "softer" });
  assert.equal(bench.state.events.at(-1).value, -40);
});

test("ending at the bedside ramps down over the fade, then stops; it outlives a reload and the server's silence", () => {
  const bench = running(60);
  bench.tell("bedside", { kind: "end" });
  assert.equal(bench.plan.gain, 0);
  assert.equal(bench.plan.ramp_s, 20);
  assert.equal(bench.plan.say, "playing", "it is still heard");
  bench.after(10);
  near(bench.plan.ramp_s, 10, 1e-6);
  assert.equal(bench.plan.music.keep, true);
  bench.after(10);
  assert.equal(bench.plan.music, null);
  bench.silent();
  assert.equal(bench.plan.say, "stopped");
  const again = new Bench(undefined, bench.now_ms + 1_000).tell("restored", { kept: structuredClone(kept(bench.state)) });
  again.whole();
  assert.equal(again.plan.say, "stopped");
  assert.equal(again.plan.music, null);
});

test("an end from the bedside does not end the next session", () => {
  const bench = running(60).tell("bedside", { kind: "end" });
  bench.after(30).silent();
  const next = { ...SESSION, session_id: "s2" };
  bench.answered({ ...playing(bench.now_ms), session: next });
  assert.equal(bench.plan.music.from_s, 0);
  assert.ok(bench.plan.gain > 0);
});

test("an end that comes late still ramps for three seconds", () => {
  const bench = running(120);
  bench.answered({ ...bench.state.wished, mode: "end", end_ms: bench.now_ms - 60_000 });
  assert.equal(bench.plan.gain, 0);
  near(bench.plan.ramp_s, 3, 1e-6);
  assert.equal(bench.plan.music.keep, true);
  assert.equal(bench.after(3).plan.music, null);
});

test("an end that lies ahead plays on until then; one that is taken back ramps up again", () => {
  const bench = running(60);
  const wished = bench.state.wished;
  bench.answered({ ...wished, mode: "end", end_ms: bench.now_ms + 30_000 });
  assert.ok(bench.plan.gain > 0);
  bench.after(31);
  assert.equal(bench.plan.gain, 0);
  bench.answered(wished);
  near(bench.plan.gain, factor(-6));
  assert.equal(bench.plan.ramp_s, 3);
});

test("a reload while ending does not start the music again", () => {
  const bench = running(60).tell("bedside", { kind: "end" }).after(5);
  const again = new Bench(undefined, bench.now_ms + 1_000).tell("restored", { kept: structuredClone(kept(bench.state)) });
  again.whole();
  assert.equal(again.plan.music, null);
});

test("a session that is taken away lets the music go slowly, and its file stays until it is silent", () => {
  const bench = running(60);
  bench.answered(WISHED);
  assert.equal(bench.plan.music, null);
  assert.equal(bench.plan.release_s, 8);
  assert.deepEqual(bench.plan.keep, ["aa"]);
  assert.equal(bench.plan.say, "playing");
  bench.silent();
  assert.deepEqual(bench.plan.keep, []);
  assert.equal(bench.plan.say, "empty");
});

test("nothing is deleted before the server has ever answered", () => {
  assert.equal(new Bench().paired().plan.keep, null);
});

test("another file of the same session crosses over only once it is whole", () => {
  const bench = running(60);
  const successor = { ...MIXDOWN, mixdown_id: "m2", sha256: "bb" };
  bench.answered({ ...bench.state.wished, mixdown: successor });
  assert.equal(bench.plan.downloads[0], successor);
  assert.deepEqual(bench.plan.music.sha256, "aa");
  assert.deepEqual(bench.plan.keep, ["bb", "aa"]);
  assert.equal(bench.plan.say, "playing");
  bench.whole("bb");
  assert.equal(bench.plan.music.sha256, "bb");
  assert.equal(bench.plan.music.keep, false);
  near(bench.plan.music.from_s, bench.state.sound.position_s - 2, 1e-6);
});

test("a reload within ten seconds steps back two; what was heard is told", () => {
  const bench = running(600);
  const { position_s } = bench.state.sound;
  const again = new Bench(undefined, bench.now_ms + 6_000).tell("restored", { kept: structuredClone(kept(bench.state)) });
  again.whole();
  near(again.plan.music.from_s, position_s - 2);
  assert.equal(again.plan.music.keep, false);
  assert.deepEqual(again.kinds, ["ready", "sound_on", "sound_off", "reloaded"]);
  assert.equal(again.state.events[2].position_s, position_s);
});

test("a reload after eleven seconds goes to the clock's place, server or no server", () => {
  const bench = running(600);
  const started_ms = bench.state.wished.started_ms;
  const again = new Bench(undefined, bench.now_ms + 11_000).tell("restored", { kept: structuredClone(kept(bench.state)) });
  again.whole();
  assert.equal(again.plan.music, null, "the server may say another time at once");
  again.after(1.6);
  near(again.plan.music.from_s, (again.now_ms - started_ms) / 1000, 0.05);
});

test("a device whose clock was set an hour ahead between two lives of the page begins at the right place", () => {
  const bench = running(600);
  const { started_ms } = bench.state.wished;
  const again = new Bench(undefined, bench.now_ms + 3_620_000).tell("restored", { kept: structuredClone(kept(bench.state)) });
  again.whole();
  assert.equal(again.plan.music, null);
  again.answered(playing(started_ms), { revision: 3, ahead_ms: -3_600_000 });
  near(again.plan.music.from_s, 621, 1);
});

test("ids are never given twice, also across a reload", () => {
  const bench = running(30).tell("bedside", { kind: "quiet" }).tell("bedside", { kind: "end" });
  bench.after(3_400).silent({ ended: true });
  const ids = bench.state.events.map((event) => event.event_id);
  assert.equal(new Set(ids).size, ids.length);
});

test("the server is silent for an hour: the music plays to its end by itself", () => {
  const bench = running(0);
  bench.plays(3_299);
  assert.equal(bench.plan.say, "playing");
  bench.silent({ ended: true });
  assert.equal(bench.plan.say, "stopped");
  assert.equal(bench.plan.music, null);
  assert.equal(bench.kinds.at(-1), "ended");
});

test("a session that was over before it could sound is stopped, and says so once", () => {
  const bench = ready();
  bench.answered(playing(bench.now_ms - 4_000_000));
  assert.equal(bench.plan.music, null);
  assert.equal(bench.plan.say, "stopped");
  bench.after(10).after(10);
  assert.equal(bench.kinds.filter((kind) => kind === "ended").length, 1);
  bench.answered(playing(bench.now_ms - 60_000));
  near(bench.plan.music.from_s, 60, 0.1);
});

test("a hiccup of the sound is told with its place, and taken up two seconds before", () => {
  const bench = running(100);
  const { position_s } = bench.state.sound;
  bench.silent().after(4);
  assert.equal(bench.plan.say, "ready", "what is heard, not what was asked for");
  near(bench.plan.music.from_s, position_s - 2);
  bench.plays(5);
  assert.deepEqual(bench.kinds.slice(-3), ["sound_on", "sound_off", "sound_on"]);
});

test("a tablet that waits for a touch says so once each time", () => {
  const bench = ready();
  bench.tell("tap", { needed: true }).tell("tap", { needed: true });
  assert.equal(bench.report.needs_tap, true);
  assert.equal(bench.kinds.filter((kind) => kind === "needs_tap").length, 1);
  bench.tell("tap", { needed: false }).tell("tap", { needed: true });
  assert.equal(bench.kinds.filter((kind) => kind === "needs_tap").length, 2);
});

test("a revoked device ramps down over eight seconds, then forgets everything", () => {
  const bench = running(60).tell("revoked");
  assert.equal(bench.plan.gain, 0);
  assert.equal(bench.plan.ramp_s, 8);
  assert.equal(bench.plan.music.keep, true);
  assert.equal(bench.plan.forget, false);
  bench.after(5).tell("revoked");
  near(bench.plan.ramp_s, 3, 1e-6);
  bench.after(3);
  assert.equal(bench.plan.forget, true);
  bench.tell("forgotten");
  assert.equal(bench.state.token, null);
  assert.equal(bench.state.wished.mode, "empty");
  assert.deepEqual(bench.state.events, []);
  assert.equal(bench.plan.forget, false);
  assert.equal(ready().tell("revoked").plan.forget, true, "where nothing sounds there is nothing to wait for");
});

test("the same list for the next session is fetched again: its file was deleted when the last one was over", () => {
  const bench = running(60).answered(WISHED).silent();
  assert.deepEqual(bench.plan.keep, []);
  bench.answered({ ...HOLD, session: { ...SESSION, session_id: "s2" } });
  assert.equal(bench.plan.say, "loading");
  assert.equal(bench.plan.downloads[0], MIXDOWN);
  bench.whole();
  assert.equal(bench.plan.say, "ready");
  assert.equal(bench.kinds.filter((kind) => kind === "ready").length, 2);
});

test("what happens belongs to the session that it happened in, also when the room has another by then", () => {
  const bench = running(60);
  bench.answered({ ...HOLD, session: { ...SESSION, session_id: "s2" } });
  bench.silent({ ended: true });
  const last = bench.report.events.slice(-2);
  assert.deepEqual(last.map(({ kind, session_id, mixdown_id }) => [kind, session_id, mixdown_id]), [
    ["sound_off", "s1", "m1"],
    ["ended", "s1", "m1"],
  ]);
});

test("another session's music does not stay while this one's is on its way", () => {
  const bench = running(60);
  const other = { ...MIXDOWN, mixdown_id: "m2", sha256: "bb" };
  bench.answered(playing(bench.now_ms, { session: { ...SESSION, session_id: "s2" }, mixdown: other }));
  assert.equal(bench.plan.music, null);
  assert.equal(bench.plan.release_s, 8);
  assert.equal(bench.plan.downloads[0], other);
});

test("a server that was put back to an older state is followed once nothing sounds", () => {
  const bench = ready();
  bench.answered(HOLD, { revision: 40 });
  bench.after(2).answered(WISHED, { revision: 7, took_ms: 40 });
  assert.equal(bench.state.revision, 7);
  assert.equal(bench.plan.say, "empty");
});

test("a server that was put back neither stops the music nor loses the room that plays", () => {
  const bench = running(60);
  const order = bench.state.wished;
  bench.answered(order, { revision: 40 });
  bench.plays(5).after(1);
  bench.answered(WISHED, { revision: 7 });
  assert.equal(bench.plan.music.keep, true);
  bench.after(1).answered({ ...order, quiet: true }, { revision: 9 });
  assert.equal(bench.plan.say, "quiet", "an order for this very music is followed");
  bench.silent({ ended: true });
  bench.after(1).answered(WISHED, { revision: 10 });
  assert.equal(bench.plan.say, "empty");
});

test("an end that has begun stays one when the device's clock is set back", () => {
  const bench = running(60).tell("bedside", { kind: "end" }).after(5);
  bench.now_ms -= 3_600_000;
  bench.tell("ticked");
  assert.equal(bench.plan.gain, 0);
  bench.silent().tell("ticked");
  assert.equal(bench.plan.music, null);
});

test("a reload with a wrong clock does not end the session: the first answer says what time it is", () => {
  const bench = running(600);
  const { started_ms } = bench.state.wished;
  const gone_ms = 7 * 3_600_000;
  const again = new Bench(undefined, bench.now_ms + gone_ms).tell("restored", { kept: structuredClone(kept(bench.state)) });
  again.whole().after(1);
  assert.ok(!again.kinds.includes("ended"));
  assert.equal(again.plan.music, null, "by this clock the music is over");
  again.answered(playing(started_ms), { revision: 3, ahead_ms: 20_000 - gone_ms });
  near(again.plan.music.from_s, 621, 2);
});

test("a reload after the end says so once the server has confirmed the time", () => {
  const bench = running(600);
  const { started_ms } = bench.state.wished;
  const again = new Bench(undefined, started_ms + 3_400_000).tell("restored", { kept: structuredClone(kept(bench.state)) });
  again.whole();
  assert.equal(again.plan.say, "stopped");
  again.answered(playing(started_ms), { revision: 3 });
  assert.equal(again.kinds.at(-1), "ended");
});

test("a report has the form of the contract", () => {
  const bench = running(60);
  bench.tell("battery", { battery: 0.93, charging: true }).tell("problem", { code: "storage_refused", is: true });
  const { events, ...rest } = bench.report;
  assert.deepEqual(rest, {
    state: "playing",
    revision: 2,
    position_s: 60,
    level_dbfs: -27,
    gain_db: -6,
    mixdown_id: "m1",
    holds: { mixdown_id: "m1", bytes_verified: 3_000_000, bytes: 3_000_000 },
    files: [{ mixdown_id: "m1", bytes_verified: 3_000_000, bytes: 3_000_000 }],
    lag_s: 0,
    drift_ppm: 0,
    battery: 0.93,
    charging: true,
    needs_tap: false,
    clock_ms: bench.now_ms,
    problems: ["storage_refused"],
  });
  assert.equal(events.length, 2);
});

test("whatever comes in whatever order: never above the cap or 0 dB, never a state that is not in the contract", () => {
  const says = new Set(["empty", "loading", "ready", "bed", "playing", "quiet", "stopped"]);
  for (let seed = 1; seed <= 60; seed += 1) {
    const chance = seeded(seed);
    const pick = (...values) => values[Math.floor(chance() * values.length)];
    const bench = new Bench().paired();
    for (let turn = 0; turn < 150; turn += 1) {
      mischief(bench, chance, pick);
      const { gain, say, ramp_s, music } = bench.plan;
      const cap = factor(Math.min(0, bench.state.room.cap_db));
      assert.ok(gain >= 0 && gain <= cap + 1e-12 && gain <= 1, `gain ${gain} above the cap ${cap}`);
      assert.ok(says.has(say));
      assert.ok(ramp_s >= 0 && Number.isFinite(ramp_s));
      if (music) assert.ok(music.from_s >= 0 && music.from_s <= MIXDOWN.total_s);
      const ids = bench.state.events.map((event) => event.event_id);
      assert.equal(new Set(ids).size, ids.length);
    }
  }
});

function mischief(bench, chance, pick) {
  const wished = pick(WISHED, HOLD, playing(bench.now_ms - chance() * 4_000_000));
  const level_db = chance() * 60 - 40;
  const end = chance() < 0.2 ? { mode: "end", end_ms: bench.now_ms + chance() * 60_000 - 40_000 } : {};
  pick(
    () => bench.answered({ ...wished, ...end, quiet: chance() < 0.5, level_db }, { revision: Math.floor(chance() * 40), room: { ...ROOM, cap_db: chance() * 30 - 24 }, ahead_ms: chance() * 5_000 }),
    () => bench.whole(pick("aa", "bb")),
    () => bench.tell("bedside", { kind: pick("quiet", "resume", "louder", "softer", "end") }),
    () => bench.plan.music && bench.plays(chance() * 3),
    () => bench.silent({ ended: chance() < 0.1 }),
    () => bench.after(chance() * 30),
    () => bench.tell("tap", { needed: chance() < 0.5 }),
    () => bench.tell("restored", { kept: structuredClone(kept(bench.state)) }),
  )();
}
