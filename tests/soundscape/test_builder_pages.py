"""The shelf of lists and the builder: what the pages say, and every task in Chromium by keyboard alone.

``SOUNDSCAPE_SHOTS`` names a folder for pictures of what is seen.
"""

import re
import shutil

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from library.store import writing
from library.tables import track_table
from soundscape.parts import now_ms
from soundscape.queues import QUEUES
from soundscape.stores import jobs as job_store
from tests.soundscape.house import House
from tests.soundscape.in_browser import press, shot, signed_in, tab_to, titles
from tests.soundscape.served import served

ASKED = {"title": "Slow water", "infusion_min": 10, "tail_min": 2}
HOSTILE = "<script>alert(1)</script>\u202e\u2066\"'" + "ü" * 400


@pytest.fixture
def house(scanned, tmp_path) -> House:
    data = tmp_path / "data"
    shutil.copytree(scanned, data)
    house = House(data)
    house.clock.ms = now_ms()
    return house


@pytest.fixture
def curator(house):
    return house.staff("curator")


def built(browser, **more) -> dict:
    answer = browser.call("POST", "/playlists", {**ASKED, **more})
    assert answer.status_code == 201, answer.text
    return answer.json


def words(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# --- what the pages say -----------------------------------------------------------------------------------------------


def test_an_empty_shelf_says_what_to_do(house, curator):
    page = curator.client.get("/playlists").text
    assert "The library has 12 cleared pieces" in page
    assert 'href="/playlists/new"' in page
    clinician = house.staff("clinician").client.get("/playlists").text
    assert "Ask a curator" in clinician
    assert "/playlists/new" not in clinician
    with writing(house.engine) as connection:
        connection.execute(sa.update(track_table).values(status="refused"))
    assert "has none yet" in curator.client.get("/playlists").text


def test_a_card_says_length_pieces_file_and_who_changed_it(house, curator):
    made = built(curator)
    admin = house.staff("admin")
    assert (
        admin.call("PATCH", f"/playlists/{made['playlist_id']}", {"revision": 1, "title": "Calmer"}).status_code == 200
    )
    said = words(curator.client.get("/playlists").text)
    assert "Calmer 10 + 2 minutes" in said
    assert f"{len(made['playlist']['items'])} pieces" in said
    assert "No session file" in said
    assert f"{admin.name} , " in said
    house.mixdown(made["playlist_id"])
    assert "Session file ready" in curator.client.get("/playlists").text


def test_archived_lists_are_hidden_and_can_still_be_read(curator):
    made = built(curator)
    curator.call("POST", f"/playlists/{made['playlist_id']}/archive", {"revision": 1})
    assert "Slow water" not in curator.client.get("/playlists").text
    page = curator.client.get(f"/playlists/{made['playlist_id']}").text
    assert "was archived" in page
    assert "data-change" not in page
    assert "Make the session file" not in page


def test_the_builder_says_everything_of_a_list(curator):
    made = built(curator, note="Pads.\nPlucks.")
    said = words(curator.client.get(f"/playlists/{made['playlist_id']}").text)
    assert f"12:00 exactly · {len(made['playlist']['items'])} pieces · " in said
    assert "Pads. Plucks." in said
    assert "Never about a patient" in said
    for item in made["playlist"]["items"]:
        assert item["why"] in said
    for note in made["playlist"]["notes"]:
        assert note in said


def test_a_clinician_sees_the_list_and_has_no_button_that_changes_it(house, curator):
    made = built(curator)
    page = house.staff("clinician").client.get(f"/playlists/{made['playlist_id']}").text
    assert "data-change" not in page
    assert 'data-act="hear"' in page
    assert 'data-act="remove"' not in page
    assert "Make the session file" in page
    assert "Assign to a room" in page
    assert "Assign to a room" not in curator.client.get(f"/playlists/{made['playlist_id']}").text
    assert house.staff("clinician").client.get("/playlists/new").status_code == 403


def test_a_free_room_is_offered_before_one_that_waits_for_its_session(house, curator):
    made = built(curator)
    curator.call("POST", f"/playlists/{made['playlist_id']}/sign", {"revision": 1})
    first, second = house.room("Room 1"), house.room("Room 2")
    clinician = house.staff("clinician")
    assigned = clinician.call("POST", "/sessions", {"room_id": first, "playlist_id": made["playlist_id"]})
    page = clinician.client.get(f"/playlists/{made['playlist_id']}").text
    assert f'<option value="{second}" selected>Room 2<' in page
    assert f"Room 1 (takes the place of {assigned.json['session']['code']})" in page


def test_a_file_that_is_being_made_shows_how_far_it_is_and_whether_anybody_makes_it(house, curator):
    address = f"/playlists/{(made := built(curator))['playlist_id']}"
    job_id = curator.call("POST", f"{address}/mixdown").json["job_id"]
    assert "The worker is not running" in curator.client.get(address).text
    now = house.clock()
    with writing(house.engine) as connection:
        for queue in QUEUES:
            job_store.beat(connection, queue, 1, now_ms=now)
    assert "it begins in a moment" in curator.client.get(address).text
    with writing(house.engine) as connection:
        job_store.claim(connection, job_id, lease_until_ms=now + 1000, now_ms=now)
        job_store.tell(connection, job_id, 1, 0.4, "Making", lease_until_ms=now + 1000)
    page = curator.client.get(address).text
    assert 'value="0.400"' in page
    assert "40 %" in page
    assert f"/api/v1/jobs/{job_id}/cancel" in page
    assert "Making the file, 40 %" in curator.client.get("/playlists").text
    with writing(house.engine) as connection:
        job_store.stop(connection, job_id, 1, now_ms=now)
    assert "It was stopped" in curator.client.get(address).text
    house.mixdown(made["playlist_id"])
    page = curator.client.get(address).text
    assert "−20.0 LUFS" in page
    assert "−1.6 dBTP" in page
    assert "/api/v1/media/mixdowns/" in page


@pytest.mark.parametrize(
    "query", ["infusion_min=x", "infusion_min=nan", "template=none", "tail_min=-5", "infusion_min=1e9"]
)
def test_a_strange_address_of_a_new_list_is_harmless(curator, query):
    answer = curator.client.get(f"/playlists/new?{query}")
    assert answer.status_code == 200
    assert "Build the list" in answer.text


def test_hostile_words_stay_words(house, curator):
    with writing(house.engine) as connection:
        connection.execute(
            sa.update(track_table).values(
                tags=sa.func.json_set(track_table.c.tags, "$.title", HOSTILE, "$.artist", HOSTILE)
            )
        )
    made = built(curator, title=HOSTILE[:120], note=HOSTILE)
    for page in ("/playlists", "/playlists/new", f"/playlists/{made['playlist_id']}"):
        text = curator.client.get(page).text
        assert "<script>alert" not in text
    order = [item["track_id"] for item in made["playlist"]["items"]]
    assert curator.call("GET", f"/playlists/{made['playlist_id']}/replacements?track_id={order[0]}").status_code == 200


def test_a_list_that_is_not_there_is_a_page_that_says_so(curator):
    answer = curator.client.get("/playlists/nothing")
    assert answer.status_code == 404
    assert "no such playlist" in answer.text


# --- in a browser -----------------------------------------------------------------------------------------------------


def test_every_task_by_keyboard_alone(house, chromium):
    house.room("Room 1")
    with served(house) as address:
        page = signed_in(chromium, house, address)
        page.goto("/playlists")
        press(page, "Build the first list")
        page.wait_for_url("**/playlists/new")
        tab_to(page, "Infusion, minutes")
        page.keyboard.type("10")
        tab_to(page, "Tail, minutes")
        page.keyboard.type("2")
        tab_to(page, "Title")
        page.keyboard.type("By hand")
        press(page, "Build the list")
        page.wait_for_url(re.compile("/playlists/[0-9a-f]{16}$"))
        expect(page.locator("h1")).to_have_text("By hand")
        first = titles(page)
        press(page, f"Move {first[1]} earlier")
        expect(page.locator("#said")).to_contain_text(f"{first[1]} is now number 1.")
        assert titles(page) == [first[1], first[0], *first[2:]]
        focused = "document.activeElement.getAttribute('aria-label')"
        assert page.evaluate(focused) == f"Move {first[1]} later"  # at the top, the other button has the focus
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_contain_text(f"{first[1]} is now number 2.")
        assert page.evaluate(focused) == f"Move {first[1]} later"
        press(page, f"Replace {first[0]}")
        choose = page.locator("#others li").first
        other = choose.get_attribute("data-title")
        press(page, f"Choose {other}")
        expect(page.locator("#said")).to_contain_text(f"{other} plays in place of {first[0]}.")
        assert titles(page)[0] == other
        press(page, f"Remove {other}")
        expect(page.locator("#said")).to_contain_text(f"{other} is out of this list.")
        assert other not in titles(page)
        page.locator("h1").click()  # the skip of a long way round, not a task
        press(page, "Another selection")
        expect(page.get_by_text("Undo changes by hand")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_contain_text("The list is built anew.")
        page.goto(page.url)
        press(page, "Make the session file")
        expect(page.locator("#file")).to_contain_text("The worker is not running")
        press(page, "Stop")
        expect(page.locator("#file")).to_contain_text("It was stopped")
        tab_to(page, "Room")
        press(page, "Sign off and assign")
        page.wait_for_url("**/desk")
        page.context.close()


def test_who_was_second_sees_the_newest_list_and_why(house, chromium, curator):
    made = built(curator)
    order = [item["track_id"] for item in made["playlist"]["items"]]
    with served(house) as address:
        page = signed_in(chromium, house, address)
        page.route("**/api/v1/events**", lambda route: route.abort())  # so that this page learns nothing by itself
        page.goto(f"/playlists/{made['playlist_id']}")
        before = titles(page)
        page.fill("#title", "Typed meanwhile")
        curator.call("POST", f"/playlists/{made['playlist_id']}/remove", {"revision": 1, "track_id": order[0]})
        page.click(f'[aria-label="Remove {before[1]}"]')
        expect(page.locator("#trouble")).to_have_text(
            re.compile("Somebody else changed this list. Here it is as it is now.")
        )
        expect(page.locator(f'[data-title="{before[0]}"].piece')).to_have_count(0)
        assert page.input_value("#title") == "Typed meanwhile"
        page.click('[data-act="remove"] >> nth=0')
        expect(page.locator("#said")).to_contain_text("is out of this list")
        expect(page.locator("#top")).to_have_attribute("data-revision", "3")
        page.context.close()


def test_a_page_that_is_open_follows_what_others_change(house, chromium, curator):
    made = built(curator)
    with served(house) as address:
        page = signed_in(chromium, house, address)
        page.goto(f"/playlists/{made['playlist_id']}")
        expect(page.locator("h1")).to_have_text("Slow water")
        curator.call("PATCH", f"/playlists/{made['playlist_id']}", {"revision": 1, "title": "Slower water"})
        expect(page.locator("h1")).to_have_text("Slower water")
        page.context.close()


def test_a_press_before_the_pages_scripts_have_come_builds_the_list(house, chromium, curator):
    with served(house) as address:
        page = signed_in(chromium, house, address, "curator")
        held = []
        page.route("**/js/builder.js*", lambda route: held.append(route))
        page.goto("/playlists/new", wait_until="commit")
        page.fill("#infusion_min", "10")
        page.fill("#tail_min", "2")
        page.fill("#title", "In a hurry")
        page.get_by_role("button", name="Build the list").click(no_wait_after=True)
        page.wait_for_timeout(300)
        assert "title" not in page.url, "the browser itself sends nothing: the fields would stand in the address"
        held.pop().continue_()
        expect(page.get_by_role("heading", name="In a hurry")).to_be_visible()
        page.context.close()


def test_what_cannot_be_done_is_said_and_what_was_typed_stays(house, chromium, curator):
    made = built(curator)
    with served(house) as address:
        page = signed_in(chromium, house, address, "curator")
        page.goto("/playlists/new")
        page.fill("#infusion_min", "90")
        page.fill("#title", "Too long")
        page.click("text=Build the list")
        expect(page.locator("#new .problem")).to_contain_text("need at least")
        assert (page.input_value("#infusion_min"), page.input_value("#title")) == ("90", "Too long")
        expect(page.locator("#wish")).to_contain_text("90 + 15 minutes")
        page.goto(f"/playlists/{made['playlist_id']}")
        page.fill("#infusion_min", "90")
        page.click("text=Rebuild")
        expect(page.locator("#rebuild .problem")).to_contain_text("need at least")
        assert page.input_value("#infusion_min") == "90"
        page.fill("#infusion_min", "9")
        page.click("text=Rebuild")  # the browser itself says what is allowed
        assert page.evaluate("document.querySelector('#infusion_min').validity.rangeUnderflow")
        page.fill("#infusion_min", "11")
        page.fill("#tail_min", "0")
        page.click("text=Rebuild")
        expect(page.locator("#music .facts")).to_contain_text("11:00 exactly")
        expect(page.locator("#rebuild .problem")).to_have_count(0)
        page.context.close()


def test_a_template_brings_its_lengths_and_its_arc(house, chromium):
    with served(house) as address:
        page = signed_in(chromium, house, address, "curator")
        page.goto("/playlists/new")
        before = page.locator("#wish path").first.get_attribute("d")
        page.select_option("#template", "iv60")
        expect(page.locator("#wish")).to_contain_text("60 + 15 minutes")
        assert page.locator("#wish path").first.get_attribute("d") != before
        assert page.input_value("#title") == "Intravenous, 60 minutes"
        page.context.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(house, chromium, curator, theme):
    made = built(curator, note="About the music.")
    house.room("Room 1")
    house.mixdown(built(curator, title="Another")["playlist_id"])
    wrong: list[str] = []
    with served(house) as address:
        page = signed_in(chromium, house, address, color_scheme=theme)
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for wide, high in ((1440, 900), (1024, 768), (400, 800)):
            page.set_viewport_size({"width": wide, "height": high})
            for path in ("/playlists", "/playlists/new", f"/playlists/{made['playlist_id']}"):
                page.goto(path)
                found = Axe().run(page).response["violations"]
                assert not found, (path, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found])
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, wide)
                shot(page, f"{path.strip('/').split('/')[-1][:12]}-{theme}-{wide}")
        page.click("[data-act=replace] >> nth=1")
        expect(page.locator("#others li").first).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert not found, found
        shot(page, f"replace-{theme}-400")
        page.context.close()
    assert wrong == []
