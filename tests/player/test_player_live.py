"""What a room may be asked while it plays, in a real browser: legs, bed, standing lists, output, clock, storage."""

import time
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.player.conftest import LEVEL_DBFS, RATE_HZ, Desk, ready, shows, tone, until
from tests.player.tap import Tap

SOUND = "() => window.soundscape.sound"


def noise(seconds: float, level_dbfs: float = LEVEL_DBFS) -> "np.typing.NDArray[np.float64]":
    found: np.typing.NDArray[np.float64] = np.random.default_rng(6).normal(
        0.0, 10 ** (level_dbfs / 20), int(RATE_HZ * seconds)
    )
    return found


def leg(at_s: float, mixdown: dict[str, Any], from_s: float = 0.0) -> dict[str, Any]:
    return {"change_id": f"c{at_s:.0f}", "at_s": at_s, "from_s": from_s, "cross_s": 4.0, "mixdown": mixdown}


def loud(report: dict[str, Any]) -> bool:
    return bool(report["state"] == "playing" and report["gain_db"] > -6.1)


def test_the_same_music_crosses_from_file_to_file_unheard(page: Page, desk: Desk):
    tap = Tap(page)
    music = noise(90.0)
    desk.mixdown = desk.made("m1", music)
    successor = desk.made("m2", music[RATE_HZ * 24 :])
    ready(page, desk)
    desk.wish(then=[leg(24.0, successor), leg(34.0, successor, 10.0)])
    page.wait_for_function("() => Object.values(window.soundscape.files).filter(({ whole }) => whole).length === 2")
    desk.play(12.0)
    desk.reported(loud)
    page.wait_for_function("() => window.soundscape.sound.position_s > 20")
    tap.taken()
    told = desk.reported(lambda report: report.get("change_id") == "c24")
    assert told["mixdown_id"] == "m2"
    first_s = page.evaluate(SOUND)["seam_s"]
    page.wait_for_function("() => window.soundscape.sound.position_s > 6")
    seam = tap.taken()
    desk.reported(lambda report: report.get("change_id") == "c34")
    second_s = page.evaluate(SOUND)["seam_s"]
    page.wait_for_function("() => window.soundscape.sound.position_s > 15.5")
    skip = tap.taken()
    for heard, measured_s in ((seam, first_s), (skip, second_s)):
        off_s, strength = heard.doubled_s()
        # Two copies of one noise: half as strong where both are equal. Nearer than a millisecond they are one.
        seen = f"{off_s * 1000:.1f} ms at {strength:.2f}, {measured_s * 1000:.1f} ms by the page"
        assert strength < 0.1 or off_s == pytest.approx(abs(measured_s), abs=0.005), seen
        assert strength < 0.1 or off_s < 0.02, seen
        # At worst they are as unlike as two noises, or a little more; a jump or a hole would be far deeper.
        assert heard.levels_dbfs(0.1).min() > LEVEL_DBFS - 6.0 - 6.0, seen
    assert desk.kinds().count("sound_off") == 1, "the second time the same music goes on"


WHOLE = "(count) => Object.values(window.soundscape.files).filter(({ whole }) => whole).length === count"


def hold(page: Page, name: str) -> None:
    """A finger on a control, until it counts."""
    box = page.get_by_role("button", name=name).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(1_200)
    page.mouse.up()


def event(desk: Desk, kind: str) -> dict[str, Any]:
    """The first event of a kind, once it is told."""

    def told() -> dict[str, Any] | None:
        return next((event for report in desk.reports for event in report["events"] if event["kind"] == kind), None)

    found: dict[str, Any] = until(told, what=kind)
    return found


def test_the_bed_goes_round_unheard_and_makes_way_for_the_session(page: Page, desk: Desk):
    tap = Tap(page)
    desk.mixdown = desk.made("m1", noise(60.0))
    desk.stand(bed=desk.made("bed", noise(11.0)))
    desk.hold()
    desk.wish(arrival=True)
    page.goto(f"{desk.address}#123456")
    page.get_by_role("button", name="Pair").click()
    shows(page, "bed")
    page.wait_for_function("() => window.soundscape.sound.gain_db > -6.1")
    tap.taken()
    page.wait_for_function("() => window.soundscape.sound.position_s > 6")
    page.wait_for_function("() => window.soundscape.sound.position_s < 4")
    desk.play()
    desk.reported(loud)
    levels = tap.taken().levels_dbfs(0.05)
    # Noise that crosses with other noise is up to 3 dB softer in the middle, and 50 ms of noise vary by a dB.
    assert levels.min() > LEVEL_DBFS - 6.0 - 5.0
    assert desk.kinds().count("fallback") == 0


def test_a_file_that_no_longer_plays_gives_way_to_the_standing_list_at_the_clocks_place(page: Page, desk: Desk):
    page.add_init_script(
        "const make = URL.createObjectURL;"
        "URL.createObjectURL = blob => make(String(blob.size) === localStorage.spoiled"
        " ? new Blob([new Uint8Array(9000)], { type: blob.type }) : blob)"
    )
    standing = desk.made("list", tone(100.0, hz=330.0))
    desk.stand(lists=({"name": "Slow", "infusion_s": 90.0, "tail_s": 30.0, "mixdown": standing},))
    ready(page, desk)
    page.wait_for_function(WHOLE, arg=2)
    desk.play(30.0)
    desk.reported(loud)
    page.evaluate(f"() => localStorage.spoiled = '{desk.bytes}'")
    page.reload()
    told = desk.reported(lambda report: report.get("mixdown_id") == "list", 30.0)
    assert told["state"] == "playing"
    assert "broken_file" in told["problems"]
    assert event(desk, "fallback")["value"] == 1
    clock_s = time.time() - desk.wished["started_ms"] / 1000
    assert page.evaluate(SOUND)["position_s"] == pytest.approx(clock_s, abs=2.0)


def test_a_standing_list_is_started_at_the_bedside_without_a_server(page: Page, desk: Desk):
    standing = desk.made("list", tone(100.0, hz=330.0))
    desk.stand(lists=({"name": "Slow", "infusion_s": 75.0, "tail_s": 25.0, "mixdown": standing},))
    page.goto(f"{desk.address}#123456")
    page.get_by_role("button", name="Pair").click()
    page.wait_for_function(WHOLE, arg=1)
    desk.kill()
    page.get_by_role("button", name="Slow, 1 min").wait_for()
    hold(page, "Slow, 1 min")
    shows(page, "playing")
    desk.start()
    started = event(desk, "bedside_start")
    until(lambda: desk.wished["mode"] == "play", what="the session")
    assert desk.wished["started_ms"] == started["at_ms"]
    page.wait_for_function("() => window.soundscape.sound.run?.startsWith('s9')")
    assert desk.kinds().count("sound_off") == 0


def test_what_is_louder_than_planned_is_taken_down_and_told(page: Page, desk: Desk):
    page.add_init_script(
        "const connect = MediaElementAudioSourceNode.prototype.connect;"
        "MediaElementAudioSourceNode.prototype.connect = function (target) {"
        " const raised = new GainNode(this.context, { gain: 4 });"
        " connect.call(this, raised); return connect.call(raised, target) }"
    )
    desk.mixdown = desk.made("m1", tone(120.0), levels_dbfs=[LEVEL_DBFS] * 120)
    ready(page, desk)
    desk.play()
    told = desk.reported(lambda report: "over_level" in report["problems"])
    assert told["gain_db"] < -6.0
    assert event(desk, "over_level")["value"] > 3.0
    planned = LEVEL_DBFS - 6.0
    calm = desk.reported(
        lambda report: bool(
            report["level_dbfs"] and report["level_dbfs"] < planned + 3.0 and report["state"] == "playing"
        )
    )
    assert calm["level_dbfs"] > planned - 12.0, "it plays on"


@pytest.mark.parametrize("where", ["bedside", "desk"])
def test_headphones_that_go_silence_the_music_until_somebody_says_so(page: Page, desk: Desk, where: str):
    tap = Tap(page)
    ready(page, desk)
    desk.play(20.0)
    desk.reported(loud)
    tap.taken()
    # This machine has no output that could be pulled out: the browser's event is made by hand.
    page.evaluate("() => navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    page.wait_for_function("() => !window.soundscape.sound.sounding")
    levels = tap.taken().levels_dbfs(0.05)
    falling = levels[levels < LEVEL_DBFS - 6.0 - 3.0]
    assert levels[-1] < -100.0
    assert 1 < len(falling[falling > -90.0]) < 12, "a ramp, and a short one"
    desk.reported(lambda report: "output_lost" in report["problems"] and report["state"] != "playing")
    page.get_by_text("The headphones went").wait_for()
    if where == "bedside":
        hold(page, "Play here again")
    else:
        desk.wish(output_ms=int(time.time() * 1000))
    desk.reported(loud)
    levels = tap.taken().levels_dbfs(0.05)
    assert np.diff(levels[levels > -60.0]).max() < 6.0, "it comes back from nothing"
    rising = (levels > -60.0) & (levels < LEVEL_DBFS - 6.0 - 1.0)
    assert rising.sum() * 0.05 == pytest.approx(2.4, abs=0.4), "by one ramp of three seconds"


def test_storage_that_is_thrown_away_is_fetched_again_while_the_music_plays_on(page: Page, desk: Desk):
    tap = Tap(page)
    # Not a tone: two that cross a few milliseconds apart may weaken each other to nothing.
    desk.mixdown = desk.made("m1", noise(120.0))
    ready(page, desk)
    desk.play(20.0)
    desk.reported(loud)
    tap.taken()
    reads = len(desk.reads)
    session = page.context.new_cdp_session(page)
    session.send(
        "Storage.clearDataForOrigin", {"origin": desk.address.removesuffix("/room"), "storageTypes": "indexeddb"}
    )
    desk.reported(lambda report: "evicted" in report["problems"])
    desk.reported(lambda report: "evicted" not in report["problems"], 30.0)
    assert len(desk.reads) >= reads + 6
    assert tap.taken().levels_dbfs(0.05).min() > LEVEL_DBFS - 6.0 - 12.0
    page.reload()
    desk.reported(loud)


FAIL_A_WHILE = """() => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = () => { throw new DOMException("The disk does not answer.", "UnknownError") };
  setTimeout(() => { IDBObjectStore.prototype.put = put }, 5_000);
}"""


def test_writes_that_failed_for_a_while_are_tried_again_and_are_no_alarm_for_ever(page: Page, desk: Desk):
    """Dispatched: no disk of this machine fails for a while."""
    ready(page, desk)
    page.evaluate(FAIL_A_WHILE)
    desk.play(1.0)
    desk.reported(lambda report: "no_storage" in report["problems"])
    desk.reported(lambda report: "no_storage" not in report["problems"])


SPOIL = """async () => {
  const open = indexedDB.open("soundscape-room");
  const database = await new Promise(done => { open.onsuccess = () => done(open.result) });
  const work = database.transaction("chunks", "readwrite");
  const asked = work.objectStore("chunks").getAllKeys();
  asked.onsuccess = () => work.objectStore("chunks").put(new Blob([new Uint8Array(1 << 20).fill(77)]), asked.result[4]);
  await new Promise(done => { work.oncomplete = done });
}"""


def test_a_chunk_that_was_spoiled_is_fetched_again_and_the_fresh_copy_taken(page: Page, desk: Desk):
    tap = Tap(page)
    # Not a tone: two that cross a few milliseconds apart may weaken each other to nothing.
    desk.mixdown = desk.made("m1", noise(120.0))
    ready(page, desk)
    page.evaluate(SPOIL)
    desk.play(30.0)
    # It crosses over to the fresh copy at the place where the old one sounds.
    page.wait_for_function("() => typeof window.soundscape.sound.seam_s === 'number'")
    assert desk.reads.count(4 << 20) == 2
    assert abs(page.evaluate(SOUND)["seam_s"]) < 0.05
    desk.reported(loud)
    tap.taken()
    page.wait_for_function("() => !window.soundscape.problems.includes('evicted')")
    place = page.evaluate(SOUND)["position_s"]
    page.wait_for_function(f"() => window.soundscape.sound.position_s > {place + 3}")
    assert tap.taken().levels_dbfs(0.05).min() > LEVEL_DBFS - 6.0 - 12.0
    assert desk.reported(loud)["lag_s"] == pytest.approx(0.5, abs=1.0)


def test_a_clock_that_is_set_back_changes_nothing_that_is_heard(page: Page, desk: Desk):
    tap = Tap(page)
    page.add_init_script("const now = Date.now; window.shift = 0; Date.now = () => now() + window.shift")
    ready(page, desk)
    desk.play(20.0)
    desk.reported(loud)
    tap.taken()
    place = page.evaluate("() => { window.shift = -3600000; return window.soundscape.sound.position_s }")
    told = desk.reported(lambda report: "clock_set" in report["problems"])
    assert told["clock_ms"] < time.time() * 1000 - 3_500_000
    page.wait_for_function(f"() => window.soundscape.sound.position_s > {place + 6}")
    assert tap.taken().levels_dbfs(0.05).min() > LEVEL_DBFS - 6.0 - 1.0
    assert abs(desk.reported(loud)["lag_s"]) < 1.5
    assert desk.kinds().count("sound_off") == 0


def test_a_room_check_measures_both_sides_and_the_cap(page: Page, desk: Desk):
    ready(page, desk)
    desk.check("00000000000000c1")
    detail = event(desk, "checked")["detail"]
    assert detail["left_dbfs"] == pytest.approx(-32.0, abs=1.0)
    assert detail["right_dbfs"] == pytest.approx(-32.0, abs=1.0)
    assert detail["cap_dbfs"] == pytest.approx(-32.0, abs=1.0)
    assert max(detail["left_other_dbfs"], detail["right_other_dbfs"]) < -80.0
    assert detail["autoplay"] is True
    assert detail["network"]["lost"] == 0
    assert detail["storage"]["usage"] > 0
    desk.play()
    desk.reported(loud)


def test_changes_of_the_music_are_behind_more_and_a_guarded_press(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    desk.reported(loud)
    page.get_by_role("button", name="More").click()
    hold(page, "10 minutes longer")
    assert event(desk, "bedside_extend")["value"] == 10
    hold(page, "Infusion paused")
    page.get_by_role("button", name="Infusion goes on").wait_for()
    assert event(desk, "bedside_pause")
    assert Axe().run(page).violations_count == 0
