"""A list as JSPF: XSPF's fields as JSON, as ListenBrainz and players on the web have it.

Only what is named here is built in memory. Programs write one text where the description wants a list of them; both
are read. What is no text where one belongs is left out and remarked: nobody's list is refused for one field.
Source: JSPF, described by example beside XSPF Version 1 (Xiph.Org).
"""

from typing import Any, TypeVar

import msgspec

from library.track import Record
from playlists.exchange.bounds import refuse_entries, refuse_parts
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.errors import DamagedList
from playlists.exchange.locations import uri_of
from playlists.exchange.remarks import Remarks
from playlists.exchange.shareable import TEXTS, Fields, entry_of, fields_of, locate
from playlists.exchange.tidy import name_of, note_of

NO_PIECE = "The list has an empty place here"
NO_TEXT = "A field that is no text where one belongs was left out"
T = TypeVar("T")


class _Track(Record, frozen=True, kw_only=True):
    location: Any = None
    identifier: Any = None
    title: Any = None
    creator: Any = None
    album: Any = None
    annotation: Any = None
    info: Any = None
    duration: Any = None
    meta: Any = None


class _List(Record, frozen=True, kw_only=True):
    title: Any = None
    creator: Any = None
    annotation: Any = None
    track: tuple[_Track | None, ...] | None = None


class _File(Record, frozen=True, kw_only=True):
    playlist: _List


def read(text: str, remarks: Remarks) -> Listing:
    """Read a list.

    Raises
    ------
    DamagedList, TooManyEntries, TextTooLong, ListTooLarge
    """
    found = decoded(text, _File).playlist
    tracks = found.track or ()
    refuse_entries(len(tracks))
    return Listing(
        title=name_of(_text(found.title, "title", remarks), "The list's title"),
        creator=name_of(_text(found.creator, "creator", remarks), "The list's creator"),
        note=note_of(_text(found.annotation, "annotation", remarks)),
        entries=tuple(_entry(track, number, remarks) for number, track in enumerate(tracks, start=1)),
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
    where = f"piece {number}"
    fields = Fields(
        texts={name: _text(getattr(track, name), f"{where}, {name}", remarks) for name in TEXTS},
        identifiers=_texts(track.identifier, f"{where}, identifier", remarks),
        meta=_meta(track.meta),
    )
    for written in _texts(track.location, f"{where}, location", remarks):
        locate(fields, written, number, remarks)
    return entry_of(fields, number)


def _track(entry: Entry) -> dict[str, Any]:
    fields = fields_of(entry)
    track: dict[str, Any] = dict(fields.texts)
    if entry.length_s is not None:
        track["duration"] = round(entry.length_s * 1000)
    if fields.path:
        track["location"] = [uri_of(fields.path)]
    if fields.identifiers:
        track["identifier"] = fields.identifiers
    if fields.meta:
        track["meta"] = [{rel: text} for rel, text in fields.meta.items()]
    return track


def _text(value: Any, where: str, remarks: Remarks) -> str:
    """A text, or a number as one."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    if value is not None:
        remarks.add(NO_TEXT, where)
    return ""


def _texts(value: Any, where: str, remarks: Remarks) -> list[str]:
    told = value if isinstance(value, list) else [value]
    return [text for member in told if (text := _text(member, where, remarks))]


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
