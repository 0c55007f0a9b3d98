"""Which tracks, in which order, make this session? A library, an arc and an exact length become a playlist.

:func:`fit` is pure and gives the same list on every machine, for any order of the library. It plans in whole
seconds (:mod:`playlists.plan`), finds a good list and proves how good (:mod:`playlists.solve`), and lays it out in
samples (:mod:`playlists.lay`). Of a very large library only a pool is planned with (:mod:`playlists.pools`).
"""

from collections.abc import Iterable, Mapping

import numpy as np
from msgspec.structs import replace

from library.track import Track
from playlists.arc import Template
from playlists.candidates import Candidates, check_length, choose
from playlists.cost import SCALE, Features, features_of, track_costs
from playlists.errors import Infeasible
from playlists.lay import reasons_of
from playlists.plan import Plan
from playlists.playlist import Playlist, Request
from playlists.pools import draw_pool
from playlists.search import beam, make_guide
from playlists.session import Library, Session, heard_again, library_of, plan_of, playlist_of, session_of
from playlists.shortfall import why_none
from playlists.solve import NARROW, Solved, solve

MOST_TRACKS, MOST_CELLS, LEAST_POOL = 1500, 8_000_000, 300
"""A library of more tracks, or of more tracks times seconds, is planned with a pool of so many; of at least 300.
By trial: about a second, and 32 MB for each table of the search."""


def fit(tracks: Iterable[Track], request: Request, *, templates: Mapping[str, Template] | None = None) -> Playlist:
    """The best playlist that the search finds for this request.

    Parameters
    ----------
    tracks
        The library, in any order; only cleared tracks that the policy allows are used.
    request
        Lengths, template, seed and policy. Seed 0 asks for the best list, any other for another good one.
    templates
        By name; ``None`` takes the shipped ones.

    Returns
    -------
    Playlist
        Exactly as long as asked. ``bound`` and ``gap`` are ``None`` where only a pool of the library was searched.
        Where the artist distance had to be relaxed ``notes`` says so, and the bound is that of the relaxed rule.

    Raises
    ------
    BadRequest
        A length, name or policy makes no sense.
    Infeasible
        No list of cleared tracks meets the request; the message says what binds and what would be enough.
    """
    session = session_of(request, templates)
    tracks = list(tracks)
    candidates = choose(tracks, request.policy)
    check_length(candidates, request.policy, len(session.wished))
    features = features_of(candidates.tracks)
    library, whole = _library(candidates, features, session, request)
    for distance in range(request.policy.artist_distance, 0, -1):
        plan = plan_of(library, request.policy, distance)
        solved = solve(plan)
        if solved is not None:
            notes = _artist_notes(library, solved, distance, request.policy.artist_distance)
            return _playlist(request, session, library, plan, solved, notes, proved=whole)
    raise why_none(
        candidates,
        features,
        session,
        request.policy,
        lambda policy: _any(tracks, session, replace(request, policy=policy)),
    )


def _any(tracks: Iterable[Track], session: Session, request: Request) -> bool:
    """Whether a list is found at all, however good."""
    try:
        candidates = choose(tracks, request.policy)
        check_length(candidates, request.policy, len(session.wished))
    except Infeasible:
        return False
    library, _ = _library(candidates, features_of(candidates.tracks), session, request)
    plan = plan_of(library, request.policy, 1)
    return beam(plan, make_guide(plan, np.zeros(len(plan.lengths), dtype=np.int32)), width=NARROW) is not None


def _library(candidates: Candidates, features: Features, session: Session, request: Request) -> tuple[Library, bool]:
    """The library or, of a large one, the pool of tracks worth planning with; and whether it is the whole."""
    size = min(MOST_TRACKS, max(LEAST_POOL, MOST_CELLS // len(session.wished)))
    tracks = candidates.tracks
    if len(tracks) <= size:
        return library_of(tracks, features, session, request.seed), True
    ids = [track.track_id for track in tracks]
    required = np.flatnonzero([track_id in request.policy.required for track_id in ids])
    anywhere = sum(track_costs(features, ids, request.seed, session.heard).values())
    pool = draw_pool(features, session.wished, np.asarray(anywhere), required, size)
    chosen = [tracks[j] for j in pool]
    return library_of(chosen, features.take(pool), session, request.seed), False


def _artist_notes(library: Library, solved: Solved, distance: int, wished_distance: int) -> list[str]:
    """What to say where an artist is heard again sooner than the policy wishes."""
    if distance == wished_distance:
        return []
    again = heard_again([library.tracks[j] for j in solved.found.order], wished_distance)
    return [f"No list was found that keeps artists {wished_distance} pieces apart: {where}." for where in again]


def _playlist(
    request: Request,
    session: Session,
    library: Library,
    plan: Plan,
    solved: Solved,
    notes: list[str],
    *,
    proved: bool,
) -> Playlist:
    found = solved.found
    reasons = reasons_of(library.tracks, library.features, plan, solved.guide, found, session.arc, session.wished)
    bound = max(0, solved.bound)
    gap = (found.cost - bound) / bound if bound else float(found.cost > 0)
    return playlist_of(
        request,
        session,
        library,
        found,
        reasons=reasons,
        notes=notes,
        bound=bound / SCALE if proved else None,
        gap=gap if proved else None,
    )
