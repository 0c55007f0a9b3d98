"""What is measured of one fit: how near the optimum, how fast, and how much better than simpler ways."""

import time
from dataclasses import asdict, dataclass

import numpy as np
from msgspec.structs import replace

from benchmarks.fit.greedy import greedy_cost
from playlists.candidates import choose
from playlists.cost import SCALE
from playlists.errors import Infeasible
from playlists.fit import MOST_TRACKS, SIZES, fit
from playlists.plan import seat
from playlists.playlist import Playlist, Policy, Request
from playlists.prepared import Prepared
from playlists.session import library_of, plan_of, session_of
from playlists.solve import solve
from playlists.timeline import samples

SHUFFLES = 1000
RUNS = 2
"""Each fit is timed so often; the least counts, since the machine does other things too."""


@dataclass
class Measured:
    """One request; ``None`` is what was not asked for or cannot be had."""

    size: int
    minutes: float
    seed: int
    feasible: bool
    seconds: float | None = None
    gap: float | None = None
    to_proved: float | None = None
    """Above the best bound that a large budget proves, as a share of it; at 0 the list is optimal."""
    proved: bool | None = None
    """Whether the large budget closed the gap between its own list and its bound."""
    over_best: float | None = None
    """Above the best list that the large budget found."""
    over_greedy: float | None = None
    """Share of the cost of the cheapest-per-second greedy list, and of the two other ways (:mod:`.greedy`)."""
    over_next_piece: float | None = None
    over_energy: float | None = None
    doubling_gain: float | None = None
    arc_error: float | None = None
    arc_correlation: float | None = None
    worst_step_lu: float | None = None
    mean_step_lu: float | None = None
    better_shuffles: int | None = None
    cost: float | None = None

    def record(self) -> dict[str, object]:
        """As it is stored."""
        return asdict(self)


def timed(stock: Prepared, request: Request) -> tuple[Playlist | None, float]:
    """The list, or ``None`` where there can be none; and the least processor seconds of a few runs."""
    seconds = []
    playlist = None
    for _ in range(RUNS):
        begun = time.process_time()
        try:
            playlist = fit(stock, request)
        except Infeasible:
            return None, time.process_time() - begun
        seconds.append(time.process_time() - begun)
    return playlist, min(seconds)


def describe(measured: Measured, stock: Prepared, playlist: Playlist, request: Request) -> None:
    """Fill in what the list itself shows, and how it stands beside the same tracks shuffled, and greed."""
    assert samples(playlist.total_s) == samples(request.infusion_s + playlist.tail_s)
    measured.cost, measured.gap = playlist.cost["total"], playlist.gap
    wished, heard = np.array(playlist.arc.wished), np.array(playlist.arc.achieved)
    measured.arc_error = float(np.sqrt(np.mean((wished - heard) ** 2)))
    measured.arc_correlation = float(np.corrcoef(wished, heard)[0, 1])
    rows = {track.track_id: row for row, track in enumerate(stock.tracks)}
    order = [rows[item.track_id] for item in playlist.items]
    edges = stock.features.loudness_edges[order]
    steps = np.abs(edges[:-1, 1] - edges[1:, 0])
    measured.worst_step_lu, measured.mean_step_lu = float(steps.max()), float(steps.mean())
    measured.better_shuffles = _better_shuffles(stock, order, request, round(measured.cost * SCALE), measured.seed)


def compare(measured: Measured, stock: Prepared, request: Request) -> None:
    """Fill in how the list stands beside greed, and what pools twice as large would gain."""
    assert measured.cost is not None
    session = session_of(request)
    tracks = choose(stock.tracks, request.policy).tracks
    features = stock.features_of(tracks)
    ways = [greedy_cost(tracks, features, session, request, way) for way in ("per second", "next piece", "energy")]
    shares = [None if greedy is None else measured.cost * SCALE / greedy for greedy in ways]
    measured.over_greedy, measured.over_next_piece, measured.over_energy = shares
    if len(tracks) > MOST_TRACKS:
        doubled = fit(stock, request, sizes=SIZES.times(2)).cost["total"]
        measured.doubling_gain = (measured.cost - doubled) / measured.cost


def prove(measured: Measured, stock: Prepared, request: Request, nodes: int) -> None:
    """Fill in the distance to what a best-first search of so many nodes proves, where the fit's own did not end."""
    assert measured.cost is not None
    if measured.gap == 0.0:
        measured.to_proved, measured.over_best, measured.proved = 0.0, 0.0, True
        return
    session = session_of(request)
    tracks = choose(stock.tracks, request.policy).tracks
    library = library_of(tracks, stock.features_of(tracks), session, request.seed)
    for distance in range(request.policy.artist_distance, 0, -1):
        solved = solve(plan_of(library, request.policy, distance), nodes=nodes)
        if solved is not None:
            cost = round(measured.cost * SCALE)
            measured.to_proved = (cost - solved.bound) / solved.bound
            measured.over_best = (cost - solved.found.cost) / solved.found.cost
            measured.proved = solved.found.cost == solved.bound
            return


def policies(stock: Prepared, seed: int) -> list[Policy]:
    """Policies as clinics have them, drawn by seed: what must play, what must not, and how calm it shall be."""
    rng = np.random.default_rng(seed)
    ids = [track.track_id for track in stock.tracks]
    some = [ids[j] for j in rng.choice(len(ids), 4, replace=False).tolist()]
    return [
        Policy(require_tracks=frozenset(some[:1]), exclude_tracks=frozenset(some[2:])),
        Policy(startle_limit_lu=6.0, energy_ceiling=0.8),
        Policy(phase_ceilings={"settle": 0.6, "tail": 0.6}, crossfade_s=(6, 10)),
        Policy(heard=(tuple(some),), no_repeat_sessions=1),
    ]


def feasible(stock: Prepared, request: Request) -> bool:
    """Whether a list is found."""
    try:
        fit(stock, request)
    except Infeasible:
        return False
    return True


def with_policy(request: Request, policy: Policy) -> Request:
    """The same session under another policy."""
    return replace(request, policy=policy)


def _better_shuffles(stock: Prepared, order: list[int], request: Request, cost: int, seed: int) -> int:
    """How many of a thousand shuffles of the same tracks cost less, each with its best crossfades."""
    session, rng = session_of(request), np.random.default_rng(seed)
    library = library_of([stock.tracks[row] for row in order], stock.features.take(order), session, request.seed)
    plan = plan_of(library, request.policy, 1)
    better = 0
    for _ in range(SHUFFLES):
        found = seat(plan, rng.permutation(len(order)).tolist())
        better += found is not None and found.cost < cost
    return better
