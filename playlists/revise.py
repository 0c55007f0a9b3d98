"""A list changed by hand: a piece vetoed, taken out or exchanged, or all in another order.

All functions are pure: they take the library, what was asked and the list, and return what is asked now and a new list
that again lasts exactly as long. The rest moves as little as it can, and ``notes`` say what had to change. A list that
was not searched as a whole carries no bound.

Where pieces go, the others stay as :mod:`playlists.refit` keeps them; in an order that a person set they keep it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace as changed

from library.picture import title_of
from library.track import Record, Track
from playlists.arc import Template
from playlists.byhand import Laid, lay, playlist_by_hand
from playlists.candidates import Candidates, choose, length_s
from playlists.changes import ORDER_BY_HAND, kept_notes, noted, place_of, titles_of
from playlists.errors import BadRequest, Infeasible
from playlists.playlist import Playlist, Request
from playlists.refit import refit
from playlists.session import Session, session_of
from playlists.standins import Bench, gaps_of
from playlists.stock import Stock, stock_of
from playlists.timeline import clock

Templates = Mapping[str, Template] | None


class Replacement(Record, frozen=True, kw_only=True):
    """A track that could take a piece's place. ``cost_difference`` is what the list costs more, or less where it is
    below zero; ``ends_early`` says that other pieces would have to be cut for it."""

    track_id: str
    title: str
    cost_difference: float
    why: str
    ends_early: bool = False


def veto(
    tracks: Iterable[Track] | Stock,
    request: Request,
    playlist: Playlist,
    track_ids: Collection[str],
    *,
    templates: Templates = None,
) -> tuple[Request, Playlist]:
    """Exclude tracks for good, and mend the list where it holds them.

    Raises
    ------
    Infeasible
        Without these tracks no list meets the request.
    """
    asked = changed(request, policy=request.policy.excluding(track_ids))
    return asked, _without(stock_of(tracks), asked, playlist, templates)


def remove(
    tracks: Iterable[Track] | Stock, request: Request, playlist: Playlist, track_id: str, *, templates: Templates = None
) -> tuple[Request, Playlist]:
    """Take one piece out of the list; a later fit may use it again.

    Raises
    ------
    BadRequest
        The piece is not in the list.
    Infeasible
        Without it no list meets the request.
    """
    place_of(playlist, track_id)
    asked = _not_requiring(request, track_id)
    without = changed(asked, policy=asked.policy.excluding([track_id]))
    return asked, _without(stock_of(tracks), without, playlist, templates)


def replacements(
    tracks: Iterable[Track] | Stock,
    request: Request,
    playlist: Playlist,
    track_id: str,
    most: int = 5,
    *,
    templates: Templates = None,
) -> list[Replacement]:
    """The tracks that could best take a piece's place, all others staying in their order; the best first.

    Tracks for which other pieces would have to end early are named only where there are no others.

    Raises
    ------
    BadRequest
        The piece is not in the list.
    Infeasible
        Another piece of the list may no longer be used.
    """
    place = place_of(playlist, track_id)
    session = session_of(request, templates)
    others = [item.track_id for item in playlist.items if item.track_id != track_id]
    stock = stock_of(tracks)
    candidates = _usable(stock, _not_requiring(request, track_id), others)
    known = stock.whole(others)
    order = [known.get(item.track_id) if k != place else None for k, item in enumerate(playlist.items)]
    in_list = {item.track_id for item in playlist.items}
    pool = [track for track in candidates.tracks if track.track_id not in in_list]
    (gap,) = gaps_of(playlist.items, order)
    bench = Bench(stock, pool, order, [gap], session, request)
    chosen = [track for _, track in bench.ranked(gap)[:most]]
    ends_early = not chosen
    if ends_early:
        nearest = sorted(pool, key=lambda track: (abs(length_s(track) - gap.heard_s), track.track_id))[:most]
        chosen = list(stock.whole([track.track_id for track in nearest]).values())
    found = []
    for track in chosen:
        filled = [track if other is None else other for other in order]
        try:
            laid = lay(filled, session, request, may_end_early=ends_early)
        except Infeasible:
            continue
        found.append(_replacement(request, session, playlist, laid, place, ends_early))
    return sorted(found, key=lambda replacement: (replacement.cost_difference, replacement.track_id))


def replace(
    tracks: Iterable[Track] | Stock,
    request: Request,
    playlist: Playlist,
    track_id: str,
    by: str,
    *,
    templates: Templates = None,
) -> tuple[Request, Playlist]:
    """Put another track in a piece's place; all others stay in their order.

    Raises
    ------
    BadRequest
        The piece is not in the list, or the other one is already.
    Infeasible
        The other track may not be used, or the list cannot be made to last exactly as long with it.
    """
    place = place_of(playlist, track_id)
    order = [item.track_id for item in playlist.items]
    if by in order:
        raise BadRequest(f"Track {by} is already in the list; move it instead.")
    asked = _not_requiring(request, track_id)
    order[place] = by
    stock = stock_of(tracks)
    titles = titles_of(stock.tracks, (track_id, by))
    note = f"{titles.get(by, by)} plays in place of {titles.get(track_id, 'a piece that is gone')}."
    notes = [*kept_notes(playlist), note]
    return asked, _ordered(stock, asked, order, notes, templates)


def reorder(
    tracks: Iterable[Track] | Stock,
    request: Request,
    playlist: Playlist,
    order: Sequence[str],
    *,
    templates: Templates = None,
) -> Playlist:
    """Lay out tracks in the order given, usually the list's own; some may be left out or added.

    Crossfades and the end of the last piece absorb the difference; where they do not suffice, the longest other pieces
    end early, and a note says so.

    Raises
    ------
    BadRequest
        A track is named twice, or none at all.
    Infeasible
        A track may not be used, a required one is missing, or these tracks cannot last exactly as long.
    """
    if [item.track_id for item in playlist.items] == list(order):
        return playlist
    return _ordered(stock_of(tracks), request, order, [ORDER_BY_HAND], templates)


def _ordered(
    stock: Stock, request: Request, order: Sequence[str], notes: Sequence[str], templates: Templates
) -> Playlist:
    """A list in the order given, with early ends where it takes them."""
    if not order:
        raise BadRequest("A list needs at least one track.")
    twice = [track_id for k, track_id in enumerate(order) if track_id in order[:k]]
    if twice:
        raise BadRequest(f"Track {twice[0]} is named twice.")
    session = session_of(request, templates)
    usable = {track.track_id: track for track in _usable(stock, request, order).tracks}
    missing = sorted(request.policy.required - set(order))
    if missing:
        raise Infeasible(f"{title_of(usable[missing[0]])} is required but not in this order.", "Put it in.")
    laid = lay(list(stock.whole(order).values()), session, request, may_end_early=True)
    return playlist_by_hand(request, session, laid, notes)


def _usable(stock: Stock, request: Request, needed: Iterable[str]) -> Candidates:
    """The tracks that may be used; ``Infeasible`` says why if one of those needed may not."""
    return choose(
        stock.tracks, changed(request.policy, require_tracks=request.policy.require_tracks | frozenset(needed))
    )


def _replacement(
    request: Request, session: Session, playlist: Playlist, laid: Laid, place: int, ends_early: bool
) -> Replacement:
    now = playlist_by_hand(request, session, laid, ())
    old, new, track = playlist.items[place], now.items[place], laid.library.tracks[place]
    longer_s = round((new.to_s - new.from_s) - (old.to_s - old.from_s))
    length = f" {clock(abs(longer_s))} {'longer' if longer_s > 0 else 'shorter'}." if longer_s else " Just as long."
    early = " Other pieces end early to make room." if ends_early and any(laid.early_s) else ""
    return Replacement(
        track_id=track.track_id,
        title=title_of(track),
        cost_difference=round(now.cost["total"] - playlist.cost["total"], 4),
        why=new.why + length + early,
        ends_early=any(laid.early_s),
    )


def _not_requiring(request: Request, track_id: str) -> Request:
    return changed(request, policy=request.policy.not_requiring([track_id]))


def _without(stock: Stock, request: Request, playlist: Playlist, templates: Templates) -> Playlist:
    """The list without the pieces that may no longer be used; itself if there are none."""
    usable = choose(stock.tracks, request.policy).tracks
    ids = {track.track_id for track in usable}
    stay = stock.whole([item.track_id for item in playlist.items if item.track_id in ids])
    if len(stay) == len(playlist.items):
        return playlist
    if ORDER_BY_HAND in playlist.notes:
        session = session_of(request, templates)
        order = [stay.get(item.track_id) for item in playlist.items]
        in_place = _in_place(stock, usable, request, playlist, order, session)
        if in_place is not None:
            after = playlist_by_hand(request, session, in_place, kept_notes(playlist))
            return noted(stock.tracks, playlist, after)
    return refit(stock, request, playlist, templates=templates)


def _in_place(
    stock: Stock,
    usable: Sequence[Track],
    request: Request,
    playlist: Playlist,
    order: list[Track | None],
    session: Session,
) -> Laid | None:
    """The list in its order with its gaps filled or closed up; ``None`` where nothing found lasts exactly as long."""
    in_list = {item.track_id for item in playlist.items}
    pool = [track for track in usable if track.track_id not in in_list]
    missing = request.policy.required - in_list
    filled = Bench(stock, pool, order, gaps_of(playlist.items, order), session, request).filled()
    if filled is None or not missing <= {track.track_id for track in filled}:
        return None
    return lay(filled, session, request, may_end_early=False)
