"""About what would each of very many tracks cost against the arc, wherever it began? Compiled, on a coarse grid.

Time is cut into steps of some seconds; a track is the mean energies of its steps. Whole numbers only, in one thread;
compiled by Numba and cached on disk.

Conventions: energies in 1/1000; costs in integers of :mod:`playlists.cost`; ``m`` steps in a session.
"""

import numba
import numpy as np
import numpy.typing as npt

from playlists.features import Curves, Ints, Wide

FAR = 1 << 28
"""No way on; four of them still fit an int32 with room for real costs."""


@numba.njit(cache=True, nogil=True)
def _parts_of(values: npt.NDArray[np.int16], begin: int, length: int, step_s: int, parts: Ints) -> int:
    """Mean energy of each step of a track, written to ``parts``; how many there are, at least 1."""
    count = min(len(parts), max(1, (length + step_s // 2) // step_s))
    for p in range(count):
        low, high = p * step_s, min((p + 1) * step_s, length)
        if p == count - 1:
            high = length
        total = np.int64(0)
        for k in range(low, high):
            total += values[begin + k]
        parts[p] = total // max(1, high - low)
    return count


@numba.njit(cache=True, nogil=True)
def _errors(parts: Ints, count: int, wished: Ints, step_s: int, errors: Ints) -> None:
    """Cost of a track begun at each step, as far as it is heard."""
    m = len(wished)
    errors[:] = 0
    for p in range(min(count, m)):
        part = parts[p]
        for s in range(m - p):
            off = np.int32(part - wished[s + p])
            errors[s] += np.int32(off * off)
    for s in range(m):
        errors[s] = errors[s] // 100 * step_s


@numba.njit(cache=True, nogil=True)
def _table(
    values: npt.NDArray[np.int16], begins: Wide, lengths: Wide, anywhere: Ints, wished: Ints, step_s: int
) -> Ints:
    parts, table = np.empty(len(wished), dtype=np.int32), np.empty((len(begins), len(wished)), dtype=np.int32)
    for j in range(len(begins)):
        count = _parts_of(values, begins[j], lengths[j], step_s, parts)
        _errors(parts, count, wished, step_s, table[j])
        for s in range(len(wished)):
            table[j, s] += anywhere[j]
    return table


@numba.njit(cache=True, nogil=True)
def _cheapest_pieces(
    values: npt.NDArray[np.int16], begins: Wide, lengths: Wide, anywhere: Ints, wished: Ints, step_s: int, fade_s: int
) -> Ints:
    """The least that any track costs that begins at step s and is over after l steps; shape (m, m + 1)."""
    m = len(wished)
    best = np.full((m, m + 1), FAR, dtype=np.int32)
    parts, errors = np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    for j in range(len(begins)):
        count = _parts_of(values, begins[j], lengths[j], step_s, parts)
        _errors(parts, count, wished, step_s, errors)
        taken = min(m, max(1, (lengths[j] - fade_s + step_s // 2) // step_s))
        for s in range(m):
            steps = min(taken, m - s)
            best[s, steps] = min(best[s, steps], np.int32(errors[s] + anywhere[j]))
    return best


@numba.njit(cache=True, nogil=True)
def _around(best: Ints, seam: int) -> tuple[Ints, Ints]:
    """Least cost of everything before a piece that begins at each step, and of everything from there on."""
    m = len(best)
    before, onward = np.full(m + 1, FAR, dtype=np.int32), np.full(m + 1, FAR, dtype=np.int32)
    before[0], onward[m] = 0, 0
    for s in range(m):
        for steps in range(1, m - s + 1):
            before[s + steps] = min(before[s + steps], np.int32(before[s] + best[s, steps] + seam))
    for s in range(m - 1, -1, -1):
        for steps in range(1, m - s + 1):
            onward[s] = min(onward[s], np.int32(onward[s + steps] + best[s, steps] + seam))
    return before, onward


@numba.njit(cache=True, nogil=True)
def _standings(
    values: npt.NDArray[np.int16],
    begins: Wide,
    lengths: Wide,
    anywhere: Ints,
    wished: Ints,
    step_s: int,
    fade_s: int,
    around: tuple[Ints, Ints],
    stretches: int,
) -> Ints:
    m = len(wished)
    before, onward = around
    table = np.full((len(begins), stretches), FAR, dtype=np.int32)
    parts, errors = np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    for j in range(len(begins)):
        count = _parts_of(values, begins[j], lengths[j], step_s, parts)
        _errors(parts, count, wished, step_s, errors)
        taken = min(m, max(1, (lengths[j] - fade_s + step_s // 2) // step_s))
        for s in range(m):
            stretch = s * stretches // m
            value = np.int32(before[s] + errors[s] + anywhere[j] + onward[s + min(taken, m - s)])
            table[j, stretch] = min(table[j, stretch], value)
    return table


def means_of(wished: Wide, step_s: int) -> Ints:
    """The wished intensity in steps."""
    edges = np.arange(0, len(wished), step_s)
    counts = np.minimum(edges + step_s, len(wished)) - edges
    return np.asarray(np.add.reduceat(wished, edges) // counts, dtype=np.int32)


def arc_table(energy: Curves, anywhere: Ints, wished: Wide, step_s: int) -> Ints:
    """About what each track costs that begins at each step, ``anywhere`` included; shape (n, m)."""
    return _table(energy.values, energy.begins, energy.lengths, anywhere, means_of(wished, step_s), step_s)


def standings(
    energy: Curves, anywhere: Ints, wished: Wide, *, step_s: int, seam: int, fade_s: int, stretches: int
) -> Ints:
    """About what the cheapest session costs that plays each track in each stretch of it; shape (n, ``stretches``).

    Tracks may come again, and every seam costs ``seam``: what suits what is left out.
    """
    row = (energy.values, energy.begins, energy.lengths, anywhere, means_of(wished, step_s), step_s, fade_s)
    return _standings(*row, _around(_cheapest_pieces(*row), seam), stretches)


@numba.njit(cache=True, nogil=True)
def prices_among(
    table: Ints, lengths: Wide, step_s: int, into: Ints, onto: Ints, leave: Ints, enter: Ints, last: Ints, limit: int
) -> Ints:
    """The least that a list costs that plays each of ``n`` tracks between two of ``q`` others; shape (n,).

    Parameters
    ----------
    table
        Shape (n, m): what each track costs that begins at each step.
    into, onto
        Shape (n, q): the transitions from the others to each track, and from it to them.
    leave, enter
        Shape (T, q): cost of all before, where another track is left at each second, and of all from there on, where
        another track is entered.
    last
        Shape (max length + 1,): what it costs to cut so many seconds off the last piece.
    limit
        Above it a price is only estimated from below.
    """
    n, q = into.shape
    total_s = len(leave)
    least_leave, least_enter = np.empty(total_s, dtype=np.int32), np.empty(total_s, dtype=np.int32)
    for s in range(total_s):
        least_leave[s], least_enter[s] = leave[s].min(), enter[s].min()
    least_leave[0] = 0
    prices = np.full(n, FAR, dtype=np.int32)
    for j in range(n):
        for step in range(table.shape[1]):
            s = step * step_s
            end = s + lengths[j]
            before, own = least_leave[s], table[j, step]
            onward = least_enter[end] if end < total_s else last[end - total_s]
            if own >= FAR or before >= FAR or onward >= FAR:
                continue
            value = np.int32(np.int32(before + own) + onward)
            if value < limit:
                if s > 0:
                    before = np.int32(2 * FAR)
                    for k in range(q):
                        before = min(before, np.int32(leave[s, k] + into[j, k]))
                if end < total_s:
                    onward = np.int32(2 * FAR)
                    for k in range(q):
                        onward = min(onward, np.int32(enter[end, k] + onto[j, k]))
                value = np.int32(np.int32(before + own) + onward)
            prices[j] = min(prices[j], value)
    return prices
