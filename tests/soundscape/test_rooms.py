"""Rooms and their tablets, through the real app: pairing, its failures, and the page."""

import json
import threading
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET

import pytest

from tests.soundscape.house import House, Tablet
from tests.soundscape.served import served


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def admin(house):
    return house.staff("admin")


def listed(admin, room_id):
    return next(room for room in admin.call("GET", "/rooms").json if room["room_id"] == room_id)


def pair(house, code):
    return house.app.test_client().post("/api/v1/player/pair", json={"code": code})


def test_a_room_is_made_paired_and_seen(house, admin):
    made = admin.call("POST", "/rooms", {"name": "Room 7", "cap_db": -10.0})
    assert made.status_code == 201
    room_id = made.json["room_id"]
    assert listed(admin, room_id)["paired_ms"] is None
    assert "No tablet plays here." in admin.client.get("/rooms").text

    code = admin.call("POST", f"/rooms/{room_id}/code").json
    assert code["expires_ms"] == house.clock() + 600_000
    assert code["address"].endswith(f"/room#{code['code']}")
    answer = pair(house, code["code"])
    assert answer.json["room"] == {"room_id": room_id, "name": "Room 7"}
    assert listed(admin, room_id)["paired_ms"] == house.clock()
    assert "Nothing has been heard from it yet." in admin.client.get("/rooms").text

    Tablet(house.app, answer.json["token"]).report("empty")
    assert "Heard from just now." in admin.client.get("/rooms").text
    house.clock.wait(60)
    assert "Is it switched on" in admin.client.get("/rooms").text


def test_the_picture_of_the_code_is_an_svg_document(admin, house):
    text = admin.call("POST", f"/rooms/{house.room()}/code").json["qr_svg"]
    assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_code_is_good_once_for_ten_minutes_and_until_the_next(house, admin):
    room_id = house.room()
    first = admin.call("POST", f"/rooms/{room_id}/code").json["code"]
    second = admin.call("POST", f"/rooms/{room_id}/code").json["code"]
    assert pair(house, first).json["code"] == "pairing_refused" or first == second
    assert pair(house, second).status_code == 201
    assert pair(house, second).json["code"] == "pairing_refused"
    third = admin.call("POST", f"/rooms/{room_id}/code").json["code"]
    house.clock.wait(600)
    assert pair(house, third).status_code == 403


def test_of_two_tablets_at_once_exactly_one_gets_the_room(house, admin):
    """Real threads against a real server, round after round."""
    room_id = house.room()
    with served(house) as address:
        for _ in range(8):
            code = admin.call("POST", f"/rooms/{room_id}/code").json["code"]
            together, answers = threading.Barrier(2), []

            def tablet(code=code, together=together, answers=answers):
                together.wait()
                answers.append(post(f"{address}/api/v1/player/pair", {"code": code}))

            both = [threading.Thread(target=tablet) for _ in range(2)]
            for thread in both:
                thread.start()
            for thread in both:
                thread.join()
            (won_status, won), (lost_status, lost) = sorted(answers, key=lambda answer: answer[0])
            assert (won_status, lost_status) == (201, 403)
            assert "token" not in lost
            assert lost["code"] == "pairing_refused"
            assert Tablet(house.app, won["token"]).get("/api/v1/player/events").status_code == 200


def post(address, body):
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


@pytest.mark.parametrize("how", ["revoked", "replaced", "room closed"])
def test_a_tablet_that_lost_its_right_is_told_so_everywhere(house, admin, how):
    room_id = house.room()
    playlist_id = house.playlist()
    mixdown_id = house.mixdown(playlist_id)
    tablet = house.tablet(room_id)
    session = admin.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    assert tablet.get(f"/api/v1/player/mixdowns/{mixdown_id}", Range="bytes=0-9").status_code == 206
    if how == "revoked":
        assert admin.call("POST", f"/rooms/{room_id}/revoke").status_code == 204
    elif how == "replaced":
        house.tablet(room_id)
    else:
        assert admin.call("DELETE", f"/rooms/{room_id}").json["code"] == "busy"
        admin.call("POST", f"/sessions/{session['session_id']}/abort")
        assert admin.call("DELETE", f"/rooms/{room_id}").status_code == 204
    answers = [
        tablet.client.post("/api/v1/player/report", headers=tablet.headers, json={"state": "empty", "revision": 1}),
        tablet.get(f"/api/v1/player/mixdowns/{mixdown_id}", Range="bytes=0-9"),
        tablet.get(f"/api/v1/player/mixdowns/{mixdown_id}/manifest"),
        tablet.get("/api/v1/player/events"),
    ]
    assert [(answer.status_code, answer.json["code"]) for answer in answers] == [(401, "device_revoked")] * 4


def test_a_room_changes_and_leaves_and_its_name_is_free_again(house, admin):
    room_id = house.room("Room 1")
    house.room("Room 2")
    assert admin.call("PATCH", f"/rooms/{room_id}", {"name": "room 2"}).json["code"] == "taken"
    changed = admin.call("PATCH", f"/rooms/{room_id}", {"cap_db": -12.0, "quiet_db": 20.0})
    assert (changed.json["cap_db"], changed.json["quiet_db"]) == (-12.0, 20.0)
    assert admin.call("PATCH", f"/rooms/{room_id}", {"cap_db": 1.0}).status_code == 422
    assert "−12 dB" in admin.client.get("/rooms").text
    assert admin.call("DELETE", f"/rooms/{room_id}").status_code == 204
    assert admin.call("POST", "/rooms", {"name": "Room 1"}).status_code == 201


def test_a_clinician_pairs_from_the_desk_and_keeps_no_rooms(house):
    nurse, room_id = house.staff("clinician"), house.room()
    assert nurse.call("POST", f"/rooms/{room_id}/code").status_code == 201
    assert nurse.client.get("/rooms").status_code == 403
    assert nurse.call("POST", f"/rooms/{room_id}/revoke").status_code == 403
    assert nurse.call("POST", "/rooms/no-such-room/code").status_code == 404
