"""A server whose next process answers before the last one ends.

granian starts the next process, waits for a fixed time and ends the last one; on a slow machine that was seen to leave
seconds without an answer. Here the start of a process is over once its app is made.
"""

import multiprocessing
from typing import Any

from granian.server import MPServer

STARTS_WITHIN_S = 120.0
"""Judgement: an app that is not there by then will not come; what answered before must not stay for ever."""
LOOK_EVERY_S = 0.2


class OverlappingServer(MPServer):
    """granian's server; ``made`` is set by each of its processes once that has made its app."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.made = multiprocessing.get_context("spawn").Event()

    def _spawn_worker(self, *arguments: Any, **options: Any) -> Any:
        worker = super()._spawn_worker(*arguments, **options)
        begin = worker.start

        def start() -> None:
            self.made.clear()
            begin()  # type: ignore[no-untyped-call]
            for _ in range(round(STARTS_WITHIN_S / LOOK_EVERY_S)):
                if self.made.wait(LOOK_EVERY_S) or self.interrupt_signal or not worker.is_alive():  # type: ignore[no-untyped-call]
                    break

        worker.start = start  # type: ignore[method-assign]
        return worker
