"""A list that lost pieces becomes one that lasts exactly as long again, and the rest moves as little as it can.

This is tried in turn:

1. the others stay in their order, and the gap is filled or closed up: taken where that is at most a quarter dearer than
   the list was, or where a person had set the order;
2. a new fit with all the others in it, in any order: taken where it is cheaper than 1;
3. where neither gives a list, a new fit of which only the request's own required tracks are sure. This is rare: the
   last piece of a list can be cut, so where there is enough music the others can nearly always stay.

The first of the new list's ``notes`` says what had to change. What was not searched as a whole carries no bound.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace as changed

from library.track import Track
from playlists.arc import Template
from playlists.byhand import Laid, lay, playlist_by_hand
from playlists.candidates import Candidates, choose
from playlists.changes import ORDER_BY_HAND, kept_notes, noted, titles_of
from playlists.cost import SCALE
from playlists.errors import Infeasible
from playlists.fit import fit
from playlists.playlist import Playlist, Request
from playlists.session import Session, session_of
from playlists.standins import Bench, gaps_of

DEARER = 1.25
"""Judgement: a list a quarter dearer still follows its arc; beyond that, another order is worth the change."""


def mended(
    tracks: Sequence[Track], request: Request, playlist: Playlist, templates: Mapping[str, Template] | None = None
) -> Playlist:
    """The list without the pieces that the request or the library no longer allows; the list itself if there are none.

    Raises
    ------
    Infeasible
        Without these pieces no list meets the request.
    """
    session = session_of(request, templates)
    candidates = choose(tracks, request.policy)
    known = {track.track_id: track for track in candidates.tracks}
    order = [known.get(item.track_id) for item in playlist.items]
    if None not in order:
        return playlist
    in_place = _in_place(candidates, request, playlist, order, session)
    by_hand = ORDER_BY_HAND in playlist.notes
    if in_place is not None and (by_hand or in_place.cost <= DEARER * playlist.cost["total"] * SCALE):
        return _noted(tracks, playlist, playlist_by_hand(request, session, in_place, kept_notes(playlist)))
    refit = _refit(tracks, request, [track for track in order if track is not None], templates)
    if in_place is not None and (refit is None or in_place.cost <= refit.cost["total"] * SCALE):
        return _noted(tracks, playlist, playlist_by_hand(request, session, in_place, kept_notes(playlist)))
    return _noted(tracks, playlist, refit or fit(tracks, request, templates=templates))


def _in_place(
    candidates: Candidates, request: Request, playlist: Playlist, order: list[Track | None], session: Session
) -> Laid | None:
    """The list with its gaps filled or closed up, or ``None`` where nothing found lasts exactly as long."""
    in_list = {item.track_id for item in playlist.items}
    pool = [track for track in candidates.tracks if track.track_id not in in_list]
    missing = request.policy.require_tracks - in_list
    filled = Bench(pool, order, gaps_of(playlist.items, order), session, request).filled()
    if filled is None or not missing <= {track.track_id for track in filled}:
        return None
    return lay(filled, session, request, may_end_early=False)


def _refit(
    tracks: Sequence[Track], request: Request, kept: Sequence[Track], templates: Mapping[str, Template] | None
) -> Playlist | None:
    """A new list with all these tracks in it, or ``None``. What was proved holds only with them, so it is not given."""
    required = request.policy.require_tracks | {track.track_id for track in kept}
    asked = changed(request, policy=changed(request.policy, require_tracks=required))
    try:
        return changed(fit(tracks, asked, templates=templates), bound=None, gap=None)
    except Infeasible:
        return None


def _noted(tracks: Iterable[Track], before: Playlist, after: Playlist) -> Playlist:
    return noted(titles_of(tracks), before, after)
