"""A list made to fit what is asked now, longer or shorter or of another arc, with as little changed as is worth it.

What has begun to sound stays (:mod:`playlists.begun`), what is locked or held stays in the list and at its time if the
length allows, and of the rest each change has its price (:mod:`playlists.charges`): the list changes where that gains
more than it disturbs. These prices steer the search only; the list's own cost is counted as any list's. The search is
a short one, over the list's own pieces and a hundred others (:mod:`playlists.shortlist`), so that it takes a fraction
of a second. It proves nothing.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from msgspec.structs import replace as changed

from library.picture import title_of
from library.track import Track
from playlists.arc import Template
from playlists.begun import NEXT_IN_S, as_it_sounds, begun, ways_on
from playlists.bound import lagrange
from playlists.byhand import Laid, playlist_by_hand
from playlists.candidates import Candidates, check_length, choose
from playlists.changes import ORDER_BY_HAND, noted
from playlists.charges import NEWCOMER, TURNED, TURNED_BY_HAND, Wish, charged
from playlists.cost import MIN_FADE_S, SCALE, crossfade_costs, cut_costs, features_of, track_costs
from playlists.errors import Infeasible
from playlists.lay import reasons_of
from playlists.narrow import narrowed
from playlists.plan import Found, Plan
from playlists.playlist import Playlist, Policy, Request
from playlists.polish import polished
from playlists.prepared import joined
from playlists.search import beam, make_guide
from playlists.session import Library, Session, library_of, plan_of, session_of
from playlists.shortlist import shortlist
from playlists.solve import solve
from playlists.standins import one_for_one
from playlists.stock import Stock, stock_of
from playlists.timeline import clock
from playlists.trimming import MOST_TRACKS as MOST_TRACKS_TRIMMED
from playlists.trimming import with_trims

POOLS = (120, 240)
"""Others than the list's own tried at first, and where those give no list. By trial: more seldom gains more."""
STEPS, WIDTH = 8, 64
"""Subgradient steps, and width of the beam. By trial on 80 refits: polished, lists after 8 steps cost what those after
16 do."""
STEPS_WITHOUT = 16
"""Subgradient steps where no list is known yet."""
CLEAR_GAIN = 0.2
"""Where one piece is gone, more than one changes only where that saves this share of the list's cost. Judgement."""
POLISH = 100_000_000
"""Steps of :mod:`playlists.polish`, each time. By trial, 10 to 30 ms."""
NEAR = 50
"""A list within a 50th of the bound is not searched again. Judgement: 0.2 of a usual list."""


def refit(
    tracks: Iterable[Track] | Stock,
    request: Request,
    playlist: Playlist,
    *,
    held: Collection[str] = (),
    prefix_s: float = 0.0,
    anew: bool = False,
    pinned: tuple[str, int] | None = None,
    templates: Mapping[str, Template] | None = None,
) -> Playlist:
    """The list made to fit ``request``, with as little changed as is worth it.

    Parameters
    ----------
    tracks
        The library, in any order, or prepared.
    request
        What is asked now: another length, template or policy than the list was made for.
    playlist
        The list as it is.
    held
        Pieces that stay, as those locked by the policy do: in the list, and at their time if the length allows.
    prefix_s
        What sounds up to here, in seconds of the session, stays as it is to the sample.
    anew
        Whether the other pieces are chosen as if they were not in the list yet: changes then cost nothing.
    pinned
        A held piece and the place, counted from 0, that it must have; not with a prefix.
    templates
        By name; ``None`` takes the shipped ones.

    Returns
    -------
    Playlist
        Exactly as long as asked, without a bound. The first of its ``notes`` says what changed, if anything did.

    Raises
    ------
    BadRequest
        The request makes no sense, or ``prefix_s`` lies outside the list.
    Infeasible
        No list was found that keeps all this; the message says what binds and what would be enough.
    """
    stock = stock_of(tracks)
    session = session_of(request, templates)
    wish = _wish(stock, request, playlist, len(session.wished), frozenset(held), prefix_s)
    wish = replace(wish, newcomer=0, turned=0, gap_place=None) if anew else wish
    gain = round(CLEAR_GAIN * playlist.cost["total"] * SCALE)
    for distance in range(request.policy.artist_distance, 0, -1):
        for most in POOLS:
            sounding, others = [way.track for way in wish.begun], _pool(stock, wish, session, request.seed, most)
            chosen, features = [*sounding, *others], joined([features_of(sounding), stock.features_of(others)])
            library = library_of(chosen, features, session, request.seed)
            plan = plan_of(library, wish.policy, distance)
            dearer = replace(charged(plan, library.costs, chosen, wish), pinned=_pinned(chosen, pinned))
            found = _search(dearer)
            if found is not None:
                found = _with_fewer_changes(dearer, found, chosen, wish, gain)
                whole = stock.whole([chosen[row].track_id for row in found.order if row >= len(sounding)])
                played = [chosen[row] if row < len(sounding) else whole[chosen[row].track_id] for row in found.order]
                after = _laid_out(request, session, played, found, wish, prefix_s)
                after = after if sounding else _with_others(after, library, plan, found)
                stays = wish.places.keys() | {item.track_id for item in wish.sounded}
                must_go = {item.track_id for item in playlist.items} - stays
                return noted(stock.tracks, playlist, after, must_go)
            if len(wish.usable) <= most:
                break
    trimmed = _with_trims(stock, session, request, wish, pinned)
    if trimmed is not None:
        must_go = {item.track_id for item in playlist.items} - wish.places.keys()
        return noted(stock.tracks, playlist, trimmed, must_go)
    raise _impossible(session, wish, pinned)


def _wish(
    stock: Stock, request: Request, playlist: Playlist, total_s: int, held: frozenset[str], prefix_s: float
) -> Wish:
    """What is to be kept, and what may be used."""
    sounded = begun(playlist, prefix_s)
    if sounded and prefix_s + NEXT_IN_S > total_s:
        raise Infeasible(
            f"{clock(prefix_s)} will have sounded; the session cannot end at {clock(total_s)}.",
            f"It can end at {clock(prefix_s + NEXT_IN_S)} or later.",
        )
    gone = {item.track_id for item in sounded}
    known = {track.track_id for track in stock.tracks}
    there = stock.whole([item.track_id for item in sounded if item.track_id in known])
    ways = ways_on(sounded, there, prefix_s, playlist.items[-1])
    in_list = {item.track_id for item in playlist.items}
    policy = request.policy.not_requiring(gone)
    policy = changed(
        policy,
        require_tracks=policy.require_tracks | (held & in_list) - gone,
        first_track=None if sounded else policy.first_track,
    )
    candidates = choose(stock.tracks, policy)
    usable = [track for track in candidates.tracks if track.track_id not in gone]
    longest = {way.start_s: way.track for way in ways}
    check_length(Candidates((*longest.values(), *usable), candidates.kept_out), policy, total_s)
    known = {track.track_id for track in usable}
    stay = [item for item in playlist.items if item.track_id in known]
    went = [item for item in playlist.items if item.track_id not in known | gone and item.start_s < total_s]
    at_their_time = held | policy.locked
    return Wish(
        policy=policy,
        sounded=sounded,
        begun=ways,
        usable=usable,
        places={item.track_id: place for place, item in enumerate(stay)},
        gap_place=sum(item.start_s < went[0].start_s for item in stay) if len(went) == 1 else None,
        gaps=[(round(item.start_s), max(1, round(item.to_s - item.from_s))) for item in went],
        held_at_s={item.track_id: round(item.start_s) for item in stay if item.track_id in at_their_time},
        open_s=math.ceil(prefix_s),
        newcomer=NEWCOMER,
        turned=TURNED_BY_HAND if ORDER_BY_HAND in playlist.notes else TURNED,
    )


def _pool(stock: Stock, wish: Wish, session: Session, seed: int, most: int) -> list[Track]:
    """The list's own pieces, what is required, and at most so many others that suit the open part."""
    sure = wish.policy.required | wish.places.keys()
    others = [track for track in wish.usable if track.track_id not in sure]
    chosen = [track for track in wish.usable if track.track_id in sure]
    if len(others) > most:
        features = stock.features_of(others)
        ids = [track.track_id for track in others]
        anywhere = np.sum(list(track_costs(features, ids, seed, session.heard).values()), axis=0)
        others = [others[j] for j in shortlist(features, anywhere, session.wished, wish.open_s, most, wish.gaps)]
    return [*chosen, *others]


def _with_trims(
    stock: Stock, session: Session, request: Request, wish: Wish, pinned: tuple[str, int] | None
) -> Playlist | None:
    """A list of which some pieces end early, with the same prices; ``None`` where none is found or one sounds."""
    if wish.begun or len(wish.usable) > MOST_TRACKS_TRIMMED:
        return None
    tracks = list(stock.whole([track.track_id for track in wish.usable]).values())

    def charge(plan: Plan, library: Library) -> Plan:
        return replace(charged(plan, library.costs, tracks, wish), pinned=_pinned(tracks, pinned))

    trimmed = with_trims(tracks, session, changed(request, policy=wish.policy), charge)
    if trimmed is None:
        return None
    known = {track.track_id: track for track in tracks}
    by_hand = _notes(wish, [known[item.track_id] for item in trimmed.items])
    return changed(trimmed, notes=(*by_hand, *trimmed.notes))


def _with_fewer_changes(plan: Plan, found: Found, tracks: Sequence[Track], wish: Wish, gain: int) -> Found:
    """Where one piece is gone: the list with one other in its place, unless the one found costs less by ``gain``."""
    if wish.gap_place is None or wish.begun:
        return found
    rows = {track.track_id: row for row, track in enumerate(tracks)}
    alone = one_for_one(plan, [rows[track_id] for track_id in wish.places], wish.gap_place)
    return found if alone is None or alone.cost - found.cost >= gain else alone


def _pinned(tracks: Sequence[Track], pinned: tuple[str, int] | None) -> tuple[int, int] | None:
    """The pinned piece by its number."""
    if pinned is None:
        return None
    return next(row for row, track in enumerate(tracks) if track.track_id == pinned[0]), pinned[1]


def _search(plan: Plan) -> Found | None:
    """A good list of the plan, or ``None`` where none is found."""
    guide = make_guide(plan, np.zeros(len(plan.lengths), dtype=np.int32))
    found, lower = beam(plan, guide, width=WIDTH), guide.bound
    if found is None:
        found = beam(plan, lagrange(plan, None, STEPS_WITHOUT).guide, width=WIDTH)
        if found is None:
            solved = solve(plan)
            return None if solved is None else solved.found
        return polished(plan, found, budget=POLISH)
    if found.cost - lower > found.cost // NEAR:
        found = polished(plan, found, budget=POLISH)
    if found.cost - lower > found.cost // NEAR:
        rest, rows = narrowed(plan, guide, found.cost, found.order)
        better = beam(rest, lagrange(rest, found.cost, STEPS).guide, width=WIDTH, below=found.cost)
        if better is not None:
            known = Found(better.cost, tuple(rows[list(better.order)].tolist()), better.starts)
            found = polished(plan, known, budget=POLISH)
    return found


def _laid_out(
    request: Request, session: Session, tracks: Sequence[Track], found: Found, wish: Wish, prefix_s: float
) -> Playlist:
    """The record of what was found; its cost is that of any list, without what steered the search."""
    early_s = tuple(wish.begun[row].early_s if row < len(wish.begun) else 0 for row in found.order)
    library = library_of(tracks, features_of(tracks), session, request.seed)
    plan = plan_of(library, Policy(), 1)
    whole = _cost_of(library, found.starts)
    laid = Laid(library, plan, Found(whole, tuple(range(len(tracks))), found.starts), early_s)
    after = playlist_by_hand(request, session, laid, _notes(wish, tracks))
    items = list(after.items)
    for place, before in enumerate(wish.sounded):
        item = changed(items[place], why=before.why, alternatives=before.alternatives)
        stays = place < len(wish.sounded) - 1
        items[place] = changed(before, phase=item.phase) if stays else as_it_sounds(item, before, prefix_s)
    return changed(after, items=tuple(items))


def _with_others(after: Playlist, library: Library, plan: Plan, found: Found) -> Playlist:
    """The list, each piece with the other tracks of the pool that come nearest to it in its place."""
    session, priced = library.session, replace(found, cost=round(after.cost["total"] * SCALE))
    reasons = reasons_of(library.tracks, library.features, plan, priced, session.arc, session.wished, searched=True)
    items = [
        changed(item, why=reason.why, alternatives=reason.alternatives)
        for item, reason in zip(after.items, reasons, strict=True)
    ]
    return changed(after, items=tuple(items))


def _cost_of(library: Library, starts: Sequence[int]) -> int:
    """What the library's tracks cost, one after the other from these seconds on."""
    costs, begins, rows = library.costs, np.array(starts), np.arange(len(starts))
    ends = begins + library.features.length_s
    whole = int(costs.arc[rows, begins].sum()) + sum(int(each.sum()) for each in costs.track.values())
    whole += sum(int(each[rows[:-1], rows[1:]].sum()) for each in costs.transition.values())
    fades = ends[:-1] - begins[1:]
    return whole + int(crossfade_costs()[fades - MIN_FADE_S].sum() + cut_costs(ends[-1:] - costs.arc.shape[1]).sum())


def _notes(wish: Wish, tracks: Sequence[Track]) -> list[str]:
    """What stays true of the list: its order by hand, if the old pieces still play in it."""
    places = [wish.places[track.track_id] for track in tracks if track.track_id in wish.places]
    return [ORDER_BY_HAND] if wish.turned == TURNED_BY_HAND and places == sorted(places) else []


def _impossible(session: Session, wish: Wish, pinned: tuple[str, int] | None) -> Infeasible:
    """Why no list was found, and what would give it room."""
    if pinned is not None:
        title = next(title_of(track) for track in wish.usable if track.track_id == pinned[0])
        return Infeasible(
            f"No list that lasts exactly {clock(len(session.wished))} was found with {title} as piece {pinned[1] + 1}.",
            "Another place, or fewer locked or required pieces, would give it room.",
        )
    length = clock(len(session.wished))
    fixed = len(wish.policy.required)
    if wish.sounded and wish.open_s:
        binds = f"After what sounds until {clock(wish.open_s)} no list was found that lasts exactly {length}"
    else:
        binds = f"No list that lasts exactly {length} was found among {len(wish.usable)} pieces"
    with_these = f" with the {fixed} that must be in it." if fixed else "."
    enough = "Fewer locked or required pieces, " if fixed else "Pieces of other lengths, "
    return Infeasible(binds + with_these, enough + "or half a minute more or less, would give it room.")
