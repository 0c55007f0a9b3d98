"""Jobs: the row is the truth whatever happens to workers, and nothing is left behind that nobody asked for."""

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
from flask import Flask

from library.catalogue import Catalogue
from library.store import open_store, sqlite_url, writing
from playlists import shelf
from playlists.playlist import Request
from soundscape import jobs, queues
from soundscape.config import Config
from soundscape.errors import NoSuch
from soundscape.events import Wakes
from soundscape.parts import Parts, now_ms
from soundscape.running import LeaseLost, Running
from soundscape.stores import jobs as store
from soundscape.stores import pulse
from soundscape.worker import MOST_ATTEMPTS, Settings, Worker
from tests.playlists.sources import playlist
from tests.soundscape.conftest import ROOT, run_process
from tests.waiting import until

BY = "anna"


@pytest.fixture
def engine(tmp_path):
    opened = open_store(sqlite_url(tmp_path))
    yield opened
    opened.dispose()


def submit(engine, kind="scan", **arguments):
    with writing(engine) as connection:
        return jobs.submit(connection, kind, arguments, by=BY, now_ms=now_ms())


def look(engine, job_id):
    with engine.connect() as connection:
        return jobs.get(connection, job_id)


def claim(engine, job_id, now_ms=1000):
    with writing(engine) as connection:
        return store.claim(connection, job_id, lease_until_ms=now_ms + 500, now_ms=now_ms)


# The row


def test_a_job_is_queued_claimed_once_told_and_finished(engine):
    job_id = submit(engine, folder="/music")
    assert (look(engine, job_id).state, look(engine, job_id).arguments) == ("queued", {"folder": "/music"})
    assert claim(engine, job_id).attempts == 1
    assert claim(engine, job_id) is None
    with writing(engine) as connection:
        assert store.tell(connection, job_id, 1, 0.5, "half", lease_until_ms=2000) is False
        assert store.finish(connection, job_id, 1, {"measured": 3}, "3 measured.", now_ms=2000)
    done = look(engine, job_id)
    assert (done.state, done.progress, done.result, done.message) == ("done", 1.0, {"measured": 3}, "3 measured.")


def test_every_change_raises_the_pulse_of_jobs(engine):
    def count():
        with engine.connect() as connection:
            return pulse.counters(connection).get("jobs", 0)

    counts = [count()]
    job_id = submit(engine)
    counts.append(count())
    claim(engine, job_id)
    counts.append(count())
    with writing(engine) as connection:
        jobs.cancel(connection, job_id, by=BY, now_ms=0)
    counts.append(count())
    assert counts == sorted(set(counts))


def test_a_queued_job_is_cancelled_at_once_a_running_one_when_it_next_tells(engine):
    queued, running = submit(engine), submit(engine)
    claim(engine, running)
    with writing(engine) as connection:
        assert jobs.cancel(connection, queued, by=BY, now_ms=0).state == "cancelled"
        assert jobs.cancel(connection, running, by=BY, now_ms=0).state == "running"
        assert store.tell(connection, running, 1, 0.1, "", lease_until_ms=0) is True
    assert claim(engine, queued) is None


def test_an_ended_job_is_not_cancelled(engine):
    job_id = submit(engine)
    claim(engine, job_id)
    with writing(engine) as connection:
        store.finish(connection, job_id, 1, {}, "", now_ms=0)
        assert jobs.cancel(connection, job_id, by=BY, now_ms=0).state == "done"


def test_an_expired_lease_is_queued_again_and_given_up_after_three(engine):
    job_id = submit(engine)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claim(engine, job_id).attempts == attempt
        with writing(engine) as connection:
            assert store.requeue_expired(connection, "long", most_attempts=MOST_ATTEMPTS, now_ms=1400) == []
            again = store.requeue_expired(connection, "long", most_attempts=MOST_ATTEMPTS, now_ms=1600)
        assert again == ([job_id] if attempt < MOST_ATTEMPTS else [])
    failed = look(engine, job_id)
    assert (failed.state, failed.error_code) == ("failed", "worker_died")
    assert "died 3 times" in failed.error_message


def test_who_lost_the_lease_changes_nothing_any_more(engine, tmp_path):
    job_id = submit(engine)
    claim(engine, job_id)
    with writing(engine) as connection:
        store.requeue_expired(connection, "long", most_attempts=MOST_ATTEMPTS, now_ms=9999)
    claim(engine, job_id)
    late = worker_of(tmp_path, "long", engine).running(job_id, 1)
    with pytest.raises(LeaseLost):
        late.tell(0.9, "nearly")
    with writing(engine) as connection:
        assert not store.finish(connection, job_id, 1, {}, "", now_ms=0)
    assert (look(engine, job_id).state, look(engine, job_id).progress) == ("running", 0.0)


def test_jobs_under_way_come_first_and_an_unknown_one_is_refused(engine):
    old, new = submit(engine), submit(engine)
    with writing(engine) as connection:
        jobs.cancel(connection, new, by=BY, now_ms=0)
        assert [job.job_id for job in jobs.list_recent(connection)] == [old, new]
        with pytest.raises(NoSuch):
            jobs.get(connection, "0" * 16)


def test_a_worker_counts_as_running_while_every_queue_was_seen_lately(engine):
    with writing(engine) as connection:
        assert not jobs.worker_seen(connection, 100_000)
        store.beat(connection, "live", 1, now_ms=100_000)
        assert not jobs.worker_seen(connection, 100_000)
        store.beat(connection, "long", 2, now_ms=95_000)
        assert jobs.worker_seen(connection, 100_000)
        assert not jobs.worker_seen(connection, 111_000)
        store.forget_worker(connection, "long", 2)
        assert not jobs.worker_seen(connection, 100_000)


# The queue


def test_a_queue_carries_ids_and_nothing_that_runs(tmp_path):
    done = []
    queues.put("live", "0123456789abcdef", tmp_path, None)
    queue = queues.JobQueue("live", tmp_path, None, done.append)
    assert queue.huey.storage.enqueued_items()[0].startswith(b"[")
    queue.huey.execute(queue.huey.dequeue())
    assert done == ["0123456789abcdef"]
    assert queue.is_empty()
    queue.close()


def test_the_app_wakes_a_worker_after_its_transaction(engine, tmp_path):
    app = Flask(__name__)
    app.extensions["soundscape"] = Parts(
        config=Config(),
        data=tmp_path,
        engine=engine,
        catalogue=Catalogue(engine),
        templates={},
        wakes=Wakes(engine, 1),
        clock=now_ms,
        began_ms=0,
    )
    job_id = submit(engine, "mixdown", playlist_id="none", revision=1)
    with app.app_context():
        jobs.enqueue(job_id)
    worker = worker_of(tmp_path, "live", engine)
    worker._queue.huey.execute(worker._queue.huey.dequeue())
    assert (look(engine, job_id).state, look(engine, job_id).error_code) == ("failed", "unknown_playlist")


# Work, in this process


class Here(Worker):
    """A worker that is asked directly."""

    def running(self, job_id, attempt):
        here = self._settings
        return Running(job_id, attempt, self._engine, here.data, here.config, here.clock, self.stopping)


def worker_of(data, queue, engine, watch=lambda *_: None):
    worker = Here(Settings(data=data, config=Config(), queue=queue, watch=watch))
    worker._engine.dispose()
    worker._engine = engine
    worker._queue.close()
    return worker


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

    worker_of(data, "live", engine, cancel).do(job_id)
    assert look(engine, job_id).state == "cancelled"
    assert list((data / "mixdowns").iterdir()) == []


def test_an_interrupted_mixdown_is_given_back_and_leaves_nothing(listed):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)
    worker = worker_of(data, "live", engine, lambda *_: worker.stopping.set())
    worker.do(job_id)
    assert (look(engine, job_id).state, look(engine, job_id).attempts) == ("queued", 0)
    assert list((data / "mixdowns").iterdir()) == []


def test_a_track_that_is_gone_is_named(listed, pieces, tmp_path):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)
    moved = tmp_path / "moved"
    pieces.rename(moved)
    try:
        worker_of(data, "live", engine).do(job_id)
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
        worker_of(data, "live", engine).do(job_id)
        failed = look(engine, job_id)
        assert (failed.state, failed.error_code) == ("failed", "no_space_left")
        assert "space" in failed.error_message
        assert list((data / "mixdowns").iterdir()) == []


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
    with worker_process(data, "live") as first:  # nobody enqueued the id: it is found in the table
        until(lambda: look(engine, job_id).progress > 0)
        first.kill()
        first.wait()
    left = {path.name for path in (data / "mixdowns").iterdir()}
    assert left  # the killed one could not tidy up
    assert look(engine, job_id).state == "running"
    with worker_process(data, "live") as second:
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
    worker_of(data, "live", engine).do(again)
    assert look(engine, again).result["mixdown_id"] == made.mixdown_id


def test_a_worker_that_is_told_to_stop_gives_its_job_back(listed):
    data, engine, playlist_id = listed
    job_id = mixdown_job(engine, playlist_id)
    with worker_process(data, "live", "--alone") as process:
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
