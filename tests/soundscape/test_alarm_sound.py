"""The desk sounds when a room needs somebody, says whether it can, and stops when somebody looks after it.

What sounds is recorded from an audio server, not taken from the page's word.
"""

import time

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from soundscape.parts import now_ms
from soundscape.watching import Watch
from tests import needs
from tests.soundscape.house import House
from tests.soundscape.served import served
from tests.soundscape.test_keepers_pages import sign_in
from tests.soundscape.test_preview_pages import DESK, page_of
from tests.waiting import until
from tests.walk.heard import RATE_HZ, Recording, null_sink

UNSEEN = """Object.defineProperties(document, {
  hidden: { get: () => true }, visibilityState: { get: () => 'hidden' },
})"""
"""A browser that a tool drives counts every page as seen."""


@pytest.fixture(scope="module")
def sink(tmp_path_factory):
    with null_sink(tmp_path_factory.mktemp("sink")) as environment:
        yield environment


@pytest.fixture(scope="module")
def desk_browser(playwright, sink):
    """The desk's browser: nothing sounds in it before a press."""
    found = playwright.chromium.launch(
        executable_path=needs.chromium(),
        args=needs.CHROMIUM_FLAGS,
        ignore_default_args=["--mute-audio"],
        env=sink,
    )
    yield found
    found.close()


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path, clock=now_ms)
    watch = Watch(house.engine, house.clock)
    watch.start()
    yield house
    watch.close()


@pytest.fixture
def room(house):
    """A room whose tablet is ready for a planned session."""
    room_id, playlist_id, nurse = house.room(), house.playlist(minutes=60), house.staff("clinician")
    house.mixdown(playlist_id)
    tablet = house.tablet(room_id)
    nurse.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id})
    return tablet, nurse


def tones(recording):
    """The seconds of a recording at which the first tone, C5, sounds."""
    heard = recording[: len(recording) // 2400 * 2400].reshape(-1, 2400)
    wave = np.exp(2j * np.pi * 523.25 / RATE_HZ * np.arange(2400))
    return np.flatnonzero(np.abs(heard @ wave) / 2400 > 0.005) * 2400 / RATE_HZ


def test_a_lost_tablet_is_heard_and_read_at_the_desk_within_eight_seconds(house, room, desk_browser, sink, tmp_path):
    tablet, nurse = room
    with served(house) as address, page_of(desk_browser, DESK) as page:
        tablet.report("ready")
        sign_in(page, address, nurse.name)
        switch = page.locator("#alarm-sound button")
        expect(switch).to_have_text("Alarm sound on")
        recording = Recording(tmp_path / "desk.pcm", sink)
        until(lambda: recording.seconds > 0.5)
        tablet.report("ready")
        last_s, last_ms = recording.seconds, time.time()
        page.locator("[data-alarm]").get_by_text("Nothing heard from the tablet").wait_for(state="attached")
        assert time.time() - last_ms < 8.0
        expect(page).to_have_title("▲ Desk · Soundscape")
        until(lambda: recording.seconds - last_s > 12.0)
        assert Axe().run(page).response["violations"] == []
        page.get_by_role("button", name="I am looking at it").click()
        expect(page).to_have_title("Desk · Soundscape")
        quiet_s = recording.seconds + 2.0
        until(lambda: recording.seconds > quiet_s + 4.5)
    heard = tones(recording.stop())
    assert last_s + 5.9 < heard[0] < last_s + 8.0, "from the first moment on at which it is lost, and in time"
    assert len(heard[(heard > heard[0] + 3) & (heard < heard[0] + 5)]), "again after four seconds"
    assert not len(heard[heard > quiet_s]), "silent once somebody looks after it"


def test_a_desk_that_nobody_sees_learns_of_an_alarm_too(house, room, desk_browser):
    tablet, nurse = room
    with served(house) as address, page_of(desk_browser, DESK) as page:
        sign_in(page, address, nurse.name)
        page.evaluate(UNSEEN)
        tablet.report("ready")
        expect(page).to_have_title("Desk · Soundscape")
        expect(page).to_have_title("▲ Desk · Soundscape", timeout=15_000)


def test_a_browser_that_may_not_sound_yet_says_so_and_a_press_is_enough(house, room, desk_browser):
    _, nurse = room
    with served(house) as address, page_of(desk_browser, DESK) as page:
        page.context.add_cookies([{"name": "soundscape_session", "value": cookie(nurse), "url": address}])
        page.goto(f"{address}/desk")
        switch = page.locator("#alarm-sound button")
        expect(switch).to_have_text("Turn the alarm sound on")
        expect(page.get_by_text("This browser sounds nothing until you press once.")).to_be_visible()
        page.locator("h2").first.click()
        expect(switch).to_have_text("Alarm sound on")
        switch.click()
        expect(switch).to_have_text("Alarm sound off")
        switch.click()
        expect(switch).to_have_text("Alarm sound on")


def cookie(nurse):
    found = nurse.client.get_cookie("soundscape_session")
    assert found is not None
    return found.value
