"""Several lists for one session to choose from, with as little in common as the library allows at a bounded cost.

What two lists have in common is the music that both play: its seconds, as a share of the session. The first list is the
best there is. Each further one leaves out all that the lists before it play; where that is impossible, or would cost
more than ``DEARER`` times the first, what was played is made dearer by the second instead, first much and then less.
Where they share anything then, they are changed piece by piece until they share less (:mod:`playlists.apart`).
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from library.track import Record, Track
from playlists.apart import set_apart
from playlists.arc import Template
from playlists.candidates import choose
from playlists.cost import SCALE, track_costs
from playlists.errors import BadRequest
from playlists.fit import fit
from playlists.lay import reasons_of
from playlists.plan import INFINITE, Found, Plan
from playlists.playlist import Playlist, Request
from playlists.session import Library, heard_again, library_of, plan_of, playlist_of, session_of
from playlists.shortlist import shortlist
from playlists.solve import solve
from playlists.stock import Stock, stock_of

DEARER = 1.5
"""A list may cost so many times the first. Judgement: half as much again still follows the arc; more is a poor list."""
AGAIN_PER_S = (0.02, 0.01, 0.006, 0.003, 0.001)
"""What a second costs that an earlier list plays too. Judgement: a piece played again costs 5 down to 0.25."""
NODES = 200
"""Nodes of the best-first search for each further list. By trial: more hardly ever finds a better one."""
POOL = 300
"""Tracks planned with for each further list. By trial: lists of twice as many are 1 % cheaper."""
MOST_LISTS = 12


class ListSet(Record, frozen=True, kw_only=True):
    """Lists for one session; the first is the best one."""

    playlists: tuple[Playlist, ...]
    overlap_mean: float
    """Of all pairs of lists, the share of the session in which both play the same pieces; 0.0 for a single list."""
    overlap_most: float
    dearest: float
    """The most that a list costs, in times of the first."""


def sets(
    tracks: Iterable[Track] | Stock, request: Request, count: int, *, templates: Mapping[str, Template] | None = None
) -> ListSet:
    """Up to ``count`` different lists; fewer where no other combination of pieces is found.

    Raises
    ------
    BadRequest, Infeasible
        Fewer than 1 or more than 12 are asked for, or not even one can be made.
    """
    if not 1 <= count <= MOST_LISTS:
        raise BadRequest(f"Between 1 and {MOST_LISTS} lists can be asked for, not {count}.")
    tracks = stock_of(tracks)
    found = [fit(tracks, request, templates=templates)]
    if count > 1:
        others = _Others(tracks, request, templates)
        while len(found) < count and (another := others.another(found)) is not None:
            found.append(another)
        found = others.improved(found)
    return measured(found)


def measured(playlists: Sequence[Playlist]) -> ListSet:
    """Lists with what they have in common."""
    shares = [overlap(one, other) for one, other in itertools.combinations(playlists, 2)] or [0.0]
    costs = [playlist.cost["total"] for playlist in playlists]
    return ListSet(
        playlists=tuple(playlists),
        overlap_mean=round(sum(shares) / len(shares), 4),
        overlap_most=round(max(shares), 4),
        dearest=round(max(costs) / costs[0], 4) if costs[0] else 1.0,
    )


def overlap(one: Playlist, other: Playlist) -> float:
    """The seconds of music that both play, as a share of the longer session; 0..1."""
    heard = [{item.track_id: item.to_s - item.from_s for item in playlist.items} for playlist in (one, other)]
    both_s = sum(min(heard_s, heard[1][track_id]) for track_id, heard_s in heard[0].items() if track_id in heard[1])
    return min(1.0, both_s / max(one.total_s, other.total_s))


class _Others:
    """Finds further lists for one request; what is known of the tracks is worked out once."""

    def __init__(self, stock: Stock, request: Request, templates: Mapping[str, Template] | None) -> None:
        self.request, self.session = request, session_of(request, templates)
        self.stock = stock
        self.tracks = choose(stock.tracks, request.policy).tracks
        self.features = stock.features_of(self.tracks)
        ids = [track.track_id for track in self.tracks]
        terms = track_costs(self.features, ids, request.seed, self.session.heard)
        self.anywhere = np.sum(list(terms.values()), axis=0)

    def another(self, before: Sequence[Playlist]) -> Playlist | None:
        """A list with other pieces than each before, as little in common with them as the cost allows."""
        times: dict[str, int] = {}
        for track_id in (item.track_id for playlist in before for item in playlist.items):
            times[track_id] = times.get(track_id, 0) + 1
        most = DEARER * before[0].cost["total"]
        known = {_pieces(playlist) for playlist in before}
        dear = []
        for per_s in (None, *AGAIN_PER_S):
            found = self._list(times, per_s)
            if found is None or _pieces(found) in known:
                continue
            if found.cost["total"] <= most:
                return found
            dear.append(found)
        return min(dear, key=lambda playlist: playlist.cost["total"], default=None)

    def improved(self, found: Sequence[Playlist]) -> list[Playlist]:
        """The lists, those after the first changed to have less in common; of large libraries as they are."""
        if measured(found).overlap_most == 0.0 or len(self.tracks) > POOL:
            return list(found)
        library = library_of(self.tracks, self.features, self.session, self.request.seed)
        plan = plan_of(library, self.request.policy, self.request.policy.artist_distance)
        rows = {track.track_id: row for row, track in enumerate(self.tracks)}
        before = [_found(playlist, rows) for playlist in found]
        after = set_apart(plan, before, int(DEARER * before[0].cost))
        return [
            playlist if new == old else self._playlist(library, plan, new, searched=False)
            for playlist, old, new in zip(found, before, after, strict=True)
        ]

    def _list(self, times: Mapping[str, int], per_s: float | None) -> Playlist | None:
        """A list in which each playing before costs ``per_s`` a second; ``None`` plays nothing again."""
        required = self.request.policy.required
        pool = self._pool({} if per_s is not None else times, required)
        chosen, features = [self.tracks[j] for j in pool], self.features.take(pool)
        if not chosen:
            return None
        played = np.array([0 if track.track_id in required else times.get(track.track_id, 0) for track in chosen])
        dearer = np.rint(played * features.length_s * ((per_s or 0.0) * SCALE)).astype(np.int32)
        library = library_of(chosen, features, self.session, self.request.seed)
        wished_distance = self.request.policy.artist_distance
        for distance in range(wished_distance, 0, -1):
            plan = plan_of(library, self.request.policy, distance)
            solved = solve(replace(plan, cost=np.minimum(plan.cost + dearer[:, None], INFINITE)), nodes=NODES)
            if solved is None:
                continue
            rows = list(solved.found.order)
            found = Found(solved.found.cost - int(dearer[rows].sum()), solved.found.order, solved.found.starts)
            return self._playlist(library, plan, found, searched=not dearer.any())
        return None

    def _playlist(self, library: Library, plan: Plan, found: Found, *, searched: bool) -> Playlist:
        """The record of a list; where ``searched``, each piece names what else could be there."""
        rows, wished_distance = list(found.order), self.request.policy.artist_distance
        whole = self.stock.whole([library.tracks[row].track_id for row in rows])
        tracks = [whole.get(track.track_id, track) for track in library.tracks]
        again = heard_again([tracks[row] for row in rows], wished_distance)
        apart = f"No list was found that keeps artists {wished_distance} pieces apart"
        arc, wished = self.session.arc, self.session.wished
        return playlist_of(
            self.request,
            self.session,
            replace(library, tracks=tracks),
            found,
            reasons=reasons_of(tracks, library.features, plan, found, arc, wished, searched=searched),
            notes=[f"{apart}: {where}." for where in again],
            bound=None,
            gap=None,
        )

    def _pool(self, without: Mapping[str, int], required: frozenset[str]) -> list[int]:
        """Rows of the tracks to plan with."""
        sure = [j for j, track in enumerate(self.tracks) if track.track_id in required]
        free = [
            j for j, track in enumerate(self.tracks) if track.track_id not in required and track.track_id not in without
        ]
        if not free:
            return sure
        some = shortlist(self.features.take(free), self.anywhere[free], self.session.wished, 0, POOL)
        return sorted([*sure, *(free[j] for j in some)])


def _found(playlist: Playlist, rows: Mapping[str, int]) -> Found:
    """The list as it is on the grid."""
    order = tuple(rows[item.track_id] for item in playlist.items)
    return Found(round(playlist.cost["total"] * SCALE), order, tuple(int(item.start_s) for item in playlist.items))


def _pieces(playlist: Playlist) -> frozenset[str]:
    return frozenset(item.track_id for item in playlist.items)
