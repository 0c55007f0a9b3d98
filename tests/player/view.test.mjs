/** What the tablet shows: short sentences, the right choices, and an explanation where it cannot work. */

import assert from "node:assert/strict";
import test from "node:test";

import { initial } from "../../soundscape/static/js/player/core.js";
import { screen } from "../../soundscape/static/js/player/view.js";
import { Bench, HOLD, ready, running } from "./helpers.mjs";

const FINE = { secure: true, storage: true, alone: true };
const shown = (bench, around = {}) => screen(bench.state, bench.now_ms, { ...FINE, ...around });

test("an unpaired tablet shows the pairing form", () => {
  assert.deepEqual(screen(initial(), 0, FINE), { view: "pair" });
});

test("what keeps the player from working is explained with what to do, and nothing else is shown", () => {
  for (const [around, why] of [[{ secure: false }, "insecure"], [{ storage: false }, "no_storage"], [{ alone: false }, "elsewhere"]]) {
    const { view, why: told, todo } = shown(running(5), around);
    assert.equal(view, "explain");
    assert.equal(told, why);
    assert.ok(todo.length > 20);
  }
  const gone = ready().tell("revoked").tell("forgotten");
  assert.equal(shown(gone).why, "revoked");
});

test("progress is told in minutes of music", () => {
  const bench = new Bench().paired().answered(HOLD);
  bench.tell("held", { held: { sha256: "aa", bytes_verified: 660_000, bytes: 3_000_000, whole: false } });
  assert.equal(shown(bench).sentence, "12 of 55 minutes are on this tablet.");
  assert.equal(shown(bench).progress, 0.22);
  assert.equal(shown(bench.whole()).sentence, "All 55 minutes are on this tablet.");
});

test("a session whose file is still being made is not called none", () => {
  const bench = new Bench().paired();
  assert.match(shown(bench).sentence, /not chosen/);
  bench.answered({ ...HOLD, mode: "empty", mixdown: null });
  assert.match(shown(bench).sentence, /being made/);
});

test("controls are there while music sounds only, in fixed places", () => {
  assert.deepEqual(shown(ready()).controls, []);
  const bench = running(700);
  assert.deepEqual(shown(bench).controls.map(({ label }) => label), ["Softer", "Quiet to talk", "Louder", "End gently"]);
  assert.equal(shown(bench).sentence, "11 of 55 minutes");
  assert.equal(shown(bench).controls[2].off, true, "the level is the cap already");
  bench.tell("bedside", { kind: "quiet" });
  assert.equal(shown(bench).controls[1].label, "Resume");
  assert.equal(shown(bench).controls[2].off, true, "held low does not make room for louder");
  bench.tell("bedside", { kind: "softer" });
  assert.equal(shown(bench).controls[2].off, false);
  bench.tell("bedside", { kind: "end" });
  assert.ok(shown(bench).controls.every(({ off }) => off));
});

test("changes of the music are behind one more button, while the session plays", () => {
  assert.deepEqual(shown(ready()).more, []);
  const bench = running(60);
  assert.deepEqual(shown(bench).more.map(({ kind }) => kind), ["extend", "skip", "pause", "bring_back"]);
  bench.tell("bedside", { kind: "pause" });
  assert.equal(shown(bench).more[2].kind, "go_on");
  bench.tell("bedside", { kind: "go_on" }).tell("bedside", { kind: "extend" }).tell("bedside", { kind: "skip" }).tell("bedside", { kind: "bring_back" });
  const told = bench.report.events.slice(-5).map(({ kind, value }) => [kind, value]);
  assert.deepEqual(told, [["bedside_pause", null], ["bedside_go_on", null], ["bedside_extend", 10], ["bedside_skip", null], ["bedside_bring_back", null]]);
  assert.equal(bench.plan.music.keep, true, "the music goes on until the server has a file");
  bench.tell("bedside", { kind: "end" });
  assert.deepEqual(shown(bench).more, []);
});

const LIST = { name: "Slow wave", infusion_s: 2400, tail_s: 900, mixdown: { ...HOLD.mixdown, mixdown_id: "l1", sha256: "ll" } };

test("lists on this tablet are offered where there is no desk and no session", () => {
  const bench = new Bench().paired();
  bench.answered({ ...HOLD, mode: "empty", session: null, mixdown: null }, { standing: { bed: null, lists: [LIST] } });
  assert.deepEqual(shown(bench.after(30)).lists, [], "not before it is whole");
  bench.whole("ll");
  assert.deepEqual(shown(bench).lists.map(({ kind, value, label }) => [kind, value, label]), [["start", 0, "Slow wave, 55 min"]]);
  bench.answered(bench.state.wished, { standing: bench.state.standing });
  assert.deepEqual(shown(bench).lists, [], "the desk is there");
  bench.after(30).tell("bedside", { kind: "start", value: 0 }).plays(1);
  assert.deepEqual(shown(bench).lists, []);
  assert.equal(shown(bench).title, "Playing");
});

test("without its headphones the tablet says why it is silent and offers one thing", () => {
  const bench = running(60).tell("outputs", { removed: true });
  assert.match(shown(bench).title, /headphones/);
  assert.deepEqual(shown(bench).controls.map(({ kind }) => kind), ["output_back"]);
  assert.deepEqual(shown(bench).more, []);
});

test("a room check says so", () => {
  assert.equal(shown(ready(), { checking: true }).title, "Checking this room");
});

test("a desk out of reach is mentioned after ten seconds, calmly", () => {
  const bench = running(5);
  assert.equal(shown(bench).note, "");
  bench.plays(10);
  assert.match(shown(bench).note, /plays on/);
});

test("no sentence has an exclamation mark", () => {
  const all = [initial(), ready().state, running(5).state].map((state) => JSON.stringify(screen(state, 0, FINE)));
  assert.ok(all.every((text) => !text.includes("!")));
});
