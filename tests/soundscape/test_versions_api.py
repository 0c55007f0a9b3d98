"""A list's past through the real app: undo, redo, sign off, compare, the drawn arc, and the sound around a seam."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from library.audio import decode
from soundscape.kinds.mixdown import wanted
from soundscape.pages import day_and_time
from soundscape.stores import audit
from soundscape.stores import jobs as job_store
from tests.soundscape.house import House

ASKED = {"title": "Slow water", "infusion_min": 10, "tail_min": 2}


@pytest.fixture
def house(scanned, tmp_path) -> House:
    data = tmp_path / "data"
    shutil.copytree(scanned, data)
    return House(data)


@pytest.fixture
def curator(house):
    return house.staff("curator")


@pytest.fixture
def made(curator) -> SimpleNamespace:
    answer = curator.call("POST", "/playlists", ASKED)
    assert answer.status_code == 201, answer.text
    return SimpleNamespace(address=f"/playlists/{answer.json['playlist_id']}", **answer.json)


def order_of(answer) -> list[str]:
    return [item["track_id"] for item in answer["playlist"]["items"]]


def problem(answer, status: int, code: str) -> str:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    return answer.json["detail"]


def good(answer):
    assert answer.status_code in (200, 201), answer.text
    return answer.json


def changed(curator, made) -> tuple[dict, dict]:
    """The list with its first two pieces exchanged, and then without its first."""
    order = order_of(vars(made))
    order[:2] = order[1::-1]
    moved = good(curator.call("POST", f"{made.address}/reorder", {"revision": 1, "order": order}))
    fewer = good(curator.call("POST", f"{made.address}/remove", {"revision": 2, "track_id": order[0]}))
    return moved, fewer


def test_undo_and_redo_are_revisions_that_equal_earlier_ones(house, curator, made):
    moved, fewer = changed(curator, made)
    past = good(curator.call("GET", f"{made.address}/revisions"))
    assert (past["undo"], past["redo"]) == (2, None)
    once = good(curator.call("POST", f"{made.address}/undo", {"revision": 3}))
    assert (once["revision"], once["playlist"]) == (4, moved["playlist"])
    assert once["request"] == moved["request"]
    twice = good(curator.call("POST", f"{made.address}/undo", {"revision": 4}))
    assert twice["playlist"] == made.playlist
    assert "nothing to undo" in problem(
        curator.call("POST", f"{made.address}/undo", {"revision": 5}), 409, "wrong_state"
    )
    forth = good(curator.call("POST", f"{made.address}/redo", {"revision": 5}))
    assert forth["playlist"] == moved["playlist"]
    # Somebody else, later, in another browser: the past is the list's and not the page's.
    other = house.staff("admin")
    forth = good(other.call("POST", f"{made.address}/redo", {"revision": 6}))
    assert forth["playlist"] == fewer["playlist"]
    problem(curator.call("POST", f"{made.address}/redo", {"revision": 7}), 409, "wrong_state")
    problem(curator.call("POST", f"{made.address}/undo", {"revision": 6}), 409, "stale_revision")
    past = good(curator.call("GET", f"{made.address}/revisions"))
    assert [one["step"] for one in past["revisions"]] == ["change"] * 3 + ["undo"] * 2 + ["redo"] * 2
    assert past["revisions"][-1]["changed_by"] == other.name
    assert good(curator.call("GET", f"{made.address}/revisions/2"))["playlist"] == moved["playlist"]
    problem(curator.call("GET", f"{made.address}/revisions/99"), 404, "unknown_revision")


def test_a_change_after_an_undo_ends_what_could_be_redone(curator, made):
    changed(curator, made)
    good(curator.call("POST", f"{made.address}/undo", {"revision": 3}))
    good(curator.call("PATCH", made.address, {"revision": 4, "title": "Slower"}))
    past = good(curator.call("GET", f"{made.address}/revisions"))
    assert (past["undo"], past["redo"]) == (2, None)
    back = good(curator.call("POST", f"{made.address}/undo", {"revision": 5}))
    assert back["title"] == "Slow water"
    as_built = good(curator.call("POST", f"{made.address}/bring-back", {"revision": 6, "wanted": 1}))
    assert as_built["playlist"] == made.playlist
    assert good(curator.call("GET", f"{made.address}/revisions"))["undo"] == 2


def test_what_differs_between_two_revisions(curator, made):
    changed(curator, made)
    order = order_of(vars(made))
    first = good(curator.call("GET", f"{made.address}/difference?before=1&after=2"))
    assert (first["came"], first["went"]) == ([], [])
    (moved,) = first["moved"]
    assert {moved["from_place"], moved["to_place"]} == {1, 2}
    second = good(curator.call("GET", f"{made.address}/difference?before=2&after=3"))
    assert {"track_id": order[1], "place": 1} in second["went"]
    assert second["arc"] is None
    assert good(curator.call("GET", f"{made.address}/difference?before=2&after=2"))["nothing"]


def test_a_drawn_arc_is_kept_with_the_list_and_followed(curator, made):
    points = [[0, 0.1], [20, 0.2], [30, 0.35], [55, 0.1]]
    asked = {**ASKED, "revision": 1, "points": points}
    asked.pop("title")
    drawn = good(curator.call("POST", f"{made.address}/rebuild", asked))
    assert drawn["request"]["points"] == points
    wished = drawn["playlist"]["arc"]["wished"]
    assert (wished[0], max(wished)) == (0.1, 0.35)
    found = good(curator.call("GET", f"{made.address}/difference?before=1&after=2"))
    assert abs(found["arc"]["most"]) > 0.05
    for wrong in ([[0, 0.1], [20, 0.2]], [[0, 0.1], [20, 1.2], [55, 0.1]], [[0, 0.1], [0, 0.2], [55, 0.1]], [[0.1]]):
        answer = curator.call("POST", f"{made.address}/rebuild", {**asked, "revision": 2, "points": wrong})
        assert answer.status_code == 422, wrong


def test_rooms_play_signed_versions_only(house, curator, made):
    body = {"room_id": house.room(), "playlist_id": made.playlist_id}
    clinician, admin = house.staff("clinician"), house.staff("admin")
    said = problem(clinician.call("POST", "/sessions", body), 409, "not_signed_off")
    assert "Sign off" in said
    problem(clinician.call("POST", "/sessions", {**body, "sign_off": "now"}), 403, "not_allowed")
    problem(clinician.call("POST", f"{made.address}/sign", {"revision": 1}), 403, "not_allowed")
    signed = good(curator.call("POST", f"{made.address}/sign", {"revision": 1, "note": "Heard twice."}))
    assert (signed["version"], signed["revision"], signed["signed_by"]) == (1, 1, curator.name)
    assert signed["note"] == "Heard twice."
    again = good(admin.call("POST", f"{made.address}/sign", {"revision": 1, "note": "Mine."}))
    assert again == signed, "the first to sign stays"
    with house.engine.connect() as connection:
        (row,) = audit.latest(connection, action="list signed off")
    assert (row.actor, row.after) == (curator.name, {"version": 1, "revision": 1, "note": "Heard twice."})
    changed(curator, made)
    # The list goes on being changed; the room takes what was signed off.
    assigned = good(clinician.call("POST", "/sessions", body))
    assert assigned["session"]["playlist_revision"] == 1
    with house.engine.connect() as connection:
        job = job_store.get(connection, assigned["job_id"])
        played = wanted(connection, job.arguments).playlist
    assert [item.track_id for item in played.items] == order_of(vars(made))
    newest = good(admin.call("POST", "/sessions", {**body, "sign_off": "now"}))
    assert newest["session"]["playlist_revision"] == 3
    assert [one["version"] for one in good(curator.call("GET", f"{made.address}/revisions"))["versions"]] == [1, 2]


def test_the_sound_around_a_seam_is_there_at_once(house, curator, made, tmp_path):
    seams = len(made.playlist["items"]) - 1
    address = f"/api/v1/media{made.address}/seams"
    answer = curator.client.get(f"{address}/{seams}", headers={"Range": "bytes=0-"}, buffered=True)
    assert (answer.status_code, answer.mimetype) == (206, "audio/mp4")
    whole = curator.client.get(f"{address}/{seams}", buffered=True).data
    (tmp_path / "seam.m4a").write_bytes(whole)
    sound = np.concatenate(list(decode(tmp_path / "seam.m4a", sample_rate_hz=48_000, stereo=True)), axis=1)
    fade_s = made.playlist["items"][seams]["fade_in_s"]
    assert sound.shape[1] / 48_000 == pytest.approx(10.0 + fade_s, abs=0.1)
    assert np.abs(sound).max() > 0.01
    problem(curator.client.get(f"{address}/{seams + 1}"), 422, "bad_request")
    assert house.nobody().client.get(f"{address}/1").status_code == 401
    # Of an earlier revision, whatever the list is now.
    changed(curator, made)
    assert curator.client.get(f"{address}/{seams}?revision=1", buffered=True).data == whole


def test_the_desk_offers_what_is_signed_off_and_to_those_who_may_sign_the_rest(house, curator, made):
    room_id = house.room()
    admin, clinician = house.staff("admin"), house.staff("clinician")
    offered = f'<option value="{made.playlist_id}">'
    page = clinician.client.get("/desk").text
    assert offered not in page
    assert "No list is signed off yet" in page
    page = admin.client.get("/desk").text
    assert offered in page
    assert 'name="sign_off" value="first"' in page
    body = {"room_id": room_id, "playlist_id": made.playlist_id, "sign_off": "first"}
    assert good(admin.call("POST", "/sessions", body))["session"]["playlist_revision"] == 1
    changed(curator, made)
    again = good(admin.call("POST", "/sessions", body))
    assert again["session"]["playlist_revision"] == 1, "what is signed off once is not signed off again unasked"
    house.room("Room 2")
    assert offered in clinician.client.get("/desk").text
    assert "Version 1, changed since" in clinician.client.get("/playlists").text


def test_what_was_refused_since_is_neither_signed_off_assigned_nor_started(house, curator, made):
    nurse, admin = house.staff("clinician"), house.staff("admin")
    first = order_of(vars(made))[0]
    body = {"playlist_id": made.playlist_id}
    good(curator.call("POST", f"{made.address}/sign", {"revision": 1}))
    running, planned = (
        good(nurse.call("POST", "/sessions", {**body, "room_id": house.room(name)}))["session"]["session_id"]
        for name in ("Room 1", "Room 2")
    )
    good(nurse.call("POST", f"/sessions/{running}/start", {}))
    good(curator.call("PUT", f"/tracks/{first}/decision", {"status": "refused", "reason": "A door slams."}))

    other = {**body, "room_id": house.room("Room 3")}
    for answer in (
        nurse.call("POST", "/sessions", other),
        admin.call("POST", "/sessions", {**other, "sign_off": "now"}),
        nurse.call("POST", f"/sessions/{planned}/start", {}),
        curator.call("POST", f"{made.address}/sign", {"revision": 1}),
    ):
        said = problem(answer, 409, "holds_refused")
        assert f"which was refused on {day_and_time(house.clock())}, by {curator.name}." in said
    assert "Version 1 holds" in curator.client.get(f"/playlists/{made.playlist_id}").text
    assert "It cannot be started: it holds" in nurse.client.get("/desk").text
    # What runs goes on, and its buttons do.
    assert good(nurse.call("PUT", f"/sessions/{running}/quiet", {"quiet": True}))["state"] == "started"
    assert good(nurse.call("GET", f"/sessions/{planned}"))["state"] == "planned"

    # Without the piece it is signed off and plays; cleared again, the first version does too.
    good(curator.call("POST", f"{made.address}/remove", {"revision": 1, "track_id": first}))
    good(curator.call("POST", f"{made.address}/sign", {"revision": 2}))
    assert good(nurse.call("POST", "/sessions", other))["session"]["playlist_revision"] == 2
    good(curator.call("PUT", f"/tracks/{first}/decision", {"status": "cleared", "reason": "It was next door."}))
    good(nurse.call("POST", f"/sessions/{planned}/start", {}))
