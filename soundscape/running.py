"""A job while it is done: where it says how far it is, and learns that it shall stop."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from library.store import writing
from playlists.stages import Interrupted
from soundscape.config import Config
from soundscape.parts import Clock
from soundscape.ready import Ready
from soundscape.stores import jobs as store

TELL_EVERY_S = 0.5
"""Progress is stored at most this often: a desk is redrawn no oftener, and every write takes the one write lock."""
LEASE_S = 15.0


Watch = Callable[[float, str], None]
"""Told how far a job is, besides the row."""


class JobStopped(Exception):
    """Base of what ends a job from outside."""


class JobCancelled(JobStopped):
    """Somebody wished it to stop."""


class JobInterrupted(JobStopped, Interrupted):
    """The worker stops; the job is given back and done later."""


class LeaseLost(JobStopped):
    """The job is held by another attempt, or has ended; this one may change nothing any more."""


@dataclass(frozen=True)
class Done:
    """What came of a job: the result for programs, a sentence for people."""

    result: dict[str, object]
    message: str


@dataclass
class Running:
    """What a job function gets besides its arguments."""

    job_id: str
    attempt: int
    engine: sa.Engine
    data: Path
    config: Config
    clock: Clock
    stopping: threading.Event
    lease_s: float = LEASE_S
    watch: Watch = lambda _progress, _message: None
    ready: Ready | None = None
    """The library as the fit wants it, kept from job to job; without it a job reads it."""
    _told_s: float = field(default=float("-inf"), init=False)

    def tell(self, progress: float, message: str | Callable[[], str]) -> None:
        """Say how far the job is, 0..1, and in words, made only when they are stored; as often as you like.

        Raises
        ------
        JobStopped
            The job shall stop now and leave nothing behind.
        """
        if self.stopping.is_set():
            raise JobInterrupted
        if time.monotonic() - self._told_s < TELL_EVERY_S:
            return
        self._told_s = time.monotonic()
        words = message if isinstance(message, str) else message()
        self.watch(progress, words)
        with writing(self.engine) as connection:
            wished = store.tell(
                connection, self.job_id, self.attempt, progress, words, lease_until_ms=self.lease_until_ms()
            )
        if wished is None:
            raise LeaseLost
        if wished:
            raise JobCancelled

    def lease_until_ms(self) -> int:
        """When a lease ends that begins now."""
        return self.clock() + int(self.lease_s * 1000)
