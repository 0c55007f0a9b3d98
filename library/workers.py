"""Files examined in several processes: identity, tags and measures, one file's end never another's.

A worker uses one thread, leaves Ctrl-C to its parent and dies with it, also when the parent is killed.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from pathlib import Path

import threadpoolctl

from library import audio
from library.analysis.measure import measure
from library.errors import AnalysisDied
from library.tags import read_tags
from library.track import Analysis, Record, Tags


class Examined(Record, frozen=True, kw_only=True):
    """What a worker found; ``analysis`` is None where the track was measured before."""

    track_id: str
    tags: Tags
    analysis: Analysis | None


Result = tuple[str, Examined | BaseException]

_measured: frozenset[str] = frozenset()
"""In a worker: the tracks that need no measuring. Set once by `_begin_worker`."""


def _begin_worker(measured: frozenset[str]) -> None:
    """One thread a process, no reaction to Ctrl-C (the parent's), and no life after the parent's."""
    global _measured
    _measured = measured
    threadpoolctl.threadpool_limits(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait_for([sentinel]), os._exit(1)), daemon=True).start()


def _examine(path: str) -> Examined:
    file = Path(path)
    track_id = audio.content_id(file)
    tags = read_tags(file)
    return Examined(track_id=track_id, tags=tags, analysis=None if track_id in _measured else measure(file))


def examine_all(paths: list[str], measured: frozenset[str], workers: int) -> Iterator[Result]:
    """Yield (path, result or error) of each file, in the order of completion.

    ``measured`` are the ids of tracks that need no measuring. A file whose process dies is tried once more alone, then
    given up as `AnalysisDied`.
    """
    suspects: list[str] = []
    waiting = paths
    while waiting:
        waiting = yield from _examine_until_broken(waiting, measured, min(workers, len(waiting)), suspects)
    for path in suspects:
        alone: list[str] = []
        yield from _examine_until_broken([path], measured, 1, alone)
        if alone:
            yield path, AnalysisDied(f"{audio.readable(path)}: the analysis of this file died twice. Export it again.")


def _examine_until_broken(
    paths: list[str], measured: frozenset[str], workers: int, suspects: list[str]
) -> Generator[Result, None, list[str]]:
    """Yield results until done or a process dies; then note who was under way and return who was not."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker, initargs=(measured,))
    rest = deque(paths)
    running: dict[Future[Examined], str] = {}
    try:
        while True:
            while rest and len(running) < 2 * workers:
                running[pool.submit(_examine, rest[0])] = rest[0]
                rest.popleft()
            if not running:
                return []
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    suspects += running.values()
                    return list(rest)
                yield running.pop(future), error or future.result()
    except BrokenProcessPool:
        suspects += running.values()
        return list(rest)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
