"""How a job that measures heeds what people wish: it rests while measuring is paused, stops when it is cancelled, and
makes way for work that somebody waits for.
"""

import time

from library.line import Held, Wishes
from library.store import writing
from soundscape import measuring
from soundscape.running import JobCancelled, JobInterrupted, Running
from soundscape.stores import jobs as store

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
            here = store.get(connection, self._job.job_id)
            paused = measuring.pause(connection)
            others = self._yields and measuring.others_wait(connection, here)
        if here.cancel_wished:
            raise JobCancelled
        if others:
            raise MakesWay
        if paused is not None:
            raise Held

    def _hold(self) -> None:
        """Until nobody wishes a pause any more."""
        while True:
            with self._job.engine.connect() as connection:
                paused = measuring.pause(connection)
            if paused is None:
                return
            self._job.tell(self.progress, f"Paused by {paused.changed_by}.")
            self._job.stopping.wait(LOOK_EVERY_S)
