"""A list as JSPF: XSPF's fields as JSON, as ListenBrainz and players on the web have it.

Read with the fields' types, so that what else the file holds is passed over and never built in memory. Programs write
one text where the description wants a list of them; both are read.
Source: JSPF, described by example beside XSPF Version 1 (Xiph.Org).
"""

from typing import Any, TypeVar

import msgspec

from library.track import Record
from playlists.exchange.bounds import refuse_entries, refuse_parts
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.errors import DamagedList
from playlists.exchange.remarks import Remarks
from playlists.exchange.shareable import TEXTS, Fields, entry_of, fields_of
from playlists.exchange.tidy import name_of, note_of

NO_PIECE = "The list has an empty place here"
Text = str | int | float | None
T = TypeVar("T")


class _Track(Record, frozen=True, kw_only=True):
    location: str | list[str | None] | None = None
    identifier: str | list[str | None] | None = None
    title: Text = None
    creator: Text = None
    album: Text = None
    annotation: Text = None
    info: Text = None
    duration: Text = None
    meta: Any = None


class _List(Record, frozen=True, kw_only=True):
    title: Text = None
    creator: Text = None
    annotation: Text = None
    track: tuple[_Track | None, ...] = ()


class _File(Record, frozen=True, kw_only=True):
    playlist: _List


def read(text: str, remarks: Remarks) -> Listing:
    """Read a list.

    Raises
    ------
    DamagedList, TooManyEntries, TextTooLong, ListTooLarge
    """
    found = decoded(text, _File).playlist
    refuse_entries(len(found.track))
    return Listing(
        title=name_of(_text(found.title), "The list's title"),
        creator=name_of(_text(found.creator), "The list's creator"),
        note=note_of(_text(found.annotation)),
        entries=tuple(_entry(track, number, remarks) for number, track in enumerate(found.track, start=1)),
    )


def write(listing: Listing) -> bytes:
    """The list, in its plain form (:func:`playlists.exchange.tidy.tidied_list`), as UTF-8."""
    told = {"title": listing.title, "creator": listing.creator, "annotation": listing.note}
    playlist = {name: text for name, text in told.items() if text} | {"track": [_track(e) for e in listing.entries]}
    return msgspec.json.format(msgspec.json.encode({"playlist": playlist}), indent=1) + b"\n"


def decoded(text: str, wanted: type[T]) -> T:
    """Decode JSON as this type; :class:`DamagedList` says where it is none."""
    data = text.encode()
    refuse_parts(data, b"{[,")
    try:
        return msgspec.json.decode(data, type=wanted)
    except msgspec.DecodeError as error:
        raise DamagedList(f"The JSON is broken or is no list: {error}. Save it anew.") from error
    except RecursionError as error:
        raise DamagedList("The JSON nests deeper than any list. Save it anew.") from error


def _entry(track: _Track | None, number: int, remarks: Remarks) -> Entry:
    if track is None:
        return Entry(missing=NO_PIECE)
    fields = Fields(
        texts={name: _text(getattr(track, name)) for name in TEXTS},
        locations=_texts(track.location),
        identifiers=_texts(track.identifier),
        meta=_meta(track.meta),
    )
    return entry_of(fields, number, remarks)


def _track(entry: Entry) -> dict[str, Any]:
    fields = fields_of(entry)
    track: dict[str, Any] = dict(fields.texts)
    if entry.length_s is not None:
        track["duration"] = round(entry.length_s * 1000)
    if fields.locations:
        track["location"] = fields.locations
    if fields.identifiers:
        track["identifier"] = fields.identifiers
    if fields.meta:
        track["meta"] = [{rel: text} for rel, text in fields.meta.items()]
    return track


def _text(value: Text) -> str:
    return "" if value is None else str(value)


def _texts(value: str | list[str | None] | None) -> list[str]:
    told = [value] if isinstance(value, str) else value or []
    return [text for text in told if text]


def _meta(value: Any) -> dict[str, str]:
    """The texts under each name; programs put other things here too, which are theirs."""
    members = value if isinstance(value, list) else [value]
    return {
        rel: text
        for member in members
        if isinstance(member, dict)
        for rel, text in member.items()
        if isinstance(text, str)
    }
