"""Jobs that are asked for and looked at, and a worker in this process that does them."""

from library.store import writing
from soundscape import jobs
from soundscape.config import Config
from soundscape.parts import now_ms
from soundscape.running import Running
from soundscape.worker import Settings, Worker

BY = "anna"


def submit(engine, kind="scan", **arguments):
    with writing(engine) as connection:
        return jobs.submit(connection, kind, arguments, by=BY, now_ms=now_ms())


def look(engine, job_id):
    with engine.connect() as connection:
        return jobs.get(connection, job_id)


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
