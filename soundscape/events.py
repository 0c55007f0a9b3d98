"""Who is told that something changed? One reader per process asks the database and wakes all who listen.

It looks at once for what a request here may have changed, and within `LOOK_EVERY_S` for what others did. An event
carries only its topic. What changed is read from the truth by the one who was woken, so a lost event is harmless: it
costs a little time.
"""

import queue
import threading
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from soundscape.errors import TooManyStreams
from soundscape.stores import pulse

LOOK_EVERY_S = 0.4
"""Judgement: what a worker changed is shown within half a second, for three small reads a second."""
KEEP_ALIVE_S = 15.0


class Wakes:
    """The listeners of one process, ``most`` at a time."""

    def __init__(self, engine: sa.Engine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._lock = threading.Lock()
        self._listeners: dict[queue.SimpleQueue[str], frozenset[str]] = {}
        self._reader: threading.Thread | None = None
        self._closed = threading.Event()
        self._due = threading.Event()

    def stream(self, topics: Iterable[str]) -> Iterator[str]:
        """Lines of a `text/event-stream`: each topic as it pulses, and a comment when nothing does.

        The first line tells the browser how soon to come back after a break.

        Raises
        ------
        TooManyStreams
        """
        if len(self._listeners) >= self._most:
            raise TooManyStreams(
                "Too many pages and players listen at once. Close some, or raise streams in the settings."
            )
        return self._lines(topics)

    def _lines(self, topics: Iterable[str]) -> Iterator[str]:
        inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
        with self._lock:
            self._listeners[inbox] = frozenset(topics)
            if self._reader is None:
                self._reader = threading.Thread(target=self._read, name="pulses", daemon=True)
                self._reader.start()
        try:
            yield "retry: 2000\n\n"
            while not self._closed.is_set():
                try:
                    topic = inbox.get(timeout=KEEP_ALIVE_S)
                except queue.Empty:
                    yield ": here\n\n"
                else:
                    if topic:
                        yield f"data: {topic}\n\n"
        finally:
            with self._lock:
                self._listeners.pop(inbox, None)

    def look(self) -> None:
        """Look now: something was written."""
        self._due.set()

    def close(self) -> None:
        """End every stream."""
        self._closed.set()
        self._due.set()
        with self._lock:
            for inbox in self._listeners:
                inbox.put("")

    def _read(self) -> None:
        known = self._counters({})
        while True:
            self._due.wait(LOOK_EVERY_S)
            self._due.clear()
            if self._closed.is_set():
                return
            found = self._counters(known)
            changed = {topic for topic, count in found.items() if known.get(topic) != count}
            known = found
            if changed:
                with self._lock:
                    for inbox, topics in self._listeners.items():
                        for topic in sorted(changed & topics):
                            inbox.put(topic)

    def _counters(self, known: dict[str, int]) -> dict[str, int]:
        """The counters now; those known where the database is busy: the next look is soon."""
        try:
            with self._engine.connect() as connection:
                return pulse.counters(connection)
        except (sa.exc.OperationalError, sa.exc.TimeoutError):  # locked, or no connection is free
            return known
