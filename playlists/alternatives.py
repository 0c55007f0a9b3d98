"""What else could have been in a place, and how much dearer would the list be, all other pieces staying?

The prices are exact: the crossfades of the whole list are chosen anew for each track that is tried, and it must last
exactly as long. What is cheap before a place and after it is worked out once, so all tracks are tried at once.
"""

from collections.abc import Sequence

import numpy as np

from library.picture import title_of
from library.track import Track
from playlists.cost import SCALE, Wide
from playlists.plan import BLOCKED, FADES_S, INFINITE, Found, Plan, windows
from playlists.playlist import Alternative

MOST_ALTERNATIVES = 3


def alternatives_of(tracks: Sequence[Track], plan: Plan, found: Found) -> list[tuple[Alternative, ...]]:
    """For each place of a list the best other tracks, the cheapest first; none where a piece was asked for."""
    prices = swap_prices(plan, found)
    places = []
    for price, own in zip(prices, found.order, strict=True):
        nearest = [] if plan.required[own] else np.argsort(price, kind="stable")[:MOST_ALTERNATIVES].tolist()
        places.append(
            tuple(
                Alternative(
                    track_id=tracks[j].track_id,
                    title=title_of(tracks[j]),
                    costs_more=(int(price[j]) - found.cost) / SCALE,
                )
                for j in nearest
                if price[j] < BLOCKED
            )
        )
    return places


def swap_prices(plan: Plan, found: Found) -> list[Wide]:
    """What the list costs with each track in each place; shape (n,) each. From ``BLOCKED`` on it cannot be there."""
    firsts, begins = windows(plan, found.order)
    afters = _afters(plan, found.order)
    prices = []
    for k, (first, begin) in enumerate(zip(firsts, begins, strict=True)):
        times = np.minimum(first + np.arange(len(begin)), plan.total_s)
        ends = np.minimum(times + plan.lengths[:, None], plan.total_s)
        costs = plan.cost[:, times].astype(np.int64) + begin + afters[k][ends]
        price = costs.min(axis=1)
        if k:
            entry = plan.transition[found.order[k - 1]].astype(np.int64)
            price += entry - entry[found.order[k]]
        if k < len(found.order) - 1:
            price += plan.transition[:, found.order[k + 1]]
        price[~_allowed(plan, found.order, k)] = INFINITE
        prices.append(price)
    return prices


def _afters(plan: Plan, order: Sequence[int]) -> list[Wide]:
    """For each place, what all after it costs when its piece is over at each second, less the transition to it.

    Shape (T + 1,) each; at T stands what it costs to go on to the end or beyond: nothing for the last place, and else
    it cannot be.
    """
    total_s = plan.total_s
    after = np.full(total_s + 1, INFINITE, dtype=np.int64)
    after[total_s] = 0
    afters = [after]
    for place in range(len(order) - 1, 0, -1):
        j = order[place]
        ends = np.minimum(np.arange(total_s + 1) + plan.lengths[j], total_s)
        begin = np.minimum(plan.cost[j] + afters[0][ends] + _step(plan, order, place), INFINITE)
        after = np.full(total_s + 1, INFINITE, dtype=np.int64)
        for fade_s, fade_cost in zip(FADES_S.tolist(), plan.crossfade.tolist(), strict=True):
            np.minimum(after[fade_s:], begin[: total_s + 1 - fade_s] + fade_cost, out=after[fade_s:])
        after[total_s] = INFINITE
        afters.insert(0, after)
    return afters


def _step(plan: Plan, order: Sequence[int], place: int) -> int:
    """The transition from a place to the next; nothing after the last."""
    return int(plan.transition[order[place], order[place + 1]]) if place + 1 < len(order) else 0


def _allowed(plan: Plan, order: Sequence[int], place: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether a track may be in a place: it is not in the list, and its artist is not heard too near."""
    allowed = np.ones(len(plan.lengths), dtype=bool)
    allowed[list(order)] = False
    reach = plan.artist_distance - 1
    for near in (*order[max(0, place - reach) : place], *order[place + 1 : place + 1 + reach]):
        allowed &= plan.artists != plan.artists[near]
    return np.asarray(allowed)
