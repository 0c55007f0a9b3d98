"""What do XSPF and JSPF say of a piece? Both have the same fields, one as XML, the other as JSON.

Conventions: ``duration`` in milliseconds; locations are addresses, in which a path's letters are percent-encoded; the
first one that names a file counts. ``info`` is a page about the piece, ``identifier`` may be of any kind. What neither
has a field for goes into ``meta`` under a name of ours.
Source: XSPF Version 1 (Xiph.Org), and JSPF as it is described by example there.
"""

from dataclasses import dataclass, field

from playlists.exchange import identifiers
from playlists.exchange.entry import Entry
from playlists.exchange.locations import page_of, place_of
from playlists.exchange.remarks import Remarks
from playlists.exchange.tidy import length_of, name_of, note_of

MISSING = "urn:x-soundscape:missing"
TEXTS = ("title", "creator", "album", "annotation", "info", "duration")


@dataclass
class Fields:
    """A piece as either format writes it; ``texts`` by the format's own names, ``page`` as its locations tell it."""

    texts: dict[str, str] = field(default_factory=dict)
    path: str | None = None
    page: str | None = None
    identifiers: list[str] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)


def locate(fields: Fields, written: str, number: int, remarks: Remarks) -> None:
    """Take the next of a piece's locations: the first path counts, and the first page before it. One after the other,
    so that a million of them are never held at once; ``number`` counts from 1 and is for the remarks."""
    if fields.path is not None:
        return
    place = place_of(written, uri=True)
    if place.refused:
        remarks.add(place.refused, f"piece {number}, {written.strip()[:80]}")
    fields.path, fields.page = place.path, fields.page or place.page


def entry_of(fields: Fields, number: int) -> Entry:
    """The entry that the fields tell of; ``number`` counts from 1 and is for messages."""
    told = identifiers.read(fields.identifiers)
    return Entry(
        title=name_of(fields.texts.get("title"), f"Title {number}"),
        artist=name_of(fields.texts.get("creator"), f"Creator {number}"),
        album=name_of(fields.texts.get("album"), f"Album {number}"),
        note=note_of(fields.texts.get("annotation")),
        length_s=_seconds(fields.texts.get("duration")),
        isrc=told.isrc,
        recording_id=told.recording_id,
        content_id=told.content_id,
        location=fields.path,
        page=page_of(fields.texts.get("info")) or fields.page,
        missing=name_of(fields.meta.get(MISSING), f"Reason {number}") or None,
    )


def fields_of(entry: Entry) -> Fields:
    """The fields of an entry in its plain form (:func:`playlists.exchange.tidy.tidied`)."""
    length = None if entry.length_s is None else str(round(entry.length_s * 1000))
    told = (entry.title, entry.artist, entry.album, entry.note, entry.page, length)
    return Fields(
        texts={name: text for name, text in zip(TEXTS, told, strict=True) if text},
        path=entry.location,
        identifiers=identifiers.uris_of(entry),
        meta={MISSING: entry.missing} if entry.missing else {},
    )


def _seconds(milliseconds: str | None) -> float | None:
    try:
        return length_of(float(milliseconds or 0) / 1000)
    except ValueError:  # some programs write words or a clock's reading here: the length is not told
        return None
