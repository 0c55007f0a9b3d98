"""A list as M3U8: what most music programs open, and people can read.

Extended M3U in UTF-8: ``#EXTM3U``, ``#PLAYLIST``, and for each piece ``#EXTINF:<seconds>,<artist> - <title>`` with an
entry below it. The entry is the piece's name and no path of ours: whoever gets the list looks for the music themselves.
Source: the format has no standard; as VLC and foobar2000 read it. RFC 8216 gives ``#EXTINF`` and UTF-8 without a mark.
"""

from collections.abc import Iterable

from library.lettering import clean
from library.track import Record

NAMELESS = "Untitled"
PARTS_OF_PATHS = str.maketrans({"/": "-", "\\": "-", ":": "-"})


class Entry(Record, frozen=True, kw_only=True):
    """A piece for a list; ``artist`` may be empty."""

    title: str
    artist: str
    seconds: float


def write(title: str, entries: Iterable[Entry]) -> str:
    """The list as text, to be encoded as UTF-8.

    Line ends and control letters in a name become spaces, so that no name can be read as a line of its own.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{clean(title) or NAMELESS}"]
    for entry in entries:
        name = " - ".join(part for part in (clean(entry.artist), clean(entry.title) or NAMELESS) if part)
        lines += [f"#EXTINF:{max(0, round(entry.seconds))},{name}", _as_entry(name)]
    return "\n".join(lines) + "\n"


def _as_entry(name: str) -> str:
    """A name that is read neither as a remark, nor as a path, nor as an address."""
    return name.translate(PARTS_OF_PATHS).lstrip("#. ") or NAMELESS
