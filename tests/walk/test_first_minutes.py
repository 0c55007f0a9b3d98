"""What a new user does in the first minutes after `make run`: from the first sign-in to music in a room.

Only the pages are used, as they stand: no address is typed but the one that the start printed and the one that the
desk shows for the tablet. Each press of the pointer is counted, at the desk and on the tablet together. The tests after
that go on where the first one ends, and every step of docs/tour.md is on the way.
"""

import logging
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from library.catalogue import Catalogue
from library.decisions import put_preview_right
from library.store import open_store, sqlite_url, writing
from tests.conftest import ROOT
from tests.walk.clinic import Service, command
from tests.walk.shots import FOLDER, shot

LOG = logging.getLogger(__name__)
PASSWORD = "slow water lantern"
MOST_CLICKS, MOST_S = 12, 180.0
WINDOW = {"width": 1180, "height": 820}


@dataclass
class Hand:
    """The pointer: counts its presses."""

    clicks: int = 0

    def press(self, what: Locator) -> None:
        what.click()
        self.clicks += 1


@pytest.fixture(scope="module")
def fresh(made_clinic, tmp_path_factory) -> Iterator[Service]:
    """The service as `make run` leaves it: music scanned, a first list and its session file, nobody signed in."""
    data = made_clinic(tmp_path_factory.mktemp("fresh") / "data")
    subprocess.run(command("first-list", "--data", data), cwd=ROOT, check=True)
    service = Service(data)
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def desk(browser, fresh) -> Iterator[Page]:
    context = browser.new_context(color_scheme="dark", viewport=WINDOW, base_url=fresh.address)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def tablet(browser, fresh) -> Iterator[Page]:
    context = browser.new_context(viewport=WINDOW)
    yield context.new_page()
    context.close()


def pill(desk: Page, word: str) -> Locator:
    """The room's state as its card says it."""
    return desk.locator(".room .pill", has_text=word)


def code_on(desk: Page) -> str:
    digits = desk.locator("[data-pair-digits]")
    expect(digits).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    return (digits.text_content() or "").replace(" ", "")


def test_from_the_first_sign_in_to_music_in_twelve_clicks_and_three_minutes(desk, tablet, fresh):
    hand = Hand()
    began = time.monotonic()
    desk.goto(f"{fresh.address}/first#{fresh.first_login}")
    desk.keyboard.type(PASSWORD)  # the field has the focus
    shot(desk, "first-login")
    hand.press(desk.get_by_role("button", name="Begin"))
    hand.press(desk.get_by_role("button", name="Add the room"))
    hand.press(desk.get_by_role("button", name="Pair a tablet"))
    code = code_on(desk)
    shot(desk, "pairing")
    tablet.goto(desk.locator("[data-pair-address]").inner_text())
    hand.press(tablet.get_by_label("Code of six digits"))
    tablet.keyboard.type(code)
    shot(tablet, "room-pair")
    hand.press(tablet.get_by_role("button", name="Pair"))
    expect(desk.get_by_text("has its tablet now")).to_be_visible(timeout=15_000)
    hand.press(desk.locator("#pair").get_by_role("button", name="Close"))
    hand.press(desk.get_by_role("button", name="Assign"))
    expect(tablet.get_by_role("heading", name="Getting the music")).to_be_visible(timeout=15_000)
    if FOLDER:
        expect(tablet.get_by_text(re.compile(r"[1-5]\d of 55 minutes"))).to_be_visible(timeout=60_000)
    shot(tablet, "room-loading")
    expect(pill(desk, "Ready")).to_be_visible(timeout=120_000)
    expect(desk.get_by_text("All 55 minutes are on the tablet.")).to_be_visible()
    shot(desk, "desk-ready")
    shot(tablet, "room-ready")
    hand.press(desk.get_by_role("button", name="Infusion started"))
    expect(pill(desk, "Playing")).to_be_visible(timeout=15_000)
    expect(tablet.get_by_role("heading", name="Playing")).to_be_visible()
    took_s = time.monotonic() - began
    LOG.info("%d clicks, %.1f s", hand.clicks, took_s)
    assert hand.clicks <= MOST_CLICKS
    assert took_s < MOST_S


def test_the_session_that_plays_and_a_tablet_that_is_lost(desk, tablet):
    desk.get_by_role("button", name="End gently").click()
    desk.get_by_role("button", name="Press again to end").click()
    desk.get_by_role("link", name="Desk").click()
    desk.get_by_role("button", name="Assign").click()
    expect(pill(desk, "Ready")).to_be_visible(timeout=120_000)
    desk.get_by_text("Started earlier").click()
    desk.get_by_label("Started so many minutes ago").fill("18")
    desk.get_by_role("button", name="Started then").click()
    expect(pill(desk, "Playing")).to_be_visible(timeout=15_000)
    expect(desk.get_by_text(re.compile(r"Measured −[1-5]\d dB"))).to_be_visible(timeout=15_000)
    expect(tablet.get_by_text("18 of 55 minutes")).to_be_visible()
    shot(desk, "desk-playing")
    shot(tablet, "room-playing")
    tablet.context.set_offline(True)
    expect(pill(desk, "Needs you")).to_be_visible(timeout=20_000)
    expect(tablet.get_by_text("The desk is out of reach. The music plays on.")).to_be_visible(timeout=20_000)
    shot(desk, "desk-alarm")
    tablet.context.set_offline(False)
    expect(pill(desk, "Playing")).to_be_visible(timeout=20_000)


def test_the_library_and_the_builder(desk, fresh):
    desk.get_by_role("link", name="Library").click()
    expect(desk.get_by_role("heading", name="Is there enough music?")).to_be_visible()
    shot(desk, "library")
    desk.get_by_role("link", name="Playlists").click()
    desk.get_by_role("link", name="New list").click()
    desk.get_by_label("Title").fill("Warm and slow")
    desk.get_by_role("button", name="Build the list").click()
    expect(desk.get_by_role("heading", name="Warm and slow")).to_be_visible(timeout=60_000)
    expect(desk.get_by_text("55:00 exactly").first).to_be_visible()
    shot(desk, "builder")
    desk.get_by_role("button", name="Another selection").click()
    expect(desk.get_by_text("The list is built anew.")).to_be_visible(timeout=60_000)


def test_a_patient_chooses_before_the_visit(desk, browser, fresh):
    store = open_store(sqlite_url(fresh.data))
    with writing(store) as connection:
        for track in Catalogue(store).tracks():
            put_preview_right(connection, track.track_id, True, by="test", at_ms=0)
    store.dispose()
    desk.get_by_role("link", name="Previews").click()
    expect(desk.get_by_role("heading", name="A link for lists you have")).to_be_visible()
    for box in desk.locator("#shelf").get_by_role("checkbox").all():
        box.check()
    desk.get_by_role("button", name="Make a link", exact=True).click()
    expect(desk.get_by_role("dialog")).to_be_visible()
    link = desk.get_by_label("Link", exact=True).input_value()
    shot(desk, "preview-link")
    desk.get_by_role("dialog").get_by_role("button", name="Close").click()
    context = browser.new_context(viewport={"width": 430, "height": 820}, color_scheme="light")
    phone = context.new_page()
    phone.goto(f"{fresh.address}/preview#{link.partition('#')[2]}")
    expect(phone.get_by_role("heading", name="Choose your music")).to_be_visible()
    shot(phone, "patient-choose")
    first = phone.locator(".list").first
    first.get_by_text("Hear the pieces").click()
    first.locator(".piece").nth(1).get_by_role("radio", name="Leave out").check()
    first.locator(".piece").nth(1).get_by_role("button", name="Leave it out").click()
    expect(first.locator(".pieces > .said")).to_contain_text("is gone")
    shot(phone, "patient-vetoed")
    context.close()


def test_afterwards_the_record_and_what_the_patient_takes_home(desk):
    desk.get_by_role("link", name="Desk").click()
    desk.get_by_role("button", name="End gently").click()
    desk.get_by_role("button", name="Press again to end").click()
    expect(desk.get_by_label("List for the next session")).to_be_visible(timeout=30_000)
    desk.get_by_role("link", name="Records").click()
    # Its clock began eighteen minutes earlier than that of the session before, so it stands below.
    desk.get_by_role("main").get_by_role("row").last.get_by_role("link").first.click()
    expect(desk.get_by_role("heading", name="What happened")).to_be_visible()
    shot(desk, "record")
    desk.get_by_role("link", name="Records").first.click()
    desk.get_by_role("main").get_by_role("link", name="Take-home list").last.click()
    expect(desk.get_by_role("heading", name="The music of your session")).to_be_visible()
    shot(desk, "take-home")
    desk.get_by_role("button", name="Sign out").click()
    expect(desk.get_by_label("Password")).to_be_visible()
    shot(desk, "sign-in")
