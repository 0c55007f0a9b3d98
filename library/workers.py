"""Files examined in several processes: identity, tags and measures, one file's end never another's.

Each worker is one process with one thread that examines one file after another; it leaves Ctrl-C to its parent and dies
with it, also when the parent is killed. A file may use so much time and so much memory; one that needs more, or whose
decoder crashes, costs its own process, which is replaced, and becomes an error of its own.
"""

import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from pathlib import Path

import msgspec

from library.audio import content_id, readable
from library.errors import (
    AnalysisDied,
    AnalysisFailed,
    AnalysisTimedOut,
    AnalysisTooLarge,
    LibraryError,
    UnreadableTags,
)
from library.tags import read_tags
from library.track import Analysis, Record, Tags


class Examined(Record, frozen=True, kw_only=True):
    """What a worker found; ``analysis`` is None where the track was measured before."""

    track_id: str
    tags: Tags
    analysis: Analysis | None


Result = tuple[str, Examined | LibraryError]
Examine = Callable[[str], Examined]

LEAST_LIMIT_S, LIMIT_S_PER_MIB, MOST_LIMIT_S = 30.0, 20.0, 3600.0
"""A file may take this long (judgement). The header's word for its length may be a lie, so its size decides. A MiB is
at most four minutes of the thinnest music (32 kb/s), some 2 s of work: a slow machine has ten times as much."""

STARVED = 4.0
"""The limit counts a worker's own processor time, since a busy machine may leave it little; one that gets none or asks
for none, as before a network share that does not answer, is given up after so many times the limit."""

MOST_MEMORY_MIB = 600
"""Resident memory at which a worker is ended (judgement): honest music of three hours stays below 460."""

LOOK_EVERY_S = 0.05
"""How often time and memory are looked at: a process fills some 100 MiB meanwhile."""

_measured: frozenset[str] = frozenset()
"""In a worker: the tracks that need no measuring. Set once by `_serve`."""


def examine_all(
    paths: Iterable[str], measured: frozenset[str], workers: int, look: Callable[[], None] = lambda: None
) -> Generator[Result, None, None]:
    """Yield (path, result or error) of each file, in the order of completion.

    ``paths`` are drawn one at a time, so that their order may change under way. ``measured`` are the ids of tracks that
    need no measuring. ``look`` is called many times a second and may end everything by raising. A file whose process
    dies is tried once more alone, when all others are done, then given up as `AnalysisDied`: the first time may have
    been another program's fault.
    """
    suspects: list[str] = []
    for path, result in _examined(paths, measured, workers, look):
        if isinstance(result, AnalysisDied):
            suspects.append(path)
        else:
            yield path, result
    yield from _examined(suspects, measured, 1, look)


def _examined(
    paths: Iterable[str], measured: frozenset[str], workers: int, look: Callable[[], None]
) -> Iterator[Result]:
    """Yield results, each file tried once; a worker that is gone is replaced while there is work."""
    rest = iter(paths)
    team: list[_Worker] = []
    try:
        while True:
            look()
            while len(team) < workers and (path := next(rest, None)) is not None:
                team.append(_Worker(measured))
                team[-1].give(path)
            if not team:
                return
            wait_for([worker.pipe for worker in team], LOOK_EVERY_S)
            for worker in list(team):
                path, result = worker.path, worker.result()
                if result is None:
                    continue
                upcoming = None if worker.ended else next(rest, None)
                if upcoming is None:
                    team.remove(worker)
                    worker.end()
                else:
                    worker.give(upcoming)  # before the result is stored, so that no worker waits for that
                yield path, result
    finally:
        for worker in team:
            worker.end()


class _Worker:
    """The parent's view of one process: the file that it is at, and until when."""

    def __init__(self, measured: frozenset[str]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, _examine, measured), daemon=True)
        self._process.start()
        theirs.close()
        self._started = False
        self._limit_s = LEAST_LIMIT_S
        self._used_s, self._give_up_at = 0.0, math.inf
        self.path = ""
        self.ended = False

    def give(self, path: str) -> None:
        """Let it examine a file."""
        self.path, self._limit_s = path, _limit_s(path)
        if self._started:
            self._begin_clock()
        with suppress(BrokenPipeError):  # it died while it had nothing to do: `result` finds that out
            self.pipe.send(path)

    def result(self) -> Examined | LibraryError | None:
        """What came of the file, or None while it is under way."""
        try:
            while self.pipe.poll():
                result: Examined | LibraryError | None = self.pipe.recv()
                if result is not None:
                    return result
                self._started = True  # the time that imports take is not the file's
                self._begin_clock()
        except (EOFError, OSError):
            self.end()
            return AnalysisDied(f"{readable(self.path)}: the analysis of this file died twice. Export it again.")
        error = self._beyond_limits()
        if error is not None:
            self.end()
        return error

    def _begin_clock(self) -> None:
        self._used_s = _processor_s(self._process.pid)
        self._give_up_at = time.monotonic() + STARVED * self._limit_s

    def _beyond_limits(self) -> LibraryError | None:
        name = readable(self.path)
        used_s = _processor_s(self._process.pid) - self._used_s if self._started else 0.0
        if used_s > self._limit_s or time.monotonic() > self._give_up_at:
            return AnalysisTimedOut(f"{name}: not measured within {self._limit_s:.0f} s, so given up. Export it again.")
        if _resident_mib(self._process.pid) > MOST_MEMORY_MIB:
            return AnalysisTooLarge(f"{name}: needs more than {MOST_MEMORY_MIB} MiB of memory. Export it again.")
        return None

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.pipe.close()
        self.ended = True


def _limit_s(path: str) -> float:
    try:
        size_mib = Path(path).stat().st_size / (1 << 20)
    except OSError:
        size_mib = 0.0  # gone or out of reach: the worker will say so
    return min(max(LEAST_LIMIT_S, LIMIT_S_PER_MIB * size_mib), MOST_LIMIT_S)


def _processor_s(pid: int | None) -> float:
    """Processor time that a process has used; elsewhere than on Linux unknown here, and the clock alone counts."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int | None) -> float:
    """Memory that a process holds. Only Linux tells it cheaply: elsewhere the time limit alone protects."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0.0  # ended a moment ago, which the pipe tells
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _serve(pipe: Connection, examine: Examine, measured: frozenset[str]) -> None:
    """The life of a worker: say that it is ready, then answer each path with what was found, until the pipe closes."""
    global _measured
    _measured = measured
    _begin_worker()
    pipe.send(None)
    while True:
        try:
            path = pipe.recv()
        except EOFError:
            return
        pipe.send(_answer(examine, path))


def _answer(examine: Examine, path: str) -> Examined | LibraryError:
    try:
        return examine(path)
    except LibraryError as error:
        return error
    except MemoryError:
        return AnalysisTooLarge(f"{readable(path)}: more memory is needed than there is. Export it again.")
    except Exception as error:  # noqa: BLE001 - a fault of ours in one file must not end the others
        return AnalysisFailed(f"{readable(path)}: {error!r}. This is a fault of the analysis: please report it.")


def cores() -> int:
    """How many cores this process may use: a container's or a service's share, not the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin_worker() -> None:
    """One thread a process, no reaction to Ctrl-C (the parent's), and no life after the parent's.

    The measures are imported here and not above: that takes a second, which only workers need to spend; last, since
    Ctrl-C or the parent's end may come meanwhile.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait_for([sentinel]), os._exit(1)), daemon=True).start()

    import threadpoolctl

    import library.analysis.measure  # noqa: F401 - before the threads of what it loads are limited

    threadpoolctl.threadpool_limits(1)


def _examine(path: str) -> Examined:
    from library.analysis.measure import measure

    file = Path(path)
    track_id = content_id(file)
    analysis = None if track_id in _measured else measure(file)
    try:
        tags = read_tags(file)
    except UnreadableTags as error:  # the music counts: it is kept, without a title, and says why
        tags = Tags()
        if analysis is not None:
            analysis = msgspec.structs.replace(analysis, unknown={**analysis.unknown, "tags": str(error)})
    return Examined(track_id=track_id, tags=tags, analysis=analysis)
