"""The patient's page on a phone and the staff's page, in Chromium, against the preview's own server and the whole app.

``SOUNDSCAPE_SHOTS`` names a folder for pictures of what is seen.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from soundscape.parts import now_ms
from tests.conftest import ROOT
from tests.soundscape.clinic import Clinic
from tests.soundscape.house import PASSWORD
from tests.soundscape.served import served
from tests.waiting import until

PHONE, TABLET, DESK = ({"width": w, "height": h} for w, h in ((390, 844), (820, 1180), (1280, 900)))
SERVE = """
import sys, pathlib
from soundscape.serve import serve
serve(pathlib.Path(sys.argv[1]), print, only_preview=True)
"""
EXPECTED = re.compile("Failed to load resource|The Cross-Origin-Opener-Policy header has been ignored")
"""What Chromium says of every refusal, and of plain HTTP."""
SHOTS = os.environ.get("SOUNDSCAPE_SHOTS")


@pytest.fixture
def clinic(scanned, tmp_path) -> Clinic:
    clinic = Clinic(scanned, tmp_path / "data")
    clinic.clock.ms = now_ms()
    clinic.all_may_be_heard()
    return clinic


@dataclass
class Served:
    """The preview's own server and where what it says goes."""

    address: str
    said: Path


@contextmanager
def preview_server(clinic: Clinic) -> Iterator[Served]:
    """`serve --only preview` as a process: granian, over plain HTTP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = f'host = "127.0.0.1"\npreview_port = {port}\nplain_http = true\n'
    (clinic.data / "soundscape.toml").write_text(settings)
    said = clinic.data / "said.txt"
    with said.open("wb") as out:
        command = [sys.executable, "-c", SERVE, str(clinic.data)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        try:
            until(lambda: b"answers at" in said.read_bytes() or process.poll() is not None)
            yield Served(f"http://127.0.0.1:{port}", said)
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def page_of(chromium: Browser, viewport: dict, scheme: str = "dark") -> Iterator[Page]:
    """A page that fails the test on any error in its console."""
    context = chromium.new_context(viewport=viewport, color_scheme=scheme, device_scale_factor=1)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda m: errors.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None
    )
    yield page
    context.close()
    assert [error for error in errors if not EXPECTED.match(error)] == []


def look(page: Page, name: str) -> None:
    """Axe in both themes, and a picture where one is wished."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, (scheme, found.generate_report())
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{scheme}.png", full_page=True)
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0, name


def plays(page: Page) -> bool:
    return page.evaluate(
        "(() => { const a = document.querySelector('audio'); return !a.paused && a.currentTime > 0.2; })()"
    )


def test_a_patient_on_a_phone_from_the_link_to_thank_you(clinic, chromium):
    lists = clinic.shelved("Warm and slow"), clinic.shelved("Open and airy")
    silent = clinic.tracks[0].track_id
    clinic.may_preview(silent, False)
    link = clinic.link(*lists)
    with preview_server(clinic) as server, page_of(chromium, PHONE) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{server.address}/preview#{link['secret']}")
        expect(page.get_by_role("heading", name="Choose your music")).to_be_visible()
        assert page.url == f"{server.address}/preview"
        assert page.evaluate("document.cookie") == ""
        (cookie,) = page.context.cookies()
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (
            True,
            True,
            "Strict",
            "/preview",
        )
        look(page, "preview-lists")

        first = page.locator(".list").first
        first.get_by_text("Hear the pieces").click()
        look(page, "preview-pieces")
        piece = first.locator(".piece").filter(has=page.locator("[data-part]:visible")).first
        piece.get_by_role("button", name="Hear a part").click()
        until(lambda: plays(page))
        assert page.evaluate("document.querySelector('audio').duration") == pytest.approx(45.0, abs=0.05)
        expect(piece.get_by_role("button", name="Pause")).to_be_visible()
        look(page, "preview-playing")
        piece.get_by_role("button", name="Hear all").click()
        until(lambda: plays(page))
        assert page.evaluate("document.querySelector('audio').duration") > 60

        piece.get_by_role("radio", name="Like").check()
        expect(piece.get_by_role("radio", name="Like")).to_be_checked()
        name = first.locator(".piece h3").nth(2).inner_text()
        third = first.locator(".piece").nth(2)
        third.get_by_role("radio", name="Leave out").check()
        look(page, "preview-sure")
        third.get_by_role("button", name="Leave it out").click()
        expect(first.locator(".pieces > .said")).to_contain_text(f"{name} is gone from “Warm and slow”")
        expect(first.locator(".pieces h3").filter(has_text=re.compile(f"^{re.escape(name)}$"))).to_have_count(0)
        expect(page.locator("#left-out h3")).to_have_text([name])
        look(page, "preview-vetoed")

        first.get_by_role("button", name="This is my list").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        look(page, "preview-chosen")
        page.reload()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        page.get_by_role("button", name="Done, forget this device").click()
        expect(page.get_by_role("heading", name="Music before your visit")).to_be_visible()
        assert page.context.cookies() == []
        look(page, "preview-neutral")
        page.reload()
        expect(page.get_by_role("heading", name="Music before your visit")).to_be_visible()

    assert not [url for url in asked if link["secret"] in url.partition("#")[0]]
    said = server.said.read_text()
    assert "answers at" in said
    for hidden in (link["secret"], *(track.track_id for track in clinic.tracks), "/preview/"):
        assert hidden not in said
    (seen,) = clinic.staff().call("GET", "/previews").json
    assert seen["vetoes"] == [name]
    assert seen["choice"]["title"] == "Warm and slow"


def test_a_closed_link_says_so_kindly_and_at_the_next_action(clinic, chromium):
    link = clinic.link(clinic.shelved("Warm and slow"))
    with preview_server(clinic) as server, page_of(chromium, PHONE) as page:
        page.goto(f"{server.address}/preview#{'x' * 22}")
        expect(page.get_by_role("heading", name="This link does not open")).to_be_visible()
        expect(page.locator("#closed")).to_contain_text("is not known here")
        look(page, "preview-closed")
        page.goto(f"{server.address}/preview#{link['secret']}")
        expect(page.get_by_role("heading", name="Choose your music")).to_be_visible()
        assert clinic.staff().call("POST", f"/previews/{link['preview_id']}/revoke").status_code == 204
        page.get_by_role("button", name="This is my list").click()
        expect(page.locator("#closed")).to_contain_text("The clinic has closed this link")


def test_a_question_stays_when_the_answer_to_another_vote_comes(clinic, chromium):
    link = clinic.link(clinic.shelved("Warm and slow"))
    with preview_server(clinic) as server, page_of(chromium, PHONE) as page:
        page.goto(f"{server.address}/preview#{link['secret']}")
        page.get_by_text("Hear the pieces").click()
        held: list[Route] = []
        page.route("**/preview/votes/*", lambda route: held.append(route))
        liked, doubted = page.locator(".list .piece").nth(0), page.locator(".list .piece").nth(1)
        liked.get_by_role("radio", name="Like").check()
        doubted.get_by_role("radio", name="Leave out").check()
        doubted.get_by_role("button", name="Keep it").focus()
        with page.expect_response("**/preview/votes/*"):
            held[0].continue_()
        expect(page.get_by_role("button", name="Keep it")).to_be_focused()
        expect(doubted.get_by_role("radio", name="Leave out")).to_be_checked()
        expect(liked.get_by_role("radio", name="Like")).to_be_checked()
        doubted.get_by_role("button", name="Leave it out").click()
        held[1].continue_()
        expect(page.locator("#left-out h3")).to_have_count(1)


def test_the_list_is_chosen_and_a_piece_left_out_by_keyboard_alone(clinic, chromium):
    link = clinic.link(clinic.shelved("Warm and slow"), veiled=True)
    with preview_server(clinic) as server, page_of(chromium, TABLET) as page:
        page.goto(f"{server.address}/preview#{link['secret']}")
        page.get_by_text("Hear the pieces").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".piece h3").first).to_have_text("Piece 1")
        look(page, "preview-veiled")
        page.locator(".piece").first.get_by_role("radio", name="Neutral").focus()
        page.keyboard.press("ArrowRight")
        sure = page.get_by_role("button", name="Leave it out")
        expect(sure).to_be_visible()
        page.keyboard.press("Tab")
        expect(sure).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".pieces > .said")).to_contain_text("Piece 1 is gone")
        expect(page.locator(".pieces > .said")).to_be_focused()
        page.get_by_role("button", name="This is my list").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Thank you")).to_be_focused()


def test_staff_make_a_link_and_go_on_with_what_was_chosen(clinic, chromium):
    clinic.shelved("Warm and slow")
    clinic.shelved("Open and airy")
    clinic.room()
    staff = clinic.staff("clinician")
    with served(clinic) as address, page_of(chromium, DESK) as page:
        page.goto(f"{address}/sign-in")
        page.get_by_label("Name").fill(staff.name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Previews").click()
        expect(page.get_by_role("heading", name="No previews yet")).to_be_visible()
        look(page, "previews-empty")
        page.get_by_label("Warm and slow").check()
        page.get_by_label("Open and airy").check()
        page.get_by_role("button", name="Make a link", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        until(lambda: page.evaluate("document.querySelector('[data-qr]').naturalWidth") > 0)
        look(page, "previews-link")
        secret = page.get_by_label("Link", exact=True).input_value().partition("#")[2]
        dialog.get_by_role("button", name="Close").click()
        assert secret not in page.content()
        expect(page.locator(".preview-card")).to_contain_text("nothing yet")

        patient = clinic.patient(secret)
        shown = patient.lists()
        patient.vote(shown["lists"][0]["pieces"][0]["track_id"], "like")
        patient.vote(shown["lists"][0]["pieces"][1]["track_id"], "veto")
        patient.send("POST", "choose", {"playlist_id": shown["lists"][1]["playlist_id"]})
        expect(page.locator(".preview-card strong")).to_have_text(shown["lists"][1]["title"])
        expect(page.locator(".preview-card")).to_contain_text(shown["lists"][0]["pieces"][1]["name"])
        look(page, "previews-chosen")
        page.get_by_role("button", name="Assign to a room").click()
        expect(page.locator(".preview-card")).to_contain_text("waits in Room 1")
        expect(page.get_by_text("The session file is being made.")).to_be_visible()
        page.get_by_role("button", name="Close the link").click()
        page.get_by_role("button", name="Close the link for good").click()
        expect(page.locator(".preview-card .pill")).to_have_text("Closed")
        page.set_viewport_size(PHONE)
        look(page, "previews-phone")
