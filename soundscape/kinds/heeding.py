"""How a job that measures heeds what people wish: it rests while measuring is paused, stops when it is cancelled, and
makes way for work that somebody waits for.
"""

import time

import sqlalchemy as sa

from library.line import Held, Wishes
from library.store import writing
from soundscape import measuring
from soundscape.running import JobCancelled, JobInterrupted, LeaseLost, Running
from soundscape.stores import jobs as store
from soundscape.stores.jobs import Job

LOOK_EVERY_S = 0.5
"""A press is felt within a second; a read of two rows, twice a second, is nothing."""


class MakesWay(Exception):
    """Another job of the queue waits that comes first."""


class Heeding:
    """Looks at the wishes of people for one job.

    Parameters
    ----------
    job
        The one that measures.
    yields
        Whether it makes way for any other job of its queue.
    """

    def __init__(self, job: Running, *, yields: bool = False) -> None:
        self._job = job
        self._yields = yields
        self._looked_s = float("-inf")
        self.progress = 0.0
        self.wishes = Wishes(self._look, self._hold)

    def begin(self) -> None:
        """Rest before anything is done, if measuring is paused."""
        with writing(self._job.engine) as connection:
            measuring.tidy(connection)
        self._hold()

    def _look(self) -> None:
        if self._job.stopping.is_set():
            raise JobInterrupted
        if time.monotonic() - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = time.monotonic()
        with self._job.engine.connect() as connection:
            here, paused = self._here(connection), measuring.pause(connection)
            others = self._yields and measuring.others_wait(connection, here)
        if others:
            raise MakesWay
        if paused is not None:
            raise Held

    def _hold(self) -> None:
        """Until nobody wishes a pause any more."""
        words = ""
        while True:
            with self._job.engine.connect() as connection:
                here, paused = self._here(connection), measuring.pause(connection)
            if paused is None:
                break
            words = f"Paused by {paused.changed_by}."
            if here.message != words:  # said again and again, it would wake every page for as long as the pause lasts
                self._job.tell(self.progress, words)
            self._job.stopping.wait(LOOK_EVERY_S)
        if words:
            self._job.tell(self.progress, "Measuring goes on.")

    def _here(self, connection: sa.Connection) -> Job:
        """The job's row, as long as it is held and nobody wishes it to stop."""
        if self._job.stopping.is_set():
            raise JobInterrupted
        here = store.get(connection, self._job.job_id)
        if (here.state, here.attempts) != ("running", self._job.attempt):
            raise LeaseLost
        if here.cancel_wished:
            raise JobCancelled
        return here
