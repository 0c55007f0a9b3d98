"""A session from the assignment to its end, as desk and player see it over the API."""

import threading
import uuid

import pytest
import sqlalchemy as sa

from library.store import writing
from soundscape import assigning, sessions
from soundscape.stores import audit
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as session_store
from tests.soundscape.house import House

EMPTY = {"state": "empty", "revision": 1}


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path)


@pytest.fixture
def planned(house):
    """A room with a tablet, a clinician, and a planned session whose file is there."""
    room_id = house.room()
    tablet, desk = house.tablet(room_id), house.staff("clinician")
    playlist_id = house.playlist()
    house.mixdown(playlist_id)
    answer = desk.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id})
    assert answer.status_code == 201, answer.text
    return desk, tablet, answer.json["session"]


def event(house, kind, *, ago_s=0.0, **more):
    return {"event_id": str(uuid.uuid4()), "at_ms": house.clock() - round(ago_s * 1000), "kind": kind, **more}


def test_an_assigned_list_is_wished_of_the_player(planned):
    _, tablet, session = planned
    answer = tablet.report()
    assert answer["wished"]["mode"] == "hold"
    assert answer["wished"]["mixdown"]["mixdown_id"] == session["mixdown_id"]
    assert answer["wished"]["session"]["code"] == session["code"]


def test_the_player_may_read_its_own_file_and_no_other(house, planned):
    _, tablet, _ = planned
    mixdown = tablet.report()["wished"]["mixdown"]
    part = tablet.get(mixdown["url"], Range="bytes=0-99")
    assert part.status_code == 206
    assert len(part.data) == 100
    assert tablet.get(mixdown["manifest_url"]).json["sha256"] == mixdown["sha256"]
    other = house.mixdown(house.playlist("Other"))
    assert tablet.get(f"/api/v1/player/mixdowns/{other}").status_code == 403
    stranger = house.tablet(house.room("Room 2"))
    assert stranger.get(mixdown["url"]).status_code == 403


def test_a_list_without_a_file_makes_one_and_the_player_holds_it_when_it_is_there(house):
    room_id = house.room()
    tablet, desk, playlist_id = house.tablet(room_id), house.staff("clinician"), house.playlist()
    answer = desk.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id})
    assert answer.json["job_id"]
    assert tablet.report()["wished"]["mode"] == "empty"
    mixdown_id = house.mixdown(playlist_id)
    with writing(house.engine) as connection:
        assigning.mixdown_ready(connection, playlist_id, 1, mixdown_id, house.clock())
    assert tablet.report()["wished"]["mode"] == "hold"


def test_an_infusion_that_starts_before_the_file_is_made_gets_its_music_when_it_is(house):
    room_id = house.room()
    tablet, desk, playlist_id = house.tablet(room_id), house.staff("clinician"), house.playlist()
    session = desk.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    started = desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    assert started.status_code == 200
    wished = tablet.report()["wished"]
    assert (wished["mode"], wished["mixdown"]) == ("play", None)
    house.clock.wait(40)
    mixdown_id = house.mixdown(playlist_id)
    with writing(house.engine) as connection:
        assigning.mixdown_ready(connection, playlist_id, 1, mixdown_id, house.clock())
    wished = tablet.report()["wished"]
    assert (wished["mode"], wished["mixdown"]["mixdown_id"]) == ("play", mixdown_id)
    assert wished["started_ms"] == started.json["started_ms"]


def test_the_clock_starts_at_the_press_and_only_once(house, planned):
    desk, tablet, session = planned
    first = desk.call("POST", f"/sessions/{session['session_id']}/start", {"minutes_ago": 1}).json
    house.clock.wait(60)
    again = desk.call("POST", f"/sessions/{session['session_id']}/start", {}).json
    assert again["started_ms"] == first["started_ms"] == house.clock() - 2 * 60_000
    wished = tablet.report("ready")["wished"]
    assert (wished["mode"], wished["started_ms"]) == ("play", first["started_ms"])


def test_quiet_and_resume_are_absolute(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    before = tablet.report("playing", position_s=1.0)["revision"]
    for _ in range(3):
        assert desk.call("PUT", f"/sessions/{session['session_id']}/quiet", {"quiet": True}).status_code == 200
    answer = tablet.report("playing", position_s=3.0)
    assert answer["wished"]["quiet"] is True
    assert answer["revision"] == before + 1


@pytest.mark.parametrize(("wished", "heard"), [(0.0, -6.0), (-10.0, -10.0), (-60.0, sessions.LOWEST_DB)])
def test_no_level_is_above_the_rooms_cap(planned, wished, heard):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    assert desk.call("PUT", f"/sessions/{session['session_id']}/level", {"level_db": wished}).status_code == 200
    assert tablet.report("playing")["wished"]["level_db"] == heard


def test_a_lower_cap_lowers_the_level_with_it(house, planned):
    _, tablet, session = planned
    answer = house.staff().call("PATCH", f"/rooms/{session['room_id']}", {"cap_db": -12.0})
    assert answer.status_code == 200
    assert tablet.report()["wished"]["level_db"] == -12.0


def test_ending_fades_and_ending_twice_changes_nothing(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    ended = desk.call("POST", f"/sessions/{session['session_id']}/end").json
    house.clock.wait(30)
    assert desk.call("POST", f"/sessions/{session['session_id']}/end").json == ended
    wished = tablet.report("playing")["wished"]
    assert (wished["mode"], wished["end_ms"], wished["end_fade_s"]) == ("end", ended["ended_ms"], 20.0)


def test_a_running_session_is_not_replaced_and_a_planned_one_is(planned, house):
    desk, _, session = planned
    again = {"room_id": session["room_id"], "playlist_id": session["playlist_id"]}
    second = desk.call("POST", "/sessions", again).json["session"]
    assert desk.call("GET", f"/sessions/{session['session_id']}").json["state"] == "aborted"
    desk.call("POST", f"/sessions/{second['session_id']}/start", {})
    refused = desk.call("POST", "/sessions", again)
    assert (refused.status_code, refused.json["code"]) == (409, "busy")
    house.clock.wait(second["infusion_s"] + second["tail_s"] + 1)
    assert desk.call("POST", "/sessions", again).status_code == 201, "what is over by the clock is no hindrance"


def test_a_bedside_press_is_taken_once_and_changes_what_is_wished(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    house.clock.wait(1)
    press = event(house, "bedside_quiet")
    first = tablet.report("quiet", events=[press])
    assert first["acknowledged"] == [press["event_id"]]
    assert first["wished"]["quiet"] is True
    desk.call("PUT", f"/sessions/{session['session_id']}/quiet", {"quiet": False})
    assert tablet.report("quiet", events=[press])["wished"]["quiet"] is False, "told twice, taken once"


def test_a_bedside_press_told_late_does_not_undo_a_later_one_at_the_desk(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    house.clock.wait(60)
    desk.call("PUT", f"/sessions/{session['session_id']}/quiet", {"quiet": True})
    house.clock.wait(60)
    answer = tablet.report("quiet", events=[event(house, "bedside_resume", ago_s=90)])
    assert answer["wished"]["quiet"] is True
    with house.engine.connect() as connection:
        kinds = [row.kind for row in session_store.log_of(connection, session["session_id"])]
    assert "bedside_resume" in kinds, "it is kept in the record all the same"


def test_a_bedside_level_stays_within_the_cap(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    house.clock.wait(1)
    answer = tablet.report("playing", events=[event(house, "bedside_level", value=0.0)])
    assert answer["wished"]["level_db"] == -6.0


def test_the_end_of_the_music_ends_the_session(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    house.clock.wait(121)
    answer = tablet.report("stopped", events=[event(house, "ended", position_s=120.0)])
    assert answer["wished"]["mode"] == "empty"
    assert desk.call("GET", f"/sessions/{session['session_id']}").json["state"] == "ended"


def test_an_event_with_an_absurd_clock_is_dated_by_its_arrival(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    tablet.report("playing", events=[{**event(house, "sound_on", position_s=0.0), "at_ms": 5}])
    with house.engine.connect() as connection:
        log = session_store.log_of(connection, session["session_id"])
    assert [row.at_ms for row in log if row.kind == "sound_on"] == [house.clock()]


def test_every_press_leaves_an_audit_row(house, planned):
    desk, tablet, session = planned
    path = f"/sessions/{session['session_id']}"
    desk.call("POST", f"{path}/start", {"minutes_ago": 1})
    desk.call("PUT", f"{path}/quiet", {"quiet": True})
    desk.call("PUT", f"{path}/level", {"level_db": -9})
    house.clock.wait(1)
    tablet.report("quiet", events=[event(house, "bedside_resume")])
    desk.call("POST", f"{path}/end")
    with house.engine.connect() as connection:
        rows = [row for row in audit.latest(connection) if row.subject == session["code"]]
    assert [(row.action, row.actor) for row in reversed(rows)] == [
        ("session assigned", desk.name),
        ("session started", desk.name),
        ("session quiet", desk.name),
        ("session level", desk.name),
        ("bedside resume", "tablet of Room 1"),
        ("session ended", desk.name),
    ]


def test_an_event_belongs_to_the_session_that_it_names_whatever_runs_in_the_room_by_then(house, planned):
    desk, tablet, first = planned
    desk.call("POST", f"/sessions/{first['session_id']}/start", {})
    house.clock.wait(first["infusion_s"] + first["tail_s"] + 1)
    again = {"room_id": first["room_id"], "playlist_id": first["playlist_id"]}
    second = desk.call("POST", "/sessions", again).json["session"]
    desk.call("POST", f"/sessions/{second['session_id']}/start", {})
    house.clock.wait(1)
    late = [
        event(house, kind, position_s=119.0, session_id=first["session_id"])
        for kind in ("bedside_quiet", "bedside_end", "ended")
    ]
    answer = tablet.report("playing", events=late)
    assert len(answer["acknowledged"]) == 3
    assert (answer["wished"]["mode"], answer["wished"]["quiet"]) == ("play", False)
    assert desk.call("GET", f"/sessions/{second['session_id']}").json["state"] == "started"
    with house.engine.connect() as connection:
        kinds = [row.kind for row in session_store.log_of(connection, first["session_id"])]
    assert {"bedside_quiet", "bedside_end", "ended"} <= set(kinds)


def test_an_event_of_another_rooms_session_is_not_taken(house, planned):
    desk, _, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    house.clock.wait(1)
    stranger = house.tablet(house.room("Room 2"))
    stranger.report("playing", events=[event(house, "bedside_end", session_id=session["session_id"])])
    assert desk.call("GET", f"/sessions/{session['session_id']}").json["state"] == "started"


def test_an_end_at_the_bedside_counts_whatever_the_desk_pressed_since(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    house.clock.wait(60)
    desk.call("PUT", f"/sessions/{session['session_id']}/level", {"level_db": -12.0})
    answer = tablet.report("stopped", events=[event(house, "bedside_end", ago_s=30)])
    assert answer["wished"]["mode"] == "end"
    assert desk.call("GET", f"/sessions/{session['session_id']}").json["state"] == "ended"


def test_an_end_of_the_music_long_before_its_time_is_not_believed(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    house.clock.wait(30)
    answer = tablet.report("stopped", events=[event(house, "ended", position_s=120.0)])
    assert answer["wished"]["mode"] == "play"
    assert desk.call("GET", f"/sessions/{session['session_id']}").json["state"] == "started"


def test_a_start_so_long_ago_that_no_music_is_left_is_refused(house, planned):
    desk, _, session = planned
    refused = desk.call("POST", f"/sessions/{session['session_id']}/start", {"minutes_ago": 30})
    assert (refused.status_code, refused.json["code"]) == (409, "wrong_state")
    assert "2 minutes" in refused.json["detail"]


def test_who_looks_after_an_alarm_does_so_until_it_is_over(house, planned):
    desk, tablet, session = planned
    tablet.report("loading", needs_tap=True)
    desk.call("POST", f"/rooms/{session['room_id']}/acknowledge", {"alarms": ["needs_tap"]})
    tablet.report("loading", needs_tap=True)
    assert "looks after it" in desk.client.get("/desk").text
    tablet.report("ready")
    tablet.report("ready", needs_tap=True)
    assert "looks after it" not in desk.client.get("/desk").text


def test_what_fades_out_of_the_last_session_is_not_heard_in_the_next(house, planned):
    desk, tablet, session = planned
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    desk.call("POST", f"/sessions/{session['session_id']}/end")
    again = {"room_id": session["room_id"], "playlist_id": session["playlist_id"]}
    second = desk.call("POST", "/sessions", again).json["session"]
    tablet.report("playing", position_s=12.0)
    with house.engine.connect() as connection:
        assert "last_heard" not in [row.kind for row in session_store.log_of(connection, second["session_id"])]


def test_a_tablet_that_is_replaced_while_it_reports_is_told_so(house, planned):
    """Its right is looked at before the report waits for the database: what it says is then nobody's."""
    _, tablet, session = planned
    waiting = threading.Event()
    answers = []

    def ask():
        answers.append(tablet.client.post("/api/v1/player/report", headers=tablet.headers, json={**EMPTY}))

    with writing(house.engine) as connection:

        @sa.event.listens_for(house.engine, "before_cursor_execute")
        def begins(_connection, _cursor, statement, *_):
            if statement == "BEGIN IMMEDIATE":
                waiting.set()

        asking = threading.Thread(target=ask)
        asking.start()
        assert waiting.wait(10)
        room_store.revoke_devices(connection, session["room_id"], house.clock())
        room_store.put_device(connection, "d" * 16, session["room_id"], "0" * 64, house.clock())
    asking.join(10)
    assert (answers[0].status_code, answers[0].json["code"]) == (401, "device_revoked")
    with house.engine.connect() as connection:
        assert room_store.devices(connection)[session["room_id"]].report is None


def test_no_alarm_while_the_player_only_just_learns_that_the_infusion_began_earlier(house, planned):
    desk, tablet, session = planned
    house.clock.wait(300)
    tablet.report("ready")
    desk.call("POST", f"/sessions/{session['session_id']}/start", {"minutes_ago": 1})
    assert "No music plays" not in desk.client.get("/desk").text
    house.clock.wait(11)
    tablet.report("ready")
    assert "No music plays" in desk.client.get("/desk").text
