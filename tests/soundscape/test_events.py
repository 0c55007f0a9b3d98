"""The one reader that wakes pages and players lives through a database that has no time for it."""

import threading

import sqlalchemy as sa

from library.store import writing
from soundscape.errors import answer_of
from soundscape.events import Wakes
from soundscape.stores import pulse
from tests.soundscape.house import House


def test_the_reader_outlives_a_time_in_which_every_connection_is_taken(tmp_path):
    house = House(tmp_path)
    asked = threading.Semaphore(0)

    class Told(sa.pool.QueuePool):
        def _do_get(self):
            asked.release()
            return super()._do_get()

    engine = sa.create_engine(house.engine.url, poolclass=Told, pool_size=1, max_overflow=0, pool_timeout=0.05)
    wakes = Wakes(engine, 5)
    lines = wakes.stream(["desk"])
    with engine.connect():
        next(lines)  # from now on the reader asks, and gets no connection
        assert all(asked.acquire(timeout=5) for _ in range(3))
    with writing(house.engine) as connection:
        pulse.raise_(connection, "desk")
    assert next(lines) == "data: desk\n\n"
    wakes.close()
    engine.dispose()


def test_a_server_without_a_free_connection_says_that_it_is_busy():
    answer = answer_of(sa.exc.TimeoutError("QueuePool limit of size 5 overflow 10 reached"))
    assert answer is not None
    assert (answer.status, answer.code) == (503, "database_busy")
