"""The policy through the API: keys go in and come out, what is not sent stays, a code stands for what was heard."""

import shutil

import pytest

from library.store import writing
from soundscape.stores import sessions
from soundscape.stores.sessions import Session
from tests.soundscape.house import House

ASKED = {"title": "Slow water", "infusion_min": 10, "tail_min": 2}


@pytest.fixture(scope="module")
def house(scanned, tmp_path_factory) -> House:
    """A clinic with twelve calm pieces in its library."""
    data = tmp_path_factory.mktemp("policy") / "data"
    shutil.copytree(scanned, data)
    return House(data)


@pytest.fixture(scope="module")
def curator(house):
    return house.staff("curator")


@pytest.fixture(scope="module")
def order(curator) -> list[str]:
    """The pieces of a list built without any policy."""
    made = curator.call("POST", "/playlists", ASKED).json
    return [item["track_id"] for item in made["playlist"]["items"]]


def test_every_key_goes_in_and_comes_out_and_what_is_not_sent_stays(curator, order):
    policy = {
        "vocals": "none",
        "rights": "any",
        "energy_ceiling": 0.9,
        "phase_ceilings": {"tail": 0.8},
        "startle_limit_lu": 30.0,
        "exclude_tracks": [],
        "exclude_artists": ["Nobody"],
        "require_tracks": [order[1]],
        "first_track": None,
        "last_track": order[0],
        "arrival_track": order[2],
        "places": {},
        "heard": [["0" * 64]],
        "no_repeat_sessions": 1,
        "artist_distance": 1,
        "crossfade_s": [5, 11],
    }
    answer = curator.call("POST", "/playlists", {**ASKED, **policy})
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert made["request"]["policy"] == {**policy, "locked": []}
    items = made["playlist"]["items"]
    assert items[-1]["track_id"] == order[0]
    assert order[1] in [item["track_id"] for item in items]
    assert order[2] not in [item["track_id"] for item in items]
    for other in (other for item in items for other in item["alternatives"]):
        assert other.keys() == {"track_id", "title", "costs_more"}
    again = {"infusion_min": 10, "tail_min": 2, "revision": made["revision"], "exclude_tracks": [order[0]]}
    answer = curator.call("POST", f"/playlists/{made['playlist_id']}/rebuild", again)
    assert answer.status_code == 200, answer.text
    kept = policy | {"energy_ceiling": None, "startle_limit_lu": None, "exclude_artists": [], "locked": []}
    assert answer.json["request"]["policy"] == kept | {"exclude_tracks": [order[0]], "last_track": None}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"phase_ceilings": {"peak": 0.2}}, "phase_ceilings"),
        ({"phase_ceilings": {"tail": 2}}, "phase_ceilings"),
        ({"places": {"a": "peak"}}, "places"),
        ({"vocals": "some"}, "vocals"),
        ({"crossfade_s": [3, 12]}, "crossfade_s"),
        ({"crossfade_s": [8]}, "crossfade_s"),
        ({"after": "anna smith"}, "after"),
        ({"heard": [["no id"]]}, "heard"),
        ({"no_repeat_sessions": -1}, "no_repeat_sessions"),
    ],
)
def test_values_out_of_range_are_named(curator, sent, field):
    answer = curator.call("POST", "/playlists", {**ASKED, **sent})
    assert answer.status_code == 422
    assert field in answer.text


def test_what_contradicts_itself_or_cannot_be_had_is_said(curator, order):
    both = curator.call("POST", "/playlists", {**ASKED, "first_track": order[0], "last_track": order[0]})
    assert (both.status_code, both.json["code"]) == (422, "bad_request"), both.text
    calm = curator.call("POST", "/playlists", {**ASKED, "phase_ceilings": {"plateau": 0.01}})
    assert (calm.status_code, calm.json["code"]) == (422, "infeasible"), calm.text
    assert "The energy ceiling of 0.01 leaves 00:00 for the plateau" in calm.json["detail"]


def test_a_list_after_a_session(house, curator, order):
    made = curator.call("POST", "/playlists", ASKED).json
    room_id = house.room()
    with writing(house.engine) as connection:
        session = Session(
            session_id="5" * 16,
            code="S2S2",
            room_id=room_id,
            playlist_id=made["playlist_id"],
            mixdown_id=None,
            state="ended",
            infusion_s=600.0,
            tail_s=120.0,
            created_by="nurse",
            created_ms=house.clock(),
            started_ms=house.clock(),
        )
        sessions.put_new(connection, session)
    answer = curator.call("POST", "/playlists", {**ASKED, "after": "s2s2"})
    assert answer.status_code == 201, answer.text
    assert answer.json["request"]["policy"]["heard"] == [order]
    assert "S2S2" not in answer.text
    unknown = curator.call("POST", "/playlists", {**ASKED, "after": "ZZZZ"})
    assert (unknown.status_code, unknown.json["detail"]) == (404, "There is no session 'ZZZZ'.")
