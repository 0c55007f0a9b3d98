"""Every task of the staff by keyboard alone, against the real service, its workers and a tablet that plays.

The tests are one person's way through a day and run in this order.
"""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.soundscape.conftest import first_scan, pieces, scanned
from tests.walk.clinic import Service
from tests.walk.keys import Keys

__all__ = ["first_scan", "pieces", "scanned"]  # fixtures

PASSWORD = "slow water lantern"
LIST = "Ten minutes"


@pytest.fixture(scope="module")
def running(scanned, tmp_path_factory) -> Iterator[Service]:
    """The service over the small library, with nobody in it yet."""
    data = tmp_path_factory.mktemp("keyboard") / "data"
    shutil.copytree(scanned, data)
    service = Service(data)
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def page(browser, running) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture(scope="module")
def tablet(browser, running) -> Iterator[Page]:
    """The room's own browser."""
    context = browser.new_context(viewport={"width": 1180, "height": 820})
    yield context.new_page()
    context.close()


@pytest.fixture
def keys(page) -> Keys:
    return Keys(page)


def pill(page: Page, word: str):
    """The room's state as its card says it."""
    return page.locator(".room .pill", has_text=word)


def test_first_login_sign_out_and_sign_in(page, running, keys):
    page.goto(f"{running.address}/first#{running.first_login}")
    expect(page.get_by_label("Your new password")).to_be_focused()
    keys.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    keys.press("Sign out")
    expect(page.get_by_label("Name")).to_be_focused()
    keys.type("admin")
    keys.to("Password")
    keys.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")


def test_a_track_is_cleared_with_a_reason_and_may_be_heard_in_advance(page, keys):
    keys.go("Library", "Library")
    keys.press("Piece 3")
    expect(page.get_by_role("heading", name="Piece 3", level=1)).to_be_visible()
    keys.to("Cleared: it may be played")
    keys.space()
    keys.to("Why")
    keys.type("Heard it twice, nothing sudden in it.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Cleared by admin")).to_be_visible()
    assert keys.somewhere
    keys.to("As the file says: no")
    keys.arrow()  # from the last of the three to the first
    assert keys.at == "Yes: our rights allow it"
    keys.press("Save")
    expect(page.get_by_text("Yes.", exact=False).first).to_be_visible()
    assert keys.somewhere


def test_a_list_is_built_and_a_piece_moved(page, keys):
    keys.go("Playlists", "Playlists")
    keys.press("Build the first list")
    page.wait_for_url("**/playlists/new")
    keys.to("Infusion, minutes")
    keys.type("10")
    keys.to("Tail, minutes")
    keys.type("0")
    keys.to("Title")
    keys.type(LIST)
    keys.press("Build the list")
    expect(page.get_by_role("heading", name=LIST, level=1)).to_be_visible(timeout=60_000)
    second = page.locator(".piece").nth(1).get_attribute("data-title")
    keys.press(f"Move {second} earlier")
    expect(page.locator(".piece").first).to_have_attribute("data-title", second or "")
    expect(page.locator("#said")).to_contain_text("is now number 1")
    assert keys.somewhere


def test_the_session_file_is_made(page, keys):
    keys.press("Make the session file")
    expect(page.locator("#file")).to_contain_text("The session file is ready", timeout=180_000)
    assert keys.somewhere, "the focus was lost when the button went"


def test_a_room_is_added_and_its_tablet_paired(page, tablet, running, keys):
    keys.go("Rooms", "Rooms")
    keys.to("Name")
    keys.type("Room 1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No tablet plays here.")).to_be_visible()
    assert keys.somewhere
    keys.press("Pair a tablet in Room 1", back=True)
    digits = page.locator("[data-pair-digits]")
    expect(digits).to_have_text(re.compile(r"\d{3} \d{3}"))
    hand = Keys(tablet)
    tablet.goto(f"{running.address}/room")
    expect(tablet.get_by_label("Code of six digits")).to_be_visible()
    if not hand.somewhere:
        hand.to("Code of six digits")
    hand.type((digits.text_content() or "").replace(" ", ""))
    tablet.keyboard.press("Enter")
    expect(page.locator("[data-pair-status]")).to_contain_text("has its tablet now", timeout=15_000)
    keys.press("Close")
    expect(page.locator("#pair")).to_be_hidden()
    assert keys.somewhere, "the focus was lost with the dialog"


def test_the_list_is_assigned_and_the_infusion_started(page, tablet, keys):
    keys.go("Desk", "Desk")
    keys.to("List for the next session")
    keys.held_through_a_refresh()
    assert keys.at == "List for the next session"
    keys.press("Assign")
    expect(pill(page, "Ready")).to_be_visible(timeout=60_000)
    assert keys.somewhere, "the focus was lost when the card changed"
    keys.to("Infusion started")
    keys.held_through_a_refresh()
    assert keys.at == "Infusion started"
    page.keyboard.press("Enter")
    expect(pill(page, "Playing")).to_be_visible(timeout=15_000)
    assert keys.somewhere, "the focus was lost when the card changed"
    expect(tablet.get_by_role("heading", name="Playing")).to_be_visible()


def test_quiet_resume_softer_louder(page, keys):
    keys.press("Quiet")
    expect(pill(page, "Quiet, so that you can talk")).to_be_visible(timeout=10_000)
    assert keys.at == "Resume"  # the same button, which now undoes it
    page.keyboard.press("Enter")
    expect(pill(page, "Playing")).to_be_visible(timeout=10_000)
    assert keys.at == "Quiet"
    keys.press("Softer")
    expect(page.get_by_text("gain −8 dB")).to_be_visible(timeout=10_000)
    assert keys.at == "Softer"
    keys.press("Louder")
    expect(page.get_by_text("gain −6 dB")).to_be_visible(timeout=10_000)
    keys.held_through_a_refresh()
    assert keys.at == "Louder", "at the room's cap the button stays where it is"


def test_the_gentle_end_needs_a_second_press(page, keys):
    keys.to("End gently")
    page.keyboard.press("Enter")
    keys.held_through_a_refresh()
    assert keys.at == "Press again to end"
    page.keyboard.press("Enter")
    expect(page.get_by_label("List for the next session")).to_be_visible(timeout=10_000)
    assert keys.somewhere, "the focus was lost when the card changed"


def test_the_take_home_list_can_be_reached_and_printed(page, keys):
    keys.go("Records", "Records")
    keys.press(re.compile("^Take-home list of "))
    expect(page.get_by_role("heading", name="The music of your session")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    page.emulate_media(media="screen")


def test_an_account_is_made(page, keys):
    keys.go("Accounts", "Accounts")
    keys.to("Name for signing in")
    keys.type("berta")
    keys.page.keyboard.press("Tab")
    keys.arrow()
    keys.press("Make the account")
    expect(page.locator("[data-login-code]")).to_have_text(re.compile(r"(\w{4}-){2}\w{4}"))
    keys.press("I have noted it")
    expect(page.get_by_text("first login awaited")).to_be_visible()
    assert keys.somewhere, "the focus was lost with the dialog"


def test_the_audit_is_filtered(page, keys):
    keys.go("Audit", "Audit")
    keys.to("What")
    keys.arrow()
    chosen = page.get_by_label("What").input_value()
    assert chosen
    keys.press("Show")
    page.wait_for_url("**/audit?*")
    for row in page.locator("table.audit tbody tr").all():
        expect(row.locator("td").nth(2)).to_have_text(chosen)


def test_a_preview_is_made(page, keys):
    keys.go("Previews", "Previews")
    keys.to(re.compile(f"^{LIST}"))
    keys.space()
    keys.press("Make a link")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Close")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("Open until")).to_be_visible()
    assert keys.somewhere, "the focus was lost with the dialog"
