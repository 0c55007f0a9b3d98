"""Use cases of handing a list on: as a list for other players, or as marks in its session file.

Names only is what may leave the house; paths are for players at the clinic that reach the same files, absolute, or
relative to the folder in which the list will lie.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import sqlalchemy as sa

from library.catalogue import Catalogue
from library.picture import artist_of, title_of
from library.track import Record, Track
from playlists import shelf
from playlists.errors import UnknownPlaylist
from playlists.exchange import chapters, cue, writing
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.marks import marks_of
from playlists.exchange.writing import Format as ListFormat
from playlists.exchange.writing import Kind, write_listing
from playlists.shelf import Shelved
from soundscape.errors import NoSuch, Taken, WrongState

Format = Literal["m3u8", "xspf", "jspf", "cue", "chapters", "csv", "json"]
Paths = Literal["names", "absolute", "relative"]
FORMATS: tuple[Format, ...] = get_args(Format)
LIST_FORMATS: tuple[ListFormat, ...] = get_args(ListFormat)
PATHS: tuple[Paths, ...] = get_args(Paths)
KINDS: Mapping[str, Kind] = {
    **writing.KINDS,
    "cue": Kind(media_type="application/x-cue", ending=".cue"),
    "chapters": Kind(media_type="text/plain; charset=utf-8", ending=".ffmetadata"),
}
NO_NAME = "list"
MOST_OF_A_NAME = 80


class Written(Record, frozen=True, kw_only=True):
    """A file to hand on."""

    name: str
    mime: str
    data: bytes


def written(
    catalogue: Catalogue, shelved: Shelved, format: Format, paths: Paths = "names", folder: str | None = None
) -> Written:
    """A list of the shelf as a file; what is relative is so to ``folder``, else to what all its files lie in.

    Raises
    ------
    WrongState
        Relative paths are asked for and nothing holds all files.
    UnwritablePath
        Paths are asked for, and one cannot stand in a list.
    """
    tracks = {track.track_id: track for track in catalogue.some([item.track_id for item in shelved.playlist.items])}
    if format == "cue":
        data = cue.write(shelved.title, f"{file_stem(shelved.title)}.m4a", marks_of(shelved.playlist, tracks)).encode()
    elif format == "chapters":
        data = chapters.ffmetadata(shelved.title, marks_of(shelved.playlist, tracks)).encode()
    else:
        data = write_listing(listing_of(shelved, tracks, paths, folder), format)
    return attachment(shelved.title, KINDS[format], data)


def attachment(title: str, kind: Kind, data: bytes) -> Written:
    """A file of this kind, named by a title."""
    return Written(name=f"{file_stem(title)}{kind.ending}", mime=kind.media_type, data=data)


def listing_of(shelved: Shelved, tracks: Mapping[str, Track], paths: Paths, folder: str | None) -> Listing:
    """The pieces of a list in their order; the length of each is the whole track's, not what the session plays."""
    # Names alone ask no disk: a share of the network that hangs would hold the answer.
    found = {} if paths == "names" else {track_id: _file(track) for track_id, track in tracks.items()}
    if paths == "relative" and folder is None:
        folder = _common_folder([path for path in found.values() if path is not None])
    entries = []
    for item in shelved.playlist.items:
        path = found.get(item.track_id)
        if path is not None and folder is not None and paths == "relative":
            path = f"./{os.path.relpath(path, folder)}"  # a path, whatever colon its first name has
        entries.append(_entry(item.track_id, tracks.get(item.track_id), path))
    return Listing(title=shelved.title, note=shelved.note, entries=tuple(entries))


def find(connection: sa.Connection, named: str) -> Shelved:
    """The list of this id or, where just one list in use has it, this title.

    Raises
    ------
    NoSuch
    Taken
        Several lists have this title.
    """
    try:
        return shelf.get(connection, named)
    except UnknownPlaylist:
        found = [shelved for shelved in shelf.list_all(connection) if shelved.title == named]
    if not found:
        raise NoSuch(f"{named!r}: no list has this id or title. `lists show` prints them all.")
    if len(found) > 1:
        ids = ", ".join(shelved.playlist_id for shelved in found)
        raise Taken(f"{named!r}: {len(found)} lists have this title. Name one by its id: {ids}.")
    return found[0]


def file_stem(title: str) -> str:
    """A title as a file's name: letters, digits, spaces, dots and dashes."""
    plain = "".join(letter if letter.isalnum() or letter in " .-_" else " " for letter in title)
    return " ".join(plain.split()).strip(".- ")[:MOST_OF_A_NAME].strip() or NO_NAME


def _entry(track_id: str, track: Track | None, path: str | None) -> Entry:
    if track is None:
        return Entry(content_id=track_id, missing="A piece no longer in the library")
    return Entry(
        title=title_of(track),
        artist=artist_of(track),
        album=track.tags.album or "",
        length_s=track.analysis.duration_s,
        isrc=track.tags.isrc,
        recording_id=track.tags.musicbrainz_id,
        content_id=track_id,
        location=path,
    )


def _file(track: Track) -> str | None:
    """The first of a track's files that is there, else the first that was."""
    there = [path for path in track.paths if Path(path).exists()]
    return next(iter(there or track.paths), None)


def _common_folder(paths: list[str]) -> str | None:
    """What all files lie in; None where there are none.

    Raises
    ------
    WrongState
        They lie on several drives.
    """
    if not paths:
        return None
    try:
        return os.path.commonpath([os.path.dirname(path) for path in paths])  # noqa: PTH120 - any bytes
    except ValueError as error:
        raise WrongState(
            "The files of this list lie on several drives: no folder holds all. Take whole paths."
        ) from error
