"""The one reader that wakes pages and players lives through a database that has no time for it."""

import itertools
import threading

import sqlalchemy as sa

from library.store import writing
from soundscape import events
from soundscape.errors import answer_of
from soundscape.events import Wakes
from soundscape.stores import pulse
from tests.soundscape.house import House
from tests.waiting import until


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


def test_what_a_request_changed_is_heard_before_the_next_usual_look(tmp_path, monkeypatch):
    monkeypatch.setattr(events, "LOOK_EVERY_S", 60.0)
    house = House(tmp_path)
    admin, names = house.staff(), (f"Room {number}" for number in itertools.count(1))
    lines = house.parts.wakes.stream(["desk"])
    next(lines)
    heard: list[str] = []
    threading.Thread(target=lambda: heard.append(next(lines)), daemon=True).start()

    # The reader may not have looked for the first time when the first press comes.
    def pressed_and_heard() -> list[str]:
        assert admin.call("POST", "/rooms", {"name": next(names)}).status_code == 201
        return heard

    until(pressed_and_heard, 5.0, "the wake")
    assert heard == ["data: desk\n\n"]
    house.parts.wakes.close()


def test_a_server_without_a_free_connection_says_that_it_is_busy():
    answer = answer_of(sa.exc.TimeoutError("QueuePool limit of size 5 overflow 10 reached"))
    assert answer is not None
    assert (answer.status, answer.code) == (503, "database_busy")
