"""Music that comes through the browser: streamed beside its place, looked at, and only then given its name.

A file on its way has a hidden name that no scan sees. Whatever ends it early, a cut connection, a full disk, content
that is no audio, leaves nothing behind, and the same file can be sent again. What a killed server left is swept away a
day later, with the next upload.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePath
from typing import BinaryIO, TypeVar

from werkzeug.utils import secure_filename

from library import audio
from library.errors import LibraryError
from library.probe import probe
from soundscape.errors import UploadRefused
from soundscape.secret import new_id

T = TypeVar("T")

HIDDEN = ".upload-"
LONGEST_STEM = 80
"""Letters of a name that are kept; file systems bear 255 bytes (judgement)."""
SWEEP_AFTER_S = 24 * 3600
MOST_OF_A_NAME = 1000


class Incoming:
    """One file on its way, written to as a form is read. Use :meth:`keep` at its end, :meth:`drop` in any case."""

    def __init__(self, music: Path, sent_name: str) -> None:
        self.name = safe_name(sent_name)
        self._music = music
        self._path = music / f"{HIDDEN}{new_id()}{PurePath(self.name).suffix}"
        self._file: BinaryIO = _or_refused(lambda: self._path.open("xb"), self.name)

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        return _or_refused(lambda: self._file.write(data), self.name)

    def seek(self, position: int) -> int:
        """As the form's reader asks for it when all is there."""
        return _or_refused(lambda: self._file.seek(position), self.name)

    def close(self) -> None:
        """As any file; the end of a form closes what it read."""
        with suppress(OSError):  # a full disk refuses what is still to be written; `keep` has said so before
            self._file.close()

    def keep(self) -> Path:
        """Give the file its name in the library's folder, if it is audio; a name in use gets a number.

        Raises
        ------
        UploadRefused
        """
        _or_refused(self._settle, self.name)
        try:
            probe(self._path)
        except LibraryError as error:
            raise UploadRefused(f"{self.name}: {error}") from error
        return _or_refused(self._place, self.name)

    def drop(self) -> None:
        """Leave nothing of it, unless it was kept."""
        self.close()
        self._path.unlink(missing_ok=True)

    def _settle(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())  # a full network disk says so here and not before
        self._file.close()

    def _place(self) -> Path:
        stem, suffix = PurePath(self.name).stem, PurePath(self.name).suffix
        number = 1
        while True:
            place = self._music / (self.name if number == 1 else f"{stem}-{number}{suffix}")
            try:
                place.open("xb").close()  # the name is ours from here on, whoever else uploads the same
            except FileExistsError:
                number += 1
                continue
            self._path.replace(place)
            return place


def prepare(music: Path) -> None:
    """Make the folder, and sweep away what a killed server left."""
    _or_refused(lambda: music.mkdir(parents=True, exist_ok=True), music.name)
    for left in music.glob(f"{HIDDEN}*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > SWEEP_AFTER_S:
                left.unlink()


def safe_name(sent: str) -> str:
    """A file name made of letters, digits, spaces, dots and dashes alone, so that no path can be in it.

    Raises
    ------
    UploadRefused
        The name is not that of an audio file.
    """
    plain = PurePath(sent[-MOST_OF_A_NAME:].replace("\\", "/")).name
    suffix = PurePath(plain).suffix.lower()
    if suffix not in audio.EXTENSIONS:
        raise UploadRefused(
            f"{plain[:80]!a}: not a kind of file that is read here. Use one of {', '.join(sorted(audio.EXTENSIONS))}."
        )
    # Spaces again: a file without a title goes by its name.
    stem = secure_filename(PurePath(plain).stem).replace("_", " ")[:LONGEST_STEM].strip()
    return f"{stem or 'music'}{suffix}"


def _or_refused(do: Callable[[], T], name: str) -> T:
    """Do it; a disk that is full or broken becomes a plain message."""
    try:
        return do()
    except OSError as error:
        raise UploadRefused(
            f"{name}: it could not be stored ({error.strerror}). Nothing of it was kept; make room on the server's "
            "disk, then send it again."
        ) from error
