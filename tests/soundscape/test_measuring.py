"""Measuring as staff see and steer it: pause, one next, try again, and what is stale is measured again by itself."""

import multiprocessing
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from library import listing, progress, waiting
from library.audio import readable
from library.catalogue import Catalogue, FileState
from library.store import writing
from library.tables import track_table
from library.waiting import StoredLine
from soundscape import jobs, measuring
from soundscape.config import Config
from soundscape.file_names import file_id
from soundscape.parts import now_ms
from soundscape.stores import jobs as store
from soundscape.stores.tables import job_table
from soundscape.worker import Settings, Worker
from tests.sounds import noise, write
from tests.soundscape.house import House
from tests.soundscape.shelf_house import audited, pulses, scanned_house
from tests.waiting import until

BY = "anna"


@pytest.fixture
def house(scanned, tmp_path):
    return scanned_house(scanned, tmp_path / "data")


def age(house, count):
    """Let an older version have measured some tracks; return their ids."""
    ids = [track.track_id for track in house.parts.catalogue.tracks()][:count]
    with writing(house.engine) as connection:
        connection.execute(track_table.update().where(track_table.c.track_id.in_(ids)).values(analysis_version=0))
    return ids


def overview(house):
    with house.engine.connect() as connection:
        return measuring.overview(connection, house.clock())


def worker(house, watch=lambda *_: None):
    made = Worker(Settings(data=house.data, config=Config(), queue="long", watch=watch))
    made._queue.close()
    return made


def do_all(house, watch=lambda *_: None):
    """Do what waits, as a worker does; return the jobs as they ended."""
    here, done = worker(house, watch), []
    while True:
        with house.engine.connect() as connection:
            ids = store.waiting(connection, "long")
        if not ids:
            break
        here.do(ids[0])
        done.append(ids[0])
    here._engine.dispose()
    with house.engine.connect() as connection:
        return [jobs.get(connection, job_id) for job_id in done]


def submit(house, kind, **arguments):
    with writing(house.engine) as connection:
        return jobs.submit(connection, kind, arguments, by=BY, now_ms=now_ms())


def look(house, job_id):
    with house.engine.connect() as connection:
        return jobs.get(connection, job_id)


def set_paused(house, paused):
    with writing(house.engine) as connection:
        measuring.set_paused(connection, paused, by=BY, now_ms=now_ms())


# What is stale


def test_what_is_stale_stays_in_use_until_it_is_measured_again(house, in_process):
    stale = age(house, 2)
    assert {track.track_id for track in house.parts.catalogue.tracks("cleared")} >= set(stale)
    assert overview(house).counts.stale == 2
    worker(house)._measure_stale()
    (job,) = do_all(house)
    assert (job.state, job.result["measured"], job.result["left"]) == ("done", 2, 0)
    assert overview(house).counts.stale == 0
    assert len(in_process) == 2
    worker(house)._measure_stale()
    assert do_all(house) == []


def test_a_worker_asks_once_for_what_is_stale(house):
    age(house, 2)
    worker(house)._measure_stale()
    worker(house)._measure_stale()
    assert [job.kind for job in overview(house).jobs] == ["measure"]
    (row,) = audited(house, "measuring again asked for")
    assert (row.actor, row.subject) == ("soundscape", "2 tracks")


def test_what_is_stale_makes_way_for_a_scan_and_goes_on_after_it(house, pieces, in_process):
    age(house, 3)
    worker(house)._measure_stale()
    asked = []

    def ask(_share, _words):
        if not asked:
            asked.append(submit(house, "scan", folder=str(pieces)))

    done = do_all(house, ask)
    assert [job.kind for job in done] == ["measure", "scan", "measure"]
    assert "goes on after" in done[0].message
    assert overview(house).counts.stale == 0
    assert len(in_process) == len(set(in_process)) == 3


def test_a_stale_track_whose_file_is_away_is_left_as_it_is(house, pieces, tmp_path, in_process):
    (stale,) = age(house, 1)
    worker(house)._measure_stale()
    pieces.rename(tmp_path / "unplugged")
    try:
        (job,) = do_all(house)
    finally:
        (tmp_path / "unplugged").rename(pieces)
    assert [failed["code"] for failed in job.result["failed"]] == ["file_gone"]
    assert stale in {track.track_id for track in house.parts.catalogue.tracks("cleared")}
    assert overview(house).waiting == 0


# What failed


def failing(house, tmp_path, pieces):
    """A file that could not be read when it was looked at, and can be now; return its path."""
    path = str(shutil.copy(pieces / "00.flac", tmp_path / os.fsdecode(b"\xff again.flac")))
    state = FileState(path=path, size_bytes=1, modified_ns=1)
    house.parts.catalogue.put_error(state, "unreadable_audio", "again.flac: no audio in this file.")
    return path


def test_a_file_that_failed_is_tried_again(house, tmp_path, pieces, in_process):
    path = failing(house, tmp_path, pieces)
    curator = house.staff("curator")
    (failed,) = curator.call("GET", "/measuring").json["failed"]
    answer = curator.call("POST", "/measuring/again", {"files": [failed["file"]]})
    assert answer.status_code == 202, answer.text
    do_all(house)
    assert in_process == [path]
    assert overview(house).counts.failed == 0
    assert curator.call("POST", "/measuring/again", {"files": [failed["file"]]}).status_code == 404
    assert curator.call("POST", "/measuring/again", {}).status_code == 404


def test_a_folder_that_could_not_be_read_is_scanned_again(house, pieces, in_process):
    state = FileState(path=str(pieces), size_bytes=0, modified_ns=0)
    house.parts.catalogue.put_error(state, "folder_unreadable", "it cannot be read")
    curator = house.staff("curator")
    assert curator.call("POST", "/measuring/again", {}).status_code == 202
    (job,) = do_all(house)
    assert (job.kind, job.state) == ("scan", "done")
    assert overview(house).counts.failed == 0


def test_a_folder_whose_name_is_no_text_is_scanned_again(house, tmp_path, pieces, in_process):
    closed = tmp_path / os.fsdecode(b"closed \xff")
    closed.mkdir()
    write(closed / "new.wav", noise(3.0, rate_hz=22_050, seed=9), 22_050)
    state = FileState(path=str(closed), size_bytes=0, modified_ns=0)
    house.parts.catalogue.put_error(state, "folder_unreadable", "it cannot be read")
    curator = house.staff("curator")
    assert curator.call("POST", "/measuring/again", {}).status_code == 202
    assert curator.client.get("/library").status_code == 200
    assert curator.client.get("/library/measuring").status_code == 200
    (job,) = do_all(house)
    assert (job.kind, job.state, job.result["measured"]) == ("scan", "done", 1)
    assert in_process == [str(closed / "new.wav")]
    assert audited(house, "scan asked for")[0].subject == readable(closed)[:160]


# Pause, next, stop


def test_a_pause_holds_what_is_under_way_until_it_ends_and_nothing_is_lost(house, in_process):
    age(house, 3)
    worker(house)._measure_stale()
    said = []

    def press(_share, words):
        said.append(words)
        if len(said) == 1:
            set_paused(house, True)
        elif words == "Paused by anna.":
            set_paused(house, False)

    (job,) = do_all(house, press)
    assert "Paused by anna." in said
    assert (job.state, job.result["measured"]) == ("done", 3)
    assert [row.actor for row in audited(house, "measuring paused")] == [BY]
    assert [row.actor for row in audited(house, "measuring goes on")] == [BY]


def test_a_pause_is_told_once_and_wakes_no_page_while_it_lasts(house, in_process, monkeypatch):
    age(house, 2)
    set_paused(house, True)
    worker(house)._measure_stale()
    pause, looks = measuring.pause, []

    def looked(connection):
        looks.append(pulses(house, "jobs"))
        if len(looks) == 6:
            set_paused(house, False)
        return pause(connection)

    monkeypatch.setattr(measuring, "pause", looked)
    do_all(house)
    assert looks[2:6] == [looks[2]] * 4


def test_a_job_that_lost_its_lease_stops_in_the_middle_of_a_pause(house, in_process):
    age(house, 2)
    set_paused(house, True)
    worker(house)._measure_stale()
    said = []

    def lose(_share, words):
        said.append(words)
        with writing(house.engine) as connection:
            connection.execute(job_table.update().values(attempts=2))

    do_all(house, lose)
    assert said == ["Paused by anna."]
    assert (overview(house).jobs[0].state, in_process) == ("running", [])


def test_a_paused_job_can_be_stopped_and_begun_again(house, in_process):
    age(house, 2)
    set_paused(house, True)
    worker(house)._measure_stale()

    def stop(_share, words):
        assert words == "Paused by anna."
        with writing(house.engine) as connection:
            jobs.cancel(connection, overview(house).jobs[0].job_id, by=BY, now_ms=now_ms())

    (job,) = do_all(house, stop)
    assert job.state == "cancelled"
    set_paused(house, False)
    curator = house.staff("curator")
    assert curator.call("POST", "/measuring/stale").status_code == 202
    assert curator.call("POST", "/measuring/stale").json == {"job_id": None}
    (job,) = do_all(house)
    assert (job.state, job.result["measured"]) == ("done", 2)


def test_a_pause_and_a_stop_are_felt_while_a_long_file_is_measured(house, tmp_path):
    """Real processes are in the middle of files that take them minutes."""
    music = tmp_path / "long"
    music.mkdir()
    for number in range(2):
        write(music / f"{number}.wav", noise(1200.0, rate_hz=22_050, seed=number))
    job_id = submit(house, "scan", folder=str(music))
    here = worker(house)
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(here.do, job_id)
        until(lambda: len(multiprocessing.active_children()) >= 1, what="a process that measures")
        set_paused(house, True)
        until(lambda: look(house, job_id).message == "Paused by anna.", within_s=30.0)
        assert multiprocessing.active_children() == []
        set_paused(house, False)
        until(lambda: len(multiprocessing.active_children()) >= 1, what="a process that measures again")
        with writing(house.engine) as connection:
            jobs.cancel(connection, job_id, by=BY, now_ms=now_ms())
        done.result(timeout=30.0)
    assert look(house, job_id).state == "cancelled"
    assert multiprocessing.active_children() == []
    here._engine.dispose()


def waits(house, *paths):
    """A job under way for which these files wait."""
    job_id = submit(house, "scan", folder="/music")
    StoredLine(house.engine, job_id).fill(paths)
    return job_id


def test_a_file_that_waits_can_come_next(house):
    waits(house, "/music/a.flac", "/music/b.flac", "/music/c.flac")
    curator = house.staff("curator")
    found = curator.call("GET", "/measuring").json
    assert ([file["path"] for file in found["first"]], found["waiting"]) == (
        ["/music/a.flac", "/music/b.flac", "/music/c.flac"],
        3,
    )
    for number in (1, 2):
        answer = curator.call("POST", "/measuring/next", {"file": found["first"][number]["file"]})
        assert answer.status_code == 204, answer.text
    first = curator.call("GET", "/measuring").json["first"]
    assert [(file["path"][-6], file["wished"]) for file in first] == [("c", True), ("b", True), ("a", False)]
    assert curator.call("POST", "/measuring/next", {"file": "00"}).status_code == 404
    assert curator.call("POST", "/measuring/next", {"file": "0"}).status_code == 422


def test_what_waited_for_a_job_that_has_ended_waits_no_longer(house):
    job_id = waits(house, "/music/a.flac")
    with writing(house.engine) as connection:
        jobs.cancel(connection, job_id, by=BY, now_ms=now_ms())
    assert (overview(house).waiting, overview(house).first) == (0, [])
    with writing(house.engine) as connection:
        measuring.tidy(connection)
        assert waiting.count(connection, [job_id]) == 0


def test_what_a_job_measures_waits_however_many_jobs_were_asked_for_since(house):
    job_id = waits(house, "/music/a.flac")
    for number in range(60):
        submit(house, "scan", folder=f"/music/{number}")
    with writing(house.engine) as connection:
        measuring.tidy(connection)
        assert measuring.others_wait(connection, jobs.get(connection, job_id))
    assert (overview(house).waiting, len(overview(house).jobs)) == (1, 61)


def test_a_wish_survives_the_worker(house):
    job_id = waits(house, "/music/a.flac", "/music/b.flac", "/music/c.flac")
    with writing(house.engine) as connection:
        waiting.wish(connection, "/music/c.flac")
    line = StoredLine(house.engine, job_id)
    line.fill(["/music/b.flac", "/music/c.flac", "/music/d.flac"])
    assert list(line) == ["/music/c.flac", "/music/b.flac", "/music/d.flac"]


def test_the_time_left_follows_the_pace_and_not_the_pause(house):
    times = iter((0, 2_000, 4_000, 90_000, 92_000))
    catalogue = Catalogue(house.engine, lambda: house.clock() + next(times))
    track = next(iter(house.parts.catalogue.tracks()))
    state = house.parts.catalogue.files()[track.paths[0]].state
    for number in range(5):
        analysis = replace(track.analysis, energy=number / 10)
        catalogue.put_track(state, track.track_id, track.tags, analysis, track.verdict)
    with house.engine.connect() as connection:
        assert progress.pace_s(connection, house.clock()) == 2.0
        assert progress.pace_s(connection, house.clock() + 10_000_000) is None


# Rights and the page


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "/measuring", None),
        ("PUT", "/measuring/paused", {"paused": True}),
        ("POST", "/measuring/next", {"file": "00"}),
        ("POST", "/measuring/again", {}),
        ("POST", "/measuring/stale", None),
    ],
)
def test_a_clinician_steers_nothing(house, method, address, body):
    clinician = house.staff("clinician")
    assert clinician.call(method, address, body).status_code == 403
    assert clinician.client.get("/library/measuring").status_code == 403


def test_the_page_says_what_is_so(house, tmp_path, pieces):
    path = failing(house, tmp_path, pieces)
    (stale,) = age(house, 1)
    house.parts.catalogue.put_error(
        FileState(path="/music/kept.flac", size_bytes=1, modified_ns=1), "analysis_died", "kept.flac: it died."
    )
    curator = house.staff("curator")
    page = curator.client.get("/library/measuring").text
    for words in ("Nothing to do", "no audio in this file", "measured by version 0", "Measure them again now"):
        assert words in page, words
    assert file_id(path) in page
    assert stale in page
    waits(house, "/music/a.flac", "/music/<b>.flac")
    curator.call("PUT", "/measuring/paused", {"paused": True})
    page = curator.client.get("/library/measuring").text
    for words in ("Paused", f"{curator.name} paused it", "Go on", "/music/&lt;b&gt;.flac", "This one next"):
        assert words in page, words


def test_a_library_with_nothing_has_a_page(tmp_path):
    curator = House(tmp_path / "data").staff("curator")
    page = curator.client.get("/library/measuring").text
    assert "No file waits." in page
    assert "Every file that was looked at could be measured." in page


def test_a_failure_of_ours_is_said_to_leave_the_track_in_use(house):
    track = next(iter(house.parts.catalogue.tracks()))
    state = house.parts.catalogue.files()[track.paths[0]].state
    house.parts.catalogue.put_error(state, "analysis_timed_out", "it took too long", ours=True)
    with house.engine.connect() as connection:
        assert [file.in_use for file in listing.failed(connection, 9)[1]] == [True]
    assert "stays in use: the fault is ours" in house.staff("curator").client.get("/library/measuring").text
