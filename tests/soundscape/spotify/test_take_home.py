"""A session's music as a list at Spotify: what is known of it is written once, the rest is said, nobody is named."""

import pytest
import sqlalchemy as sa

from library.catalogue import Catalogue, FileState
from library.store import metadata
from library.track import Tags
from soundscape import take_home
from soundscape.spotify.writing import TAKE_HOME
from soundscape.stores import audit
from tests.soundscape.elsewhere import work, worker_of
from tests.soundscape.house import House
from tests.soundscape.lived import live_through, put_pieces
from tests.soundscape.spotify import elsewhere
from tests.soundscape.spotify.elsewhere import status, track, track_id
from tests.soundscape.spotify.house import brought_in, connect, page, post, set_up

ADD = "POST /v1/playlists"
RAIN, ELISE = f"spotify:track:{track_id(1)}", f"spotify:track:{track_id(2)}"
TEN_HOURS = status(429, Retry_After="36000")


@pytest.fixture
def spotify():
    with elsewhere.running() as found:
        yield found


@pytest.fixture
def house(spotify, tmp_path):
    set_up(spotify.address, tmp_path / "data")
    house = House(tmp_path / "data")
    put_pieces(house)
    return house


@pytest.fixture
def admin(house, spotify):
    admin = house.staff("admin")
    connect(admin, spotify)
    return admin


@pytest.fixture
def nurse(house):
    return house.staff("clinician")


@pytest.fixture
def session_id(house, nurse):
    return live_through(house, nurse, house.room())


@pytest.fixture
def rain_known(house, admin, spotify):
    """A list was brought in, and somebody said that its line is Rain; the other piece stands in none."""
    know(house, admin, spotify, 1, "b" * 64)


def know(house, admin, spotify, number, track_id):
    spotify.lines = [track(99), track(number)]
    shown = brought_in(house, admin)
    answer = admin.call("POST", f"/imports/{shown['import_id']}/answers", {"place": 2, "track_id": track_id})
    assert answer.status_code == 200, answer.text


def ask(house, nurse, session_id):
    house.clock.wait(1)
    return nurse.call("POST", f"/sessions/{session_id}/take-home/spotify")


def written(house, nurse, session_id):
    """Ask, let a worker do it; the job as it ended."""
    asked = ask(house, nurse, session_id)
    assert asked.status_code == 202, asked.text
    work(house, asked.json["job_id"])
    return nurse.call("GET", f"/jobs/{asked.json['job_id']}").json


def sheet(nurse, session_id):
    return page(nurse, f"/records/{session_id}/take-home")


def test_what_is_known_is_written_and_the_rest_is_said(house, nurse, session_id, rain_known, spotify):
    assert "Write as a Spotify list" in sheet(nurse, session_id)
    job = written(house, nurse, session_id)
    (made,) = spotify.own
    assert (job["state"], job["message"]) == ("done", "1 of 2 pieces are in the list at Spotify.")
    assert (made["public"], made["uris"]) == (False, [RAIN])
    assert job["result"]["left_out"] == ["Für Élise <b>slowly</b> · L. v. B."]
    text = sheet(nurse, session_id)
    assert f'href="https://open.spotify.com/playlist/{made["id"]}"' in text
    assert "Not known at Spotify, so left out:" in text
    assert "<b>slowly" not in text


def test_a_piece_is_known_by_the_isrc_of_its_file(house, nurse, session_id, rain_known, spotify):
    file = FileState(path="/srv/music/secret-folder/a.flac", size_bytes=1, modified_ns=2)
    Catalogue(house.engine).put_tags(file, "a" * 64, Tags(title="Für Élise", isrc="de-x26-00-00002"))
    spotify.sold = [track(2)]
    job = written(house, nurse, session_id)
    (made,) = spotify.own
    assert job["message"] == "2 of 2 pieces are in the list at Spotify."
    assert sorted(made["uris"]) == [RAIN, ELISE]
    assert job["result"]["left_out"] == []


def test_the_isrc_of_the_file_is_trusted_more_than_the_page_in_a_list(house, nurse, session_id, rain_known, spotify):
    file = FileState(path="/srv/music/secret-folder/b.flac", size_bytes=1, modified_ns=2)
    Catalogue(house.engine).put_tags(file, "b" * 64, Tags(title="Rain", isrc="DEX260000002"))
    spotify.sold = [track(2)]
    written(house, nurse, session_id)
    assert spotify.own[0]["uris"] == [ELISE]


def test_a_piece_that_spotify_no_longer_has_is_left_out_and_no_second_list_is_made(
    house, admin, nurse, session_id, rain_known, spotify
):
    know(house, admin, spotify, 2, "a" * 64)
    spotify.unknown = {RAIN}
    job = written(house, nurse, session_id)
    assert (job["state"], job["message"]) == ("done", "1 of 2 pieces are in the list at Spotify.")
    assert job["result"]["left_out"] == ["Rain"]
    assert [made["uris"] for made in spotify.own] == [[ELISE]]


def test_a_refusal_goes_on_with_the_same_list(house, nurse, session_id, rain_known, spotify):
    spotify.fail(ADD, status(413))
    assert written(house, nurse, session_id)["error_code"] == "spotify_refused"
    assert written(house, nurse, session_id)["state"] == "done"
    assert [made["uris"] for made in spotify.own] == [[RAIN]]


def test_a_list_that_the_connected_account_may_not_change_is_left_and_a_new_one_begun(
    house, nurse, session_id, rain_known, spotify
):
    """As after somebody has connected another account."""
    spotify.fail(ADD, status(403))
    assert written(house, nurse, session_id)["error_code"] == "spotify_not_allowed"
    assert written(house, nurse, session_id)["state"] == "done"
    assert [made["uris"] for made in spotify.own] == [[RAIN], []]


def test_known_pages_are_read_without_the_jobs_and_without_the_whole_library(house, rain_known):
    """What a page says of a list beyond its lines costs as much as the library is large, for each list."""
    asked = []
    with house.engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *what: asked.append(what[2]))
        found = take_home.known_pages(connection, ["b" * 64], lambda: None)
    assert found == {"b" * 64: f"https://open.spotify.com/track/{track_id(1)}"}
    assert not [statement for statement in asked if "FROM job" in statement]
    assert all(" IN (" in statement for statement in asked if "FROM track" in statement or "FROM file" in statement)


def test_nothing_of_the_session_goes_there(house, nurse, session_id, rain_known, spotify):
    written(house, nurse, session_id)
    (made,) = spotify.own
    mark = made["description"].removeprefix(f"{TAKE_HOME} (").removesuffix(")")
    code = nurse.call("GET", f"/sessions/{session_id}").json["code"]
    assert made["name"] == "Music to take home"
    assert len(mark) == 8
    assert code not in f"{made['name']} {made['description']}"
    with house.engine.connect() as connection:
        (row,) = audit.latest(connection, action="take-home list asked for")
        rows = [str(row) for table in metadata.sorted_tables for row in connection.execute(table.select())]
    assert (row.actor, row.subject) == (nurse.name, code)
    assert all("of-the-clinic" not in row for row in rows)


def test_what_broke_off_goes_on_with_the_same_list_and_the_same_pieces(
    house, admin, nurse, session_id, rain_known, spotify
):
    spotify.fail(ADD, TEN_HOURS)
    job = written(house, nurse, session_id)
    assert (job["state"], job["error_code"]) == ("failed", "spotify_too_often")
    assert job["error_message"][:50] in sheet(nurse, session_id)
    know(house, admin, spotify, 2, "a" * 64)
    assert written(house, nurse, session_id)["state"] == "done"
    (made,) = spotify.own
    assert made["uris"] == [RAIN]


def test_after_one_that_is_done_another_list_is_begun_with_what_is_known_by_then(
    house, admin, nurse, session_id, rain_known, spotify
):
    written(house, nurse, session_id)
    know(house, admin, spotify, 2, "a" * 64)
    assert written(house, nurse, session_id)["result"]["left_out"] == []
    newer, older = spotify.own
    assert (older["uris"], newer["uris"]) == ([RAIN], [ELISE, RAIN])
    assert older["description"] != newer["description"]


def test_a_list_that_somebody_changed_is_left_and_a_new_one_begun(house, nurse, session_id, rain_known, spotify):
    spotify.fail(ADD, TEN_HOURS)
    written(house, nurse, session_id)
    spotify.own[0]["uris"] = [ELISE, ELISE]
    assert written(house, nurse, session_id)["error_code"] == "spotify_list_changed"
    assert written(house, nurse, session_id)["state"] == "done"
    assert [made["uris"] for made in spotify.own] == [[RAIN], [ELISE, ELISE]]


def test_a_worker_that_stops_half_way_gives_it_back_and_no_second_list_is_made(
    house, nurse, session_id, rain_known, spotify
):
    worker = worker_of(house)

    def stop_and_answer(handler):
        worker.stopping.set()
        status(500)(handler)

    spotify.fail(ADD, stop_and_answer)
    asked = ask(house, nurse, session_id).json
    worker.do(asked["job_id"])
    worker._let_go()
    assert nurse.call("GET", f"/jobs/{asked['job_id']}").json["state"] == "queued"
    assert "playlist_id" not in nurse.client.get("/api/v1/jobs").text
    work(house, asked["job_id"])
    assert [made["uris"] for made in spotify.own] == [[RAIN]]


def test_a_press_while_one_is_under_way_begins_no_other_and_it_can_be_stopped(house, admin, nurse, session_id):
    first, second = (ask(house, nurse, session_id).json["job_id"] for _ in range(2))
    assert first == second
    assert f"/api/v1/jobs/{first}/cancel" in sheet(nurse, session_id)
    assert nurse.call("POST", f"/jobs/{first}/cancel").json["state"] == "cancelled"
    assert "It was stopped." in sheet(nurse, session_id)


def test_where_nothing_is_known_that_is_said_and_no_list_is_made(house, admin, nurse, session_id, spotify):
    job = written(house, nurse, session_id)
    assert job["error_message"].startswith("None of the 2 pieces of Music to take home is known")
    assert spotify.own == []


def test_it_can_be_asked_for_only_where_an_account_is_connected(house, admin, nurse, session_id):
    assert "Write as a Spotify list" in sheet(nurse, session_id)
    post(admin, "/spotify/disconnect")
    text = sheet(nurse, session_id)
    assert "No account is connected. An administrator can connect one." in text
    assert "Write as a Spotify list" not in text
    refused = ask(house, nurse, session_id)
    assert (refused.status_code, refused.json["code"]) == (409, "spotify_not_connected")


def test_a_connection_that_ends_while_it_writes_is_said_where_the_progress_was(
    house, nurse, session_id, rain_known, spotify
):
    asked = ask(house, nurse, session_id).json
    assert "<progress" in sheet(nurse, session_id)
    spotify.access.clear()
    spotify.refresh = "another"
    work(house, asked["job_id"])
    text = sheet(nurse, session_id)
    assert 'id="at-spotify"' in text
    assert "Spotify no longer accepts this connection. Connect again" in text
    assert "<progress" not in text
    assert "No account is connected." in text


def test_a_list_that_was_written_is_found_again_after_disconnecting(
    house, admin, nurse, session_id, rain_known, spotify
):
    address = written(house, nurse, session_id)["result"]["address"]
    post(admin, "/spotify/disconnect")
    assert f'href="{address}"' in sheet(nurse, session_id)


def test_without_an_app_the_sheet_says_nothing_of_spotify(tmp_path):
    house = House(tmp_path / "data")
    put_pieces(house)
    nurse = house.staff("clinician")
    assert "Spotify" not in sheet(nurse, live_through(house, nurse, house.room()))


@pytest.mark.parametrize("fails", [False, True])
def test_who_may_not_see_the_record_sees_that_a_job_is_there_and_not_what_it_says(
    house, nurse, session_id, rain_known, spotify, fails
):
    if fails:
        spotify.fail(ADD, status(403))
    job = written(house, nurse, session_id)
    assert spotify.own[0]["id"] in str(job)
    curator = house.staff("curator")
    (listed,) = [one for one in curator.call("GET", "/jobs").json["jobs"] if one["kind"] == "take_home"]
    assert listed == curator.call("GET", f"/jobs/{job['job_id']}").json
    assert listed == job | {"message": "", "result": None, "error_message": None}


def test_who_may_not_see_the_record_may_not_write_it(house, admin, session_id):
    assert ask(house, house.staff("curator"), session_id).status_code == 403
    assert ask(house, admin, "0" * 16).status_code == 404
