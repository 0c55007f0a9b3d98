"""A list as a table, and as plain JSON: ours to write, and to read with what other programs put into such files.

The table has a piece in each row under headings; a heading is known by any of its names, as the tools that save a
service's lists write them. It carries the pieces and not what the list says of itself. The JSON has all of it:
:class:`playlists.exchange.entry.Listing` field by field.
"""

from statistics import median

import msgspec

from playlists.exchange.bounds import refuse_entries, refuse_parts
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.errors import NotAList
from playlists.exchange.jspf import decoded
from playlists.exchange.locations import place_of
from playlists.exchange.remarks import Remarks
from playlists.exchange.tables import Headings, cells_of, csv_of
from playlists.exchange.tidy import length_of, tidied, tidied_list

HEADINGS: Headings = {
    "title": "Title",
    "artist": "Artist",
    "album": "Album",
    "length_s": "Length (s)",
    "isrc": "ISRC",
    "recording_id": "MusicBrainz recording",
    "content_id": "Track id",
    "location": "File",
    "page": "Page",
    "note": "Note",
    "missing": "Missing",
}
OTHER_NAMES = {
    "title": ("track name", "track", "name", "song"),
    "artist": ("artist name(s)", "artist name", "artists", "creator"),
    "album": ("album name",),
    "length_s": ("duration (s)", "seconds"),
    "length": ("length", "duration"),
    "milliseconds": ("duration (ms)", "track duration (ms)", "duration_ms"),
    "recording_id": ("musicbrainz recording id", "recording id", "mbid"),
    "location": ("path", "location", "filename"),
    "page": ("url", "link", "track url"),
}
KNOWN = {name: (heading.lower(), *OTHER_NAMES.get(name, ())) for name, heading in HEADINGS.items()}
KNOWN |= {name: OTHER_NAMES[name] for name in ("length", "milliseconds")}
"""By what each field may be headed; the first counts where several are there: "Track" beside "Title" is a number."""
HOURS_S = 6 * 3600.0
"""Judgement: a list whose middle piece is longer is in milliseconds, where that would be 22 seconds."""


def write_csv(listing: Listing) -> bytes:
    """The pieces as a table (:func:`playlists.exchange.tables.csv_of`)."""
    return csv_of(HEADINGS, listing.entries)


def read_csv(text: str, remarks: Remarks) -> Listing:
    """Read a table that has a heading for the title.

    Raises
    ------
    NotAList, DamagedList, TooManyEntries, TextTooLong, ListTooLarge
    """
    refuse_parts(text.encode(), b"\r\n,;\t")
    rows = cells_of(text)
    columns = _columns(rows) if rows else {}
    if "title" not in columns:
        raise NotAList(f"The table has no column Title; its headings are {', '.join(rows[0][:8]) if rows else 'none'}.")
    refuse_entries(len(rows) - 1)
    told = ({name: row[place] for name, place in columns.items() if place < len(row)} for row in rows[1:])
    return Listing(entries=tuple(_entry(cells, number, remarks) for number, cells in enumerate(told, start=2)))


def write_json(listing: Listing) -> bytes:
    """The list as it is, field by field."""
    return msgspec.json.format(msgspec.json.encode(listing), indent=1) + b"\n"


def read_json(text: str, remarks: Remarks) -> Listing:
    """Read what :func:`write_json` wrote.

    Raises
    ------
    DamagedList, TooManyEntries, TextTooLong, ListTooLarge
    """
    found = decoded(text, Listing)
    refuse_entries(len(found.entries))
    located = tuple(_located(entry, f"piece {number}", remarks) for number, entry in enumerate(found.entries, start=1))
    return tidied_list(msgspec.structs.replace(found, entries=located))


def _columns(rows: list[list[str]]) -> dict[str, int]:
    """In which column each field is."""
    said = [heading.strip().lower() for heading in rows[0]]
    found = {name: next((said.index(one) for one in known if one in said), None) for name, known in KNOWN.items()}
    columns = {name: place for name, place in found.items() if place is not None}
    if "length" in columns:
        place = columns.pop("length")
        columns.setdefault("milliseconds" if _are_milliseconds(rows[1:], place) else "length_s", place)
    return columns


def _are_milliseconds(rows: list[list[str]], place: int) -> bool:
    """Whether a column that does not name its unit can only be in milliseconds."""
    numbers = [number for row in rows if place < len(row) and (number := _number(row[place])) is not None]
    return bool(numbers) and median(numbers) > HOURS_S


def _entry(cells: dict[str, str], number: int, remarks: Remarks) -> Entry:
    milliseconds = _number(cells.get("milliseconds"))
    told = {name: cells[name] for name in HEADINGS if cells.get(name) and name != "length_s"}
    length_s = _seconds(cells.get("length_s")) if milliseconds is None else length_of(milliseconds / 1000)
    return tidied(_located(Entry(**told, length_s=length_s), f"line {number}", remarks))


def _located(entry: Entry, where: str, remarks: Remarks) -> Entry:
    """The entry with its location only where that is a path."""
    if entry.location is None:
        return entry
    place = place_of(entry.location, uri=False)
    if place.refused:
        remarks.add(place.refused, f"{where}, {entry.location[:80]}")
    return msgspec.structs.replace(entry, location=place.path, page=entry.page or place.page)


def _seconds(cell: str | None) -> float | None:
    """Seconds, or a clock's reading: 181.6, 3:02, 1:03:02."""
    parts = [_number(part) for part in (cell or "").split(":")]
    if len(parts) > 3 or any(part is None for part in parts):
        return None
    seconds = 0.0
    for part in parts:
        seconds = 60 * seconds + (part or 0.0)
    return length_of(seconds)


def _number(cell: str | None) -> float | None:
    try:
        return float((cell or "").strip().replace(",", "."))
    except ValueError:  # an empty cell, or words: not told
        return None
