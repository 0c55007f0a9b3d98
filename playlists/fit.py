"""Which tracks, in which order, make this session? A library, an arc and an exact length become a playlist.

:func:`fit` is pure and gives the same list on every machine, for any order of the library. It plans in whole
seconds (:mod:`playlists.plan`), finds a good list (:mod:`playlists.search`), proves how good (:mod:`playlists.bound`)
and lays it out in samples (:mod:`playlists.lay`). Budgets count steps and nodes, never seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from library.track import Track
from playlists.arc import Template
from playlists.bound import BestFirst, Multipliers, lagrange
from playlists.candidates import Candidates, check_length, choose
from playlists.cost import SCALE, Features, features_of, track_costs
from playlists.errors import Infeasible
from playlists.lay import reasons_of
from playlists.plan import BLOCKED, Found, Plan, cost_to_go
from playlists.playlist import Playlist, Policy, Request
from playlists.pools import POOL_SIZE, draw_pools
from playlists.search import Guide, beam, make_guide
from playlists.session import Library, Session, heard_again, library_of, plan_of, playlist_of, session_of
from playlists.timeline import clock

MOST_PROVED = 200
"""Up to so many usable tracks every playlist carries a proved bound (DESIGN "The playlist")."""

NARROW, WIDE = 64, (256, 1024, 1024)
"""Widths of the beam: for a first list, and in turn with better and better penalties. Judgement, by trial."""
NEAR = 20
"""A list within a 20th of the bound needs no further turn: best-first search proves or improves it. By trial."""
STEP_BUDGET, MOST_STEPS, LEAST_STEPS = 4_000_000_000, 40, 8
"""Subgradient steps of n * n * T additions: for 55 minutes 40 a turn with 60 tracks, 30 in all with 200. By trial."""
BEAM_BUDGET = 400_000_000
"""Tracks, seconds and width of the beam multiplied: of 1024 for 55 minutes and 110 tracks. By trial, about 0.5 s."""
NODE_BUDGET, MOST_NODES = 1_000_000_000, 10_000
"""Nodes of the best-first search, times n * T: 5,000 for 60 tracks and 55 minutes. By trial, at most about 1 s."""


@dataclass(frozen=True)
class _Solved:
    """A list, the plan it was found on, and the proved bound."""

    library: Library
    plan: Plan
    guide: Guide
    found: Found
    bound: int


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
        Exactly as long as asked. ``bound`` and ``gap`` are ``None`` above 200 usable tracks. Where the artist distance
        had to be relaxed ``notes`` says so, and the bound is that of the relaxed rule.

    Raises
    ------
    BadRequest
        A length, name or policy makes no sense.
    Infeasible
        No list of cleared tracks meets the request; the message says what binds and what would be enough.
    """
    session = session_of(request, templates)
    candidates = choose(tracks, request.policy)
    check_length(candidates, request.policy, len(session.wished))
    features = features_of(candidates.tracks)
    libraries = _libraries(candidates, features, session, request)
    for distance in range(request.policy.artist_distance, 0, -1):
        solved = _solve(libraries, request.policy, distance)
        if solved is not None:
            notes = _artist_notes(solved, request.policy.artist_distance)
            return _playlist(request, session, solved, notes, proved=len(candidates.tracks) <= MOST_PROVED)
    raise Infeasible(
        f"No list that lasts exactly {clock(len(session.wished))} was found among {len(candidates.tracks)} pieces.",
        "Pieces of other lengths, or fewer required tracks, would give it room.",
    )


def _libraries(candidates: Candidates, features: Features, session: Session, request: Request) -> list[Library]:
    """The whole library, or pools of a large one."""
    ids = [track.track_id for track in candidates.tracks]
    pools: list[list[int]] = [list(range(len(ids)))]
    if len(ids) > POOL_SIZE:
        required = np.flatnonzero([track_id in request.policy.require_tracks for track_id in ids])
        anywhere = sum(track_costs(features, ids, request.seed).values())
        pools = draw_pools(features, session.wished, np.asarray(anywhere), required)
    libraries = []
    for pool in pools:
        chosen = [candidates.tracks[j] for j in pool]
        libraries.append(library_of(chosen, features.take(pool), session, request.seed))
    return libraries


def _solve(libraries: Sequence[Library], policy: Policy, distance: int) -> _Solved | None:
    """The best list of the most promising library under this artist distance, or ``None`` where none is found."""
    plans = [plan_of(library, policy, distance) for library in libraries]
    firsts = [_first(plan) for plan in plans]
    k = min(range(len(plans)), key=lambda k: BLOCKED if firsts[k] is None else firsts[k].cost)  # type: ignore[union-attr]
    plan, found = plans[k], firsts[k]
    size = len(plan.lengths) * plan.total_s
    left = max(LEAST_STEPS, STEP_BUDGET // (size * len(plan.lengths)))
    bound: Multipliers | None = None
    for width in WIDE:
        bound = lagrange(plan, None if found is None else found.cost, min(left, MOST_STEPS), bound)
        width = min(width, max(NARROW, BEAM_BUDGET // size))
        found = beam(plan, bound.guide, width=width, below=BLOCKED if found is None else found.cost) or found
        left -= MOST_STEPS
        if left <= 0 or (found is not None and found.cost - bound.bound <= found.cost // NEAR):
            break
    assert bound is not None
    proof = BestFirst(plan, bound.guide, found).run(min(MOST_NODES, NODE_BUDGET // size))
    if proof.best is None:
        return None
    return _Solved(libraries[k], plan, bound.guide, proof.best, max(bound.bound, proof.bound))


def _first(plan: Plan) -> Found | None:
    """A first list, found without penalties."""
    free = np.zeros(len(plan.lengths), dtype=np.int32)
    return beam(plan, make_guide(plan, free, cost_to_go(plan, free)), width=NARROW, below=BLOCKED)


def _artist_notes(solved: _Solved, wished_distance: int) -> list[str]:
    """What to say where an artist is heard again sooner than the policy wishes."""
    if solved.plan.artist_distance == wished_distance:
        return []
    again = heard_again([solved.library.tracks[j] for j in solved.found.order], wished_distance)
    return [f"No list was found that keeps artists {wished_distance} pieces apart: {where}." for where in again]


def _playlist(request: Request, session: Session, solved: _Solved, notes: list[str], *, proved: bool) -> Playlist:
    library, found = solved.library, solved.found
    reasons = reasons_of(
        library.tracks, library.features, solved.plan, solved.guide, found, session.arc, session.wished
    )
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
