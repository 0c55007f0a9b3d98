"""What does the file say about itself? Read with mutagen; a file without tags is no error.

Titles and artists are for people to read, so nothing is guessed: a missing title stays missing.
"""

from pathlib import Path
from typing import Any

import mutagen
from mutagen.id3 import ID3

from library.audio import readable
from library.errors import UnreadableTags
from library.track import Tags

LONGEST = 500
"""Characters kept of a field: a title is shown on a tablet, and a hostile one may be a megabyte long (judgement)."""

_EASY = {
    "title": ("title",),
    "artist": ("artist", "albumartist"),
    "album": ("album",),
    "isrc": ("isrc",),
    "rights": ("copyright", "license"),
    "musicbrainz_id": ("musicbrainz_trackid",),
}
_ID3 = {
    "title": ("TIT2",),
    "artist": ("TPE1", "TPE2"),
    "album": ("TALB",),
    "isrc": ("TSRC",),
    "rights": ("TCOP", "WCOP", "TXXX:LICENSE"),
    "musicbrainz_id": ("UFID:http://musicbrainz.org",),
}


def read_tags(path: Path) -> Tags:
    """Return the file's tags.

    Raises
    ------
    UnreadableTags
        If the tags themselves are corrupt; the music need not be.
    """
    try:
        file = mutagen.File(path, easy=True)
        if file is None or file.tags is None:
            return Tags()
        names = _ID3 if isinstance(file.tags, ID3) else _EASY  # WAV and AIFF carry raw ID3 frames
        return Tags(**{field: _first(file.tags, keys) for field, keys in names.items()})
    except Exception as error:  # mutagen raises whatever its parsers stumble over
        raise UnreadableTags(f"{readable(path)}: its tags cannot be read ({error!r}). Write them again.") from error


def _first(tags: Any, keys: tuple[str, ...]) -> str | None:
    for key in keys:
        try:
            value = tags[key]
        except KeyError:
            continue
        text = _text(value)
        if text:
            return text
    return None


def _text(value: object) -> str:
    """The first text of a tag's value, without control characters and of bounded length."""
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(data := getattr(first, "data", first), bytes):
        first = data.decode("utf-8", "replace")
    text = "".join(c if c.isprintable() else " " for c in str(first)[: LONGEST * 2])
    return " ".join(text.split())[:LONGEST]
