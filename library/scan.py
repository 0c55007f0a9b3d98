"""A folder becomes catalogued tracks: idempotent, resumable, one bad file or folder stops nothing.

Every file's outcome is stored before it is yielded, so a scan that is killed loses at most the files under way and the
next one goes on where it ended. Files are examined in several processes; this process alone writes.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from library import audio
from library.catalogue import Catalogue, FileState, KnownFile
from library.errors import NoSuchFolder
from library.examining import Outcome, examine
from library.line import Line, Wishes

__all__ = ["Outcome", "scan"]

UNREADABLE = "folder_unreadable"


@dataclass
class _Found:
    """What lies in a folder: audio files as they lie on disk, and the folders that cannot be looked into."""

    files: dict[str, FileState | None] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)
    """Why, by path."""


def scan(
    folder: Path,
    catalogue: Catalogue,
    *,
    workers: int | None = None,
    line: Line | None = None,
    wishes: Wishes | None = None,
) -> Iterator[Outcome]:
    """Bring the catalogue up to date with a folder and everything below it.

    Parameters
    ----------
    folder
        Where the music is; files without an audio extension are passed over, and folders that cannot be read are
        failures of their own.
    catalogue
        Where the outcomes go.
    workers
        Processes; as many as the machine has cores if None.
    line
        The order in which files are measured; as they lie if None.
    wishes
        Who may ask to rest or to stop.

    Yields
    ------
    Outcome
        One for each audio file and each folder that cannot be read, in the order of completion.

    Raises
    ------
    NoSuchFolder
        If the folder is missing, or vanishes under way; what was stored stays.
    """
    folder, wishes = folder.absolute(), wishes or Wishes()
    found = _look_into(folder)
    known = catalogue.files()
    total, done = len(found.files) + len(found.closed), 0
    for outcome in _closed(found, catalogue, total):
        done += 1
        yield outcome
    fresh, measured = [], catalogue.measured_ids()
    for path, state in found.files.items():
        if state is not None and _is_current(known.get(path), state, measured):
            done += 1
            yield Outcome(path=path, did="unchanged", done=done, total=total, track_id=known[path].track_id)
        else:
            fresh.append(path)

    def look() -> None:
        if not folder.is_dir():
            raise _vanished(folder)
        wishes.look()

    watched = Wishes(look, wishes.hold)
    for outcome in examine(fresh, catalogue, workers=workers, line=line, wishes=watched):
        yield replace(outcome, done=done + outcome.done, total=total)
    if not folder.is_dir():
        raise _vanished(folder)
    catalogue.forget_files(_gone(folder, known, found))


def _vanished(folder: Path) -> NoSuchFolder:
    return NoSuchFolder(
        f"{audio.readable(folder)}: the folder vanished during the scan. What was measured is kept; scan again when it "
        "is back."
    )


def _look_into(folder: Path) -> _Found:
    """Every audio file below the folder, in a stable order.

    Raises
    ------
    NoSuchFolder
        The folder itself is missing or cannot be read.
    """
    if not folder.is_dir():
        raise NoSuchFolder(f"{audio.readable(folder)}: no such folder. Name the folder that holds the music.")
    found = _Found()
    pending = [str(folder)]
    while pending:
        place = pending.pop()
        try:
            with os.scandir(place) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if place == str(folder):
                raise NoSuchFolder(
                    f"{audio.readable(folder)}: this folder cannot be read ({error.strerror})."
                ) from error
            found.closed[place] = error.strerror or str(error)
            continue
        inner = []
        for entry in listed:
            if _is_folder(entry):
                inner += [] if entry.is_symlink() else [entry.path]  # links may lead in a circle
            elif audio.is_audio(Path(entry.name)):
                found.files[entry.path] = _state(entry)
        pending += reversed(inner)
    return found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or leads to one; what cannot be told is none, and reading it says why."""
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or into a folder that may not be looked into
        return False


def _state(entry: os.DirEntry[str]) -> FileState | None:
    """How the file lies on disk, or None if it is gone by now."""
    try:
        stat = entry.stat()
    except OSError:
        return None
    return FileState(path=entry.path, size_bytes=stat.st_size, modified_ns=stat.st_mtime_ns)


def _closed(found: _Found, catalogue: Catalogue, total: int) -> Iterator[Outcome]:
    """Note the folders that cannot be read as failures, under their own names."""
    for done, (path, why) in enumerate(found.closed.items(), 1):
        message = f"{audio.readable(path)}: this folder cannot be read ({why}). What it holds was passed over."
        catalogue.put_error(FileState(path=path, size_bytes=0, modified_ns=0), UNREADABLE, message)
        yield Outcome(path=path, did="failed", done=done, total=total, error_code=UNREADABLE, error_message=message)


def _is_current(known: KnownFile | None, state: FileState, measured: frozenset[str]) -> bool:
    """Failed files are tried at every scan: permission given back, or a share mounted again, changes no time stamp."""
    return known is not None and known.state == state and known.error_code is None and known.track_id in measured


def _gone(folder: Path, known: dict[str, KnownFile], found: _Found) -> list[str]:
    """Files that are no longer there, and the folder itself where it could not be read once.

    What lies in a folder that cannot be read now may well be there.
    """
    within = os.path.join(folder, "")  # noqa: PTH118 - the separator at the end is the point
    hidden = tuple(os.path.join(place, "") for place in found.closed)  # noqa: PTH118
    there = found.files.keys() | found.closed.keys()
    return [
        path
        for path in known
        if path not in there and (path == str(folder) or path.startswith(within)) and not path.startswith(hidden)
    ]
