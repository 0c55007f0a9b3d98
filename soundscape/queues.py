"""The queues that wake workers: huey carries job ids and nothing else, in a file of its own or in Redis.

An id that is lost, with a worker that is killed, is no loss: the job's row is the truth, and is looked at again.
"""

import json
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args

from huey import Huey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError
from huey.registry import Message
from huey.serializer import Serializer

from soundscape.errors import BadConfiguration

QueueName = Literal["live", "files", "long", "lists"]
QUEUES: tuple[QueueName, ...] = get_args(QueueName)
"""Each has threads of its own: what a session under way goes on with never waits behind another list's file, a session
file for tonight never behind a scan or behind a list that Spotify is slow to give, and such a list not behind a scan.
"""
PROCESSES: tuple[tuple[QueueName, ...], ...] = (("live",), ("files",), ("long", "lists"))
"""Which queues share a worker process: a process costs memory, and lists from elsewhere are seldom asked for."""

log = logging.getLogger("soundscape")
REFUSALS: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
with suppress(ImportError):  # an optional package
    REFUSALS += (import_module("redis.exceptions").RedisError,)


class _Json(Serializer):  # type: ignore[misc]
    """Messages as JSON: unlike pickle, nothing in a queue can run."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))


class JobQueue:
    """One queue. ``do`` is what a worker does with each id; who only puts ids in needs none."""

    def __init__(
        self, name: QueueName, data: Path, redis_url: str | None, do: Callable[[str], None] | None = None
    ) -> None:
        self.huey = _open(name, data, redis_url)
        self._do = do
        self._task = self.huey.task(name="job")(self._job)

    def put(self, job_id: str) -> None:
        """Wake a worker for this job; more often than needed does no harm."""
        self._task(job_id)

    def is_empty(self) -> bool:
        """Whether no id waits."""
        return bool(self.huey.pending_count() == 0)

    def close(self) -> None:
        """Let go of the file or the connection."""
        self.huey.storage.close()

    def _job(self, job_id: str) -> None:
        assert self._do is not None, "only a worker takes ids out"
        self._do(job_id)


def put(name: QueueName, job_id: str, data: Path, redis_url: str | None) -> None:
    """Put one id into a queue. One that cannot be reached is logged and no more: a worker finds the job's row."""
    try:
        with closing(JobQueue(name, data, redis_url)) as queue:
            queue.put(job_id)
    except REFUSALS as error:
        log.warning("The queue for %s jobs did not take job %s (%s); a worker finds it by itself.", name, job_id, error)


def _open(name: QueueName, data: Path, redis_url: str | None) -> Huey:
    settings = {"results": False, "utc": True, "serializer": _Json()}
    if redis_url is None:
        return SqliteHuey(f"soundscape-{name}", filename=str(data / f"queue-{name}.db"), timeout=30, **settings)
    try:
        return RedisHuey(f"soundscape-{name}", url=redis_url, **settings)
    except ConfigurationError as error:
        raise BadConfiguration(
            "redis_url is set, but the package redis is missing. Install it (pip install redis), or remove redis_url."
        ) from error
