"""How does one stage of a long piece of work go on while the next one is busy?

A stream is run in a thread of its own, a few items ahead of who takes them. What decodes, filters or encodes lets go of
the interpreter, so that two stages use two cores. An error in the stream is raised where its item would have come.
"""

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")
DEPTH = 2
"""Items held ready: enough to bridge an uneven one, few enough that memory stays flat."""


class Ahead(Generic[T], Iterator[T]):
    """An iterator over a generator that runs in a thread. Left or closed early, it stops and closes the generator."""

    def __init__(self, source: Generator[T]) -> None:
        self._source = source
        self._ready: queue.Queue[tuple[T] | BaseException | None] = queue.Queue(DEPTH)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __next__(self) -> T:
        if self._stopping:
            raise StopIteration
        found = self._ready.get()
        if isinstance(found, tuple):
            return found[0]
        self._stopping = True
        self._thread.join()
        if found is None:
            raise StopIteration
        raise found

    def close(self) -> None:
        """Stop, and return when the thread has ended; more often does no harm."""
        self._stopping = True
        # What is being put finds room, and after it the thread sees that it shall stop; its last word fits too.
        while self._thread.is_alive():
            try:
                self._ready.get_nowait()
            except queue.Empty:
                self._thread.join(0.01)

    def _run(self) -> None:
        last: BaseException | None = None
        try:
            with closing(self._source):
                for item in self._source:
                    self._ready.put((item,))
                    if self._stopping:
                        return
        except BaseException as error:  # noqa: BLE001 - whatever it was, it is raised where the item is waited for
            last = error
        self._ready.put(last)
