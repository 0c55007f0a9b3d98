"""Alarms begin and end in the record whether or not anybody looks at the desk."""

import pytest

from library.store import writing
from soundscape import watching
from soundscape.watching import Watch
from tests.soundscape.house import House
from tests.waiting import until


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def planned(house):
    """A session that is ready to play."""
    room_id, playlist_id, nurse = house.room(), house.playlist(minutes=60), house.staff("clinician")
    house.mixdown(playlist_id)
    tablet = house.tablet(room_id)
    session = nurse.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    return nurse, tablet, session["session_id"], room_id


def look(house):
    """What the thread does once a second; whether there was anything to write."""
    with house.engine.connect() as connection:
        due = watching.due(connection, house.clock())
    if due:
        with writing(house.engine) as connection:
            watching.note_all(connection, house.clock())
    return due


def alarms(nurse, session_id):
    return nurse.call("GET", f"/sessions/{session_id}/record").json["alarms"]


def test_a_tablet_that_falls_silent_for_ever_is_in_the_record(house, planned):
    nurse, tablet, session_id, room_id = planned
    tablet.report("ready")
    house.clock.wait(5)
    assert not look(house)
    house.clock.wait(2)
    assert look(house)
    assert not look(house)
    began_ms = house.clock()
    house.clock.wait(10)
    nurse.call("POST", f"/rooms/{room_id}/acknowledge", {"alarms": ["lost"]})
    house.clock.wait(10)
    tablet.report("ready")
    lost = {"code": "lost", "from_ms": began_ms, "to_ms": began_ms + 20_000}
    assert alarms(nurse, session_id) == [{**lost, "acknowledged_ms": began_ms + 10_000, "by": nurse.name}]


def test_what_was_wrong_before_a_loss_is_not_called_over_by_it(house, planned):
    nurse, tablet, session_id, room_id = planned
    tablet.report("ready", battery=0.05)
    nurse.call("POST", f"/rooms/{room_id}/acknowledge", {"alarms": ["low_battery"]})
    house.clock.wait(7)
    look(house)
    tablet.report("ready", battery=0.05)
    page = nurse.client.get("/desk").text
    assert "looks after it" in page
    found = {alarm["code"]: alarm["to_ms"] for alarm in alarms(nurse, session_id)}
    assert found == {"low_battery": None, "lost": house.clock()}
    tablet.report("ready", battery=0.9)
    assert {alarm["code"]: alarm["to_ms"] for alarm in alarms(nurse, session_id)}["low_battery"] == house.clock()


def test_an_alarm_that_comes_back_is_a_new_one_and_a_press_does_not_forget_who_looks(house, planned):
    nurse, tablet, session_id, room_id = planned
    tablet.report("ready", battery=0.05)
    nurse.call("POST", f"/rooms/{room_id}/acknowledge", {"alarms": ["low_battery"]})
    nurse.call("PUT", f"/sessions/{session_id}/level", {"level_db": -12})
    assert "looks after it" in nurse.client.get("/desk").text
    tablet.report("ready", battery=0.5)
    tablet.report("ready", battery=0.05)
    assert "looks after it" not in nurse.client.get("/desk").text
    assert [alarm["by"] for alarm in alarms(nurse, session_id)] == [nurse.name, None]


def test_the_record_page_says_when_an_alarm_began_and_that_it_was_over(house, planned):
    nurse, tablet, session_id, room_id = planned
    tablet.report("ready", needs_tap=True)
    nurse.call("POST", f"/rooms/{room_id}/acknowledge", {"alarms": ["needs_tap"]})
    house.clock.wait(3)
    tablet.report("ready")
    page = nurse.client.get(f"/records/{session_id}").text
    assert "Needs a tap. The tablet needs a tap before it may play." in page
    assert f"{nurse.name} looks after it: needs a tap." in page
    assert "Over: needs a tap." in page


def test_a_level_that_is_not_the_planned_one_is_an_alarm_after_six_seconds(house, planned):
    nurse, tablet, session_id, _ = planned
    nurse.call("POST", f"/sessions/{session_id}/start", {})
    for second in range(1, 9):
        house.clock.wait(1)
        tablet.report("playing", position_s=float(second), level_dbfs=-6.0, gain_db=-6.0)
    assert [alarm["code"] for alarm in alarms(nurse, session_id)] == ["unchecked", "level"]
    assert "20 dB louder than planned" in nurse.client.get("/desk").text


def test_the_thread_notes_a_loss_by_itself(house, planned):
    nurse, tablet, session_id, _ = planned
    tablet.report("ready")
    watch = Watch(house.engine, house.clock, every_s=0.02)
    watch.start()
    try:
        house.clock.wait(7)
        until(lambda: alarms(nurse, session_id), within_s=20)
    finally:
        watch.close()
    assert [alarm["code"] for alarm in alarms(nurse, session_id)] == ["lost"]


def test_headphones_that_went_are_an_alarm_until_somebody_says_that_music_may_sound_again(house, planned):
    nurse, tablet, session_id, room_id = planned
    assert tablet.report("ready")["wished"]["output_ms"] is None
    tablet.report("ready", problems=["output_lost"])
    assert "Play here again" in nurse.client.get("/desk").text
    house.clock.wait(5)
    assert nurse.call("POST", f"/rooms/{room_id}/output").status_code == 200
    assert tablet.report("ready")["wished"]["output_ms"] == house.clock()
    assert "Play here again" not in nurse.client.get("/desk").text
    page = nurse.client.get(f"/records/{session_id}").text
    assert "Headphones gone." in page
    assert f"{nurse.name} pressed Play here again." in page
