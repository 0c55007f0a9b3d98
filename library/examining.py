"""Files are measured and every outcome is stored before it is told.

What a scan and a measuring again have in common. A file that grows while it is examined is stored as it lay *before*,
so that it is seen again.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

from library import audio
from library.again import OUR_FAULT
from library.catalogue import Catalogue, FileState
from library.errors import LibraryError
from library.line import Held, Line, Wishes
from library.track import Record, Status
from library.verdict import judge
from library.workers import Examined, cores, examine_all

Did = Literal["measured", "known", "unchanged", "failed"]


class Outcome(Record, frozen=True, kw_only=True):
    """What became of one file, and how far the work is."""

    path: str
    did: Did
    done: int
    total: int
    track_id: str | None = None
    status: Status | None = None
    error_code: str | None = None
    error_message: str | None = None


def examine(
    paths: Iterable[str],
    catalogue: Catalogue,
    *,
    workers: int | None = None,
    line: Line | None = None,
    wishes: Wishes | None = None,
) -> Iterator[Outcome]:
    """Measure files and store what was found.

    Parameters
    ----------
    paths
        The files.
    catalogue
        Where the outcomes go.
    workers
        Processes; as many as the machine has cores if None.
    line
        The order; as they come if None.
    wishes
        Who may ask to rest or to stop.

    Yields
    ------
    Outcome
        One for each file, in the order of completion; ``done`` and ``total`` count these files.
    """
    line, wishes = line or Line(), wishes or Wishes()
    wanted = list(paths)
    line.fill(wanted)
    measured, done = catalogue.measured_ids(), 0
    while True:
        states: dict[str, FileState] = {}
        results = examine_all(_drawn(line, states), measured, workers or cores(), wishes.look)
        try:
            with closing(results):  # no worker outlives a failure to store
                for path, result in results:
                    done += 1
                    if isinstance(result, LibraryError) and not os.path.lexists(path):
                        line.drop(path)
                        yield _gone(path, done, len(wanted))
                    else:
                        yield _store(catalogue, states[path], result, done, len(wanted))
                        line.done(path)
            return
        except Held:
            line.put_back()
            wishes.hold()


def state_of(path: str) -> FileState | None:
    """How the file lies on disk, or None if it is gone by now."""
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return FileState(path=path, size_bytes=stat.st_size, modified_ns=stat.st_mtime_ns)


def _drawn(line: Line, states: dict[str, FileState]) -> Iterator[str]:
    """The line's files, each with its state before it is examined."""
    for path in line:
        states[path] = state_of(path) or FileState(path=path, size_bytes=0, modified_ns=0)
        yield path


def _gone(path: str, done: int, total: int) -> Outcome:
    """A file that vanished, with its disk perhaps, takes nothing with it: whether it is gone for good, a scan tells."""
    message = f"{audio.readable(path)}: the file is not there. Connect its disk again, or scan the folder it moved to."
    return Outcome(path=path, did="failed", done=done, total=total, error_code="file_gone", error_message=message)


def _store(catalogue: Catalogue, state: FileState, result: Examined | LibraryError, done: int, total: int) -> Outcome:
    path = state.path
    if isinstance(result, LibraryError):
        code, message = result.code, str(result)
        catalogue.put_error(state, code, message, ours=code in OUR_FAULT)
        return Outcome(path=path, did="failed", done=done, total=total, error_code=code, error_message=message)
    track_id = result.track_id
    if result.analysis is None:
        catalogue.put_tags(state, track_id, result.tags)
        return Outcome(path=path, did="known", done=done, total=total, track_id=track_id)
    verdict = catalogue.put_track(state, track_id, result.tags, result.analysis, judge(result.analysis))
    return Outcome(path=path, did="measured", done=done, total=total, track_id=track_id, status=verdict.status)
