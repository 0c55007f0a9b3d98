"""A list from elsewhere in a real browser: brought in, one doubtful match answered, built with, exported, and read by
another program.
"""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from soundscape.parts import now_ms
from tests.soundscape.clinic import Clinic
from tests.soundscape.conftest import first_scan, pieces, scanned
from tests.soundscape.elsewhere import m3u8, working
from tests.soundscape.served import served
from tests.walk.keys import Keys
from tests.walk.test_pages import Site, look

__all__ = ["first_scan", "pieces", "scanned"]  # fixtures

LIST = m3u8(
    ("Artist 1", "Piece 1", 65.0, "music/one.flac"),
    ("Artist 3", "Piece 8", 89.0, "music/eight.flac"),
    ("Somebody else", "Piece 2", 68.0, "music/two.flac"),
    ("Nobody", "Nothing that is here", 61.0, "music/three.flac"),
    title="Evening",
)
LONGEST_MS = 60_000
"""Choosing the pieces of a list takes seconds, on a busy machine many."""


@pytest.fixture
def clinic(scanned, tmp_path) -> Clinic:
    made = Clinic(scanned, tmp_path / "data")
    made.clock.ms = now_ms()
    return made


def downloaded(page: Page, keys: Keys, folder: Path) -> Path:
    """What the button under the focus has the browser keep."""
    with page.expect_download() as waiting:
        keys.press("Download")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def played_by_mpv(path: Path) -> list[str]:
    """The files that mpv opens of a list, as it says itself; the beginning of each is decoded."""
    asked = ["mpv", "--no-config", "--ao=null", "--vo=null", "--untimed", "--length=0.2", str(path)]
    said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120).stdout
    return [line.removeprefix("Playing: ") for line in said.splitlines() if line.startswith("Playing: ")]


def test_a_list_is_brought_in_answered_built_with_exported_and_read_elsewhere(browser, clinic, tmp_path):
    sent = tmp_path / "evening.m3u8"
    sent.write_bytes(LIST)
    admin = clinic.staff()
    with (
        served(clinic) as address,
        working(clinic),
        Site(browser, clinic, admin.name, address).window(signed_in=True) as watched,
    ):
        page, keys = watched.page, Keys(watched.page)
        page.goto(f"{address}/playlists")
        keys.press("Lists from elsewhere")
        page.locator("#file").set_input_files(sent)  # the system's own dialog is no page
        keys.press("Bring it in")
        expect(page.locator(".counts")).to_have_text("● 2 owned ◆ 1 in doubt ○ 1 missing", timeout=LONGEST_MS)
        assert look(page, "import") == []

        page.locator("#doubt audio").first.evaluate("(audio) => audio.play()")
        page.wait_for_function("document.querySelector('#doubt audio').currentTime > 0")
        keys.press("This is it")
        expect(page.locator(".counts")).to_have_text("● 3 owned ◆ 0 in doubt ○ 1 missing")
        expect(page.locator("#doubt section")).to_have_count(0)
        page.reload()
        expect(page.locator("#lines")).to_contain_text(f"{admin.name} said so.")

        page.locator("#infusion_min").fill("10")
        page.locator("#tail_min").fill("0")
        page.get_by_label("required: all of them").check()
        keys.press("Build the list")
        expect(page.locator("#built a")).to_have_text("Evening", timeout=LONGEST_MS)
        page.locator("#built a").press("Enter")
        expect(page.locator("#pieces")).to_contain_text("Piece 2")

        page.locator("#export-paths").select_option("absolute")
        path = downloaded(page, keys, tmp_path)
        count = page.locator("#pieces > li").count()
        assert watched.wrong == []
    played = played_by_mpv(path)
    # The list itself is the first that mpv opens.
    assert len([line for line in played if line.endswith(".flac")]) == count
    assert all(Path(line).is_file() for line in played)
