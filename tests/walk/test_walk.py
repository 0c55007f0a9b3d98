"""The whole product in real browsers, from the first sign-in to music in a room's headphones.

The service is the real one with its workers, over HTTPS. A second browser is the room; what it plays is recorded from
an audio server's null sink and compared with the decoded session file.
"""

import re
import time

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from library.store import open_store, sqlite_url
from playlists import shelf
from tests.reliability import judge
from tests.waiting import until
from tests.walk import heard
from tests.walk.clinic import FLAGS
from tests.walk.heard import Recording

PASSWORD = "slow water lantern"
CAPTURE_S = 180.0
CAP_DB = -6.0
RAMP_S = 6.0
"""The ramp of a start is over by then."""
WINDOW_S = 2.0


def state(desk: Page, word: str):
    """The room's state as its card says it."""
    return desk.locator(".room .pill", has_text=word)


@pytest.fixture(scope="module")
def desk(browser, service) -> Page:
    """The staff's page, signed in with the one-time login that the start printed."""
    context = browser.new_context(color_scheme="dark", viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.goto(f"{service.address}/first#{service.first_login}")
    page.get_by_label("Your new password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("link", name="Desk")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def room(playwright, sink, tmp_path_factory, service):
    """The room's tablet: a browser of its own, with sound."""
    folder = tmp_path_factory.mktemp("tablet")
    context = playwright.chromium.launch_persistent_context(
        folder / "profile",
        executable_path=heard.browser_of_a_room(folder),
        args=[*FLAGS, "--autoplay-policy=no-user-gesture-required"],
        ignore_default_args=["--mute-audio"],
        env=sink,
        viewport={"width": 1180, "height": 820},
    )
    page = context.new_page()
    yield page
    context.close()


def test_a_list_is_built_and_its_session_file_made(desk, service):
    desk.goto(f"{service.address}/library")
    expect(desk.get_by_role("heading", name="Library")).to_be_visible()
    desk.goto(f"{service.address}/playlists")
    desk.get_by_role("link", name="Build the first list").click()
    expect(desk.get_by_label("Infusion, minutes")).to_have_value("40")
    expect(desk.get_by_label("Tail, minutes")).to_have_value("15")
    desk.get_by_label("Title").fill("Warm and slow")
    desk.get_by_role("button", name="Build the list").click()
    expect(desk.get_by_role("heading", name="Warm and slow")).to_be_visible(timeout=60_000)
    expect(desk.get_by_text("55:00 exactly").first).to_be_visible()
    desk.get_by_role("button", name="Make the session file").click()
    expect(desk.get_by_text("The session file is ready")).to_be_visible(timeout=900_000)


def test_a_room_is_made_and_its_tablet_paired(desk, room, service):
    desk.goto(f"{service.address}/desk")
    desk.get_by_role("button", name="Add the room").click()
    desk.get_by_role("button", name="Pair a tablet").click()
    digits = desk.locator("[data-pair-digits]")
    expect(digits).to_have_text(re.compile(r"^\d{3}\s?\d{3}$"))
    code = "".join(letter for letter in digits.inner_text() if letter.isdigit())
    room.goto(f"{service.address}/room")
    room.get_by_label("Code of six digits").fill(code)
    room.get_by_role("button", name="Pair").click()
    expect(desk.get_by_text("has its tablet now")).to_be_visible(timeout=15_000)
    desk.get_by_role("button", name="Close").click()


def test_the_tablet_takes_the_whole_file_and_says_ready(desk, room, service):
    desk.goto(f"{service.address}/desk")
    desk.get_by_label("List for the next session").select_option(label="Warm and slow · 55 min")
    desk.get_by_role("button", name="Assign").click()
    expect(room.get_by_role("heading", name="Ready")).to_be_visible(timeout=120_000)
    expect(desk.get_by_text("All 55 minutes are on the tablet.")).to_be_visible(timeout=15_000)


@pytest.fixture(scope="module")
def recording(sink, tmp_path_factory):
    made = Recording(tmp_path_factory.mktemp("heard") / "room.pcm", sink)
    yield made
    made.stop()


def test_the_music_begins_and_the_desk_shows_what_is_heard(desk, room, recording):
    desk.get_by_role("button", name="Infusion started").click()
    expect(state(desk, "Playing")).to_be_visible(timeout=15_000)
    expect(desk.get_by_text("Measured")).to_be_visible(timeout=15_000)
    until(lambda: recording.seconds >= CAPTURE_S, CAPTURE_S + 60, "three minutes of recording")


def test_a_killed_server_is_not_heard_and_the_desk_is_back_within_10_s(desk, service, recording):
    service.kill()
    expect(desk.get_by_text("The server does not answer")).to_be_visible(timeout=15_000)
    away_from_s = recording.seconds
    until(lambda: recording.seconds >= away_from_s + 12, 30, "recording without a server")
    service.start()
    back = time.monotonic()
    expect(desk.get_by_text("The server does not answer")).to_have_count(0, timeout=10_000)
    expect(state(desk, "Playing")).to_be_visible(timeout=10_000)
    assert time.monotonic() - back < 10
    until(lambda: recording.seconds >= away_from_s + 30, 60, "recording after the server came back")


def test_the_right_music_was_heard_at_the_right_second_without_a_gap(service, recording):
    sound = recording.stop()
    with open_store(sqlite_url(service.data)).connect() as connection:
        (shelved,) = shelf.list_all(connection)
        mixdown = shelf.mixdown_of(connection, shelved.playlist_id, shelved.revision)
    music = heard.decoded(mixdown.path, len(sound) / heard.RATE_HZ + 30)
    audible = np.flatnonzero(np.abs(sound) > 10 ** (-60 / 20))
    assert len(audible), "nothing was heard"
    begins = audible[0]
    from_s, to_s = begins / heard.RATE_HZ + RAMP_S, len(sound) / heard.RATE_HZ - WINDOW_S
    first = judge.music_at(sound, music, from_s, RAMP_S, reach_s=8.0)
    moved_s = first.place_s - from_s
    windows = np.arange(from_s, to_s, WINDOW_S)
    assert len(windows) * WINDOW_S >= CAPTURE_S, "three minutes and the time of the kill"
    found = [judge.music_at(sound, music, at_s, at_s + moved_s) for at_s in windows]
    seam_s = shelved.playlist.items[1].start_s
    assert any(seam_s < place.place_s < seam_s + 90 for place in found), "a seam was heard"
    elsewhere = [place for place in found if place.likeness <= judge.ALIKE]
    assert not elsewhere, elsewhere
    offsets = np.array([place.place_s - place.at_s for place in found])
    assert np.ptp(offsets) < 0.05, f"the music moved by {np.ptp(offsets):.3f} s: {offsets}"
    gains = np.array([place.gain_db for place in found])
    assert np.all(np.abs(gains - CAP_DB) < 1.0), gains
    assert judge.longest_silence_s(sound, from_s, to_s) < 0.05


def test_quiet_resume_and_the_gentle_end(desk, room, service):
    desk.get_by_role("button", name="Quiet", exact=True).click()
    expect(state(desk, "Quiet, so that you can talk")).to_be_visible(timeout=10_000)
    desk.get_by_role("button", name="Resume").click()
    expect(state(desk, "Playing")).to_be_visible(timeout=10_000)
    end = desk.get_by_role("button", name="End gently")
    end.click()
    desk.get_by_role("button", name="Press again to end").click()
    expect(desk.get_by_label("List for the next session")).to_be_visible(timeout=10_000)
    desk.goto(f"{service.address}/records")
    desk.get_by_role("main").get_by_role("link").first.click()
    expect(desk.get_by_role("heading", name=re.compile("^Session "))).to_be_visible()
