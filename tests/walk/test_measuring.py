"""The page of measuring by keyboard alone: pause, go on, this one next, try again; what the page says follows."""

import re

import pytest
from playwright.sync_api import expect

from library import waiting
from library.catalogue import FileState
from library.store import writing
from library.waiting import StoredLine
from soundscape import jobs
from soundscape.file_names import file_id
from soundscape.queues import QUEUES
from soundscape.stores import jobs as store
from tests.soundscape.house import PASSWORD, House
from tests.soundscape.served import served

FILES = tuple(f"/music/{name}.flac" for name in ("a", "b", "c", "d"))


@pytest.fixture
def house(tmp_path):
    """A clinic whose worker is at the first of four files; one other has failed."""
    house = House(tmp_path / "data")
    now = house.clock()
    with writing(house.engine) as connection:
        job_id = jobs.submit(connection, "scan", {"folder": "/music"}, by="test", now_ms=now)
        store.claim(connection, job_id, lease_until_ms=now + 10**9, now_ms=now)
        for queue in QUEUES:
            store.beat(connection, queue, 1, now_ms=now)
    StoredLine(house.engine, job_id).fill(FILES)
    failed = FileState(path="/music/bad.mp3", size_bytes=1, modified_ns=1)
    house.parts.catalogue.put_error(failed, "unreadable_audio", "/music/bad.mp3: no audio in this file.")
    return house


def test_measuring_is_steered_without_a_mouse(browser, house):
    curator = house.staff("curator")

    def press(name):
        button = page.get_by_role("button", name=name)
        button.focus()
        page.keyboard.press("Enter")

    def order():
        with house.engine.connect() as connection:
            return "".join(file.path[-6] for file in waiting.first(connection, [job.job_id for job in found()], 9))

    def found():
        with house.engine.connect() as connection:
            return jobs.list_recent(connection)

    with served(house) as address:
        page = browser.new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("Name").fill(curator.name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(f"{address}/library/measuring")
        title = page.locator("#state-title")
        expect(title).to_have_text("Measuring")
        press("Pause")
        expect(title).to_have_text("Paused")
        expect(page.locator("#state")).to_contain_text(f"{curator.name} paused it")
        expect(page.get_by_role("button", name="Go on")).to_be_focused()
        press("Go on")
        expect(title).to_have_text("Measuring")
        press(re.compile("This one next.*d.flac"))
        expect(page.locator("#waiting li").first).to_contain_text("d.flac wished")
        assert order() == "dabc"
        press(re.compile("Try again.*bad.mp3"))
        expect(page.locator("#state")).to_contain_text("1 job waits until this is done")
        (queued,) = (job for job in found() if job.state == "queued")
        assert queued.arguments == {"files": [file_id("/music/bad.mp3")]}
        press("Stop")
        press("Stop it: what is measured stays")
        expect(page.locator("#state")).to_contain_text("It is being stopped.")
        page.close()
