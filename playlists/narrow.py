"""Which tracks, at which seconds, could still be part of a better list? All others are struck from the plan.

What is heard before a track at a second costs at least so much, what follows at least so much: if both together are no
less than a list already known, no better list plays that track then (fixing by reduced costs, as in integer
programming). What is left of a thousand tracks is mostly a few dozen, and small enough to be searched to the end.
"""

from collections.abc import Iterable

import numpy as np

from playlists.cost import Wide
from playlists.plan import INFINITE, Plan, cost_to_come
from playlists.search import Guide


def narrowed(plan: Plan, guide: Guide, upper: int, keep: Iterable[int]) -> tuple[Plan, Wide]:
    """The plan without what cannot be part of a list that costs less than ``upper``.

    Parameters
    ----------
    guide
        Of this plan; the better its penalties, the more goes.
    upper
        The cost of a known list.
    keep
        Tracks that stay in any case, such as those of the known list; required ones always do.

    Returns
    -------
    plan, tracks
        The smaller plan, and the number that each of its tracks had.
    """
    limit = min(upper + guide.offset, INFINITE)
    price = cost_to_come(plan, guide.penalty, guide.start, limit)
    price += guide.start  # two of INFINITE still fit
    possible = price < limit
    stays = possible.any(axis=1) | plan.required
    stays[list(keep)] = True
    tracks = np.flatnonzero(stays)
    cost = np.where(possible[tracks], plan.cost[tracks], np.int32(INFINITE))
    return plan.take(tracks, cost), tracks
