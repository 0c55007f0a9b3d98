"""A room that was taken out of use: its records stay, and nothing brings it back or lets a tablet in."""

import pytest

from soundscape.stores import rooms
from tests.soundscape.house import House


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def admin(house):
    return house.staff("admin")


def test_a_tablet_cannot_pair_with_a_code_from_before(house, admin):
    room_id = house.room()
    code = admin.call("POST", f"/rooms/{room_id}/code").json["code"]
    assert admin.call("DELETE", f"/rooms/{room_id}").status_code == 204
    answer = house.nobody().client.post("/api/v1/player/pair", json={"code": code})
    assert (answer.status_code, answer.json["code"]) == (403, "pairing_refused")


def test_it_gets_no_code_and_no_change(house, admin):
    room_id = house.room()
    admin.call("DELETE", f"/rooms/{room_id}")
    assert admin.call("POST", f"/rooms/{room_id}/code").status_code == 409
    assert admin.call("PATCH", f"/rooms/{room_id}", {"name": "Room 1"}).status_code == 409


def test_closing_it_again_changes_nothing(house, admin):
    room_id = house.room("R" * 64)
    for _ in range(2):
        assert admin.call("DELETE", f"/rooms/{room_id}").status_code == 204
    rows = admin.call("GET", "/audit?action=room%20closed").json
    assert len(rows) == 1
    assert admin.call("POST", "/rooms", {"name": "R" * 64}).status_code == 201


def test_its_name_fits_its_column(house, admin):
    room_id = house.room("R" * 64)
    admin.call("DELETE", f"/rooms/{room_id}")
    answer = admin.call("PATCH", f"/rooms/{room_id}", {"cap_db": -3.0})
    assert answer.status_code == 409
    with house.engine.connect() as connection:
        assert len(rooms.get(connection, room_id).name) <= 64


def test_blanks_around_a_name_make_no_other_room(house, admin):
    house.room("Room 1")
    other = house.room("Room 2")
    assert admin.call("PATCH", f"/rooms/{other}", {"name": " Room 1 "}).status_code == 409
    assert admin.call("PATCH", f"/rooms/{other}", {"name": " Room 3 "}).json["name"] == "Room 3"
