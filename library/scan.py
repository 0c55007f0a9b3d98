"""A folder becomes catalogued tracks: idempotent, resumable, one bad file stops nothing.

Every file's outcome is stored before it is yielded, so a scan that is killed loses at most the files under way and the
next one goes on where it ended. Files are examined in several processes; this process alone writes.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from library import audio
from library.catalogue import Catalogue, FileState, KnownFile
from library.errors import LibraryError, NoSuchFolder
from library.track import Record, Status
from library.verdict import ClearingPolicy, judge
from library.workers import Examined, examine_all

Did = Literal["measured", "known", "unchanged", "failed"]


class Outcome(Record, frozen=True, kw_only=True):
    """What became of one file, and how far the scan is."""

    path: str
    did: Did
    done: int
    total: int
    track_id: str | None = None
    status: Status | None = None
    error_code: str | None = None
    error_message: str | None = None


def scan(
    folder: Path, catalogue: Catalogue, *, workers: int | None = None, policy: ClearingPolicy | None = None
) -> Iterator[Outcome]:
    """Bring the catalogue up to date with a folder and everything below it.

    Parameters
    ----------
    folder
        Where the music is; files without an audio extension are passed over.
    catalogue
        Where the outcomes go.
    workers
        Processes; as many as the machine has cores if None.
    policy
        What is cleared without listening.

    Yields
    ------
    Outcome
        One for each audio file, in the order of completion.

    Raises
    ------
    NoSuchFolder
        If the folder is missing, or vanishes under way; what was stored stays.
    """
    folder = folder.absolute()
    paths = list(_audio_files(folder))
    known = catalogue.files()
    done = 0
    fresh: dict[str, FileState] = {}
    measured = catalogue.measured_ids()
    for path in paths:
        state = _state(path)
        if state is not None and _is_current(known.get(path), state, measured):
            done += 1
            yield Outcome(path=path, did="unchanged", done=done, total=len(paths), track_id=known[path].track_id)
        else:
            fresh[path] = state or FileState(path=path, size_bytes=0, modified_ns=0)
    for path, result in examine_all(list(fresh), measured, workers or os.cpu_count() or 1):
        if not folder.is_dir():
            raise _vanished(folder)
        done += 1
        yield _store(catalogue, fresh[path], result, policy, done, len(paths))
    if not folder.is_dir():
        raise _vanished(folder)
    within = os.path.join(folder, "")  # noqa: PTH118 - the separator at the end is the point
    catalogue.forget_files(path for path in known.keys() - set(paths) if path.startswith(within))


def _vanished(folder: Path) -> NoSuchFolder:
    return NoSuchFolder(
        f"{audio.readable(folder)}: the folder vanished during the scan. What was measured is kept; scan again when it "
        "is back."
    )


def _audio_files(folder: Path) -> Iterator[str]:
    """Every audio file below the folder, in a stable order."""
    if not folder.is_dir():
        raise NoSuchFolder(f"{audio.readable(folder)}: no such folder. Name the folder that holds the music.")

    def refuse(error: OSError) -> None:
        place = audio.readable(error.filename)
        raise NoSuchFolder(f"{place}: this folder cannot be read ({error.strerror}).") from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(names):
            if audio.is_audio(Path(name)):
                yield str(Path(parent, name))


def _state(path: str) -> FileState | None:
    """How the file lies on disk, or None if it is gone by now."""
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return FileState(path=path, size_bytes=stat.st_size, modified_ns=stat.st_mtime_ns)


def _is_current(known: KnownFile | None, state: FileState, measured: frozenset[str]) -> bool:
    """Failed files are tried at every scan: permission given back, or a share mounted again, changes no time stamp."""
    return known is not None and known.state == state and known.track_id in measured


def _store(
    catalogue: Catalogue,
    state: FileState,
    result: Examined | BaseException,
    policy: ClearingPolicy | None,
    done: int,
    total: int,
) -> Outcome:
    """Store what was found of the file as it lay *before* it was examined: one that grows meanwhile is seen again."""
    path = state.path
    if isinstance(result, BaseException):
        code = result.code if isinstance(result, LibraryError) else "analysis_failed"
        message = str(result) if isinstance(result, LibraryError) else f"{audio.readable(path)}: {result!r}"
        catalogue.put_error(state, code, message)
        return Outcome(path=path, did="failed", done=done, total=total, error_code=code, error_message=message)
    if result.analysis is None:
        catalogue.put_tags(state, result.track_id, result.tags)
        return Outcome(path=path, did="known", done=done, total=total, track_id=result.track_id)
    verdict = judge(result.analysis, policy)
    catalogue.put_track(state, result.track_id, result.tags, result.analysis, verdict)
    return Outcome(path=path, did="measured", done=done, total=total, track_id=result.track_id, status=verdict.status)
