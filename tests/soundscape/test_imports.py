"""Lists from elsewhere over the API: sent, read by a job, matched as the library is now, answered, built with."""

import os
import shutil
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from library.store import writing
from library.tables import file_table
from playlists.exchange.entry import Entry, Listing
from soundscape import imports, jobs, spool
from soundscape.worker import Settings, Worker
from tests.soundscape.elsewhere import brought_in, m3u8, send, waiting, work, worker_of
from tests.soundscape.shelf_house import audited, pulses

OWNED = ("Artist 1", "Piece 1", 65.0, "music/one.flac")
DOUBTFUL = ("Somebody else", "Piece 2", 68.0, "music/two.flac")
MISSING = ("Nobody", "Nothing that is here", 61.0, "music/three.flac")
LIST = m3u8(OWNED, DOUBTFUL, MISSING)


def titled(clinic, title):
    return next(track.track_id for track in clinic.tracks if track.tags.title == title)


def test_a_file_waits_for_its_job_and_is_gone_when_it_was_read(clinic, curator):
    answer = send(curator, "../../My list.m3u8", LIST)
    assert answer.status_code == 202, answer.text
    sent = answer.json
    assert (sent["name"], sent["state"], sent["entries"]) == ("My list.m3u8", "waiting", 0)
    assert waiting(clinic) == [sent["import_id"]]
    job = curator.call("GET", f"/jobs/{sent['job_id']}").json
    assert (job["kind"], job["state"], job["created_by"]) == ("import", "queued", curator.name)
    assert audited(clinic, "list brought in")[0].actor == curator.name
    before = pulses(clinic, "imports")
    work(clinic, sent["job_id"])
    assert waiting(clinic) == []
    assert pulses(clinic, "imports") > before
    shown = curator.call("GET", f"/imports/{sent['import_id']}").json
    assert (shown["state"], shown["title"], shown["entries"]) == ("ready", "From elsewhere", 3)
    assert [line["verdict"] for line in shown["lines"]] == ["owned", "doubtful", "missing"]
    assert shown["counts"] == {"owned": 1, "doubtful": 1, "missing": 1}
    assert [one["import_id"] for one in curator.call("GET", "/imports").json] == [sent["import_id"]]


def test_the_candidate_can_be_heard_and_the_line_says_that_it_has_no_sound(clinic, curator):
    line = brought_in(clinic, curator, "a.m3u8", LIST)["lines"][1]
    heard = curator.client.get(line["candidates"][0]["listen"], headers={"Range": "bytes=0-99"})
    assert (heard.status_code, len(heard.data)) == (206, 100)
    heard.close()
    assert line["sound"]["listen"] is None
    assert "no sound" in line["sound"]["words"]


def test_a_line_that_names_a_file_of_the_library_is_heard_itself(clinic, curator):
    track = next(track for track in clinic.tracks if track.tags.title == "Piece 3")
    relative = "../" + "/".join(Path(track.paths[0]).parts[-3:])
    lines = [("Somebody else", "Piece 2", 68.0, path) for path in (track.paths[0], relative)]
    shown = brought_in(clinic, curator, "a.m3u8", m3u8(*lines))
    assert [line["sound"]["listen"].endswith(track.track_id) for line in shown["lines"]] == [True, True]


def test_an_address_of_a_page_is_shown_and_never_a_source_of_sound(clinic, curator):
    page = "https://open.spotify.com/track/1"
    listing = Listing(entries=(Entry(title="Elsewhere", page=page), Entry(missing="A podcast's episode.")))
    shown = brought_in(clinic, curator, "a.json", msgspec.json.encode(listing))
    assert shown["lines"][0]["sound"] == {
        "listen": None,
        "page": page,
        "words": "This line has no sound here: only what it says of the piece was read.",
    }
    assert (shown["lines"][1]["verdict"], shown["lines"][1]["missing"]) == ("missing", "A podcast's episode.")


def test_an_answer_counts_in_every_list_and_can_be_taken_back(clinic, curator):
    first, second = (brought_in(clinic, curator, name, LIST) for name in ("a.m3u8", "b.m3u8"))
    track_id = titled(clinic, "Piece 5")
    answered = curator.call("POST", f"/imports/{first['import_id']}/answers", {"place": 2, "track_id": track_id})
    assert answered.status_code == 200, answered.text
    other = curator.call("GET", f"/imports/{second['import_id']}").json["lines"][1]
    assert (other["verdict"], other["candidates"][0]["track_id"]) == ("owned", track_id)
    assert other["answer"]["answered_by"] == curator.name
    assert audited(clinic, "match answered")[0].after["track_id"] == track_id
    for _ in range(2):
        back = curator.call("DELETE", f"/imports/{second['import_id']}/answers/2")
        assert (back.status_code, back.json["verdict"]) == (200, "doubtful")
    assert len(audited(clinic, "answer taken back")) == 1


def test_none_of_these_makes_a_line_missing(clinic, curator):
    address = f"/imports/{brought_in(clinic, curator, 'a.m3u8', LIST)['import_id']}"
    assert curator.call("POST", f"{address}/answers", {"place": 2, "track_id": None}).json["verdict"] == "missing"
    assert curator.call("GET", address).json["counts"] == {"owned": 1, "doubtful": 0, "missing": 2}


@pytest.mark.parametrize("wanted", [{"place": 99, "track_id": None}, {"place": 1, "track_id": "0" * 64}])
def test_an_answer_about_nothing_is_not_found(clinic, curator, wanted):
    shown = brought_in(clinic, curator, "a.m3u8", LIST)
    assert curator.call("POST", f"/imports/{shown['import_id']}/answers", wanted).status_code == 404


def test_what_the_library_loses_is_seen_at_once_and_what_it_gains_when_it_was_matched_again(clinic, curator):
    track = next(track for track in clinic.tracks if track.tags.title == "Piece 1")
    with writing(clinic.engine) as connection:
        row = connection.execute(sa.select(file_table).where(file_table.c.path == track.paths[0])).one()
    kept = brought_in(clinic, curator, "a.m3u8", LIST)
    with writing(clinic.engine) as connection:
        connection.execute(sa.delete(file_table).where(file_table.c.path == track.paths[0]))
    lost = curator.call("GET", f"/imports/{kept['import_id']}").json
    assert (kept["stale"], lost["stale"], lost["counts"]["owned"]) == (False, True, 0)

    without = brought_in(clinic, curator, "b.m3u8", LIST)
    with writing(clinic.engine) as connection:
        connection.execute(sa.insert(file_table).values(**row._mapping))
    address = f"/imports/{without['import_id']}"
    before = curator.call("GET", address).json
    assert (without["stale"], before["stale"], before["counts"]["owned"]) == (False, True, 0)
    asked = [curator.call("POST", "/imports/matching").json["job_id"] for _ in range(2)]
    assert asked[0] == asked[1]
    work(clinic, asked[0])
    after = curator.call("GET", address).json
    assert (after["stale"], after["counts"]["owned"]) == (False, 1)
    job = curator.call("GET", f"/jobs/{asked[0]}").json
    assert (job["state"], job["result"]) == ("done", {"lists": 1})  # the first list fits the library as it was


def test_a_scan_has_lists_matched_again_where_the_library_has_changed(clinic, curator, tmp_path):
    brought_in(clinic, curator, "a.m3u8", LIST)
    folder = tmp_path / "more"
    folder.mkdir()

    def scan() -> list[str]:
        with writing(clinic.engine) as connection:
            arguments = {"folder": str(folder)}
            job_id = jobs.submit(connection, "scan", arguments, by="test", now_ms=clinic.clock())
        Worker(Settings(data=clinic.data, config=clinic.parts.config, queue="long", clock=clinic.clock)).do(job_id)
        with clinic.engine.connect() as connection:
            assert jobs.get(connection, job_id).state == "done", jobs.get(connection, job_id)
            return [job.kind for job in jobs.under_way(connection)]

    assert scan() == []
    track = next(track for track in clinic.tracks if track.tags.title == "Piece 1")
    shutil.copy(track.paths[0], folder)
    assert scan() == ["match"]


def test_an_answer_whose_track_is_gone_is_as_if_nobody_had_been_asked(clinic, curator):
    shown = brought_in(clinic, curator, "a.m3u8", LIST)
    track = next(track for track in clinic.tracks if track.tags.title == "Piece 5")
    address = f"/imports/{shown['import_id']}"
    curator.call("POST", f"{address}/answers", {"place": 2, "track_id": track.track_id})
    with writing(clinic.engine) as connection:
        connection.execute(sa.delete(file_table).where(file_table.c.track_id == track.track_id))
    line = curator.call("GET", address).json["lines"][1]
    assert (line["verdict"], line["answer"]) == ("doubtful", None)
    assert "said so" not in curator.client.get(address).text


@pytest.mark.parametrize(
    ("name", "content"), [("a.m3u8", b"\xff\xfe\x00"), ("a.txt", b"no list"), ("a.json", b'{"entries": 3}'), ("a", b"")]
)
def test_what_is_no_list_fails_in_words_and_leaves_no_file(clinic, curator, name, content):
    shown = brought_in(clinic, curator, name, content)
    assert shown["state"] == "failed"
    assert shown["problem"].startswith(f"{name}: ")
    assert str(clinic.data) not in shown["problem"]
    assert (waiting(clinic), shown["lines"]) == ([], [])
    assert shown["problem"] in curator.client.get("/imports").text.replace("&#39;", "'").replace("&#34;", '"')


def test_more_than_a_list_can_be_is_refused_and_not_kept(clinic, curator, monkeypatch):
    monkeypatch.setattr(spool, "MOST_BYTES", 1 << 20)
    answer = send(curator, "a.m3u8", bytes((1 << 20) + 1))
    assert (answer.status_code, answer.json["code"]) == (422, "upload_refused")
    assert "1 MiB" in answer.json["detail"]
    assert send(curator, "a.m3u8", bytes(3 << 20)).status_code == 413
    assert (waiting(clinic), curator.call("GET", "/imports").json) == ([], [])


def test_what_is_no_form_with_one_file_is_refused(clinic, curator):
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
    headers = {"X-CSRFToken": curator.token()}
    for body in (head * 2 + b"--cut--\r\n", head, b"--cut--\r\n", b""):
        kind = "multipart/form-data; boundary=cut"
        answer = curator.client.post("/api/v1/imports", data=body, content_type=kind, headers=headers)
        assert answer.status_code in (400, 422), answer.text
        assert answer.json["detail"]
    assert waiting(clinic) == []


def test_a_job_that_is_stopped_leaves_no_list_and_its_file_is_swept(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    stopped = curator.call("POST", f"/jobs/{sent['job_id']}/cancel")
    assert stopped.json["state"] == "cancelled"
    work(clinic, sent["job_id"])
    assert curator.call("GET", f"/imports/{sent['import_id']}").json["state"] == "stopped"
    left = clinic.data / spool.FOLDER / sent["import_id"]
    old_s = left.stat().st_mtime - spool.SWEEP_AFTER_S - 60
    os.utime(left, (old_s, old_s))
    newer = send(curator, "b.m3u8", LIST).json
    assert waiting(clinic) == [newer["import_id"]]


def test_a_file_that_a_job_still_needs_is_never_swept(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    path = clinic.data / spool.FOLDER / sent["import_id"]
    os.utime(path, (0, 0))
    send(curator, "b.m3u8", LIST)
    assert path.exists()


def test_a_spool_that_vanished_is_said(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    shutil.rmtree(clinic.data / spool.FOLDER)
    work(clinic, sent["job_id"])
    shown = curator.call("GET", f"/imports/{sent['import_id']}").json
    assert "gone from the server" in shown["problem"]


def test_a_list_is_removed_when_it_is_read_and_not_before(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    address = f"/imports/{sent['import_id']}"
    assert curator.call("DELETE", address).json["code"] == "wrong_state"
    work(clinic, sent["job_id"])
    assert curator.call("DELETE", address).status_code == 204
    assert curator.call("GET", address).status_code == 404
    assert curator.call("DELETE", address).status_code == 404
    assert audited(clinic, "list from elsewhere removed")


@pytest.mark.parametrize(
    "body", [{}, {"url": 3}, {"url": ""}, {"url": "a b"}, {"url": "x" * 501}, {"url": "x", "y": 1}, [], "x"]
)
def test_a_request_that_makes_no_sense_is_refused(clinic, curator, body):
    assert curator.call("POST", "/imports", body).status_code == 422


def test_the_shopping_list_holds_what_is_missing_with_its_isrc(clinic, curator):
    listing = Listing(
        title="Wishes",
        entries=(
            Entry(title="Piece 1", artist="Artist 1"),
            Entry(title="Far", artist="Away", isrc="DEA123456789"),
            Entry(title="An episode", missing="A podcast's episode."),
        ),
    )
    shown = brought_in(clinic, curator, "a.json", msgspec.json.encode(listing))
    answer = curator.client.get(f"/api/v1/imports/{shown['import_id']}/shopping")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Wishes to get.csv"'
    assert "DEA123456789" in answer.text
    assert "Piece 1" not in answer.text
    assert "An episode" not in answer.text


def test_what_was_brought_in_is_written_again_in_another_format(clinic, curator):
    shown = brought_in(clinic, curator, "a.m3u8", LIST)
    answer = curator.client.get(f"/api/v1/imports/{shown['import_id']}/export?format=m3u8")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="From elsewhere.m3u8"'
    assert answer.text.count("#EXTINF") == 3


# Building


def build(browser, shown, **more):
    asked = {"title": "Built with it", "infusion_min": 10, "tail_min": 0, **more}
    return browser.call("POST", f"/imports/{shown['import_id']}/playlists", asked)


def test_required_pieces_are_all_in_the_list_that_is_built(clinic, curator):
    names = [("Artist 1", "Piece 1", 65.0, "1"), ("Artist 3", "Piece 8", 89.0, "2")]
    shown = brought_in(clinic, curator, "a.m3u8", m3u8(*names, MISSING))
    built = build(curator, shown, use="required")
    assert built.status_code == 201, built.text
    played = {item["track_id"] for item in built.json["playlist"]["items"]}
    assert {titled(clinic, "Piece 1"), titled(clinic, "Piece 8")} <= played
    assert built.json["left_out"] == []
    assert curator.call("GET", f"/playlists/{built.json['playlist_id']}").json["title"] == "Built with it"


def test_more_than_fits_is_refused_as_required_and_shortened_as_preferred(clinic, curator):
    first = sorted(clinic.tracks, key=lambda track: int(track.tags.title.split()[1]))[:12]
    everything = [
        (track.tags.artist, track.tags.title, track.analysis.duration_s, str(n)) for n, track in enumerate(first)
    ]
    shown = brought_in(clinic, curator, "a.m3u8", m3u8(*everything))
    refused = build(curator, shown, use="required")
    assert refused.status_code == 422
    assert "required" in refused.json["detail"]
    built = build(curator, shown, use="preferred")
    assert built.status_code == 201, built.text
    played = [item["track_id"] for item in built.json["playlist"]["items"]]
    assert titled(clinic, "Piece 0") in played
    assert len(built.json["left_out"]) == 12 - len(set(played))
    assert built.json["left_out"][0].endswith("did not fit.")


def test_what_is_not_cleared_is_never_built_with_and_is_said(clinic, curator):
    refused = titled(clinic, "Piece 1")
    decided = curator.call("PUT", f"/tracks/{refused}/decision", {"status": "refused", "reason": "too loud"})
    assert decided.status_code in (200, 204), decided.text
    shown = brought_in(clinic, curator, "a.m3u8", m3u8(OWNED))
    assert build(curator, shown).json["code"] == "bad_request"
    shown = brought_in(clinic, curator, "b.m3u8", m3u8(OWNED, ("Artist 3", "Piece 8", 89.0, "2")))
    assert build(curator, shown).json["left_out"] == ["Piece 1 is not cleared."]


def test_a_clinician_sees_lists_and_changes_none(clinic, curator):
    shown = brought_in(clinic, curator, "a.m3u8", LIST)
    nurse = clinic.staff("clinician")
    assert nurse.call("GET", f"/imports/{shown['import_id']}").json["counts"]["owned"] == 1
    assert send(nurse, "a.m3u8", LIST).status_code == 403
    assert build(nurse, shown).status_code == 403
    assert nurse.call("DELETE", f"/imports/{shown['import_id']}").status_code == 403


def test_a_given_back_job_finds_its_file_again(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    worker = worker_of(clinic)
    worker.stopping.set()
    worker.do(sent["job_id"])
    worker._let_go()
    assert waiting(clinic) == [sent["import_id"]]
    work(clinic, sent["job_id"])
    assert curator.call("GET", f"/imports/{sent['import_id']}").json["state"] == "ready"


def test_a_list_without_a_title_goes_by_its_file(clinic, curator):
    shown = brought_in(clinic, curator, "Evening.m3u8", m3u8(OWNED, title=""))
    assert shown["title"] == "Evening.m3u8"
    with clinic.engine.connect() as connection:
        seen = imports.seen(connection, shown["import_id"])
    assert seen.owned_ids == [titled(clinic, "Piece 1")]
