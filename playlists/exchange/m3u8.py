"""A list as M3U8: what most music programs open, and people can read.

Extended M3U in UTF-8: ``#EXTM3U``, ``#PLAYLIST``, and for each piece ``#EXTINF:<seconds>,<artist> - <title>``, then
``#EXTALB`` and ``#EXTART``, then its entry: a path, or the piece's name where no path is told (whoever gets such a list
looks for the music themselves). What the format has no word for is said in remarks of our own, ``#SOUNDSCAPE-...``,
which other programs pass over; identifiers there are those of :mod:`playlists.exchange.identifiers`.

VLC writes paths as addresses have them, ``Ebb/01%20Tide.flac``; others, and we, as the file's name is. Nothing in the
format says which: a list in which every path has only what an address may have, and one has ``%20`` or the like, is
read as addresses. Where our own would look so, a remark says that it is none.

Source: the format has no standard; as VLC, mpv and foobar2000 read it. RFC 8216 gives ``#EXTINF`` and UTF-8.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from library.lettering import clean
from playlists.exchange import identifiers
from playlists.exchange.bounds import MOST_LETTERS, bounded, refuse_entries, refuse_parts
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.errors import DamagedList, NotAList
from playlists.exchange.locations import ADDRESS, page_of, place_of, unmistakable
from playlists.exchange.remarks import Remarks
from playlists.exchange.tidy import length_of, name_of, note_of

NAMELESS = "Untitled"
PARTS_OF_PATHS = str.maketrans({"/": "-", "\\": "-", ":": "-"})
MOST_LINE = 4 * MOST_LETTERS
EXTINF = re.compile(r'\s*(-?\d+(?:\.\d+)?)?(?:\s+[\w-]+="[^"]*")*\s*,?(.*)')
"""Seconds, attributes as internet radio has them, and after the comma the name, blanks and all."""
DIRECTIVE = re.compile(r"#([A-Z][A-Z0-9-]*):(.*)")
STREAMING = ("EXT-X-TARGETDURATION", "EXT-X-STREAM-INF")
"""RFC 8216: every file of HTTP Live Streaming has one of them."""
BETWEEN = " - "
PLAIN_PATHS = "#SOUNDSCAPE-PLAIN-PATHS:"
NOT_ENCODED = re.compile(r"[^A-Za-z0-9._~/%-]|%(?![0-9A-Fa-f]{2})")
"""What does not stand in a path as VLC encodes it: RFC 3986's unreserved letters alone stay as they are."""
FILE_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}\s*\Z")


def write_names(title: str, entries: Iterable[Entry]) -> str:
    """The list to take home: names and whole seconds, no path and no identifier; to be encoded as UTF-8.

    Line ends and control letters in a name become spaces, so that no name can be read as a line of its own.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{clean(title) or NAMELESS}"]
    for entry in entries:
        name = BETWEEN.join(part for part in (clean(entry.artist), clean(entry.title) or NAMELESS) if part)
        whole_s = None if entry.length_s is None else max(0, round(entry.length_s))
        lines += [f"#EXTINF:{_seconds(whole_s)},{name}", _as_entry(name)]
    return "\n".join(lines) + "\n"


def write(listing: Listing) -> bytes:
    """The list for a player, in its plain form (:func:`playlists.exchange.tidy.tidied_list`): everything that is known,
    and paths."""
    lines = [*_about(listing), *_entries(listing.entries)]
    plain = [PLAIN_PATHS] if _are_encoded(lines) else []
    return ("\n".join(["#EXTM3U", *plain, *lines]) + "\n").encode()


def read(text: str, remarks: Remarks) -> Listing:
    """Read a list, plain or extended; what it says in words unknown here is passed over.

    Raises
    ------
    NotAList, DamagedList, TooManyEntries, TextTooLong, ListTooLarge
    """
    refuse_parts(text.encode(), b"\r\n")
    refuse_entries(sum(1 for line in _lines_of(text) if line.strip() and not line.startswith("#")))
    reader = _Reader(remarks, encoded=_are_encoded(_lines_of(text)))
    for number, line in enumerate(_lines_of(text), start=1):
        reader.take(number, line)
    return reader.listing()


def _lines_of(text: str) -> Iterator[str]:
    """One after the other, whatever ends them: CR, LF or both."""
    for number, ended in enumerate(io.StringIO(text, newline=None), start=1):
        line = ended.rstrip("\n")
        if len(line) > MOST_LINE:
            raise DamagedList(
                f"Line {number:,} has {len(line):,} letters; at most {MOST_LINE:,} are read. Save it anew."
            )
        yield line


def _are_encoded(lines: Iterable[str]) -> bool:
    """Whether the paths of a list are percent-encoded: all could be, and one shows that they are."""
    shown = False
    for line in map(str.strip, lines):
        if line.startswith(PLAIN_PATHS):
            return False
        if not line or line.startswith("#") or ADDRESS.match(line):
            continue
        if NOT_ENCODED.search(line) or not _is_utf8(unquote_to_bytes(line)):
            return False
        shown = shown or "%" in line
    return shown


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _about(listing: Listing) -> Iterator[str]:
    if listing.title:
        yield f"#PLAYLIST:{listing.title}"
    if listing.creator:
        yield f"#SOUNDSCAPE-LIST-CREATOR:{listing.creator}"
    yield from (f"#SOUNDSCAPE-LIST-NOTE:{line}" for line in listing.note.split("\n") if listing.note)


def _entries(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        name = BETWEEN.join([entry.artist, entry.title] if entry.artist else [entry.title])
        yield f"#EXTINF:{_seconds(entry.length_s)},{name}"
        if entry.album:
            yield f"#EXTALB:{entry.album}"
        # Says where the artist ends and the title begins, whatever dashes either has.
        yield f"#EXTART:{entry.artist}"
        yield from (f"#SOUNDSCAPE-ID:{uri}" for uri in identifiers.uris_of(entry))
        yield from (f"#SOUNDSCAPE-NOTE:{line}" for line in entry.note.split("\n") if entry.note)
        if entry.page:
            yield f"#SOUNDSCAPE-PAGE:{entry.page}"
        if entry.missing:
            yield f"#SOUNDSCAPE-MISSING:{entry.missing}"
        if entry.location is None:
            yield "#SOUNDSCAPE-NO-FILE:"
        yield _as_entry(name) if entry.location is None else _as_line(entry.location, name)


def _as_line(path: str, name: str) -> str:
    """A path that would be read as a remark, as a mere name or as an address gets a ``./``."""
    return f"./{path}" if path.startswith("#") or _is_name(path, name) else unmistakable(path)


def _as_entry(name: str) -> str:
    """A name that is read neither as a remark, nor as a path, nor as an address."""
    return name.translate(PARTS_OF_PATHS).lstrip("#. ") or NAMELESS


def _is_name(line: str, name: str) -> bool:
    """Whether an entry is only the piece's name, as in a list to take home; what ends like a file's name is a file."""
    return line.strip() == _as_entry(name).strip() and not FILE_ENDING.search(line)


def _seconds(length_s: float | None) -> str:
    """Whole ones where they are: old programs read no others. -1 is the format's own word for unknown."""
    return "-1" if length_s is None else f"{length_s:.3f}".rstrip("0").rstrip(".")


@dataclass
class _Pending:
    """What the lines above an entry say of it."""

    described: bool = False
    fileless: bool = False
    name: str = ""
    length_s: float | None = None
    artist: str | None = None
    album: str = ""
    page: str | None = None
    missing: str | None = None
    uris: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, remarks: Remarks, *, encoded: bool) -> None:
        self._remarks = remarks
        self._encoded = encoded
        self._title = self._creator = ""
        self._note: list[str] = []
        self._entries: list[Entry] = []
        self._pending = _Pending()
        self._number = 0

    def take(self, number: int, line: str) -> None:
        """The next line; lines count from 1."""
        self._number = number
        directive = DIRECTIVE.match(line)
        if directive:
            self._direct(directive[1], directive[2])
        elif line.strip() and not line.startswith("#"):
            self._finish(line)

    def listing(self) -> Listing:
        """What was read; a piece that is described and has no entry, at the end or before the next one, stays."""
        if self._pending.described:
            self._finish(None)
        return Listing(
            title=name_of(self._title, "The list's title"),
            creator=name_of(self._creator, "The list's creator"),
            note=note_of("\n".join(self._note)),
            entries=tuple(self._entries),
        )

    def _direct(self, word: str, value: str) -> None:
        pending = self._pending
        match word:
            case "EXTINF":
                self._describe(value)
            case "PLAYLIST":
                self._title = self._title or value
            case "SOUNDSCAPE-LIST-CREATOR":
                self._creator = value
            case "SOUNDSCAPE-LIST-NOTE":
                self._note.append(value)
            case "EXTALB":
                pending.album = value
            case "EXTART":
                pending.artist = value
            case "SOUNDSCAPE-ID":
                pending.uris.append(bounded(value, f"Line {self._number:,}"))
            case "SOUNDSCAPE-NOTE":
                pending.note.append(value)
            case "SOUNDSCAPE-PAGE":
                pending.page = page_of(value)
            case "SOUNDSCAPE-MISSING":
                pending.missing = value
            case "SOUNDSCAPE-NO-FILE":
                pending.fileless = True
            case other if other in STREAMING:
                raise NotAList(
                    f"Line {self._number:,} ({word}) is of a stream cut into pieces, not of a list of music. "
                    "Choose another file."
                )

    def _describe(self, value: str) -> None:
        if self._pending.described:
            self._finish(None)
        told = EXTINF.match(value)
        self._pending.described = True
        if told:
            self._pending.length_s = length_of(float(told[1])) if told[1] else None
            self._pending.name = told[2].lstrip()

    def _finish(self, line: str | None) -> None:
        """An entry is complete with its own line."""
        refuse_entries(len(self._entries) + 1)
        told, self._pending = self._pending, _Pending()
        artist, title = _parted(told.name, told.artist)
        path, page = self._where(line, told)
        known = identifiers.read(told.uris)
        self._entries.append(
            Entry(
                title=name_of(title, f"The title above line {self._number:,}"),
                artist=name_of(artist, f"The artist above line {self._number:,}"),
                album=name_of(told.album, f"The album above line {self._number:,}"),
                note=note_of("\n".join(told.note)),
                length_s=told.length_s,
                isrc=known.isrc,
                recording_id=known.recording_id,
                content_id=known.content_id,
                location=path,
                page=told.page or page,
                missing=name_of(told.missing, f"The reason above line {self._number:,}") or None,
            )
        )

    def _where(self, line: str | None, told: _Pending) -> tuple[str | None, str | None]:
        if line is None or told.fileless or (told.described and _is_name(line, told.name)):
            return None, None
        place = place_of(line, uri=self._encoded)
        if place.refused:
            self._remarks.add(place.refused, f"line {self._number:,}, {line[:80]}")
        return place.path, place.page


def _parted(name: str, artist: str | None) -> tuple[str, str]:
    """Artist and title of a name; the artist where it is told apart, else what stands before the first dash."""
    told = (artist or "").strip()
    if artist is not None and not told:
        return "", name
    if told and name.startswith(f"{told}{BETWEEN}"):
        return told, name[len(told) + len(BETWEEN) :]
    first, dash, rest = name.partition(BETWEEN)
    return (first, rest) if dash else (told, name)
