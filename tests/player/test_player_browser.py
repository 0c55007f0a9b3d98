"""The room player in a real browser against real endpoints: download, play, silence, reloads, dead servers."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from playlists.manifest import CHUNK_BYTES
from tests.player.conftest import LEVEL_DBFS, Desk, make_m4a, paired, ready, shows, until

HELD = "() => window.soundscape.held"
SOUND = "() => window.soundscape.sound"


def place_s(desk: Desk) -> float:
    """Where the infusion's clock is."""
    return time.time() - desk.wished["started_ms"] / 1000


def playing(report: dict[str, Any]) -> bool:
    return report["state"] == "playing"


def loud(report: dict[str, Any]) -> bool:
    """A report after the ramp, at the full level."""
    return playing(report) and report["gain_db"] > -6.1


def hold(page: Page, name: str, seconds: float = 1.2) -> None:
    """A finger on a control."""
    box = page.get_by_role("button", name=name).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(seconds * 1000)
    page.mouse.up()


def watch_level(page: Page) -> None:
    """From now on ``window.lowest`` is the lowest level that the player's meter has shown."""
    page.evaluate(
        "() => { window.lowest = 0; setInterval(() => {"
        " window.lowest = Math.min(window.lowest, window.soundscape.sound.level_dbfs) }, 100) }"
    )


def accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_pairing_says_why_it_fails_and_takes_the_code_from_the_address(page: Page, desk: Desk):
    page.goto(f"{desk.address}#654321")
    code = page.get_by_label("Code of six digits")
    expect(code).to_have_value("654321")
    accessible(page)
    page.get_by_role("button", name="Pair").click()
    page.get_by_text("This code is not known").wait_for()
    desk.kill()
    page.get_by_role("button", name="Pair").click()
    page.get_by_text("The server does not answer").wait_for()
    desk.start()
    code.fill("123456")
    code.press("Enter")
    shows(page, "empty")
    assert page.url == desk.address
    accessible(page)


def test_the_file_comes_whole_over_a_bad_network(page: Page, desk: Desk):
    (desk.folder / f"broken-{2 * CHUNK_BYTES}").touch()
    (desk.folder / f"cut-{3 * CHUNK_BYTES}").touch()
    ready(page, desk)
    page.get_by_text("All 2 minutes are on this tablet.").wait_for()
    assert desk.reads == [CHUNK_BYTES * index for index in (0, 1, 2, 2, 3, 3, 4, 5)]
    found = desk.reported(lambda report: report["state"] == "ready")
    assert found["holds"] == {"mixdown_id": "m1", "bytes_verified": desk.bytes, "bytes": desk.bytes}
    assert "ready" in desk.kinds()
    accessible(page)


def test_a_download_goes_on_where_it_was_after_a_reload_and_a_dead_server(page: Page, desk: Desk):
    desk.hold()
    (desk.folder / f"cut-{2 * CHUNK_BYTES}").touch()
    page.route("**/mixdowns/m1", lambda route: route.continue_() if len(desk.reads) < 3 else route.abort())
    paired(page, desk)
    page.wait_for_function("() => window.soundscape.held?.bytes_verified === 2097152")
    shows(page, "loading")
    accessible(page)
    desk.kill()
    page.reload()
    page.wait_for_function("() => window.soundscape?.held?.bytes_verified === 2097152")
    page.unroute("**/mixdowns/m1")
    desk.start()
    shows(page, "ready", 30)
    assert desk.reads == [CHUNK_BYTES * index for index in (0, 1, 2, 2, 3, 4, 5)]


def test_the_music_starts_softly_at_its_beginning_and_at_the_right_level(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    first = desk.reported(playing)
    assert first["gain_db"] < -10.0, "it starts from nothing"
    desk.reported(loud)
    found = desk.reported(loud)  # the meter looks back over a second, so the first may still contain the ramp
    assert found["level_dbfs"] == pytest.approx(LEVEL_DBFS - 6.0, abs=0.5)
    assert page.evaluate(SOUND)["position_s"] == pytest.approx(place_s(desk), abs=1.5)
    assert desk.kinds()[-1] == "sound_on"
    accessible(page)


def test_a_start_a_minute_ago_plays_at_a_minute(page: Page, desk: Desk):
    ready(page, desk)
    desk.play(60.0)
    desk.reported(playing)
    assert page.evaluate(SOUND)["position_s"] == pytest.approx(place_s(desk), abs=1.0)


def test_a_session_file_in_aac_plays_as_well(page: Page, desk: Desk):
    make_m4a(desk.folder / "m1", desk.folder / "m1.m4a")
    (desk.folder / "m1.m4a").replace(desk.folder / "m1")
    desk.offer("audio/mp4")
    ready(page, desk)
    desk.play(60.0)
    desk.reported(loud)
    found = desk.reported(loud)  # the meter looks back over a second, so the first may still contain the ramp
    assert found["level_dbfs"] == pytest.approx(LEVEL_DBFS - 6.0, abs=0.5)
    assert page.evaluate(SOUND)["position_s"] == pytest.approx(place_s(desk), abs=1.0)


def test_a_file_that_no_browser_plays_never_becomes_ready(page: Page, desk: Desk):
    (desk.folder / "m1").write_bytes(bytes(5000))
    desk.offer("audio/mp4")
    desk.hold()
    paired(page, desk)
    page.get_by_text("This browser cannot play the file.").wait_for()
    assert "broken_file" in desk.reported(lambda report: bool(report["problems"]))["problems"]
    shows(page, "loading")


def test_a_start_that_is_corrected_crosses_over_without_a_hole(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    desk.reported(loud)
    watch_level(page)
    desk.play(60.0)
    page.wait_for_function("() => window.soundscape.sound.position_s > 68")
    assert page.evaluate(SOUND)["position_s"] == pytest.approx(place_s(desk), abs=1.0)
    # Two places of one tone may weaken each other while they cross; a hole would be far deeper.
    assert page.evaluate("() => window.lowest") > LEVEL_DBFS - 6.0 - 30.0
    assert desk.kinds()[-2:] == ["sound_off", "sound_on"]
    assert "ready" not in [report["state"] for report in desk.reports[-4:]]


def test_quiet_and_the_end_are_ramps_that_the_desk_sees(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    desk.reported(loud)
    desk.wish(quiet=True)
    low = desk.reported(lambda report: report["state"] == "quiet" and report["gain_db"] < -23.9)
    low = desk.reported(lambda report: report["state"] == "quiet")
    assert low["level_dbfs"] == pytest.approx(LEVEL_DBFS - 24.0, abs=1.0)
    accessible(page)
    desk.wish(quiet=False)
    desk.reported(loud)
    desk.wish(mode="end", end_ms=int(time.time() * 1000))
    falling = desk.reported(lambda report: playing(report) and report["gain_db"] < -8.0)
    assert falling["gain_db"] > -60.0
    desk.reported(lambda report: report["state"] == "stopped")
    shows(page, "stopped")
    accessible(page)


def test_the_bedside_works_without_a_server_and_tells_later(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    desk.reported(loud)
    desk.kill()
    hold(page, "Quiet to talk", 0.3)
    assert not page.evaluate("() => window.soundscape.events.some(event => event.kind === 'bedside_quiet')")
    hold(page, "Quiet to talk")
    shows(page, "quiet")
    page.wait_for_function("() => window.soundscape.sound.gain_db < -23.9")
    page.get_by_role("button", name="Resume").focus()
    page.keyboard.down("Enter")
    shows(page, "playing")
    page.keyboard.up("Enter")
    press = "() => document.querySelector('[data-kind=softer]').click()"
    page.evaluate(press)
    page.get_by_text("Press Softer again to confirm.").wait_for(state="attached")
    page.evaluate(press)
    page.wait_for_function("() => Math.abs(window.soundscape.sound.gain_db + 9) < 0.1")
    page.get_by_text("The desk is out of reach. The music plays on.").wait_for()
    accessible(page)
    desk.start()
    until(lambda: {"bedside_quiet", "bedside_resume", "bedside_level"} <= set(desk.kinds()), what="late events")
    assert desk.kinds().count("bedside_quiet") == 1


def test_a_reload_goes_on_two_seconds_before_with_the_server_up_and_down(page: Page, desk: Desk):
    ready(page, desk)
    desk.play(30.0)
    desk.reported(loud)
    for server in ("up", "down"):
        if server == "down":
            desk.kill()
        before = page.evaluate(SOUND)["position_s"]
        page.reload()
        page.wait_for_function("() => window.soundscape?.sound.sounding")
        after = page.evaluate(SOUND)["position_s"]
        # The checkpoint is at most a second old, the step back is two, and looking takes a moment.
        assert before - 3.6 < after < before + 0.5, server
        page.wait_for_function("() => window.soundscape.sound.gain_db > -6.1")
    desk.start()
    until(lambda: desk.kinds().count("reloaded") == 2, what="both reloads told")
    assert desk.kinds().count("sound_on") == 3
    assert desk.kinds().count("sound_off") == 2


def test_the_music_does_not_notice_that_the_server_is_gone(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    desk.reported(loud)
    desk.kill()
    watch_level(page)
    page.wait_for_function("() => window.soundscape.sound.position_s > 15")
    desk.start()
    back = desk.reported(playing, within_s=10.0)
    assert back["position_s"] == pytest.approx(place_s(desk), abs=2.0)
    assert page.evaluate("() => window.lowest") > LEVEL_DBFS - 7.0
    assert desk.kinds().count("sound_off") == 0


def test_a_revoked_tablet_fades_out_and_forgets_everything(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    desk.reported(loud)
    desk.revoke()
    page.wait_for_function("() => window.soundscape.revoked_ms !== null")
    assert page.evaluate(SOUND)["gain_db"] > -20.0, "it does not stop at once"
    page.get_by_text("This tablet no longer belongs to a room").wait_for()
    accessible(page)
    left = page.evaluate(
        """async () => {
          const open = indexedDB.open("soundscape-room");
          const database = await new Promise(done => { open.onsuccess = () => done(open.result) });
          const count = name => new Promise(done => {
            const asked = database.transaction(name).objectStore(name).count();
            asked.onsuccess = () => done(asked.result) });
          return await count("chunks") + await count("kept");
        }"""
    )
    assert left == 0
    page.get_by_role("button", name="Pair again").click()
    page.get_by_label("Code of six digits").wait_for()


def test_the_next_session_does_not_raise_the_music_that_fades_out(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    desk.reported(loud)
    desk.wish(mode="end", end_ms=int(time.time() * 1000), end_fade_s=6.0)
    page.wait_for_function("() => window.soundscape.sound.gain_db < -18")
    page.evaluate(
        "() => { window.highest = -200; setInterval(() => { const { sounding, gain_db } = window.soundscape.sound;"
        " if (sounding) window.highest = Math.max(window.highest, gain_db) }, 50) }"
    )
    session = {"session_id": "s2", "code": "9WQA", "infusion_s": 90.0, "tail_s": 30.0}
    desk.wish(mode="hold", session=session, started_ms=None, end_ms=None)
    shows(page, "ready", 15)
    assert page.evaluate("() => window.highest") < -17.0
    desk.play()
    desk.reported(loud)


def test_a_session_that_is_taken_away_fades_and_its_file_is_deleted(page: Page, desk: Desk):
    ready(page, desk)
    desk.play()
    desk.reported(loud)
    desk.empty()
    falling = desk.reported(lambda report: report["revision"] == desk.state["revision"])
    assert falling["state"] == "playing"
    desk.reported(lambda report: report["state"] == "empty")
    assert page.evaluate("async () => (await navigator.storage.estimate()).usage") < desk.bytes


def test_the_end_of_the_file_is_told(page: Page, desk: Desk):
    ready(page, desk)
    desk.play(112.0)
    desk.reported(playing)
    desk.reported(lambda report: report["state"] == "stopped")
    assert desk.kinds()[-2:] == ["sound_off", "ended"]


def test_without_a_kiosk_setting_a_reload_asks_for_one_tap(launch: Callable[..., Browser], desk: Desk):
    browser = launch()
    page = browser.new_page()
    ready(page, desk)
    desk.play(20.0)
    desk.reported(playing)
    page.goto("about:blank")
    page.goto(desk.address)
    # Nothing may be asked of the page here: whatever the driver evaluates counts as a touch.
    desk.reported(lambda report: report["needs_tap"] and report["state"] == "ready")
    desk.reported(lambda report: report["needs_tap"])
    page.mouse.click(640, 360)
    found = desk.reported(playing)
    assert not found["needs_tap"]
    assert page.evaluate(SOUND)["position_s"] == pytest.approx(place_s(desk), abs=13.0)
    browser.close()


BROKEN_STORAGE = {
    "missing": "Object.defineProperty(window, 'indexedDB', { value: undefined })",
    "refusing": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }",
}


@pytest.mark.parametrize("how", BROKEN_STORAGE)
def test_a_browser_without_storage_says_so_instead_of_working_by_halves(page: Page, desk: Desk, how: str):
    page.add_init_script(BROKEN_STORAGE[how])
    page.goto(desk.address)
    page.get_by_text("This browser cannot keep the music").wait_for()
    assert page.get_by_role("button", name="Pair").count() == 0
    accessible(page)


def test_a_full_tablet_says_so_and_tells_the_desk(page: Page, desk: Desk):
    page.add_init_script(
        "const put = IDBObjectStore.prototype.put;"
        "IDBObjectStore.prototype.put = function (value, key) {"
        " if (Array.isArray(key) && key[1] === 3) throw new DOMException('full', 'QuotaExceededError');"
        " return put.call(this, value, key) }"
    )
    desk.hold()
    paired(page, desk)
    page.get_by_text("This tablet has no room to keep the music.").wait_for()
    assert "no_storage" in desk.reported(lambda report: bool(report["problems"]))["problems"]
    shows(page, "loading")


def test_plain_http_is_explained(page: Page, desk: Desk):
    page.goto(f"http://clinic.test:{desk.port}/room")
    page.get_by_text("This address is not encrypted").wait_for()
    accessible(page)


def test_two_tabs_play_once(context: BrowserContext, page: Page, desk: Desk):
    ready(page, desk)
    other = context.new_page()
    other.goto(desk.address)
    other.get_by_text("The player is open in another tab").wait_for()
    page.goto("about:blank")
    shows(other, "ready")


def test_the_worker_keeps_the_shell_and_nothing_else(page: Page, desk: Desk):
    ready(page, desk)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    registration = page.evaluate("async () => (await navigator.serviceWorker.ready).scope")
    assert registration == desk.address
    kept = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async name => "
        "(await (await caches.open(name)).keys()).map(request => new URL(request.url).pathname)))).flat()"
    )
    assert "/room" in kept
    assert "/static/js/player/main.js" in kept
    assert all(path == "/room" or path.startswith("/static/") for path in kept)


def test_reports_do_not_wake_the_worker(page: Page, desk: Desk):
    """A worker that is woken every two seconds stays in the tablet's memory, and grows there."""
    ready(page, desk)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    shows(page, "ready")
    seen = len(desk.reports)
    until(lambda: len(desk.reports) > seen + 1)
    # Who answered, as the browser keeps it: "network" past the worker, by a rule that is looked up without it.
    answered = page.evaluate(
        "() => performance.getEntriesByType('resource')"
        ".map(({ name, workerFinalSourceType }) => [new URL(name).pathname, workerFinalSourceType])"
    )
    assert ["/static/js/player/main.js", ""] in answered, "the worker itself"
    assert {by for path, by in answered if path == "/api/v1/player/report"} == {"network"}
