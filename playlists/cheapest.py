"""The inner loops of the planning grid, compiled: the cheapest way on from every second, the cheapest in a window.

Whole numbers only, so that every machine finds the same. What each answer means is said in :mod:`playlists.plan` and
:mod:`playlists.search`, which call these. Compiled by Numba, one thread, cached on disk; other threads run meanwhile.

Conventions: ``n`` tracks, ``T`` seconds; a cost of ``BLOCKED`` and above means impossible.
"""

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Wide = npt.NDArray[np.int64]

INFINITE = 1 << 29
BLOCKED = 1 << 28
LEAST_FADE_S, FADES = 4, 9
MOST_FADE_S = LEAST_FADE_S + FADES - 1
BLOCK_S = 16
"""Seconds worked on at once: a cache line, and short enough that a block never follows on itself (30 s less 12 s)."""
BUCKETS, BUCKET = 64, 512
"""Followers are tried roughly from the cheapest on: sorted into so many steps of so much cost."""
RECHECK = 4
"""After so many followers it is seen again which of the others could still be cheaper for any track."""


@numba.njit(cache=True, nogil=True)
def cost_to_go(cost: Ints, lengths: Wide, after: Ints, crossfade: Ints, penalty: Ints) -> Ints:
    """Least cost of starting track j at second s with all that follows; ``after[j, i]`` is what i before j costs.

    ``cost`` has shape (n, T + 1), its last column blocked, and so has the answer. Works backward.
    """
    n, total_s = cost.shape[0], cost.shape[1] - 1
    start = np.full((n, total_s + 1), INFINITE, dtype=np.int32)
    ends = np.full((n, total_s + 1), INFINITE, dtype=np.int32)  # where track i ends at second t, before T
    least = least_of(after)
    entering, best = np.empty((BLOCK_S, n), dtype=np.int32), np.empty((BLOCK_S, n), dtype=np.int32)
    order = np.empty(n, dtype=np.int32)
    here, later = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)  # whether anything can begin in a block
    high = total_s
    while high > 0:
        low = max(0, high - BLOCK_S)
        for j in range(n):
            later[j], here[j] = here[j], False
            for s in range(low, high):
                if cost[j, s] >= BLOCKED:
                    continue
                onward = np.int32(0)
                if s + lengths[j] < total_s:
                    onward = ends[j, s + lengths[j]]
                value = np.int32(np.int32(cost[j, s] + penalty[j]) + onward)
                start[j, s] = value if value < INFINITE else INFINITE
                here[j] |= value < BLOCKED
        first, last = low + MOST_FADE_S, min(high + MOST_FADE_S, total_s)
        if first < last:
            for j in range(n):
                if not (here[j] or later[j]):
                    entering[: last - first, j] = INFINITE
                    continue
                for t in range(first, last):
                    value = np.int32(INFINITE)
                    for x in range(FADES):
                        value = min(value, np.int32(start[j, t - LEAST_FADE_S - x] + crossfade[x]))
                    entering[t - first, j] = value
            for k in range(last - first):
                _cheapest(entering[k], after, least, best[k], order)
            for i in range(n):
                for k in range(last - first):
                    ends[i, first + k] = best[k, i]
        high = low
    return start


@numba.njit(cache=True, nogil=True)
def cost_to_come(
    cost: Ints, lengths: Wide, transition: Ints, crossfade: Ints, penalty: Ints, start: Ints, limit: int
) -> Ints:
    """Least cost of all that is heard before track j begins at second s, its transition and crossfade included.

    Shape (n, T + 1): the mirror of :func:`cost_to_go`, worked forward. It is exact where the answer and ``start``, the
    cost of all that follows, come to less than ``limit``; ways through other cells are left out.
    """
    n, total_s = cost.shape[0], cost.shape[1] - 1
    come = np.full((n, total_s + 1), INFINITE, dtype=np.int32)
    ends = np.full((n, total_s + 1), INFINITE, dtype=np.int32)
    least = least_of(transition)
    leaving, best = np.empty((BLOCK_S, n), dtype=np.int32), np.empty((BLOCK_S, n), dtype=np.int32)
    order = np.empty(n, dtype=np.int32)
    low = 0
    while low < total_s:
        high = min(low + BLOCK_S, total_s)
        if low == 0:
            come[:, 0] = 0
        else:
            for i in range(n):
                for s in range(low, high):
                    value = np.int32(INFINITE)
                    for x in range(min(FADES, max(0, total_s - s - LEAST_FADE_S))):
                        value = min(value, np.int32(ends[i, s + LEAST_FADE_S + x] + crossfade[x]))
                    leaving[s - low, i] = value
            for k in range(high - low):
                _cheapest(leaving[k], transition, least, best[k], order)
            for j in range(n):
                for k in range(high - low):
                    come[j, low + k] = best[k, j]
        for i in range(n):
            for s in range(low, min(high, total_s - lengths[i])):
                if come[i, s] + start[i, s] >= limit:
                    continue
                value = np.int32(come[i, s] + np.int32(cost[i, s] + penalty[i]))
                ends[i, s + lengths[i]] = value if value < INFINITE else INFINITE
        low = high
    return come


@numba.njit(cache=True, nogil=True)
def least_of(after: Ints) -> Ints:
    """For each row the least that a transition in it costs."""
    least = np.empty(len(after), dtype=np.int32)
    for j in range(len(after)):
        least[j] = after[j].min()
    return least


@numba.njit(cache=True, nogil=True)
def _cheapest(entering: Ints, after: Ints, least: Ints, best: Ints, order: Ints) -> None:
    """``best[i]`` = min over j of ``after[j, i]`` + ``entering[j]``, at most ``INFINITE``.

    Followers come roughly from the cheapest on; none is tried that could be cheaper for no track.
    """
    n = len(entering)
    best[:] = INFINITE
    floor = entering.min()
    if floor >= BLOCKED:
        return
    counts = np.zeros(BUCKETS + 1, dtype=np.int32)
    for j in range(n):
        counts[min((entering[j] - floor) // BUCKET, BUCKETS - 1) + 1] += 1
    for k in range(1, BUCKETS + 1):
        counts[k] += counts[k - 1]
    for j in range(n):
        bucket = min((entering[j] - floor) // BUCKET, BUCKETS - 1)
        order[counts[bucket]] = j
        counts[bucket] += 1
    worst = np.int32(INFINITE)
    for k in range(n):
        j = order[k]
        value = entering[j]
        if value >= BLOCKED or value + least[j] >= worst:
            continue
        row = after[j]
        for i in range(n):
            best[i] = min(best[i], np.int32(row[i] + value))
        if k % RECHECK == 0:
            worst = best.max()


@numba.njit(cache=True, nogil=True)
def through(table: Ints, begin: Ints, first: Wide) -> Ints:
    """Least of ``begin[b, k]`` + ``table[j, first[b] + k]`` over k; shape (b, n)."""
    count, n, seconds = len(begin), len(table), table.shape[1]
    best = np.empty((count, n), dtype=np.int32)
    for j in range(n):
        row = table[j]
        for b in range(count):
            window, at = begin[b], first[b]
            value = np.int32(2 * INFINITE - 1)
            for k in range(min(len(window), seconds - at)):
                value = min(value, np.int32(window[k] + row[at + k]))
            best[b, j] = value
    return best
