"""The desk in a real browser while a colleague presses elsewhere: a press never does what it did not say."""

import pytest
from playwright.sync_api import expect

from soundscape.parts import now_ms
from tests.soundscape.house import House
from tests.soundscape.served import served
from tests.soundscape.test_keepers_pages import sign_in
from tests.soundscape.test_preview_pages import DESK, page_of


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    house.clock.ms = now_ms()
    return house


@pytest.fixture
def room(house):
    """A room with a tablet and a planned session; a colleague who presses elsewhere."""
    room_id = house.room()
    tablet, colleague = house.tablet(room_id), house.staff("clinician")
    playlist_id = house.playlist(minutes=60)
    house.mixdown(playlist_id)
    session = colleague.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    return tablet, colleague, f"/sessions/{session['session_id']}"


def test_a_question_that_waits_for_a_second_press_ends_with_what_it_asked_about(house, room, chromium):
    tablet, colleague, session = room
    with served(house) as address, page_of(chromium, DESK) as page:
        sign_in(page, address, house.staff("clinician").name)
        page.get_by_role("button", name="Infusion started").click()
        asked = page.get_by_role("button", name="Not ready, not checked. Start anyway")
        expect(asked).to_be_visible()
        colleague.call("POST", f"{session}/start", {})
        expect(page.get_by_role("button", name="Louder")).to_be_visible()
        expect(asked).to_have_count(0, timeout=1_000)
        expect(page.get_by_role("button", name="Quiet")).to_be_visible()
    assert tablet.report()["wished"]["quiet"] is False


def test_a_press_that_failed_does_not_keep_an_old_level(house, room, chromium):
    tablet, colleague, session = room
    colleague.call("POST", f"{session}/start", {})
    colleague.call("PUT", f"{session}/level", {"level_db": -12})
    with served(house) as address, page_of(chromium, DESK) as page:
        sign_in(page, address, house.staff("clinician").name)
        page.route("**/level", lambda route: route.abort())
        page.get_by_role("button", name="Louder").click()
        words = page.locator("form").get_by_text("The server does not answer.")
        expect(words).to_be_visible()
        page.unroute("**/level")
        colleague.call("PUT", f"{session}/level", {"level_db": -30})
        expect(page.locator("[name=level_db]").last).to_have_value("-28.0")
        expect(words).to_be_visible()
        page.get_by_role("button", name="Louder").click()
        expect(words).to_have_count(0)
    assert tablet.report()["wished"]["level_db"] == -28.0


def test_a_button_says_what_it_does_also_while_it_has_the_focus(house, room, chromium):
    _, colleague, session = room
    colleague.call("POST", f"{session}/start", {})
    with served(house) as address, page_of(chromium, DESK) as page:
        sign_in(page, address, house.staff("clinician").name)
        page.get_by_role("button", name="Quiet").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Resume")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Quiet")).to_be_focused()
