"""Records, rooms, accounts and audit in a real browser: axe finds nothing, each task is done by keyboard.

Set `SOUNDSCAPE_SHOTS` to a folder for pictures.
"""

import re

import pytest
from playwright.sync_api import expect

from soundscape.parts import now_ms
from tests.soundscape.house import PASSWORD, House
from tests.soundscape.lived import live_through, put_pieces
from tests.soundscape.served import served
from tests.soundscape.test_preview_pages import DESK, PHONE, look, page_of


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    house.clock.ms = now_ms()
    return house


def sign_in(page, address, name):
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")


def press(page, locator):
    """By keyboard alone: the focus reaches it, Enter presses it."""
    locator.focus()
    expect(locator).to_be_focused()
    page.keyboard.press("Enter")


def reached_by_tab(page, words, most=60):
    """Tab until the focus is on something of these words."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if words in (page.locator(":focus").text_content() or ""):
            return
    raise AssertionError(f"Tab does not reach {words!r}.")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_empty_and_full_pleases_axe(house, chromium, viewport):
    admin = house.staff("admin")
    with served(house) as address, page_of(chromium, viewport) as page:
        sign_in(page, address, admin.name)
        for name in ("records", "rooms", "audit", "accounts"):
            page.goto(f"{address}/{name}")
            look(page, f"{name}-empty")
        put_pieces(house)
        room_id = house.room("Room 1")
        session_id = live_through(house, admin, room_id)
        house.room("Room 2, by the garden, with a name as long as a name may well be, and on")
        for path in (
            "records",
            f"records/{session_id}",
            f"records/{session_id}/take-home",
            "rooms",
            "audit",
            "audit?actor=nobody",
            "accounts",
        ):
            page.goto(f"{address}/{path}")
            for summary in page.locator("summary").all():
                summary.click()
            look(page, re.sub(r"[/?=]", "-", path.replace(session_id, "one")))


def test_a_room_is_added_and_its_tablet_paired_by_keyboard_alone(house, chromium):
    admin = house.staff("admin")
    with served(house) as address, page_of(chromium, DESK) as page:
        sign_in(page, address, admin.name)
        page.goto(f"{address}/rooms")
        reached_by_tab(page, "Sign out")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Name").last).to_be_focused()
        page.keyboard.type("Room 1")
        page.keyboard.press("Enter")
        button = page.get_by_role("button", name="Pair a tablet")
        expect(button).to_be_visible()
        expect(page.get_by_label("Name").last).to_have_value("")
        press(page, button)
        digits = page.locator("[data-pair-digits]")
        expect(digits).to_have_text(re.compile(r"\d{3} \d{3}"))
        expect(page.locator("[data-pair-qr] svg")).to_be_visible()
        expect(page.locator("[data-pair-replaces]")).to_be_hidden()
        look(page, "pair")
        code = digits.text_content().replace(" ", "")
        assert house.app.test_client().post("/api/v1/player/pair", json={"code": code}).status_code == 201
        expect(page.locator("[data-pair-status]")).to_contain_text("Room 1 has its tablet now.")
        page.keyboard.press("Escape")
        expect(page.locator("#pair")).to_be_hidden()
        again = page.get_by_role("button", name="Pair another tablet")
        press(page, again)
        expect(page.locator("[data-pair-replaces]")).to_be_visible()
        page.keyboard.press("Escape")
        remove = page.get_by_role("button", name="Remove its tablet")
        press(page, remove)
        press(page, page.get_by_role("button", name="Press again: it falls silent"))
        expect(page.get_by_text("No tablet plays here.")).to_be_visible()


def test_the_dialog_says_that_a_code_is_too_old(house, chromium):
    admin = house.staff("admin")
    house.room()
    with served(house) as address, page_of(chromium, DESK) as page:
        sign_in(page, address, admin.name)
        page.clock.install()
        page.goto(f"{address}/rooms")
        press(page, page.get_by_role("button", name="Pair a tablet"))
        expect(page.locator("[data-pair-digits]")).to_have_text(re.compile(r"\d{3} \d{3}"))
        page.clock.fast_forward(601_000)
        expect(page.locator("[data-pair-problem]")).to_have_text("This code has expired. No tablet used it.")
        press(page, page.get_by_role("button", name="Make a new code"))
        expect(page.locator("[data-pair-digits]")).to_have_text(re.compile(r"\d{3} \d{3}"))
        page.clock.resume()


def test_an_account_is_made_and_the_last_administrator_stays(house, chromium):
    admin = house.staff("admin")
    with served(house) as address, page_of(chromium, PHONE) as page:
        sign_in(page, address, admin.name)
        page.goto(f"{address}/accounts")
        reached_by_tab(page, "Sign out")
        page.keyboard.press("Tab")
        page.keyboard.type("berta")
        page.keyboard.press("Enter")
        shown = page.locator("[data-login-code]")
        expect(shown).to_have_text(re.compile(r"(\w{4}-){2}\w{4}"))
        code = shown.text_content()
        look(page, "login")
        press(page, page.get_by_role("button", name="I have noted it"))
        expect(page.get_by_text("first login awaited")).to_be_visible()
        assert code not in page.content()
        row = page.get_by_role("row").filter(has_text=admin.name)
        press(page, row.get_by_role("button", name="Close"))
        press(page, row.get_by_role("button", name="Press again to close"))
        expect(row.get_by_role("alert")).to_contain_text("is the only administrator who can sign in")
        look(page, "last-admin")
