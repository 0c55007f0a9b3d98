"""Locks, moves, other lengths and sets through the real app: kept at once, and an audit row each."""

import shutil

import pytest

from library.store import writing
from playlists import shelf
from soundscape.stores import audit
from tests.soundscape.house import House

ASKED = {"title": "Slow water", "infusion_min": 10, "tail_min": 2}


@pytest.fixture
def house(scanned, tmp_path) -> House:
    """A clinic with twelve calm pieces in its library."""
    data = tmp_path / "data"
    shutil.copytree(scanned, data)
    return House(data)


@pytest.fixture
def curator(house):
    return house.staff("curator")


@pytest.fixture
def made(curator):
    return curator.call("POST", "/playlists", ASKED).json


def order_of(answer) -> list[str]:
    return [item["track_id"] for item in answer["playlist"]["items"]]


def change(curator, made, action, **wanted):
    return curator.call("POST", f"/playlists/{made['playlist_id']}/{action}", {"revision": made["revision"], **wanted})


def test_a_locked_piece_stays_when_the_list_gets_longer_and_another_arc(house, curator, made):
    locked = order_of(made)[1]
    first = change(curator, made, "lock", track_id=locked, locked=True)
    assert first.status_code == 200, first.text
    assert first.json["playlist"] == made["playlist"]
    assert first.json["request"]["policy"]["locked"] == [locked]
    longer = change(curator, first.json, "refit", infusion_min=12, template="im55")
    assert longer.status_code == 200, longer.text
    assert longer.json["playlist"]["total_s"] == 840.0
    assert longer.json["request"]["template"] == "im55"
    assert locked in order_of(longer.json)
    assert longer.json["playlist"]["notes"][0].startswith("02:00 longer.")
    with house.engine.connect() as connection:
        assert [row.action for row in audit.latest(connection)[:2]] == ["list refitted", "piece locked"]
    free = change(curator, longer.json, "lock", track_id=locked, locked=False)
    assert free.json["request"]["policy"]["locked"] == []


def test_a_piece_moves_and_the_list_lasts_as_long(curator, made):
    moved = order_of(made)[0]
    answer = change(curator, made, "move", track_id=moved, place=2)
    assert answer.status_code == 200, answer.text
    assert moved in order_of(answer.json)
    assert answer.json["playlist"]["total_s"] == 720.0
    assert change(curator, answer.json, "move", track_id=moved, place=99).status_code in (400, 422)


def test_sets_are_kept_with_what_they_share(house, curator):
    answer = curator.call("POST", "/playlists/sets", {**ASKED, "count": 2})
    assert answer.status_code == 201, answer.text
    kept = answer.json["lists"]
    assert [one["title"] for one in kept] == ["Slow water 1", "Slow water 2"]
    assert 0.0 <= answer.json["overlap_mean"] <= answer.json["overlap_most"] < 1.0
    with writing(house.engine) as connection:
        assert {one.playlist_id for one in shelf.list_all(connection)} >= {one["playlist_id"] for one in kept}


def test_what_makes_no_sense_is_refused(curator, made):
    assert change(curator, made, "lock", track_id="0" * 64, locked=True).json["code"] == "bad_request"
    assert change(curator, {**made, "revision": 9}, "refit", infusion_min=12).status_code == 409
    assert curator.call("POST", "/playlists/sets", {**ASKED, "count": 1}).status_code == 422
