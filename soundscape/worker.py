"""A worker: it does the jobs of one queue until it is told to stop, in a process that may hold several.

It says that it is alive, renews the leases of what it holds, takes up what dead workers held, and looks for jobs whose
id was lost. Told to stop, it interrupts its jobs and gives them back. Started by `serve`, it also stops when `serve`
is gone, whichever way that ended: its standard input closes then.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from library.audio import readable
from library.catalogue import Catalogue
from library.errors import LibraryError
from library.store import open_store, sqlite_url, writing
from playlists.errors import PlaylistError
from soundscape import jobs, measuring, standing
from soundscape.config import Config, load_config
from soundscape.errors import ServiceError
from soundscape.kinds import WORK
from soundscape.parts import Clock, now_ms
from soundscape.queues import JobQueue, QueueName
from soundscape.ready import Ready
from soundscape.running import LEASE_S, JobCancelled, JobInterrupted, LeaseLost, Running, Watch
from soundscape.stores import jobs as store

THREADS: Mapping[QueueName, int] = {"live": 4, "files": 2, "long": 1, "lists": 1}
"""Judgement: a refit of a moment does not wait behind the successors of three rooms, a short list's file
not behind a long one's; two scans at once would measure the same files, two lists ask Spotify twice as often."""
NICE: Mapping[QueueName, int] = {"live": 0, "files": 5, "long": 10, "lists": 10}
"""How far each stands back where processors are short: a playing session first, then session files, then the others
(judgement; on Linux 5 steps are a third of the weight, 10 a tenth)."""
LOOK_EVERY_S = 1.0
BEAT_EVERY_S = 5.0
STANDING_EVERY_MS = 60_000
"""Judgement: rooms can wait a minute for what they may need some day; a start of the service has other things to do."""
MOST_ATTEMPTS = 3
GRACE_S = 5.0
"""Judgement: a mixdown looks several times a second whether to stop; a scan may be deep in a long file."""


@dataclass(frozen=True)
class Settings:
    """What a worker is told."""

    data: Path
    config: Config
    queue: QueueName
    clock: Clock = now_ms
    lease_s: float = LEASE_S
    watch: Watch = lambda _progress, _message: None
    """Also told how far a job is."""


class Worker:
    """The jobs of one queue, done in threads."""

    def __init__(self, settings: Settings, stopping: threading.Event | None = None) -> None:
        self._settings = settings
        self._engine = open_store(settings.config.database_url or sqlite_url(settings.data))
        self._queue = JobQueue(settings.queue, settings.data, settings.config.redis_url, self.do)
        self._ready = Ready(Catalogue(self._engine))
        self._held: dict[str, int] = {}
        self._changed = threading.Condition()
        self._beaten_ms = 0
        self._looked_ms = settings.clock()
        self._to_ask_for_stale = settings.queue == jobs.QUEUE_OF["measure"]
        self.stopping = threading.Event() if stopping is None else stopping

    def run(self) -> bool:
        """Do jobs until `stopping` is set; what is under way then is given back. Whether all of it has stopped."""
        consumer = self._queue.huey.create_consumer(
            workers=THREADS[self._settings.queue], periodic=False, max_delay=0.5, check_worker_health=False
        )
        consumer._set_signal_handlers = lambda: None  # the process's signals are `run_worker`'s
        self._care()
        consumer.start()
        while not self.stopping.wait(LOOK_EVERY_S):
            self._care()
        consumer.stop()
        return self._let_go()

    def do(self, job_id: str) -> None:
        """Claim one job and do it; nothing if somebody else has it or it was cancelled."""
        if self.stopping.is_set():
            return
        here = self._settings
        lease_until_ms = here.clock() + int(here.lease_s * 1000)
        with writing(self._engine) as connection:
            job = store.claim(connection, job_id, lease_until_ms=lease_until_ms, now_ms=here.clock())
        if job is None:
            return
        with self._changed:
            self._held[job_id] = job.attempts
        running = Running(
            job_id=job_id,
            attempt=job.attempts,
            engine=self._engine,
            data=here.data,
            config=here.config,
            clock=here.clock,
            stopping=self.stopping,
            lease_s=here.lease_s,
            watch=here.watch,
            ready=self._ready,
        )
        try:
            self._do(running, job)
        finally:
            with self._changed:
                self._held.pop(job_id, None)
                self._changed.notify_all()

    def _do(self, running: Running, job: store.Job) -> None:
        try:
            done = WORK[job.kind](running, job.arguments)
        except LeaseLost:
            return
        except JobInterrupted:
            with writing(self._engine) as connection:
                store.give_back(connection, job.job_id, job.attempts)
        except JobCancelled:
            with writing(self._engine) as connection:
                store.stop(connection, job.job_id, job.attempts, now_ms=self._settings.clock())
        except Exception as error:  # noqa: BLE001 - whatever it was, the job's row must say so
            code, message = _said(error)
            with writing(self._engine) as connection:
                store.fail(connection, job.job_id, job.attempts, code, message, now_ms=self._settings.clock())
        else:
            with writing(self._engine) as connection:
                now = self._settings.clock()
                store.finish(connection, job.job_id, job.attempts, done.result, done.message, now_ms=now)

    def _care(self) -> None:
        """Look after the queue, and once ask for what is stale; a busy database is asked again at the next look."""
        try:
            self._beat()
            self._take_up()
            if self._to_ask_for_stale:
                self._measure_stale()
                self._to_ask_for_stale = False
            if self._settings.queue == jobs.QUEUE_OF[standing.KIND]:
                self._make_standing()
        except sa.exc.OperationalError as error:
            _log(f"The worker for {self._settings.queue} jobs waits for the database: {error.orig}.")

    def _measure_stale(self) -> None:
        """A new version of the analysis comes with a new start: what older ones measured is measured again."""
        with writing(self._engine) as connection:
            measuring.begin(connection, by=measuring.BY_ITSELF, now_ms=self._settings.clock())

    def _make_standing(self) -> None:
        """What rooms hold beside their files is made when there is nothing else to do."""
        now = self._settings.clock()
        if now - self._looked_ms < STANDING_EVERY_MS:
            return
        self._looked_ms = now
        with self._engine.connect() as connection:
            idle = standing.wanted(connection, now) is not None
        if idle:
            with writing(self._engine) as connection:
                standing.ask_when_idle(connection, now)

    def _beat(self) -> None:
        now = self._settings.clock()
        if now - self._beaten_ms < min(BEAT_EVERY_S, self._settings.lease_s / 3) * 1000:
            return
        with self._changed:
            held = list(self._held.items())
        with writing(self._engine) as connection:
            store.beat(connection, self._settings.queue, os.getpid(), now_ms=now)
            store.renew(connection, held, lease_until_ms=now + int(self._settings.lease_s * 1000))
        self._beaten_ms = now

    def _take_up(self) -> None:
        """Jobs whose worker died, and jobs whose id was lost with one."""
        name, now = self._settings.queue, self._settings.clock()
        with self._engine.connect() as connection:
            expired = store.any_expired(connection, name, now_ms=now)
        if expired:
            with self._changed:
                held = list(self._held.items())
            with writing(self._engine) as connection:
                # On a machine so busy that our own leases ran out, what we hold is still ours.
                store.renew(connection, held, lease_until_ms=now + int(self._settings.lease_s * 1000))
                for job_id in store.requeue_expired(connection, name, most_attempts=MOST_ATTEMPTS, now_ms=now):
                    _log(f"Job {job_id} is done again: the worker that did it died.")
        if self._queue.is_empty():
            with self._engine.connect() as connection:
                waiting = store.waiting(connection, name)
            for job_id in waiting:
                self._queue.put(job_id)

    def _let_go(self) -> bool:
        """Wait a little for the jobs to stop, give back those that did not, and note that nobody is here."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held, timeout=GRACE_S)
            left = dict(self._held)
        with writing(self._engine) as connection:
            for job_id, attempt in left.items():
                store.give_back(connection, job_id, attempt)
            store.forget_worker(connection, self._settings.queue, os.getpid())
        self._queue.close()
        self._engine.dispose()
        return not left


def run_workers(data: Path, queues: Sequence[QueueName], *, supervised: bool, lease_s: float = LEASE_S) -> None:
    """Be the workers of these queues until a signal comes, or, if ``supervised``, standard input closes.

    Where one fails all stop, so that whoever started the process sees it end.

    Raises
    ------
    BadConfiguration, UnreadableDatabase
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    if hasattr(os, "nice"):  # not on Windows
        os.nice(max(NICE[queue] for queue in queues))
    config, stopping = load_config(data), threading.Event()
    first, *others = (
        Worker(Settings(data=data, config=config, queue=queue, lease_s=lease_s), stopping) for queue in queues
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # A terminal or a service manager sends them to everybody: supervised, they are for `serve`, which tells us.
        signal.signal(number, signal.SIG_IGN if supervised else lambda *_: stopping.set())
    if supervised:
        threading.Thread(target=_until_alone, args=(stopping,), daemon=True).start()
    with ThreadPoolExecutor(max(1, len(others))) as pool:
        beside = [pool.submit(_run, worker) for worker in others]
        all_stopped = all([_run(first), *(worker.result() for worker in beside)])
    if not all_stopped:
        sys.stderr.flush()
        os._exit(0)  # a job that would not stop was given back; its threads must not hold the process


def _run(worker: Worker) -> bool:
    try:
        return worker.run()
    finally:
        worker.stopping.set()


def _until_alone(stopping: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    stopping.set()


def _said(error: Exception) -> tuple[str, str]:
    """Code and message of what a job failed with."""
    if isinstance(error, (LibraryError, PlaylistError, ServiceError)):
        return error.code, str(error)
    if isinstance(error, sa.exc.DBAPIError):
        return "database_refused", f"The database refused: {error.orig}."
    if isinstance(error, OSError):
        place = f"{readable(error.filename)}: " if error.filename else ""
        return "system_refused", f"{place}{error.strerror or error}."
    _log("".join(traceback.format_exception(error)))
    return "defect", f"This is a defect of Soundscape: {error!r}. The service's log says more."


def _log(message: str) -> None:
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - a worker's log is its standard error
