"""A bound that remembers: which tracks were heard not long ago, and whose piece came just before.

In the relaxation of :mod:`playlists.plan` a track may come again, and its artist too soon. Penalties alone do not stop
that where nearly every track is needed. So some tracks are given a *memory*: of a few tracks that may not follow while
they are remembered, and of the artist of the piece before, who may not come next (ng-routes: Baldacci, Mingozzi &
Roberti 2011, 10.1287/opre.1110.0975; sets that grow where they are needed: Roberti & Mingozzi 2014,
10.1287/trsc.2013.0474). Each track with what it remembers is a state, and the same backward dynamic programme runs over
states instead of tracks. It still allows more than the real list may do, so it is a bound, and a guide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np

from playlists.cheapest import (
    BLOCK_S,
    BLOCKED,
    FADES,
    INFINITE,
    LEAST_FADE_S,
    MOST_FADE_S,
    RECHECK,
    Ints,
    Wide,
    least_of,
)
from playlists.plan import FADES_S, Plan

MOST_HELD, LONGEST = 3, 7
"""Tracks that one track remembers at most; pieces from a track to itself that are worth remembering. By trial."""


@dataclass(frozen=True)
class Memory:
    """What each track of a plan remembers."""

    plan: Plan
    tracks: tuple[tuple[int, ...], ...]
    """For each track those that it remembers."""
    artists: tuple[tuple[int, ...], ...]
    """For each track the artists that it remembers, where they were heard just before it."""

    @cached_property
    def held(self) -> Wide:
        """Shape (n, n): what remembering a track (column) adds to the state of a track (row)."""
        held = np.zeros((len(self.tracks), len(self.tracks)), dtype=np.int64)
        for track, some in enumerate(self.tracks):
            held[track, list(some)] = (len(self.artists[track]) + 1) << np.arange(len(some))
        return held

    @cached_property
    def before(self) -> Wide:
        """Shape (n, n): what a track (column) just before adds to the state of a track (row), by its artist."""
        before = np.zeros((len(self.tracks), len(self.tracks)), dtype=np.int64)
        for track, some in enumerate(self.artists):
            for place, artist in enumerate(some):
                before[track, self.plan.artists == artist] = place + 1
        return before

    @cached_property
    def first(self) -> Wide:
        """Shape (n + 1,): the number of each track's state without memory, which is its first."""
        sizes = [(len(artists) + 1) << len(tracks) for tracks, artists in zip(self.tracks, self.artists, strict=True)]
        return np.cumsum([0, *sizes])

    @cached_property
    def track(self) -> Wide:
        """Shape (states,): the track of each state."""
        return np.repeat(np.arange(len(self.tracks)), np.diff(self.first))

    @cached_property
    def following(self) -> Ints:
        """Shape (states, n): the state that each track is in where it comes next; -1 where it may not."""
        count, n = len(self.track), len(self.tracks)
        heard = np.zeros((count, n), dtype=bool)
        refused = self.plan.transition[self.track] >= BLOCKED
        for track, (some, artists) in enumerate(zip(self.tracks, self.artists, strict=True)):
            low, high = int(self.first[track]), int(self.first[track + 1])
            flags, artist = np.divmod(np.arange(high - low), len(artists) + 1)
            heard[low:high, track] = True
            heard[low:high, list(some)] = flags[:, None] >> np.arange(len(some)) & 1
            names = np.array([self.plan.artists.min() - 1, *artists])
            refused[low:high] |= names[artist][:, None] == self.plan.artists
        states = self.first[:-1] + heard @ self.held.T + self.before.T[self.track]
        return np.where(heard | refused, -1, states).astype(np.int32)

    def rows(self, order: Sequence[int], tracks: Wide) -> Wide:
        """The states of tracks that come next after an order."""
        if not order:
            return self.first[tracks]
        heard = self.held[tracks][:, list(order)].sum(axis=1)
        return np.asarray(self.first[tracks] + heard + self.before[tracks, order[-1]])

    def cost_to_go(self, penalty: Ints) -> Ints:
        """Least cost of starting each state at each second with all that follows; shape (states, T + 1)."""
        plan, states = self.plan, (self.track, self.first[:-1], self.following)
        return _cost_to_go(plan.cost, plan.lengths, *states, plan.transition, plan.crossfade, penalty)

    def path(self, start: Ints) -> list[int]:
        """The tracks of the cheapest way, given :meth:`cost_to_go`."""
        plan, roots = self.plan, self.first[:-1]
        state = int(roots[start[roots, 0].argmin()])
        path, end = [int(self.track[state])], int(plan.lengths[self.track[state]])
        while end < plan.total_s:
            tracks = np.flatnonzero(self.following[state] >= 0)
            states = self.following[state, tracks]
            ways = start[states[:, None], end - FADES_S] + plan.crossfade + plan.transition[path[-1], tracks, None]
            next_one, fade = divmod(int(ways.argmin()), len(FADES_S))
            state = int(states[next_one])
            path.append(int(tracks[next_one]))
            end += int(plan.lengths[path[-1]] - FADES_S[fade])
        return path

    def grown(self, path: Sequence[int]) -> "Memory":
        """The memory that also knows what went wrong on this way; the same where nothing did that it could learn."""
        tracks, artists = [list(some) for some in self.tracks], [list(some) for some in self.artists]
        heard_by = self.plan.artists[list(path)].tolist()
        last: dict[int, int] = {}
        for place, track in enumerate(path):
            if place > 1 and heard_by[place - 2] == heard_by[place] and self.plan.artist_distance > 2:
                artists[path[place - 1]].append(heard_by[place])
            between = path[last.get(track, place) + 1 : place]
            last[track] = place
            forgot = [other for other in between if track not in tracks[other]]
            if len(between) < LONGEST and all(len(tracks[other]) < MOST_HELD for other in forgot):
                for other in set(forgot):
                    tracks[other].append(track)
        known = tuple(tuple(dict.fromkeys(some)) for some in artists)
        return Memory(self.plan, tuple(map(tuple, tracks)), known)


def none_yet(plan: Plan) -> Memory:
    """The memory of nothing: one state for each track."""
    nothing: tuple[tuple[int, ...], ...] = ((),) * len(plan.lengths)
    return Memory(plan, nothing, nothing)


@numba.njit(cache=True, nogil=True)
def _cost_to_go(
    cost: Ints,
    lengths: Wide,
    track: Wide,
    states: Wide,
    following: Ints,
    transition: Ints,
    crossfade: Ints,
    penalty: Ints,
) -> Ints:
    """As :func:`playlists.cheapest.cost_to_go`, for states instead of tracks."""
    count, total_s = len(track), cost.shape[1] - 1
    start = np.full((count, total_s + 1), INFINITE, dtype=np.int32)
    ends = np.full((count, total_s + 1), INFINITE, dtype=np.int32)
    least, floor = least_of(transition), np.empty(len(lengths), dtype=np.int32)
    entering, best = np.empty((count, BLOCK_S), dtype=np.int32), np.empty(BLOCK_S, dtype=np.int32)
    high = total_s
    while high > 0:
        low = max(0, high - BLOCK_S)
        for a in range(count):
            j = track[a]
            for s in range(low, high):
                if cost[j, s] < BLOCKED:
                    onward = ends[a, s + lengths[j]] if s + lengths[j] < total_s else np.int32(0)
                    value = np.int32(np.int32(cost[j, s] + penalty[j]) + onward)
                    start[a, s] = min(value, np.int32(INFINITE))
        first, width = low + MOST_FADE_S, min(high + MOST_FADE_S, total_s) - low - MOST_FADE_S
        for b in range(count if width > 0 else 0):
            entering[b] = INFINITE
            for x in range(FADES):
                for k in range(width):
                    value = np.int32(start[b, first - LEAST_FADE_S - x + k] + crossfade[x])
                    entering[b, k] = min(entering[b, k], value)
        for j in range(len(lengths) if width > 0 else 0):
            floor[j] = entering[states[j], :width].min()  # with nothing remembered the way on is cheapest
        order = np.argsort(floor)
        for a in range(count if width > 0 else 0):
            best[:], worst = INFINITE, np.int32(INFINITE)
            for place in range(len(order)):
                j = order[place]
                if floor[j] + least[track[a]] >= worst:
                    break
                b = following[a, j]
                if b >= 0:
                    seam = transition[track[a], j]
                    for k in range(BLOCK_S):
                        best[k] = min(best[k], np.int32(entering[b, k] + seam))
                    if place % RECHECK == 0:
                        worst = best[:width].max()
            ends[a, first : first + width] = best[:width]
        high = low
    return start
