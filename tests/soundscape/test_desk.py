"""What the desk's page says of each room, and when it asks for a person."""

import re

import pytest

from library.store import writing
from soundscape.queues import QUEUES
from soundscape.stores import jobs as job_store
from tests.soundscape.house import House


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path)


def words_of(page: str) -> str:
    """A page as somebody reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]))


@pytest.fixture
def room(house):
    room_id, playlist_id = house.room(), house.playlist()
    house.mixdown(playlist_id)
    return room_id, playlist_id, house.tablet(room_id), house.staff("clinician")


def desk_of(browser) -> str:
    answer = browser.client.get("/desk")
    assert answer.status_code == 200
    return words_of(answer.text)


def place_shown(browser) -> bool:
    """Whether some room's arc says where its music is."""
    return "the music is at" in browser.client.get("/desk").text


def assigned(room):
    room_id, playlist_id, _, desk = room
    answer = desk.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id})
    return answer.json["session"]["session_id"]


def test_without_rooms_it_says_what_to_do(house):
    assert "No rooms yet" in desk_of(house.staff("clinician"))
    assert "Add the room" in desk_of(house.staff("admin"))


def test_a_free_room_offers_the_lists(room):
    room[2].report("empty")
    words = desk_of(room[3])
    assert "Free" in words
    assert "Slow water · 2 min" in words


def test_it_shows_what_the_player_reports_and_not_what_was_asked(house, room):
    *_, tablet, desk = room
    session_id = assigned(room)
    tablet.report("loading", holds={"mixdown_id": "m", "bytes_verified": 40, "bytes": 100})
    assert "Loading, 40 %" in desk_of(desk)
    desk.call("POST", f"/sessions/{session_id}/start", {})
    assert "Playing" not in desk_of(desk)
    house.clock.wait(5)
    tablet.report("playing", position_s=5.0, level_dbfs=-27.4, gain_db=-6.0)
    words = desk_of(desk)
    assert "Playing" in words
    assert "Measured −27 dB, gain −6 dB" in words
    assert "in 0:52" in words, "the next piece, from the place that was reported"


def test_the_place_of_other_music_is_no_place_of_the_session(house, room):
    *_, tablet, desk = room
    session_id = assigned(room)
    assert not place_shown(desk)
    tablet.report("bed", position_s=30.0, mixdown_id="bed")
    assert not place_shown(desk), "the music for arrivals is not the session's"
    desk.call("POST", f"/sessions/{session_id}/start", {})
    tablet.report("playing", position_s=30.0, mixdown_id="bed")
    assert "The clock runs." in desk_of(desk)
    assert not place_shown(desk)
    tablet.report("playing", position_s=30.0)
    assert place_shown(desk)


def test_a_lost_tablet_is_an_alarm_until_somebody_looks_after_it(house, room):
    room_id, _, tablet, desk = room
    assigned(room)
    tablet.report("ready")
    house.clock.wait(7)
    assert "Nothing heard from the tablet for 7 s" in desk_of(desk)
    assert desk.call("POST", f"/rooms/{room_id}/acknowledge", {"alarms": ["lost"]}).status_code == 200
    assert f"{desk.name} looks after it" in desk_of(desk)
    tablet.report("ready")
    assert "Nothing heard" not in desk_of(desk)


def test_a_worker_that_is_away_is_said_but_not_while_it_may_be_starting(house, room):
    assert "the worker is not running" not in desk_of(room[3])
    house.clock.wait(31)
    assert "the worker is not running" in desk_of(room[3])
    with writing(house.engine) as connection:
        for queue in QUEUES:
            job_store.beat(connection, queue, 1, now_ms=house.clock())
    assert "the worker is not running" not in desk_of(room[3])


def test_a_session_file_that_failed_is_said_on_the_card(house):
    room_id, playlist_id, desk = house.room(), house.playlist(), house.staff("clinician")
    job_id = desk.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["job_id"]
    with writing(house.engine) as connection:
        job = job_store.claim(connection, job_id, lease_until_ms=house.clock() + 60_000, now_ms=house.clock())
        job_store.fail(connection, job_id, job.attempts, "no_space_left", "The disk is full.", now_ms=house.clock())
    assert "The session file could not be made: The disk is full." in desk_of(desk)
