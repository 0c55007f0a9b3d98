"""What of a mixdown that was interrupted is not done again?

Two stages are kept while it is made: how loud the mix was measured to be, and the encoded file until it is verified.
Who makes the same file again, after a worker was stopped or killed, goes on from there. An encoding that was cut off
begins again: an encoder's state cannot be kept, and samples coded from the middle would not be those of the whole.

What is kept lies beside the mixdown under hidden names that hold all that the file depends on. It is trusted no further
than a file just written: it is decoded and checked like one.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from library.track import Record
from playlists.expected import Mix
from playlists.labels import Labels
from playlists.rise import Softened
from playlists.timeline import Segment

VERSION = 1
"""Raised when the same request gives another file."""
PREFIX = ".kept-"


class Interrupted(Exception):
    """Base of what stops a mixdown that shall go on later; any other error leaves nothing kept."""


class Written(Record, frozen=True, kw_only=True):
    """An encoded file that is not verified yet, and how it came about."""

    bytes: int
    gain_db: float
    lowered_db: float
    softened: tuple[Softened, ...]


class _Kept(Record, frozen=True, kw_only=True):
    mix: Mix | None = None
    written: Written | None = None


def key_of(segments: Sequence[Segment], labels: Labels, *more: object) -> str:
    """A name for all that a file depends on. The audio goes by the tracks' ids, which are hashes of it."""
    text = msgspec.json.encode([VERSION, list(segments), labels, [repr(value) for value in more]])
    return hashlib.sha256(text).hexdigest()[:32]


class Stages:
    """The kept stages of one mixdown."""

    def __init__(self, folder: Path, key: str, suffix: str) -> None:
        self._note = folder / f"{PREFIX}{key}.json"
        self._file = folder / f"{PREFIX}{key}{suffix}"

    def mix(self) -> Mix | None:
        """How loud the mix was measured to be, if it was."""
        return self._read().mix

    def keep_mix(self, mix: Mix) -> None:
        """Keep what was measured."""
        self._write(_Kept(mix=mix))

    def take_written(self, part: Path) -> Written | None:
        """Let ``part`` be the file that was encoded, if one is kept; of two who ask at once, one gets it."""
        written = self._read().written
        if written is None:
            return None
        try:
            os.replace(self._file, part)  # noqa: PTH105
        except FileNotFoundError:
            return None
        if part.stat().st_size != written.bytes:
            return None
        self.keep_written(part, written)
        return written

    def keep_written(self, part: Path, written: Written) -> None:
        """Keep an encoded file: a second name for it, so that verifying and publishing go on as without."""
        self._file.unlink(missing_ok=True)
        with suppress(OSError):  # a file system without second names keeps nothing, and nothing else is lost
            os.link(part, self._file)
            self._write(_Kept(mix=self._read().mix, written=written))

    def forget(self) -> None:
        """Keep nothing any more."""
        self._note.unlink(missing_ok=True)
        self._file.unlink(missing_ok=True)

    def _read(self) -> _Kept:
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=_Kept)
        except (FileNotFoundError, msgspec.MsgspecError):  # cut off while it was written: as if it were not there
            return _Kept()

    def _write(self, kept: _Kept) -> None:
        self._note.write_bytes(msgspec.json.encode(kept))
