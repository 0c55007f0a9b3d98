"""Is a list better with two pieces exchanged, one moved, one put in or out? Small changes, as long as one helps.

A beam goes from the beginning to the end; where nearly every track of a small library is needed it finds itself short
of the right ones in the last minutes. Changing its list piece by piece mends that. Compiled; whole numbers, in a fixed
sequence and within a budget of steps, so that every machine finds the same.
"""

import numba
import numpy as np
import numpy.typing as npt

from playlists.cheapest import BLOCKED, FADES, INFINITE, MOST_FADE_S, Ints, Wide
from playlists.plan import Found, Plan, seat

KICK = 4
"""Neighbours whose order is drawn anew. Judgement: few enough that the rest of the list keeps its worth."""
NOWHERE = (-1, -1)
"""No track is pinned to a place."""
Flags = npt.NDArray[np.bool_]
Rules = tuple[Wide, int, Flags, tuple[int, int]]
"""Artists, their distance, what is required, what is pinned where: as :class:`playlists.plan.Plan` has them."""

BUDGET = 2_000_000_000
"""Steps: pieces of a list, seconds of its windows and crossfades multiplied, for each change tried. By trial, 0.6 s."""


def polished(plan: Plan, found: Found, *, kicks: int = 0, budget: int = BUDGET) -> Found:
    """The list after all changes that made it cheaper, one after the other; the same where none does.

    Up to ``kicks`` times, as the budget lasts, a stretch of it is then mixed up and one piece exchanged by lot, always
    the same way, and that is mended.
    """
    rng = np.random.default_rng(0)
    best = found
    for kick in range(kicks + 1):
        order = np.array(best.order) if kick == 0 else _kicked(rng, best, len(plan.lengths))
        order, budget = _descend(plan.cost, plan.lengths, plan.transition, plan.crossfade, _rules(plan), order, budget)
        better = seat(plan, order.tolist()) if _keeps(plan, order) else None
        if better is not None and better.cost < best.cost:
            best = better
        if budget <= 0:
            break
    return best


def price(plan: Plan, order: Wide) -> int:
    """What an order costs with its best crossfades; ``BLOCKED`` or more where it breaks a rule or cannot end at T."""
    return int(_cost(plan.cost, plan.lengths, plan.transition, plan.crossfade, _rules(plan), order))


def _rules(plan: Plan) -> Rules:
    return plan.artists, plan.artist_distance, plan.required, plan.pinned or NOWHERE


def _kicked(rng: np.random.Generator, found: Found, tracks: int) -> Wide:
    """The list with four neighbours in another order, and one piece exchanged for one that is not in it."""
    order = np.array(found.order)
    first = int(rng.integers(0, max(1, len(order) - KICK + 1)))
    order[first : first + KICK] = rng.permutation(order[first : first + KICK])
    others = np.setdiff1d(np.arange(tracks), order)
    if len(others):
        order[rng.integers(len(order))] = rng.choice(others)
    return order


def _keeps(plan: Plan, order: Wide) -> bool:
    """Whether an order keeps the rules that :func:`playlists.plan.seat` does not look at."""
    near = range(1, plan.artist_distance)
    apart = all((plan.artists[order[back:]] != plan.artists[order[:-back]]).all() for back in near if back < len(order))
    track, place = plan.pinned or NOWHERE
    there = place < 0 or order[place : place + 1].tolist() == [track]
    return apart and there and set(np.flatnonzero(plan.required).tolist()) <= set(order.tolist())


@numba.njit(cache=True, nogil=True)
def _descend(
    cost: Ints,
    lengths: Wide,
    transition: Ints,
    crossfade: Ints,
    rules: Rules,
    order: Wide,
    budget: int,
) -> tuple[Wide, int]:
    best = _cost(cost, lengths, transition, crossfade, rules, order)
    improved = True
    while improved and budget > 0:
        improved = False
        for kind in range(6):
            first = 0
            while first < len(order):
                others = len(lengths) if kind >= 3 else len(order)
                if kind == 5:
                    others = 1
                for second in range(others):
                    tried = _changed(order, kind, first, second)
                    if len(tried) == 0 or budget <= 0:
                        continue
                    budget -= 4 * FADES * len(tried) * len(tried)
                    price = _cost(cost, lengths, transition, crossfade, rules, tried)
                    if price < best:
                        best, order, improved = price, tried, True
                        if first >= len(order):
                            break
                first += 1
    return order, budget


@numba.njit(cache=True, nogil=True)
def _changed(order: Wide, kind: int, first: int, second: int) -> Wide:
    """The order with one change, empty where it is none.

    0: pieces ``first`` and ``second`` exchanged; 1: ``first`` moved to ``second``; 2: all between turned round;
    3: ``first`` exchanged for track ``second``; 4: track ``second`` put in before ``first``; 5: ``first`` taken out.
    """
    count = len(order)
    none = np.empty(0, dtype=np.int64)
    if kind in (0, 2) and second <= first:
        return none
    if kind == 1 and second == first:
        return none
    if kind in (3, 4) and (order == second).any():
        return none
    if kind == 5 and count == 1:
        return none
    tried = np.empty(count + (kind == 4) - (kind == 5), dtype=np.int64)
    if kind in (0, 2, 3):
        tried[:] = order
    if kind == 0:
        tried[first], tried[second] = order[second], order[first]
    elif kind == 1:
        rest = np.concatenate((order[:first], order[first + 1 :]))
        tried[:second], tried[second], tried[second + 1 :] = rest[:second], order[first], rest[second:]
    elif kind == 2:
        tried[first : second + 1] = order[first : second + 1][::-1]
    elif kind == 3:
        tried[first] = second
    elif kind == 4:
        tried[:first], tried[first], tried[first + 1 :] = order[:first], second, order[first:]
    else:
        tried[:first], tried[first:] = order[:first], order[first + 1 :]
    return tried


@numba.njit(cache=True, nogil=True)
def _cost(cost: Ints, lengths: Wide, transition: Ints, crossfade: Ints, rules: Rules, order: Wide) -> int:
    """What an order costs with its best crossfades; ``INFINITE`` where it breaks a rule or cannot end at T."""
    artists, distance, required, (pinned, place) = rules
    if place >= 0 and (place >= len(order) or order[place] != pinned):
        return INFINITE
    missing = required.sum()
    for k in range(len(order)):
        missing -= required[order[k]]
        for back in range(1, min(distance, k + 1)):
            if artists[order[k]] == artists[order[k - back]]:
                return INFINITE
    if missing > 0:
        return INFINITE
    total_s = cost.shape[1] - 1
    widest = (FADES - 1) * len(order) + 1
    begin, ends = np.full(widest, INFINITE, dtype=np.int32), np.empty(widest, dtype=np.int32)
    begin[0] = 0
    first, width = 0, 1
    for k in range(len(order) - 1):
        track = order[k]
        seam = transition[track, order[k + 1]]
        if seam >= BLOCKED:
            return INFINITE
        least = np.int32(INFINITE)
        for e in range(width):
            value = np.int32(INFINITE)
            if first + e + lengths[track] < total_s:
                value = min(value, np.int32(begin[e] + cost[track, first + e] + seam))
            ends[e] = value
            least = min(least, value)
        if least >= BLOCKED:
            return INFINITE
        begin[: width + FADES - 1] = INFINITE
        for x in range(FADES):
            for e in range(width):
                place = e + FADES - 1 - x
                begin[place] = min(begin[place], np.int32(ends[e] + crossfade[x]))
        first, width = first + lengths[track] - MOST_FADE_S, width + FADES - 1
    last = order[len(order) - 1]
    best = np.int32(INFINITE)
    for e in range(width):
        if total_s - lengths[last] <= first + e < total_s:
            best = min(best, np.int32(begin[e] + cost[last, first + e]))
    return int(best)
