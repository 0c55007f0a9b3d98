"""Lists through the real app: each operation, two people at once, what cannot be done, and who may do what."""

import shutil
from types import SimpleNamespace

import av
import pytest
import sqlalchemy as sa

from library.store import writing
from playlists import shelf
from playlists.encode import NoSpaceLeft
from soundscape.stores import audit, pulse
from soundscape.stores import jobs as job_store
from soundscape.worker import Settings, Worker
from tests.soundscape.house import House

ASKED = {"title": "Slow water", "infusion_min": 10, "tail_min": 2}
GONE = "0" * 64


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
def made(curator) -> SimpleNamespace:
    """A list, built through the API, as the answer had it."""
    answer = curator.call("POST", "/playlists", {**ASKED, "note": "Pads and plucks.\nSlow."})
    assert answer.status_code == 201, answer.text
    return SimpleNamespace(**answer.json)


def order_of(answer) -> list[str]:
    return [item["track_id"] for item in answer["playlist"]["items"]]


def problem(answer, status: int, code: str) -> str:
    """The sentence of a refusal."""
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    return answer.json["detail"]


def newest(house) -> audit.AuditRow:
    with house.engine.connect() as connection:
        return audit.latest(connection)[0]


def topic(house) -> int:
    with house.engine.connect() as connection:
        return pulse.counters(connection).get("playlists", 0)


# --- building ---------------------------------------------------------------------------------------------------------


def test_a_list_is_built_exactly_as_long_as_asked_and_kept(house, curator, made):
    assert made.revision == 1
    assert made.title == "Slow water"
    assert made.note == "Pads and plucks.\nSlow."
    assert made.playlist["total_s"] == 720.0
    assert made.created_by == curator.name
    assert made.playlist["gap"] is not None
    again = curator.call("GET", f"/playlists/{made.playlist_id}").json
    assert again == vars(made)
    listed = curator.call("GET", "/playlists").json
    assert [(one["playlist_id"], one["infusion_s"], one["tail_s"], one["pieces"]) for one in listed] == [
        (made.playlist_id, 600.0, 120.0, len(made.playlist["items"]))
    ]
    row = newest(house)
    assert (row.actor, row.action, row.subject) == (curator.name, "list built", f"Slow water ({made.playlist_id})")
    assert row.after["order"] == order_of(vars(made))
    assert topic(house) == 1


def test_the_tail_is_the_templates_own_where_none_is_asked(curator):
    answer = curator.call("POST", "/playlists", {"title": "No tail", "infusion_min": 10})
    # 25 minutes are more than the twelve pieces have; that the tail counts is the point.
    assert "25:00" in problem(answer, 422, "infeasible")


def test_what_cannot_be_done_says_what_would_be_enough_and_keeps_nothing(house, curator):
    answer = curator.call("POST", "/playlists", {**ASKED, "infusion_min": 40, "tail_min": 15})
    said = problem(answer, 422, "infeasible")
    assert "55:00" in said
    assert "need at least" in said
    answer = curator.call("POST", "/playlists", {**ASKED, "energy_ceiling": 0.01})
    assert "energy" in problem(answer, 422, "infeasible")
    assert curator.call("GET", "/playlists").json == []
    assert topic(house) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "x" * 121},
        {"title": "two\nlines"},
        {"title": "bell\x07"},
        {"note": "bell\x07"},
        {"note": "x" * 2001},
        {"infusion_min": 9},
        {"infusion_min": 241},
        {"tail_min": 121},
        {"energy_ceiling": 2},
        {"seed": -1},
        {"seed": 1.5},
        {"exclude_tracks": ["../x"]},
        {"patient": "nobody"},
    ],
)
def test_what_makes_no_sense_is_refused(curator, wrong):
    problem(curator.call("POST", "/playlists", {**ASKED, **wrong}), 422, "unprocessable_entity")


def test_what_is_no_json_is_refused(curator):
    problem(curator.call("POST", "/playlists", {**ASKED, "infusion_min": float("nan")}), 400, "bad_request")


def test_an_unknown_template_is_named(curator):
    said = problem(curator.call("POST", "/playlists", {**ASKED, "template": "iv99"}), 422, "bad_request")
    assert "iv99" in said


def test_the_templates_are_there_with_their_phases(curator):
    arcs = {arc["name"]: arc for arc in curator.call("GET", "/arcs").json}
    assert arcs["iv40"]["infusion_min"] == 40.0
    assert arcs["iv40"]["tail_min"] == 15.0
    assert [phase["name"] for phase in arcs["iv40"]["phases"]] == ["settle", "rise", "plateau", "descent", "tail"]
    assert arcs["iv40"]["phases"][1] == {"name": "rise", "start_min": 10.0, "end_min": 20.0}


# --- changes ----------------------------------------------------------------------------------------------------------


def test_rebuilding_takes_what_is_asked_now(curator, made):
    out = order_of(vars(made))[0]
    address = f"/playlists/{made.playlist_id}/rebuild"
    asked = {"revision": 1, "infusion_min": 11, "tail_min": 0, "exclude_tracks": [out], "exclude_artists": ["artist 2"]}
    now = curator.call("POST", address, asked).json
    assert now["revision"] == 2
    assert now["playlist"]["total_s"] == now["playlist"]["infusion_s"] == 660.0
    assert out not in order_of(now)
    assert now["request"]["policy"]["exclude_tracks"] == [out]
    assert now["request"]["policy"]["exclude_artists"] == ["artist 2"]


def test_another_seed_is_another_selection_and_the_first_comes_back(curator, made):
    address = f"/playlists/{made.playlist_id}/rebuild"
    asked = {"infusion_min": 10, "tail_min": 2}
    other = curator.call("POST", address, {**asked, "revision": 1, "seed": 1}).json
    assert other["request"]["seed"] == 1
    kept = curator.call("POST", address, {**asked, "revision": 2}).json
    assert kept["request"]["seed"] == 1
    assert order_of(kept) == order_of(other)
    best = curator.call("POST", address, {**asked, "revision": 3, "seed": 0}).json
    assert order_of(best) == order_of(vars(made))


def test_a_piece_is_removed_and_the_list_lasts_as_long(house, curator, made):
    out = order_of(vars(made))[2]
    now = curator.call("POST", f"/playlists/{made.playlist_id}/remove", {"revision": 1, "track_id": out}).json
    assert now["revision"] == 2
    assert out not in order_of(now)
    assert now["playlist"]["total_s"] == 720.0
    assert now["playlist"]["notes"][0].startswith("Out: ")
    row = newest(house)
    assert row.action == "piece removed"
    assert out in row.before["order"]
    assert out not in row.after["order"]


def test_replacements_are_ranked_with_reasons_and_one_is_taken(curator, made):
    address, out = f"/playlists/{made.playlist_id}", order_of(vars(made))[1]
    found = curator.call("GET", f"{address}/replacements?track_id={out}").json
    assert found
    assert [other["cost_difference"] for other in found] == sorted(other["cost_difference"] for other in found)
    assert all(other["why"] and other["title"].startswith("Piece") for other in found)
    by = found[0]["track_id"]
    now = curator.call("POST", f"{address}/replace", {"revision": 1, "track_id": out, "by": by}).json
    assert order_of(now)[1] == by
    assert now["playlist"]["cost"]["total"] - made.playlist["cost"]["total"] == pytest.approx(
        found[0]["cost_difference"], abs=1e-3
    )
    assert now["playlist"]["total_s"] == 720.0


def test_the_order_is_set_by_hand(curator, made):
    order = order_of(vars(made))
    order[0], order[1] = order[1], order[0]
    now = curator.call("POST", f"/playlists/{made.playlist_id}/reorder", {"revision": 1, "order": order}).json
    assert order_of(now) == order
    assert now["playlist"]["total_s"] == 720.0
    assert now["playlist"]["gap"] is None
    assert any("by hand" in note for note in now["playlist"]["notes"])


def test_title_and_note_change_without_the_music(house, curator, made):
    address = f"/playlists/{made.playlist_id}"
    now = curator.call("PATCH", address, {"revision": 1, "title": " Calmer "}).json
    assert (now["title"], now["note"], now["revision"]) == ("Calmer", made.note, 2)
    now = curator.call("PATCH", address, {"revision": 2, "note": ""}).json
    assert (now["title"], now["note"]) == ("Calmer", "")
    assert now["playlist"] == made.playlist
    row = newest(house)
    assert (row.action, row.subject) == ("list described", f"Calmer ({made.playlist_id})")
    assert (row.before["note"], row.after["note"]) == (made.note, "")


def test_an_archived_list_leaves_the_shelf_and_stays_readable(curator, made):
    address = f"/playlists/{made.playlist_id}"
    problem(curator.call("POST", f"{address}/archive", {"revision": 7}), 409, "stale_revision")
    first = curator.call("POST", f"{address}/archive", {"revision": 1})
    assert first.status_code == 200
    assert curator.call("POST", f"{address}/archive", {"revision": 1}).json == first.json
    assert curator.call("GET", "/playlists").json == []
    assert curator.call("GET", address).json["archived_ms"] is not None
    said = problem(curator.call("PATCH", address, {"revision": 2, "title": "Back"}), 409, "wrong_state")
    assert "archived" in said
    problem(curator.call("POST", f"{address}/mixdown"), 409, "wrong_state")


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("remove", {"track_id": GONE}),
        ("replace", {"track_id": GONE, "by": GONE}),
        ("reorder", {"order": [GONE]}),
    ],
)
def test_a_track_that_is_not_there_is_refused_and_nothing_changes(house, curator, made, operation, body):
    address = f"/playlists/{made.playlist_id}"
    answer = curator.call("POST", f"{address}/{operation}", {"revision": 1, **body})
    assert answer.status_code == 422, answer.text
    assert curator.call("GET", address).json == vars(made)
    assert topic(house) == 1


def test_a_list_that_is_not_there(curator):
    for method, address, body in (
        ("GET", "", None),
        ("PATCH", "", {"revision": 1, "title": "x"}),
        ("POST", "/rebuild", {"revision": 1, "infusion_min": 10}),
        ("POST", "/remove", {"revision": 1, "track_id": GONE}),
        ("POST", "/archive", {"revision": 1}),
        ("POST", "/mixdown", None),
        ("GET", f"/replacements?track_id={GONE}", None),
    ):
        problem(curator.call(method, f"/playlists/nothing{address}", body), 404, "unknown_playlist")


# --- two people -------------------------------------------------------------------------------------------------------


def test_of_two_people_the_second_is_told_and_changes_nothing(house, curator, made):
    other = house.staff("admin")
    address, order = f"/playlists/{made.playlist_id}", order_of(vars(made))
    seen = other.call("GET", address).json["revision"]
    first = curator.call("POST", f"{address}/remove", {"revision": 1, "track_id": order[0]})
    assert first.status_code == 200
    for method, path, body in (
        ("POST", "/remove", {"track_id": order[1]}),
        ("POST", "/replace", {"track_id": order[1], "by": GONE}),
        ("POST", "/reorder", {"order": order[::-1]}),
        ("POST", "/rebuild", {"infusion_min": 10, "tail_min": 2}),
        ("PATCH", "", {"title": "Mine"}),
        ("POST", "/archive", {}),
    ):
        said = problem(other.call(method, f"{address}{path}", {"revision": seen, **body}), 409, "stale_revision")
        assert "Somebody else changed this list" in said
    assert other.call("GET", address).json == first.json
    again = other.call("POST", f"{address}/remove", {"revision": 2, "track_id": order_of(first.json)[0]})
    assert again.json["revision"] == 3


# --- the session file -------------------------------------------------------------------------------------------------


def job_count(house) -> int:
    with house.engine.connect() as connection:
        return len(job_store.list_recent(connection))


def work(house, job_id: str) -> job_store.Job:
    """Do a job as the worker does."""
    Worker(Settings(data=house.data, config=house.parts.config, queue="files", clock=house.clock)).do(job_id)
    with house.engine.connect() as connection:
        return job_store.get(connection, job_id)


def test_a_session_file_is_made_once_and_then_heard(house, curator, made):
    address = f"/playlists/{made.playlist_id}/mixdown"
    asked = curator.call("POST", address).json
    assert asked["state"] == "waiting"
    assert newest(house).action == "session file asked for"
    assert curator.call("POST", address).json == asked
    assert job_count(house) == 1
    assert work(house, asked["job_id"]).state == "done"
    ready = curator.call("POST", address).json
    assert (ready["state"], ready["job_id"]) == ("ready", None)
    assert job_count(house) == 1
    heard = curator.client.get(f"/api/v1/media/mixdowns/{ready['mixdown_id']}", headers={"Range": "bytes=0-99"})
    assert (heard.status_code, len(heard.data), heard.mimetype) == (206, 100, "audio/mp4")
    sheet = curator.client.get(f"/api/v1{address.removesuffix('/mixdown')}/export?format=cue").text
    assert heard.headers["Content-Disposition"] == 'inline; filename="Slow water.m4a"'
    assert 'FILE "Slow water.m4a"' in sheet
    assert house.nobody().client.get(f"/api/v1/media/mixdowns/{ready['mixdown_id']}").status_code == 401
    (file,) = (house.data / "mixdowns").glob("*.m4a")
    with av.open(str(file)) as container:
        assert [stream.type for stream in container.streams] == ["audio"], (
            "with chapters Chromium keeps what it has played"
        )
    # A new title sounds the same; another order does not.
    curator.call("PATCH", f"/playlists/{made.playlist_id}", {"revision": 1, "title": "Calmer"})
    assert curator.call("POST", address).json == ready
    order = order_of(vars(made))[::-1]
    curator.call("POST", f"/playlists/{made.playlist_id}/reorder", {"revision": 2, "order": order})
    assert curator.call("POST", address).json["state"] == "waiting"


def test_assigning_waits_for_the_file_that_is_being_made(house, curator, made):
    asked = curator.call("POST", f"/playlists/{made.playlist_id}/mixdown").json
    curator.call("POST", f"/playlists/{made.playlist_id}/sign", {"revision": 1})
    body = {"room_id": house.room(), "playlist_id": made.playlist_id}
    assigned = house.staff("clinician").call("POST", "/sessions", body)
    assert assigned.status_code == 201, assigned.text
    assert assigned.json["session"]["mixdown_id"] is None
    assert job_count(house) == 1
    assert work(house, asked["job_id"]).state == "done"
    session = house.staff("clinician").call("GET", f"/sessions/{assigned.json['session']['session_id']}").json
    assert session["mixdown_id"] is not None


def test_a_file_that_was_deleted_is_made_again(house, curator, made):
    mixdown_id = house.mixdown(made.playlist_id)
    with house.engine.connect() as connection:
        shelf.mixdown(connection, mixdown_id).path.unlink()
    heard = curator.client.get(f"/api/v1/media/mixdowns/{mixdown_id}")
    assert "no longer" in problem(heard, 410, "media_gone")
    assert "Make it again" in curator.client.get(f"/playlists/{made.playlist_id}").text
    assert curator.call("POST", f"/playlists/{made.playlist_id}/mixdown").json["state"] == "waiting"
    problem(curator.client.get("/api/v1/media/mixdowns/nothing"), 404, "unknown_mixdown")


def test_a_failed_job_says_why_and_can_be_asked_for_again(house, curator, made):
    address = f"/playlists/{made.playlist_id}/mixdown"
    asked = curator.call("POST", address).json
    with writing(house.engine) as connection:
        # Where every file of the list's tracks was, nothing is any more.
        connection.execute(sa.text("update file set path = '/gone' || path"))
    job = work(house, asked["job_id"])
    assert (job.state, job.error_code) == ("failed", "track_file_gone")
    page = curator.client.get(f"/playlists/{made.playlist_id}").text
    assert "The session file could not be made" in page
    assert job.error_message.split("/")[0] in page
    again = curator.call("POST", address).json
    assert again["state"] == "waiting"
    assert again["job_id"] != asked["job_id"]


def test_a_full_disk_is_said_in_words(house, curator, made):
    asked = curator.call("POST", f"/playlists/{made.playlist_id}/mixdown").json
    said = str(NoSpaceLeft("No space left in /srv/music for x.m4a. Free some and try again."))
    with writing(house.engine) as connection:
        now = house.clock()
        job_store.claim(connection, asked["job_id"], lease_until_ms=now + 1000, now_ms=now)
        assert job_store.fail(connection, asked["job_id"], 1, NoSpaceLeft.code, said, now_ms=now)
    assert said in curator.client.get(f"/playlists/{made.playlist_id}").text


# --- who may ----------------------------------------------------------------------------------------------------------


def test_a_clinician_sees_lists_and_makes_files_but_changes_nothing(house, made):
    clinician = house.staff("clinician")
    address = f"/playlists/{made.playlist_id}"
    assert clinician.call("GET", address).status_code == 200
    assert clinician.call("GET", "/playlists").status_code == 200
    assert clinician.call("GET", "/arcs").status_code == 200
    assert clinician.call("POST", f"{address}/mixdown").status_code == 200
    order = order_of(vars(made))
    for method, path, body in (
        ("POST", "/playlists", ASKED),
        ("PATCH", address, {"revision": 1, "title": "x"}),
        ("POST", f"{address}/rebuild", {"revision": 1, "infusion_min": 10}),
        ("POST", f"{address}/remove", {"revision": 1, "track_id": order[0]}),
        ("POST", f"{address}/replace", {"revision": 1, "track_id": order[0], "by": GONE}),
        ("POST", f"{address}/reorder", {"revision": 1, "order": order}),
        ("POST", f"{address}/archive", {"revision": 1}),
        ("GET", f"{address}/replacements?track_id={order[0]}", None),
    ):
        problem(clinician.call(method, path, body), 403, "not_allowed")
        assert house.nobody().call(method, path, body).status_code == 401


def test_a_change_without_the_pages_token_is_refused(curator, made):
    answer = curator.client.post(f"/api/v1/playlists/{made.playlist_id}/archive", json={"revision": 1})
    assert answer.status_code == 400
