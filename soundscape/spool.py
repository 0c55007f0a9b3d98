"""Where a list's file waits until its job has read it: a folder of the data directory, bounded, swept.

A file is named by the import that it belongs to. It is gone as soon as that import's job has ended, whichever way;
what a killed server left, or a job that was stopped before it began, goes an hour later with the next file that comes.
"""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from playlists.exchange import bounds
from soundscape.errors import UploadRefused

T = TypeVar("T")

FOLDER = "imports"
MOST_BYTES = bounds.MOST_BYTES
SWEEP_AFTER_S = 3600
"""A file that is still on its way belongs to no import yet; none takes an hour (judgement)."""
MOST_OF_A_NAME = 200


class Spooled:
    """One file on its way, written to as a form is read."""

    def __init__(self, data: Path, import_id: str, sent_name: str) -> None:
        self.name = shown_name(sent_name)
        self.path = path_of(data, import_id)
        self.bytes = 0
        self._file: BinaryIO = self._or_refused(lambda: self.path.open("xb"))

    def write(self, data: bytes) -> int:
        """Take the next bytes.

        Raises
        ------
        UploadRefused
            It is more than a list can be, or the disk is full.
        """
        self.bytes += len(data)
        if self.bytes > MOST_BYTES:
            raise UploadRefused(f"{self.name}: {too_large()}")
        return self._or_refused(lambda: self._file.write(data))

    def seek(self, position: int) -> int:
        """As the form's reader asks for it when all is there."""
        return self._or_refused(lambda: self._file.seek(position))

    def close(self) -> None:
        """As any file; the end of a form closes what it read."""
        with suppress(OSError):  # `seek`, which flushes, has said before what a full disk refused
            self._file.close()

    def drop(self) -> None:
        """Leave nothing of it."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _or_refused(self, do: Callable[[], T]) -> T:
        try:
            return do()
        except OSError as error:
            raise UploadRefused(
                f"{self.name}: it could not be stored ({error.strerror}). Make room on the server's disk, then send it "
                "again."
            ) from error


def too_large() -> str:
    """What to say of a file that is."""
    return f"The file is larger than {MOST_BYTES >> 20} MiB, which no list is. Send the list alone, not the music."


def path_of(data: Path, import_id: str) -> Path:
    """Where the file of an import waits."""
    return data / FOLDER / import_id


def prepare(data: Path, waiting: Collection[str]) -> None:
    """Make the folder, and sweep away what is old and belongs to no import that still waits for it."""
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        with suppress(FileNotFoundError):  # its job has just ended
            if left.name not in waiting and time.time() - left.stat().st_mtime > SWEEP_AFTER_S:
                left.unlink()


def shown_name(sent: str) -> str:
    """The last part of a name as it was sent, for people; no path is ever made of it."""
    plain = "".join(letter for letter in sent if letter.isprintable()).replace("\\", "/").rsplit("/", 1)[-1]
    return plain[-MOST_OF_A_NAME:].strip() or "a list"
