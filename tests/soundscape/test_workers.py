"""Workers: what becomes of a job that is done, stopped, given back or killed, and that nothing half made is left."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from library.catalogue import Catalogue
from library.store import open_store, sqlite_url, writing
from playlists import shelf
from playlists.playlist import Request
from soundscape import jobs
from soundscape.parts import now_ms
from soundscape.queues import PROCESSES, QUEUES
from soundscape.stores import pulse
from tests.playlists.sources import playlist
from tests.soundscape.conftest import ROOT, run_process
from tests.soundscape.worked import BY, look, submit, worker_of
from tests.waiting import until

# In this process


@pytest.fixture
def listed(scanned, tmp_path):
    """A data directory with a scanned library, and a list of three minutes on its shelf."""
    data = tmp_path / "data"
    shutil.copytree(scanned, data)
    engine = open_store(sqlite_url(data))
    plain = playlist([62.0, 62.0, 62.0])
    tracks = list(Catalogue(engine).tracks())
    items = tuple(
        msgspec.structs.replace(item, track_id=track.track_id) for item, track in zip(plain.items, tracks, strict=False)
    )
    with writing(engine) as connection:
        playlist_id = shelf.put_new(
            connection,
            title="Calm",
            note="",
            request=Request(infusion_s=600.0),
            playlist=msgspec.structs.replace(plain, items=items),
            offered=False,
            by=BY,
            now_ms=0,
        )
    yield data, engine, playlist_id
    engine.dispose()


def mixdown_job(engine, playlist_id):
    return submit(engine, "mixdown", playlist_id=playlist_id, revision=1)


def test_a_scan_measures_once_and_names_what_failed(engine, tmp_path, pieces, in_process):
    music = tmp_path / "music"
    music.mkdir()
    for name in ("00.flac", "01.flac"):
        shutil.copy(pieces / name, music)
    (music / "broken.flac").write_bytes(b"no music")
    told = []
    worker = worker_of(tmp_path, "long", engine, lambda _share, words: told.append(words))
    first, second = submit(engine, folder=str(music)), submit(engine, folder=str(music))
    worker.do(first)
    worker.do(second)
    result = look(engine, first).result
    assert (result["measured"], result["unchanged"]) == (2, 0)
    assert [(Path(each["path"]).name, each["code"]) for each in result["failed"]] == [
        ("broken.flac", "unreadable_audio")
    ]
    assert (look(engine, second).result["measured"], look(engine, second).result["unchanged"]) == (0, 2)
    assert "of 3: Piece" in " ".join(told)
    assert "cleared" in " ".join(told)
    with engine.connect() as connection:
        assert pulse.counters(connection)["library"] >= 2


def test_a_folder_that_is_not_there_fails_the_job_with_its_own_words(engine, tmp_path):
    job_id = submit(engine, folder=str(tmp_path / "none"))
    worker_of(tmp_path, "long", engine).do(job_id)
    failed = look(engine, job_id)
    assert (failed.state, failed.error_code) == ("failed", "no_such_folder")
    assert "none" in failed.error_message


def test_a_defect_fails_the_job_and_is_logged(engine, tmp_path, monkeypatch, capfd):
    monkeypatch.setitem(sys.modules["soundscape.worker"].WORK, "scan", lambda job, arguments: arguments["missing"])
    job_id = submit(engine)
    worker_of(tmp_path, "long", engine).do(job_id)
    assert (look(engine, job_id).state, look(engine, job_id).error_code) == ("failed", "defect")
    assert "KeyError" in capfd.readouterr().err


def test_a_cancelled_mixdown_leaves_nothing(listed):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)

    def cancel(share, _words):
        with writing(engine) as connection:
            jobs.cancel(connection, job_id, by=BY, now_ms=now_ms())

    worker_of(data, "files", engine, cancel).do(job_id)
    assert look(engine, job_id).state == "cancelled"
    assert list((data / "mixdowns").iterdir()) == []


def test_an_interrupted_mixdown_is_given_back_and_leaves_nothing(listed):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)
    worker = worker_of(data, "files", engine, lambda *_: worker.stopping.set())
    worker.do(job_id)
    assert (look(engine, job_id).state, look(engine, job_id).attempts) == ("queued", 0)
    assert list((data / "mixdowns").iterdir()) == []


def test_a_track_that_is_gone_is_named(listed, pieces, tmp_path):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)
    moved = tmp_path / "moved"
    pieces.rename(moved)
    try:
        worker_of(data, "files", engine).do(job_id)
    finally:
        moved.rename(pieces)
    failed = look(engine, job_id)
    assert (failed.state, failed.error_code) == ("failed", "track_file_gone")
    assert ".flac is gone" in failed.error_message
    assert list((data / "mixdowns").iterdir()) == []


@contextmanager
def full_disk(folder):
    """1 MB of room: a small disk where we may mount one, else a limit on the size of a file."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    if os.geteuid() == 0 and not subprocess.run(mount, check=False, capture_output=True).returncode:
        try:
            yield
        finally:
            subprocess.run(["umount", folder], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_fails_the_mixdown_and_leaves_nothing(listed):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)
    with full_disk(data / "mixdowns"):
        worker_of(data, "files", engine).do(job_id)
        failed = look(engine, job_id)
        assert (failed.state, failed.error_code) == ("failed", "no_space_left")
        assert "space" in failed.error_message
        assert list((data / "mixdowns").iterdir()) == []


def test_a_successor_is_the_rest_of_a_session_at_the_level_of_what_it_follows(listed):
    """10 s into the second piece: the new file begins there, and is not taken for the list's session file."""
    data, engine, playlist_id = listed
    worker = worker_of(data, "files", engine)
    whole_id = mixdown_job(engine, playlist_id)
    worker.do(whole_id)
    follows = look(engine, whole_id).result["mixdown_id"]
    job_id = submit(engine, "successor", playlist_id=playlist_id, revision=1, from_s=60.0, follows=follows)
    assert look(engine, job_id).queue == "live"
    worker_of(data, "live", engine).do(job_id)
    done = look(engine, job_id)
    assert (done.state, done.result["revision"], done.result["from_s"]) == ("done", 1, 60.0), done.error_message
    with engine.connect() as connection:
        whole = shelf.mixdown(connection, follows)
        rest = shelf.mixdown(connection, done.result["mixdown_id"])
        assert shelf.mixdown_of(connection, playlist_id, 1).mixdown_id == follows
    assert rest.manifest.from_s == 60.0
    assert rest.manifest.total_s == pytest.approx(whole.manifest.total_s - 60.0)
    assert rest.manifest.gain_db == whole.manifest.gain_db


def test_what_plays_now_never_waits_behind_files_or_scans():
    assert {kind for kind, queue in jobs.QUEUE_OF.items() if queue == "live"} == {"refit", "successor"}


def test_a_session_file_never_waits_behind_a_list_from_elsewhere():
    """However long Spotify takes, what makes session files is neither their queue nor their process."""
    assert {kind for kind, queue in jobs.QUEUE_OF.items() if queue == "lists"} == {"import", "match", "take_home"}
    assert {kind for kind, queue in jobs.QUEUE_OF.items() if queue == "files"} == {"mixdown"}
    assert sorted(queue for queues in PROCESSES for queue in queues) == sorted(QUEUES)
    assert ("files",) in PROCESSES


def test_one_process_does_the_jobs_of_two_queues_and_gives_both_back(listed):
    data, engine, playlist_id = listed
    file, matched = mixdown_job(engine, playlist_id), submit(engine, "match")
    with worker_process(data, "lists,files", "--alone") as process:
        until(lambda: look(engine, matched).state == "done")
        until(lambda: look(engine, file).progress > 0)
        process.terminate()
        assert process.wait(20) == 0
    assert look(engine, file).state == "queued"


# Workers that die


@contextmanager
def worker_process(data, queue, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.soundscape.worker_process", data, queue, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_does_the_job(listed):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)
    with worker_process(data, "files") as first:  # nobody enqueued the id: it is found in the table
        until(lambda: look(engine, job_id).progress > 0)
        first.kill()
        first.wait()
    left = {path.name for path in (data / "mixdowns").iterdir()}
    assert left  # the killed one could not tidy up
    assert look(engine, job_id).state == "running"
    with worker_process(data, "files") as second:
        done = until(lambda: look(engine, job_id).state == "done" and look(engine, job_id))
        assert done.attempts == 2
        second.stdin.close()  # as when `serve` is gone
        assert second.wait(20) == 0
    with engine.connect() as connection:
        made = shelf.mixdown(connection, done.result["mixdown_id"])
        assert not jobs.worker_seen(connection, now_ms())
    assert made.playlist.total_s == 178.0
    assert made.manifest.bytes == made.path.stat().st_size
    assert {path.name for path in (data / "mixdowns").iterdir()} == {
        made.path.name,
        f"{made.path.name}.manifest.json",
    }
    again = mixdown_job(engine, playlist_id)
    worker_of(data, "files", engine).do(again)
    assert look(engine, again).result["mixdown_id"] == made.mixdown_id


def test_a_worker_that_is_told_to_stop_gives_its_job_back(listed):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)
    with worker_process(data, "files", "--alone") as process:
        until(lambda: look(engine, job_id).progress > 0)
        process.terminate()
        assert process.wait(20) == 0
    assert (look(engine, job_id).state, look(engine, job_id).attempts) == ("queued", 0)
    assert list((data / "mixdowns").iterdir()) == []


def test_the_command_says_what_is_wrong_with_the_settings(tmp_path):
    (tmp_path / "soundscape.toml").write_text("prot = 1\n")
    ran = run_process("worker", "--queue", "live", "--data", tmp_path, stdin=subprocess.DEVNULL)
    assert ran.status == 1
    assert "prot" in ran.err
