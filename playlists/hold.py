"""Pieces held where a person wants them: locked through every later change, or taken to another place.

Pure, as :mod:`playlists.revise` is.
"""

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace as changed

from library.track import Track
from playlists.arc import Template
from playlists.changes import place_of, titles_of
from playlists.cost import WISHED_FADE_S
from playlists.errors import BadRequest
from playlists.playlist import Playlist, Request
from playlists.refit import refit
from playlists.stock import Stock, stock_of


def lock(request: Request, playlist: Playlist, track_ids: Collection[str]) -> Request:
    """Keep pieces in the list, whatever changes from now on; the music stays as it is.

    Raises
    ------
    BadRequest
        A piece is not in the list.
    """
    for track_id in track_ids:
        place_of(playlist, track_id)
    return changed(request, policy=changed(request.policy, locked=request.policy.locked | frozenset(track_ids)))


def unlock(request: Request, track_ids: Collection[str]) -> Request:
    """Let pieces go again that were locked; those that were not stay as they are."""
    return changed(request, policy=changed(request.policy, locked=request.policy.locked - frozenset(track_ids)))


def move(
    tracks: Iterable[Track] | Stock,
    request: Request,
    playlist: Playlist,
    track_id: str,
    place: int,
    *,
    templates: Mapping[str, Template] | None = None,
) -> Playlist:
    """Take one piece to another place, counted from 0, and let the others adapt as little as is worth it.

    It plays exactly in that place, and about at its time; unless it is locked, a later refit may move it again.

    Raises
    ------
    BadRequest
        The piece is not in the list, or there is no such place.
    Infeasible
        No list meets the request with the piece there.
    """
    at = place_of(playlist, track_id)
    if not 0 <= place < len(playlist.items):
        raise BadRequest(f"The list has the places 1 to {len(playlist.items)}, not {place + 1}.")
    if at == place:
        return playlist
    items = [item for item in playlist.items if item.track_id != track_id]
    items.insert(place, playlist.items[at])
    start_s, moved = 0.0, []
    for item in items:
        own_s = item.start_s if item.track_id in request.policy.locked else start_s
        moved.append(changed(item, start_s=float(round(own_s))))
        start_s += item.to_s - item.from_s - WISHED_FADE_S
    wished = changed(playlist, items=tuple(moved))
    stock = stock_of(tracks)
    after = refit(stock, request, wished, held=[track_id], pinned=(track_id, place), templates=templates)
    return changed(after, notes=(f"Moved: {titles_of(stock.tracks, [track_id])[track_id]}.", *after.notes))
