"""What may not change in a list and what a change costs, put on the planning grid.

A piece that must begin at one second has all others blocked; a change is a dearer cell. Each piece that was not in the
list before costs ``NEWCOMER`` more, two old pieces in the other order ``TURNED``, a held piece ``HELD_PER_S`` for each
second away from its time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from library.track import Track
from playlists.begun import Heard
from playlists.cost import SCALE, Costs, Wide, cut_costs
from playlists.plan import INFINITE, Plan
from playlists.playlist import Item, Policy

NEWCOMER = round(1.0 * SCALE)
"""A piece that was not in the list. Judgement: worth it where it saves 100 seconds that are 0.1 off the arc."""
TURNED, TURNED_BY_HAND = round(1.0 * SCALE), round(20.0 * SCALE)
"""Two old pieces in the other order; where a person set the order, next to never. Judgement."""
HELD_PER_S, HELD_MOST_S = round(0.2 * SCALE), 600
"""A held piece for each second away from its time. Judgement: more than any crossfade could save by it."""


@dataclass(frozen=True)
class Wish:
    """What a refit keeps, and what it may use."""

    policy: Policy
    """For what is open: what has sounded is required no more."""
    sounded: Sequence[Item]
    begun: Sequence[Heard]
    """The ways on for what has begun; they are the first rows of the plan."""
    usable: Sequence[Track]
    """What may be used beside these, sorted by id."""
    places: Mapping[str, int]
    """Where each usable piece of the list is in it."""
    gaps: Sequence[tuple[int, int]]
    """Where pieces of the list are gone: when each began, and for how many seconds it was heard."""
    gap_place: int | None
    """Where in the list the only piece that is gone was; ``None`` where none or several are."""
    held_at_s: Mapping[str, int]
    """When each piece that shall stay at its time was heard."""
    open_s: int
    """The first second at which another piece may begin."""
    newcomer: int
    """What a piece that was not in the list costs more."""
    turned: int
    """What two old pieces in the other order cost."""


def charged(plan: Plan, costs: Costs, tracks: Sequence[Track], wish: Wish) -> Plan:
    """The plan in which what has begun is fixed, and what changes costs more."""
    count = len(wish.begun)
    cost, transition, total_s = plan.cost.copy(), plan.transition.copy(), plan.total_s
    anywhere = np.sum(list(costs.track.values()), axis=0)
    for row, way in enumerate(wish.begun):
        cost[row] = INFINITE
        ends_s = way.start_s + int(plan.lengths[row])
        early = cut_costs(np.array([way.early_s, max(0, ends_s - total_s)])).sum()
        cost[row, way.start_s] = costs.arc[row, way.start_s] + anywhere[row] + early
    transition[:count, :count][transition[:count, :count] >= INFINITE] = 0  # what sounds so sounds so
    cost[count:, : wish.open_s] = INFINITE
    seconds = np.arange(total_s + 1)
    places = np.array([wish.places.get(track.track_id, -1) for track in tracks])
    for row in range(count, len(tracks)):
        at_s = wish.held_at_s.get(tracks[row].track_id)
        if places[row] < 0:
            cost[row] += wish.newcomer
        elif at_s is not None:
            cost[row] += (HELD_PER_S * np.minimum(np.abs(seconds - at_s), HELD_MOST_S)).astype(np.int32)
    places[:count] = -1
    transition += wish.turned * ((places >= 0) & (places < places[:, None])).astype(np.int32)
    return replace(
        plan,
        cost=np.minimum(cost, INFINITE),
        transition=np.minimum(transition, INFINITE),
        artists=_told_apart(plan.artists, wish.begun),
    )


def _told_apart(artists: Wide, ways: Sequence[Heard]) -> Wide:
    """The artists, with a number of its own for each that is heard again in what has begun: that cannot be changed."""
    apart = artists.copy()
    later: dict[int, int] = {}
    for row in reversed(range(len(ways))):
        if later.setdefault(int(artists[row]), ways[row].start_s) != ways[row].start_s:
            apart[row] = -1 - row
    return apart
