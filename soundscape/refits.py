"""Use cases beside :mod:`soundscape.lists`: a piece taken to another place, and several lists at once.

As there, the music is worked out before the transaction, and each change is kept at once.
"""

from dataclasses import dataclass

from library.store import writing
from playlists import shelf
from playlists.hold import move as moved
from playlists.playlist import Playlist, Request
from playlists.sets import ListSet, sets
from playlists.shelf import Shelved
from soundscape.lists import Maker, Tracks, change_list, facts, keep_note


@dataclass(frozen=True)
class KeptSet:
    """Lists of one set as they lie on the shelf, and what they have in common."""

    lists: list[Shelved]
    found: ListSet


def move(maker: Maker, playlist_id: str, revision: int, track_id: str, place: int) -> Shelved:
    """Take a piece to another place, from 1; the others adapt.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    BadRequest, Infeasible
    """

    def change(tracks: Tracks, now: Shelved) -> tuple[Request, Playlist]:
        return now.request, moved(tracks, now.request, now.playlist, track_id, place - 1, templates=maker.templates)

    return change_list(maker, playlist_id, revision, "piece moved", change)


def build_sets(maker: Maker, request: Request, count: int, *, title: str, note: str) -> KeptSet:
    """Several new lists with as little in common as the cost allows, titled with their number.

    Raises
    ------
    BadRequest, Infeasible
        Nothing was kept.
    """
    found = sets(maker.library(), request, count, templates=maker.templates)
    kept = []
    with writing(maker.engine) as connection:
        for number, playlist in enumerate(found.playlists, start=1):
            playlist_id = shelf.put_new(
                connection,
                title=f"{title} {number}",
                note=note,
                request=request,
                playlist=playlist,
                offered=False,
                by=maker.by,
                now_ms=maker.clock(),
            )
            shelved = shelf.get(connection, playlist_id)
            keep_note(connection, maker, "list built", shelved, after=facts(shelved))
            kept.append(shelved)
    return KeptSet(kept, found)
