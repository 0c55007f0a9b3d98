"""The review queue as a new user meets it: twenty tracks without a mouse, real mixtures, and two people at once."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from library.catalogue import Catalogue
from library.scan import scan
from library.store import writing
from soundscape.stores import pulse
from tests.soundscape.doubtful import put_doubtful, title, track_id
from tests.soundscape.house import House, Ticking
from tests.soundscape.served import served
from tests.soundscape.shelf_house import audited
from tests.waiting import until
from tests.walk.keys import Keys
from tests.walk.shots import shot
from tests.walk.test_pages import Site, Watched, axe_finds, keep, look

COUNT, MOST_S = 20, 120.0
MIXTURES = ("singing_nino_women_0dB.opus", "singing_uni_bass_ros_0dB.opus")


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path / "data", Ticking())


@contextmanager
def opened(browser, house, name: str, address: str) -> Iterator[Watched]:
    """Somebody's window."""
    with Site(browser, house, name, address).window(signed_in=True) as watched:
        yield watched


def now(page: Page):
    return page.locator("#now h2")


def playing_from_s(page: Page) -> float | None:
    """How far the sound is into what it plays, as the element says; None where it is silent."""
    return page.evaluate(
        "(() => { const a = document.querySelector('#sound'); return a.paused ? null : a.currentTime })()"
    )


def press_the_players_own_button(page: Page) -> None:
    """As the button in the player does: a gesture, and `play` of the element."""
    page.evaluate("document.querySelector('#sound').play()")


def decision(house: House, number: int):
    return house.parts.catalogue.track(track_id(number)).decision


def test_twenty_tracks_in_two_minutes_without_a_mouse(browser, house):
    put_doubtful(house, COUNT, sounding=1)
    admin = house.staff()
    begins_ms = house.clock()
    with served(house) as address, opened(browser, house, admin.name, address) as watched:
        page, keys = watched.page, Keys(watched.page)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="dark")
        page.goto(f"{address}/library")
        began_s = time.monotonic()
        keys.press(f"Review {COUNT} tracks")
        expect(now(page)).to_have_text(title(0))
        page.wait_for_load_state()
        press = page.keyboard.press
        press("1")
        until(lambda: (playing_from_s(page) or 0) > 0, 20, "the mark's sound")
        expect(page.locator("[data-hear][data-number='1']")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".moment.playing")).to_have_attribute("data-moment", "singing-20000")
        shot(page, "review")
        press("Space")
        expect(page.locator("[data-hear][data-number='1']")).to_have_attribute("aria-pressed", "false")
        press("c")
        expect(page.locator("#said")).to_have_text(f"Cleared: {title(0)}.")
        page.reload()  # what was decided before the page came can be taken back as well
        press("u")
        expect(now(page)).to_have_text(title(0))
        expect(page.locator("#said")).to_contain_text("Taken back")
        assert decision(house, 0) is None
        said = []
        for number in range(COUNT):
            name = now(page).inner_text()
            said.append(name)
            press(("c", "r", "ArrowRight")[number % 3] if number < 3 else "cr"[number % 2])
            if number == 1:
                press("7")
                keys.type("clear and jukebox")  # letters that are keys elsewhere
                press("Enter")
            elif number > 2 and number % 2:
                press("1")
            expect(now(page)).not_to_have_text(name)
        press("c")  # the one that was passed over has come round again
        expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
        took_s = time.monotonic() - began_s
        assert watched.wrong == []
    assert took_s < MOST_S
    tracks = {track.track_id: track for track in house.parts.catalogue.tracks()}
    assert len(tracks) == COUNT
    for track in tracks.values():
        assert track.decision.decided_by == admin.name
        assert track.decision.decided_ms > begins_ms
    assert len(audited(house, "track decided")) == COUNT + 1
    assert len(audited(house, "decision undone")) == 1
    by_title = {track.tags.title: track.decision for track in tracks.values()}
    assert by_title[said[1]].reason == "clear and jukebox"
    assert {found.status for found in by_title.values()} == {"cleared", "refused"}


def test_real_mixtures_are_drawn_and_their_voices_played(browser, house, test_data, in_process, tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    for name in MIXTURES:
        shutil.copy(test_data / "audio" / "mixture" / name, music)
    outcomes = list(scan(music, Catalogue(house.engine)))
    assert {outcome.did for outcome in outcomes} == {"measured"}
    admin = house.staff()
    for outcome in outcomes:  # a refused one is looked at again by a person as well
        body = {"status": "review", "reason": "Is it really a voice?"}
        assert admin.call("PUT", f"/tracks/{outcome.track_id}/decision", body).status_code == 200
    with served(house) as address, opened(browser, house, admin.name, address) as watched:
        page = watched.page
        page.goto(f"{address}/library/review")
        wrong = None
        for _ in outcomes:
            expect(page.locator("#now .moment").first).to_be_attached()
            voice = page.locator("[data-hear]").filter(has_text=re.compile("singing|speech")).first
            page.locator(f".moment[data-moment='{voice.get_attribute('data-name')}'] rect").first.click()
            until(lambda: (playing_from_s(page) or 0) > 0, 30, "the voice")
            expect(page.locator(".mark.heard")).to_have_count(1)
            wrong = look(page, "review-real") if wrong is None else wrong
            page.keyboard.press("j")
        assert wrong == []
        assert watched.wrong == []


def test_the_second_of_two_is_told_and_may_decide_otherwise(browser, house):
    put_doubtful(house, 3)
    anna, berta = house.staff(), house.staff()
    with (
        served(house) as address,
        opened(browser, house, anna.name, address) as hers,
        opened(browser, house, berta.name, address) as theirs,
    ):
        first, second = hers.page, theirs.page
        for page in (first, second):
            page.goto(f"{address}/library/review")
            expect(now(page)).to_have_text(title(0))
        second.evaluate("document.querySelector('#now article').dataset.kept = 'yes'")
        second.route("**/library/review**", lambda route: route.abort())  # the news does not reach this page
        first.keyboard.press("r")
        first.keyboard.press("1")
        expect(now(first)).not_to_have_text(title(0))
        second.keyboard.press("c")
        told = second.locator("#trouble")
        expect(told).to_contain_text(f"{anna.name} has refused this track meanwhile: “A voice is heard.”")
        assert decision(house, 0).decided_by == anna.name
        second.unroute("**/library/review**")
        second.reload()
        expect(second.locator("#now .notice")).to_contain_text(f"Refused by {anna.name}")
        second.keyboard.press("c")
        expect(told).to_contain_text("Press again")
        assert decision(house, 0).decided_by == anna.name
        second.keyboard.press("c")
        until(lambda: decision(house, 0).decided_by == berta.name, 20, "the second decision")
        expect(now(second)).not_to_have_text(title(0))
        first.keyboard.press("u")
        expect(first.locator("#trouble")).to_contain_text(f"{berta.name} has cleared this track meanwhile")
        assert decision(house, 0).decided_by == berta.name


def test_new_music_joins_the_queue_and_leaves_the_present_track_where_it_is(browser, house):
    admin = house.staff()
    with served(house) as address, opened(browser, house, admin.name, address) as watched:
        page = watched.page
        page.goto(f"{address}/library/review")
        expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
        expect(page.locator("#decide")).to_be_hidden()
        put_doubtful(house, 6, first=5)
        told(house)
        expect(now(page)).to_have_text(title(5))
        expect(page.locator("#waiting li")).to_have_count(1)
        put_doubtful(house, 6)
        told(house)
        expect(page.locator("#count")).to_contain_text("6 tracks wait")
        assert now(page).inner_text() == title(5)
        page.keyboard.press("ArrowLeft")
        expect(now(page)).to_have_text(title(0))
        assert axe_finds(page) == []
        keep(page, "review-joined")
        assert watched.wrong == []


def test_keys_can_be_switched_off_and_never_fire_while_one_types(browser, house):
    put_doubtful(house, 3)
    admin = house.staff()
    with served(house) as address, opened(browser, house, admin.name, address) as watched:
        page, keys = watched.page, Keys(watched.page)
        page.goto(f"{address}/library/review")
        page.keyboard.press("r")
        page.keyboard.press("7")
        expect(page.locator("#own")).to_be_focused()
        keys.type("cccuuujjj 123")
        expect(now(page)).to_have_text(title(0))
        page.keyboard.press("Escape")
        expect(page.locator("#reasons")).to_be_hidden()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("c")
        keys.to("Single keys do something on this page")
        keys.space()
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        page.keyboard.press("j")
        page.reload()
        page.keyboard.press("c")
        expect(now(page)).to_have_text(title(0))
        assert audited(house, "track decided") == []
        keys.press("Clear C")  # the button still does it
        expect(now(page)).not_to_have_text(title(0))
        assert len(audited(house, "track decided")) == 1
        assert watched.wrong == []


def test_the_players_own_button_plays_at_the_level_of_lists(browser, house):
    put_doubtful(house, 1, sounding=1)
    admin = house.staff()
    with served(house) as address, opened(browser, house, admin.name, address) as watched:
        page = watched.page
        page.goto(f"{address}/library/review")
        expect(now(page)).to_have_text(title(0))
        page.wait_for_load_state()
        press_the_players_own_button(page)
        until(lambda: (playing_from_s(page) or 0) > 0, 20, "the whole track")
        gain_db = float(page.locator("#picture").get_attribute("data-gain"))
        assert gain_db < -1
        assert page.evaluate("document.querySelector('#sound').volume") == pytest.approx(10 ** (gain_db / 20))


def test_a_page_that_comes_late_does_not_take_the_place_of_the_next_track(browser, house):
    put_doubtful(house, 4)
    admin = house.staff()
    with served(house) as address, opened(browser, house, admin.name, address) as watched:
        page, late = watched.page, []
        page.goto(f"{address}/library/review")
        expect(now(page)).to_have_text(title(0))
        page.wait_for_load_state()
        order = page.locator("#waiting a").evaluate_all("links => links.map(link => link.dataset.track)")
        page.route(f"**/library/review?track={order[3]}", lambda route: late.append(route))
        page.locator(f"#waiting a[data-track='{order[3]}']").click()
        until(lambda: page.wait_for_timeout(20) or late, 20, "the request for the page")
        page.keyboard.press("c")
        expect(page.locator("#now article")).to_have_attribute("data-track", order[1])
        with page.expect_response(f"**/library/review?track={order[3]}"):
            late[0].continue_()
        page.keyboard.press("r")
        expect(page.locator("#reasons")).to_be_visible()
        assert page.locator("#now article").get_attribute("data-track") == order[1]
        assert decision(house, 0).status == "cleared"


def told(house: House) -> None:
    """Say that the library changed, as a scan does."""
    with writing(house.engine) as connection:
        pulse.raise_(connection, "library")
