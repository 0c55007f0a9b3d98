"""Jobs: the row is the truth whatever happens to workers, and a queue carries no more than ids."""

import pytest
from flask import Flask

from library.catalogue import Catalogue
from library.store import writing
from soundscape import jobs, queues
from soundscape.config import Config
from soundscape.errors import NoSuch
from soundscape.events import Wakes
from soundscape.parts import Parts, now_ms
from soundscape.ready import Ready
from soundscape.running import LeaseLost
from soundscape.stores import jobs as store
from soundscape.stores import pulse
from soundscape.worker import MOST_ATTEMPTS
from tests.soundscape.worked import BY, look, submit, worker_of


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
        store.beat(connection, "files", 3, now_ms=100_000)
        store.beat(connection, "lists", 2, now_ms=100_000)
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
        ready=Ready(Catalogue(engine)),
        templates={},
        wakes=Wakes(engine, 1),
        clock=now_ms,
        began_ms=0,
    )
    job_id = submit(engine, "mixdown", playlist_id="none", revision=1)
    with app.app_context():
        jobs.enqueue(job_id)
    worker = worker_of(tmp_path, "files", engine)
    worker._queue.huey.execute(worker._queue.huey.dequeue())
    assert (look(engine, job_id).state, look(engine, job_id).error_code) == ("failed", "unknown_playlist")
