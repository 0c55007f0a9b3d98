"""Which tracks, in which order, make this session? A library, an arc and an exact length become a playlist.

:func:`fit` is pure and gives the same list on every machine, for any order of the library. It plans in whole
seconds (:mod:`playlists.plan`), finds a good list (:mod:`playlists.search`), proves how good (:mod:`playlists.bound`)
and lays it out in samples (:mod:`playlists.lay`). Budgets count steps and nodes, never seconds.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from library.picture import title_of
from library.track import Track
from playlists.arc import Arc, Template, named
from playlists.bound import BestFirst, Multipliers, lagrange
from playlists.candidates import Candidates, artist_of, check_length, choose
from playlists.cost import SCALE, Costs, Features, Wide, costs_of, features_of, track_costs
from playlists.errors import BadRequest, Infeasible
from playlists.lay import achieved, breakdown, items_of, reasons_of
from playlists.plan import BLOCKED, Found, Plan, cost_to_go, make_plan
from playlists.playlist import SAMPLE_RATE_HZ, ArcCurves, Playlist, Policy, Request
from playlists.pools import POOL_SIZE, draw_pools
from playlists.search import Guide, beam, make_guide
from playlists.timeline import clock, samples, seconds

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
OFF_THE_ARC = 0.1
"""A phase this far off on average is worth a note. Judgement: about the step from settle to rise."""


@dataclass(frozen=True)
class _Session:
    """A request made definite."""

    arc: Arc
    total_n: int
    """Length in samples."""
    wished: Wide
    """Wished intensity in 1/1000 at each whole second; as long as the grid."""


@dataclass(frozen=True)
class _Library:
    """The tracks planned with, all columns in the same order."""

    tracks: Sequence[Track]
    features: Features
    costs: Costs


@dataclass(frozen=True)
class _Solved:
    """A list, the plan it was found on, and the proved bound."""

    library: _Library
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
    session = _session(request, templates)
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


def _session(request: Request, templates: Mapping[str, Template] | None) -> _Session:
    template = named(request.template, templates)
    lengths = [request.infusion_s, template.tail_min * 60.0 if request.tail_s is None else request.tail_s]
    if not all(math.isfinite(length) for length in lengths):
        raise BadRequest(f"A session cannot last {lengths[0]} s and {lengths[1]} s.")
    total_n = samples(sum(lengths))
    infusion_s = seconds(samples(lengths[0]))
    arc = template.scaled(infusion_s, seconds(max(0, total_n - samples(lengths[0]))) if lengths[1] >= 0 else lengths[1])
    wished = np.rint(arc.wished(1.0) * 1000).astype(np.int64)
    assert len(wished) == -(-total_n // SAMPLE_RATE_HZ)
    return _Session(arc, total_n, wished)


def _libraries(candidates: Candidates, features: Features, session: _Session, request: Request) -> list[_Library]:
    """The whole library, or pools of a large one."""
    ids = [track.track_id for track in candidates.tracks]
    pools: list[list[int]] = [list(range(len(ids)))]
    if len(ids) > POOL_SIZE:
        required = np.flatnonzero([track_id in request.policy.require_tracks for track_id in ids])
        anywhere = sum(track_costs(features, ids, request.seed).values())
        pools = draw_pools(features, session.wished, np.asarray(anywhere), required)
    libraries = []
    for pool in pools:
        chosen = features.take(pool)
        costs = costs_of(chosen, session.wished, [ids[j] for j in pool], request.seed)
        libraries.append(_Library([candidates.tracks[j] for j in pool], chosen, costs))
    return libraries


def _solve(libraries: Sequence[_Library], policy: Policy, distance: int) -> _Solved | None:
    """The best list of the most promising library under this artist distance, or ``None`` where none is found."""
    plans = [_plan(library, policy, distance) for library in libraries]
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


def _plan(library: _Library, policy: Policy, distance: int) -> Plan:
    """The library on the grid; tracks of an unknown artist each count as another's."""
    names = [artist_of(track) or (track.track_id,) for track in library.tracks]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return make_plan(
        library.costs,
        library.features.length_s,
        artists=np.array([numbers[name] for name in names], dtype=np.int64),
        artist_distance=distance,
        required=np.array([track.track_id in policy.require_tracks for track in library.tracks]),
    )


def _first(plan: Plan) -> Found | None:
    """A first list, found without penalties."""
    free = np.zeros(len(plan.lengths), dtype=np.int32)
    return beam(plan, make_guide(plan, free, cost_to_go(plan, free)), width=NARROW, below=BLOCKED)


def _artist_notes(solved: _Solved, wished_distance: int) -> list[str]:
    """What to say where an artist is heard again sooner than the policy wishes."""
    if solved.plan.artist_distance == wished_distance:
        return []
    tracks, order = solved.library.tracks, solved.found.order
    again = [
        (k, back)
        for k in range(len(order))
        for back in range(1, min(wished_distance - 1, k) + 1)
        if solved.plan.artists[order[k - back]] == solved.plan.artists[order[k]]
    ]
    return [
        f"No list was found that keeps artists {wished_distance} pieces apart: {tracks[order[k]].tags.artist} is heard "
        f"again with {title_of(tracks[order[k]])}, {back} after {title_of(tracks[order[k - back]])}."
        for k, back in again
    ]


def _arc_notes(arc: Arc, wished: Wide, heard: Wide) -> list[str]:
    """Phases that the library cannot meet, with what they lack; ``wished`` and ``heard`` in 1/1000."""
    notes = []
    for phase in arc.phases:
        here = slice(math.ceil(phase.start), math.ceil(phase.end))
        error = (heard[here] - wished[here]) / 1000
        if not len(error) or abs(float(error.mean())) < OFF_THE_ARC:
            continue
        over = float(error.mean()) > 0
        lacking_min = math.ceil(int((np.sign(error) * (1 if over else -1) * abs(error) > OFF_THE_ARC).sum()) / 60)
        limit = (int(wished[here].max()) if over else int(wished[here].min())) / 1000
        notes.append(
            f"The {phase.name} is {abs(float(error.mean())):.2f} {'more' if over else 'less'} intense than wished: "
            f"it needs {lacking_min} more minutes {'below' if over else 'above'} energy {limit:.2f}."
        )
    return notes


def _playlist(request: Request, session: _Session, solved: _Solved, notes: list[str], *, proved: bool) -> Playlist:
    library, found = solved.library, solved.found
    heard = achieved(library.features, found, len(session.wished))
    reasons = reasons_of(
        library.tracks, library.features, solved.plan, solved.guide, found, session.arc, session.wished
    )
    bound = max(0, solved.bound)
    gap = (found.cost - bound) / bound if bound else float(found.cost > 0)
    return Playlist(
        infusion_s=session.arc.infusion_s,
        tail_s=session.arc.tail_s,
        template=request.template,
        seed=request.seed,
        items=items_of(library.tracks, library.features, found, session.arc, session.total_n, reasons),
        total_s=seconds(session.total_n),
        cost=breakdown(library.costs, library.features.length_s, found),
        bound=bound / SCALE if proved else None,
        gap=gap if proved else None,
        arc=ArcCurves(
            hop_s=1.0, wished=tuple((session.wished / 1000).tolist()), achieved=tuple(heard.round(3).tolist())
        ),
        notes=(*notes, *_arc_notes(session.arc, session.wished, np.rint(heard * 1000).astype(np.int64))),
    )
