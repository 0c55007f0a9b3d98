"""A list from elsewhere in a real browser: brought in, answered, built with, exported, and read by another program.

Nobody answers about a piece that was not there to be looked at: it is pressed twice, late, and while others answer.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from library.store import writing
from soundscape.parts import now_ms
from soundscape.stores import pulse
from tests.soundscape.clinic import Clinic
from tests.soundscape.conftest import first_scan, pieces, scanned
from tests.soundscape.elsewhere import brought_in, m3u8, send, work, working
from tests.soundscape.house import Browser as Person
from tests.soundscape.served import served
from tests.soundscape.shelf_house import audited
from tests.waiting import until
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
THREE_IN_DOUBT = m3u8(
    ("Somebody else", "Piece 2", 68.0, "music/two.flac"),
    ("Somebody else", "Piece 3", 72.0, "music/three.flac"),
    ("Somebody else", "Piece 5", 78.0, "music/five.flac"),
)
HEARD = """window.listens = false;
window.followed = [];
window.heard = 0;
window.EventSource = class extends window.EventSource {
  constructor(address) {
    super(address);
    window.followed.push(address.split('topics=')[1]);
    this.addEventListener('open', () => (window.listens = true));
    this.addEventListener('message', () => window.heard++);
  }
};"""
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
"""A browser that a tool drives counts every page as seen."""
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
        until(lambda: page.evaluate("document.querySelector('#doubt audio').currentTime > 0"))
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


@contextmanager
def opened(browser: Browser, clinic: Clinic, admin: Person, import_id: str) -> Iterator[Page]:
    """A list's page, as an administrator sees it."""
    with served(clinic) as address, Site(browser, clinic, admin.name, address).window(signed_in=True) as watched:
        watched.page.add_init_script(HEARD)
        watched.page.goto(f"{address}/imports/{import_id}")
        until(lambda: watched.page.evaluate("listens"))
        yield watched.page
        assert watched.wrong == []


def places(page: Page) -> list[int]:
    """The lines about which this page sends answers from now on."""
    sent: list[int] = []
    page.on("request", lambda asked: sent.append(asked.post_data_json["place"]) if asked.method == "POST" else None)
    return sent


def test_a_second_press_never_answers_the_next_pair(browser, clinic):
    admin = clinic.staff()
    shown = brought_in(clinic, admin, "three.m3u8", THREE_IN_DOUBT)
    with opened(browser, clinic, admin, shown["import_id"]) as page:
        time = page.context.new_cdp_session(page)
        time.send("Animation.enable")
        time.send("Animation.setPlaybackRate", {"playbackRate": 0})  # the moment after the next pair has come lasts
        answered = places(page)
        button = page.get_by_role("button", name="This is it")
        button.evaluate("(button) => { button.click(); button.click(); }")
        expect(page).to_have_url(re.compile(r"\?at=2$"))
        expect(page.locator("#question")).to_be_focused()
        expect(page.locator("#question")).to_have_text("Is it the same piece? 2 in doubt")
        box = button.bounding_box()
        assert box is not None
        page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert set(answered) == {1}
        time.send("Animation.setPlaybackRate", {"playbackRate": 1})
        button.click()
        expect(page.locator("#question")).to_have_text("Is it the same piece? 1 in doubt")
        assert set(answered) == {1, 2}


def test_a_pair_stays_as_it_was_whoever_answers_meanwhile(browser, clinic):
    admin, other = clinic.staff(), clinic.staff("curator")
    shown = brought_in(clinic, admin, "three.m3u8", THREE_IN_DOUBT)
    with opened(browser, clinic, admin, shown["import_id"]) as page:
        other.call("POST", f"/imports/{shown['import_id']}/answers", {"place": 1, "track_id": None})
        expect(page.locator("#left")).to_have_text("2 in doubt")
        expect(page.locator("#doubt .both")).to_contain_text("Piece 2")
        page.get_by_role("button", name="This is it").click()
        expect(page).to_have_url(re.compile(r"\?at=2$"))
    said = audited(clinic, "match answered")[0].after
    assert said == {"place": 1, "title": "Piece 2", "track_id": shown["lines"][0]["candidates"][0]["track_id"]}


def test_the_last_answer_can_be_taken_back_and_given_again(browser, clinic):
    admin = clinic.staff()
    shown = brought_in(clinic, admin, "evening.m3u8", LIST)
    with opened(browser, clinic, admin, shown["import_id"]) as page:
        for _ in range(2):
            page.get_by_role("button", name="This is it").click()
            expect(page.locator("#question")).to_have_text("Nothing is in doubt.")
            expect(page.locator("#question")).to_be_focused()
            page.get_by_role("button", name="Take back").click()
            expect(page.locator("#left")).to_have_text("1 in doubt")


def test_what_is_owned_wrongly_is_denied_and_found_by_the_keyboard(browser, clinic):
    admin = clinic.staff()
    shown = brought_in(clinic, admin, "evening.m3u8", LIST)
    with opened(browser, clinic, admin, shown["import_id"]) as page:
        keys = Keys(page)
        deny = page.locator("#line-1").get_by_role("button")
        expect(deny).to_have_accessible_name("Not this one Piece 1 · Artist 1")
        deny.press("Enter")
        expect(deny).to_have_accessible_name("Press again: not this one Piece 1 · Artist 1")
        page.keyboard.press("Enter")
        expect(page.locator(".counts")).to_have_text("● 1 owned ◆ 1 in doubt ○ 2 missing")
        assert keys.somewhere
        find = page.locator("#line-1").get_by_role("link")
        expect(find).to_have_accessible_name("Find it Piece 1 · Artist 1")
        find.press("Enter")
        expect(page.locator("#question")).to_be_focused()
        assert look(page, "import-find") == []
        page.locator("#q").fill("piece 7 ARTIST")
        page.keyboard.press("Enter")
        expect(page.locator("#found > li")).to_have_count(1)
        page.get_by_role("button", name="This is it Piece 7").press("Enter")
        expect(page).to_have_url(re.compile("#line-1$"))
        expect(page.locator("#line-1")).to_contain_text("in the library as Piece 7")
        page.locator("#line-1").get_by_role("button", name="Take back").press("Enter")
        expect(page.locator("#line-1")).to_contain_text("in the library as Piece 1")


def test_jobs_are_heard_of_only_while_the_list_is_read(browser, clinic):
    admin = clinic.staff()
    sent = send(admin, "three.m3u8", THREE_IN_DOUBT).json
    with opened(browser, clinic, admin, sent["import_id"]) as page:
        assert page.evaluate("followed") == ["imports,jobs"]
        work(clinic, sent["job_id"])
        expect(page.locator("#question")).to_have_text("Is it the same piece? 3 in doubt")
        until(lambda: page.evaluate("followed") == ["imports,jobs", "imports"])


def test_a_list_that_was_read_before_its_page_listened_is_shown(browser, clinic):
    admin = clinic.staff()
    sent = send(admin, "three.m3u8", THREE_IN_DOUBT).json
    with opened(browser, clinic, admin, sent["import_id"]) as page:

        def read_first(route: Route) -> None:
            told = clinic.parts.wakes.stream(["afterwards"])
            next(told)
            work(clinic, sent["job_id"])
            with writing(clinic.engine) as connection:
                pulse.raise_(connection, "afterwards")
            next(told)  # by now whoever listened has been told of the job
            route.continue_()

        page.route("**/api/v1/events?*", read_first, times=1)
        page.reload()
        expect(page.locator("#question")).to_have_text("Is it the same piece? 3 in doubt")


def test_a_page_that_nobody_sees_is_fetched_when_it_is_seen(browser, clinic):
    admin = clinic.staff()
    shown = brought_in(clinic, admin, "three.m3u8", THREE_IN_DOUBT)
    with opened(browser, clinic, admin, shown["import_id"]) as page:
        page.clock.install()
        page.reload()
        until(lambda: page.evaluate("listens"))
        fetched: list[str] = []
        page.on("request", lambda asked: fetched.append(asked.url) if asked.resource_type == "fetch" else None)
        page.evaluate(HIDE, True)
        admin.call("POST", f"/imports/{shown['import_id']}/answers", {"place": 1, "track_id": None})
        until(lambda: page.evaluate("heard > 0"))
        page.clock.run_for(5_000)
        assert fetched == []
        page.evaluate(HIDE, False)
        page.clock.run_for(5_000)
        expect(page.locator("#left")).to_have_text("2 in doubt")
