"""Which list is good? A beam over orders of tracks, guided by the cost-to-go, that keeps every hard rule.

A state is an order of tracks together with the cost of beginning the next piece at each second that the crossfades
so far can reach, as one vector: so a list is not crowded out by itself with other crossfades. A state survives only
where it can still finish exactly at T. Hard here: no track twice, the artist distance, the required tracks.

With penalties (:mod:`playlists.bound`) the guide knows which tracks are in demand, with a memory
(:mod:`playlists.memory`) also which were just heard; the beam asks only guides without one. States are ranked by the
bound on whatever they may become.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from playlists.cheapest import through
from playlists.cost import MAX_FADE_S, MIN_FADE_S, Ints, Wide
from playlists.memory import Memory
from playlists.plan import BLOCKED, INFINITE, MIN_CUT_PIECE_S, Found, Plan, cost_to_go, entering, relaxed_path, seat

Flags = npt.NDArray[np.bool_]

MOST_SECONDS = 96
"""Seconds kept of a state's window, around the best. Judgement: twelve seams of free choice."""


@dataclass(frozen=True)
class Guide:
    """What may come, by track and second."""

    plan: Plan
    penalty: Ints
    """Shape (n,): what each playing costs more, or less where negative."""
    start: Ints
    """Shape (n, T + 1): starting j at s and going on to the end at T, penalties included; of each state of a memory."""
    memory: Memory | None = None

    @cached_property
    def onward(self) -> Ints:
        """``start`` where the session goes on after the piece."""
        onward, last = self.start.copy(), self._last
        for row, track in zip(onward, range(len(onward)) if self.memory is None else self.memory.track, strict=True):
            row[last[track] :] = INFINITE
        return onward

    @cached_property
    def final(self) -> Ints:
        """Starting j at s as the last piece; no penalties."""
        final = self.plan.cost.copy()
        for row, last in zip(final, self._last, strict=True):
            row[:last] = INFINITE
        return final

    @property
    def _last(self) -> list[int]:
        """For each track the first second from which on it is the last piece."""
        return [max(0, self.plan.total_s - length) for length in self.plan.lengths.tolist()]

    @property
    def offset(self) -> int:
        """What every list pays of penalties when each track is played just once; taken off to make a bound."""
        return int(self.penalty.sum())

    @property
    def bound(self) -> int:
        """No list costs less."""
        return int(self.start[:, 0].min()) - self.offset

    @property
    def path(self) -> list[int]:
        """The tracks of the cheapest way."""
        return relaxed_path(self.plan, self.start) if self.memory is None else self.memory.path(self.start)

    def rows(self, order: Sequence[int], tracks: Wide) -> Wide:
        """The rows of ``start`` and ``onward`` for tracks that come next after an order."""
        return tracks if self.memory is None else self.memory.rows(order, tracks)


def make_guide(plan: Plan, penalty: Ints, memory: Memory | None = None) -> Guide:
    """The guide for these penalties."""
    start = cost_to_go(plan, penalty) if memory is None else memory.cost_to_go(penalty)
    return Guide(plan, penalty, start, memory)


@dataclass
class _States:
    """``b`` orders of ``m`` tracks."""

    order: Wide
    """Shape (b, m)."""
    used: Flags
    """Shape (b, n)."""
    first: Wide
    """Shape (b,): the second that column 0 of ``begin`` stands for."""
    begin: Ints
    """Shape (b, width): cost so far when the next piece begins at that second."""
    paid: Wide
    """Shape (b,): penalties of the tracks used."""


def beam(plan: Plan, guide: Guide, *, width: int, below: int = INFINITE) -> Found | None:
    """The best list that the beam meets, if it costs less than ``below``; ``None`` where it meets none.

    ``width`` states are kept at each number of tracks.
    """
    n = len(plan.lengths)
    marks = np.random.default_rng(0).integers(0, 1 << 62, size=2 * n)  # to tell sets of tracks apart
    zero = np.zeros(1, dtype=np.int64)
    states = _States(np.zeros((1, 0), np.int64), np.zeros((1, n), bool), zero, np.zeros((1, 1), np.int32), zero)
    best: Found | None = None
    while len(states.first):
        seconds = np.minimum(states.first[:, None] + np.arange(states.begin.shape[1]), plan.total_s)
        entry = entry_costs(plan, states.order)
        entry[forbidden(plan, states.order, states.used)] = INFINITE
        order = _finished(plan, guide, states, seconds, entry, below)
        if order is not None:
            best = seat(plan, order)
            assert best is not None
            below = best.cost
        ranks = through(guide.onward, states.begin, states.first) + entry + states.paid[:, None] - guide.offset
        ranks[_hopeless(plan, states)] = INFINITE
        states = _children(plan, guide, states, seconds, entry, _select(ranks, states, marks, width, below))
    return best


def entry_costs(plan: Plan, order: Wide) -> Wide:
    """Cost of the transition from the last track of each order to each track; shape (b, n)."""
    if order.shape[1] == 0:
        return np.zeros((len(order), len(plan.lengths)), dtype=np.int64)
    return plan.transition[order[:, -1]].astype(np.int64)


def forbidden(plan: Plan, order: Wide, used: Flags) -> Flags:
    """Whether a track may not come next: it was played, its artist just heard, or its place is another; (b, n)."""
    refused = used.copy()
    if plan.pinned is not None:
        track, place = plan.pinned
        refused |= (np.arange(len(plan.lengths)) == track) != (order.shape[1] == place)
    for back in range(1, min(plan.artist_distance - 1, order.shape[1]) + 1):
        refused |= plan.artists[order[:, -back], None] == plan.artists
    return refused


def _finished(
    plan: Plan, guide: Guide, states: _States, seconds: Wide, entry: Wide, below: int
) -> tuple[int, ...] | None:
    """The cheapest order that a last piece completes, if it costs less than ``below``."""
    if int(seconds.max() + plan.lengths.max()) < plan.total_s:
        return None
    totals = through(guide.final, states.begin, states.first) + entry
    missing = plan.required & ~states.used
    totals[(missing.sum(axis=1)[:, None] - missing) > 0] = INFINITE
    b, j = divmod(int(totals.argmin()), totals.shape[1])
    return (*states.order[b].tolist(), j) if totals[b, j] < min(below, BLOCKED) else None


def _hopeless(plan: Plan, states: _States) -> Flags:
    """States that lack the music to reach T, or the time for the tracks still required; shape (b,)."""
    left_s = ((plan.lengths - MIN_FADE_S) * ~states.used).sum(axis=1) + MIN_FADE_S
    latest_s = states.first + states.begin.shape[1] - 1
    missing = plan.required & ~states.used
    needed_s = ((plan.lengths - MAX_FADE_S) * missing).sum(axis=1) + MAX_FADE_S
    spared_s = (np.maximum(plan.lengths - MIN_CUT_PIECE_S, 0) * missing).max(axis=1)
    return np.asarray((latest_s + left_s < plan.total_s) | (states.first + needed_s - spared_s > plan.total_s))


def _select(ranks: Wide, states: _States, marks: Wide, width: int, below: int) -> Wide:
    """The ``width`` best (state, track) as flat indices; of one set of tracks with one last track only the best."""
    n = ranks.shape[1]
    flat = ranks.ravel()
    hopeful = np.flatnonzero(flat < min(below, BLOCKED))
    most = 8 * width
    if len(hopeful) > most:
        values = flat[hopeful]
        hopeful = hopeful[values <= np.partition(values, most)[most]]
    hopeful = hopeful[np.argsort(flat[hopeful], kind="stable")]  # ties by place: the same on every machine
    hopeful = hopeful[:most]
    state, track = np.divmod(hopeful, n)
    sets = (states.used @ marks[:n])[state] + marks[track] + 3 * marks[n + track]
    _, first = np.unique(sets, return_index=True)
    return hopeful[np.sort(first)[:width]]


def _children(plan: Plan, guide: Guide, states: _States, seconds: Wide, entry: Wide, chosen: Wide) -> _States:
    """The states after each chosen (state, track)."""
    b, j = np.divmod(chosen, len(plan.lengths))
    times = seconds[b]
    ends = states.begin[b] + entry[b, j, None] + plan.cost[j[:, None], times]
    ends = np.where(times + plan.lengths[j, None] < plan.total_s, np.minimum(ends, INFINITE), INFINITE)
    begin = np.minimum(entering(ends.astype(np.int32), plan.crossfade), INFINITE)
    first = states.first[b] + plan.lengths[j] - MAX_FADE_S
    used = states.used[b]
    used[np.arange(len(b)), j] = True
    begin, first = _narrowed(begin, first)
    return _States(np.column_stack([states.order[b], j]), used, first, begin, states.paid[b] + guide.penalty[j])


def _narrowed(begin: Ints, first: Wide) -> tuple[Ints, Wide]:
    """Windows of at most ``MOST_SECONDS`` around each state's cheapest second."""
    spare = begin.shape[1] - MOST_SECONDS
    if spare <= 0 or len(begin) == 0:
        return begin, first
    offset = np.clip(begin.argmin(axis=1) - MOST_SECONDS // 2, 0, spare)
    columns = offset[:, None] + np.arange(MOST_SECONDS)
    return np.take_along_axis(begin, columns, axis=1), first + offset
