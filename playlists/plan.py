"""The planning grid: which tracks could follow which at each second, what that costs, and what is still to come.

A list is planned in whole seconds. Track j has ``lengths[j]`` of them; begun at second s it ends at s + lengths[j], and
the next begins 4 .. 12 s before that. Only the last piece may be cut, to end exactly at second T; choosing among nine
crossfades at every seam is freedom enough for nearly all lists (:mod:`playlists.trimming` has the others).

:func:`cost_to_go` is a backward dynamic programme over all (track, second). It lets a track come again later, which the
real list must not: so it can only be too cheap, never too dear, and serves both as guide and as proof.
With X(x) the cost of a crossfade, C of a transition and N[j, s] of starting j at s with all that follows::

    N[j, s] = cost[j, s] + H[s + lengths[j], j]          H[t, i] = min over j, x of  C[i, j] + X(x) + N[j, t - x]

Conventions: costs are integers of :mod:`playlists.cost`; ``BLOCKED`` and above means impossible.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from playlists import cheapest
from playlists.cost import MAX_FADE_S, MIN_FADE_S, Costs, Ints, Wide, crossfade_costs, cut_costs

INFINITE = cheapest.INFINITE
"""Cost of the impossible; two of them and any real cost still fit an int32."""
BLOCKED = cheapest.BLOCKED
"""Above every real cost (6 hours wholly wrong are 2.2e8), below ``INFINITE`` less any penalty."""

MIN_PIECE_S = 30
"""Shorter pieces are not used: two crossfades of 12 s must leave something of the piece itself. Judgement."""
MIN_CUT_PIECE_S = 60
"""A last piece that is cut is heard at least this long. Judgement: less is a fragment."""

FADES_S = np.arange(MIN_FADE_S, MAX_FADE_S + 1)


@dataclass(frozen=True)
class Plan:
    """All that a search needs: ``n`` tracks, ``T`` seconds."""

    lengths: Wide
    """Shape (n,), whole seconds, each at least ``MIN_PIECE_S``."""
    cost: Ints
    """Shape (n, T + 1): track j begun at second s, heard to its end or the session's; the last column is blocked."""
    transition: Ints
    """Shape (n, n): i before j; blocked on the diagonal and between pieces of one artist that may not be neighbours."""
    crossfade: Ints
    """Shape (9,): 4 .. 12 s."""
    artists: Wide
    """Shape (n,): equal numbers are one artist; an unknown artist has a number of its own."""
    artist_distance: int
    required: npt.NDArray[np.bool_]
    """Shape (n,): tracks that must appear."""
    pinned: tuple[int, int] | None = None
    """A required track and the only place, counted from 0, that it may have."""

    @property
    def total_s(self) -> int:
        """T, the whole seconds of the session."""
        return int(self.cost.shape[1]) - 1

    @cached_property
    def reversed(self) -> Ints:
        """Shape (n, n): the transitions by the later track."""
        return np.ascontiguousarray(self.transition.T)

    def take(self, tracks: Wide, cost: Ints) -> "Plan":
        """Some of the tracks, by number, with their rows of ``cost``, in which seconds may have been blocked."""
        return replace(
            self,
            lengths=self.lengths[tracks],
            cost=cost,
            transition=np.ascontiguousarray(self.transition[np.ix_(tracks, tracks)]),
            artists=self.artists[tracks],
            required=self.required[tracks],
            pinned=None if self.pinned is None else (tracks.tolist().index(self.pinned[0]), self.pinned[1]),
        )


@dataclass(frozen=True)
class Found:
    """A list on the grid: its cost, its tracks by number, and the second at which each begins."""

    cost: int
    order: tuple[int, ...]
    starts: tuple[int, ...]


def make_plan(
    costs: Costs,
    lengths: Wide,
    *,
    artists: Wide,
    artist_distance: int,
    required: npt.NDArray[np.bool_],
    closed: npt.NDArray[np.bool_] | None = None,
    crossfade: Ints | None = None,
) -> Plan:
    """Put the terms of :mod:`playlists.cost` on the grid; shapes as in :class:`Plan`.

    ``closed``, shape (n, T), marks cells that the policy rules out (:mod:`playlists.rules`); ``crossfade`` holds
    ``INFINITE`` for crossfades that it does not allow.
    """
    n, total_s = costs.arc.shape
    anywhere = np.sum(list(costs.track.values()), axis=0)
    cut = cut_costs(np.arange(int(lengths.max()) + 1))
    cost = np.full((n, total_s + 1), INFINITE, dtype=np.int32)
    for j, length_s in enumerate(lengths.tolist()):
        np.add(costs.arc[j], anywhere[j], out=cost[j, :-1])
        first = max(
            0, total_s - length_s
        )  # from here on the piece is cut, and later than `latest` only a fragment left
        latest = max(first, total_s - min(length_s, MIN_CUT_PIECE_S))
        cut_s = np.arange(first, latest + 1) + length_s - total_s
        cost[j, first : latest + 1] += cut[cut_s]
        cost[j, latest + 1 :] = INFINITE
    if closed is not None:
        cost[:, :-1][closed] = INFINITE
    never = artists[:, None] == artists if artist_distance > 1 else np.eye(n, dtype=bool)
    seam = np.sum(list(costs.transition.values()), axis=0)
    transition = np.where(never, INFINITE, seam).astype(np.int32)
    fades = crossfade_costs() if crossfade is None else crossfade
    return Plan(lengths, cost, transition, fades, artists, artist_distance, required)


def cost_to_go(plan: Plan, penalty: Ints) -> Ints:
    """Least cost of starting track j at second s and filling the session from there; shape (n, T + 1).

    Each playing of track j costs ``penalty[j]`` more. Tracks may come again, but not at once.
    """
    return cheapest.cost_to_go(plan.cost, plan.lengths, plan.reversed, plan.crossfade, penalty)


def cost_to_come(plan: Plan, penalty: Ints, start: Ints, limit: int) -> Ints:
    """Least cost of all that is heard before track j starts at second s, its transition and crossfade included.

    Shape (n, T + 1). With :func:`cost_to_go`, given as ``start``, this prices a track at a second: no list that plays
    it then costs less. Ways that cost ``limit`` and more in all are left out.
    """
    return cheapest.cost_to_come(plan.cost, plan.lengths, plan.transition, plan.crossfade, penalty, start, limit)


def relaxed_path(plan: Plan, start: Ints) -> list[int]:
    """The tracks of the cheapest way through the grid, repeats allowed, given :func:`cost_to_go`."""
    track = int(start[:, 0].argmin())
    path, end = [track], int(plan.lengths[track])
    while end < plan.total_s:
        ways = start[:, end - FADES_S] + plan.crossfade + plan.transition[track, :, None]
        track, fade = divmod(int(ways.argmin()), len(FADES_S))
        path.append(track)
        end += int(plan.lengths[track] - FADES_S[fade])
    return path


def entering(costs: Ints, crossfade: Ints) -> Ints:
    """Least cost of beginning the next piece at each second; ``costs`` are those of the music's end at each second.

    The last axis grows by 8: where it stood for the seconds e, e + 1 ..., it now stands for e - 12, e - 11 ...
    """
    width = costs.shape[-1]
    begin = np.full((*costs.shape[:-1], width + MAX_FADE_S - MIN_FADE_S), INFINITE, dtype=np.int32)
    for fade_s, fade_cost in zip(FADES_S, crossfade, strict=True):
        offset = MAX_FADE_S - fade_s
        view = begin[..., offset : offset + width]
        np.minimum(view, costs + fade_cost, out=view)
    return begin


def windows(plan: Plan, order: Sequence[int]) -> tuple[list[int], list[Ints]]:
    """For each track of an order, the first second at which it could begin, and the cost of beginning then and later.

    Its own transition and crossfade are counted, what it costs itself is not.
    """
    firsts, begins = [0], [np.zeros(1, dtype=np.int32)]
    for i, j in itertools.pairwise(order):
        seconds = np.minimum(firsts[-1] + np.arange(len(begins[-1])), plan.total_s)
        goes_on = seconds + plan.lengths[i] < plan.total_s
        ends = np.where(goes_on, begins[-1] + plan.cost[i, seconds] + plan.transition[i, j].clip(max=BLOCKED), INFINITE)
        begins.append(np.minimum(entering(np.minimum(ends, INFINITE).astype(np.int32), plan.crossfade), INFINITE))
        firsts.append(firsts[-1] + int(plan.lengths[i]) - MAX_FADE_S)
    return firsts, begins


def seat(plan: Plan, order: Sequence[int]) -> Found | None:
    """The best crossfades for tracks in a given order; ``None`` where no choice of them ends exactly at T."""
    firsts, begins = windows(plan, order)
    last = order[-1]
    seconds = np.minimum(firsts[-1] + np.arange(len(begins[-1])), plan.total_s)
    totals = np.where(seconds + plan.lengths[last] >= plan.total_s, begins[-1] + plan.cost[last, seconds], INFINITE)
    at = int(totals.argmin())
    if totals[at] >= BLOCKED:
        return None
    return Found(int(totals[at]), tuple(order), _retrace(plan, order, begins, firsts, at))


def _retrace(plan: Plan, order: Sequence[int], begins: list[Ints], firsts: list[int], at: int) -> tuple[int, ...]:
    """The second at which each piece begins, found backward from the last, ``at`` places into its window."""
    starts = [firsts[-1] + at]
    for k in range(len(order) - 2, -1, -1):
        i = order[k]
        earlier = starts[0] + FADES_S - plan.lengths[i] - firsts[k]
        inside = (earlier >= 0) & (earlier < len(begins[k]))
        places = np.clip(earlier, 0, len(begins[k]) - 1)
        costs = begins[k][places] + plan.cost[i, np.minimum(firsts[k] + places, plan.total_s)]
        ways = np.where(inside & (starts[0] + FADES_S < plan.total_s), costs + plan.crossfade, INFINITE)
        starts.insert(0, firsts[k] + int(places[ways.argmin()]))
    return tuple(starts)
