"""Several lists on one planning grid, changed piece by piece until they have less in common.

Lists made one after the other leave the last with what the others left over: it costs most, or shares most. Here the
two lists that share most are taken, what one of them shares is made dearer, and it is polished under these prices; it
is taken if it costs no more than allowed and the lists then share less. So on until nothing is gained.

What counts is the sum over all pairs of the cube of the seconds that both play, so that the worst pair weighs most.
The first list stays as it is. Whole numbers, in a fixed sequence and a bounded number of times.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from playlists.cost import SCALE, Wide
from playlists.plan import INFINITE, Found, Plan
from playlists.polish import polished

PER_S = (0.03, 0.012, 0.008, 0.005, 0.003, 0.002, 0.001, 0.0005)
"""What a second costs that another list plays too, from most to least. By trial on ten libraries of 60 tracks."""
FOR_ALONE = 5
"""How often what the two share counts, where it alone is charged."""
SHARED_S = 200
"""Lists that share so many seconds more with one another are charged once more. Judgement: nearly a piece."""
POLISH = 60_000_000
"""Steps of :mod:`playlists.polish` for each list tried. By trial, 5 to 10 ms."""
PAIRS, MOST_TRIES = 3, 600
"""Pairs that are tried, those that share most, before it is left at that; and how many lists are polished at most."""


def set_apart(plan: Plan, lists: Sequence[Found], most: int) -> list[Found]:
    """The lists, those after the first changed to have less in common.

    Parameters
    ----------
    plan
        The grid that all lists are on, without any charge.
    lists
        Different sets of its tracks.
    most
        What a list that is changed may cost; one that cost more before may cost that.
    """
    found, left = list(lists), iter(range(MOST_TRIES))
    while (changed := _next(plan, found, most, left)) is not None:
        place, another = changed
        found[place] = another
    return found


def _next(plan: Plan, lists: Sequence[Found], most: int, left: Iterator[int]) -> tuple[int, Found] | None:
    """A list, by its place, that is better than the one there; of the pair that shares most, where it can be.

    Each list that is tried takes one of those ``left``.
    """
    pairs = [(_shared_s(plan, lists[a], lists[b]), a, b) for a, b in itertools.combinations(range(len(lists)), 2)]
    for shared_s, one, other in sorted(pairs, reverse=True)[:PAIRS]:
        for place, beside in ((other, one), (one, other)):
            if not shared_s or place == 0:
                continue
            others = [*lists[:place], *lists[place + 1 :]]
            now = _weight(plan, lists[place], others)
            for _, tried in zip(left, _tries(plan, lists[place], others, lists[beside]), strict=False):
                known = any(set(tried.order) == set(each.order) for each in others)
                if not known and tried.cost <= max(most, lists[place].cost) and _weight(plan, tried, others) < now:
                    return place, tried
    return None


def _tries(plan: Plan, before: Found, others: Sequence[Found], beside: Found) -> Iterator[Found]:
    """The list polished under one price after the other."""
    by_all, by_one = np.zeros((2, len(plan.lengths)), dtype=np.int64)
    for other in others:
        by_all[list(other.order)] += 1 + _shared_s(plan, other, before) // SHARED_S
    by_one[list(beside.order)] = FOR_ALONE
    for per_s, times in itertools.product(PER_S, (by_all, by_one)):
        charge = (times * plan.lengths * round(per_s * SCALE)).astype(np.int32)
        dearer = replace(plan, cost=np.minimum(plan.cost + charge[:, None], INFINITE))
        whole = replace(before, cost=before.cost + int(charge[list(before.order)].sum()))
        found = polished(dearer, whole, budget=POLISH)
        yield replace(found, cost=found.cost - int(charge[list(found.order)].sum()))


def _weight(plan: Plan, one: Found, others: Sequence[Found]) -> int:
    return sum(_shared_s(plan, one, other) ** 3 for other in others)


def _shared_s(plan: Plan, one: Found, other: Found) -> int:
    """Seconds of the tracks in both."""
    both: Wide = np.intersect1d(one.order, other.order)
    return int(plan.lengths[both].sum())
