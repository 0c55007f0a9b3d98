"""How good could any list be? A lower bound that no list can undercut, and on small libraries the exact optimum.

Two steps. *Lagrange*: in the relaxation of :mod:`playlists.plan` a track may come again; each playing is charged a
penalty, and the penalties of all tracks, once each, are credited. For any penalties, the cheapest way through the grid
is then a lower bound; a subgradient method looks for good ones (Held & Karp 1971, 10.1007/BF01584070). Where that is
not enough the relaxation is given a memory that grows where its cheapest way goes wrong (:mod:`playlists.memory`).
*Best first*: from the empty list on, the order whose bound is lowest is prolonged, until none is below the best list
known: then that list is optimal. Or until the budget is used up: then the lowest bound still open is the proof.

Everything is counted in whole numbers and nodes, never in seconds, so that every machine proves the same.
The bound holds for the rules of the plan: where the artist distance was relaxed, for lists under the relaxed rule.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from playlists.cost import MAX_FADE_S, SCALE, Ints, Wide
from playlists.memory import Memory
from playlists.plan import BLOCKED, INFINITE, Found, Plan, entering, seat
from playlists.search import Guide, make_guide

LARGEST_PENALTY = 1 << 24
PATIENCE, SHRINK = 3, 0.6
"""Steps without a better bound before the step is shortened, and by how much. Judgement, by trial."""
AGAIN = 0.5
"""Length of the first step from penalties that are good already. Judgement, by trial."""
MOST_STATES = 5
"""A memory stops growing at so many states for each track. By trial: more take longer than they are worth."""
CLOSE = 500
"""A bound within a 500th of the known list is near enough: best-first search closes that in few nodes. By trial."""


@dataclass(frozen=True)
class Multipliers:
    """The best lower bound of the relaxation, and the guide that gave it."""

    bound: int
    guide: Guide


def lagrange(
    plan: Plan, upper: int | None, iterations: int, guide: Guide | None = None, memory: Memory | None = None
) -> Multipliers:
    """Look for penalties that raise the relaxation's bound; ``upper`` is the cost of a known list, if there is one.

    A track's penalty is at least 0, since it may stay away; a required track's has either sign. Goes on from
    the penalties of a ``guide`` of this plan. A ``memory`` grows with every step, up to ``MOST_STATES`` for each track.
    """
    penalty = np.zeros(len(plan.lengths), dtype=np.int32) if guide is None else guide.penalty
    known = guide if memory is None else None
    best: Multipliers | None = None
    reach, stalled = 1.0 if memory is None else AGAIN, 0
    for _ in range(max(1, iterations)):
        guide, known = known or make_guide(plan, penalty, memory), None
        value = guide.bound
        if best is None or value > best.bound:
            best, stalled = Multipliers(value, guide), 0
        else:
            stalled += 1
            if stalled % PATIENCE == 0:
                reach *= SHRINK
        if value >= BLOCKED or (upper is not None and upper - value <= upper // CLOSE):
            break
        path = guide.path
        if memory is not None and len(guide.start) < MOST_STATES * len(penalty):
            memory = memory.grown(path)
        surplus = np.bincount(path, minlength=len(penalty)) - 1
        surplus[(penalty <= 0) & (surplus < 0) & ~plan.required] = 0
        if not surplus.any():
            break  # the cheapest way plays no track twice
        target = upper if upper is not None else value + abs(value) // 10 + SCALE
        step = reach * (target - value) / int((surplus * surplus).sum())
        raised = np.clip(penalty + np.rint(step * surplus), -LARGEST_PENALTY, LARGEST_PENALTY)
        penalty = np.where(plan.required, raised, np.maximum(raised, 0)).astype(np.int32)
    assert best is not None
    return best


@dataclass(frozen=True)
class Proof:
    """What best-first search found out: no list costs less than ``bound``."""

    bound: int
    best: Found | None
    """The cheapest list known; optimal where its cost equals ``bound``."""
    nodes: int


@dataclass(order=True)
class _Node:
    """An order of tracks whose prolongations cost at least ``bound``; ``number`` breaks ties, oldest first."""

    bound: int
    number: int
    order: tuple[int, ...] = field(compare=False)
    first: int = field(compare=False)
    begin: Ints = field(compare=False)
    """Cost of beginning the last track of ``order`` at ``first``, ``first`` + 1 ..., but for ``entry``; shared."""
    entry: int = field(compare=False)
    paid: int = field(compare=False)


class BestFirst:
    """Best-first search over orders of tracks, within a budget of nodes."""

    def __init__(self, plan: Plan, guide: Guide, known: Found | None) -> None:
        self.plan, self.guide, self.best = plan, guide, known
        self.open: list[_Node] = []
        self.numbered = 0
        self.seen: dict[tuple[frozenset[int], int, tuple[int | None, ...]], Ints] = {}
        counts = Counter(plan.artists.tolist())
        self.shared_artist = [artist if counts[artist] > 1 else None for artist in plan.artists.tolist()]
        self._prolong((), 0, np.zeros(1, dtype=np.int32), 0)

    @property
    def upper(self) -> int:
        """Cost of the best list known."""
        return INFINITE if self.best is None else self.best.cost

    def run(self, budget: int) -> Proof:
        """Prolong at most ``budget`` orders."""
        nodes = 0
        while self.open and self.open[0].bound < self.upper and nodes < budget:
            self._visit(heapq.heappop(self.open))
            nodes += 1
        return Proof(min(self.open[0].bound, self.upper) if self.open else self.upper, self.best, nodes)

    def _visit(self, node: _Node) -> None:
        """End the node's last track, keep the seconds that no other order of the same tracks reaches cheaper, go on."""
        plan, last = self.plan, node.order[-1]
        seconds = np.minimum(node.first + np.arange(len(node.begin)), plan.total_s)
        goes_on = seconds + plan.lengths[last] < plan.total_s
        ends = np.where(goes_on, node.begin + (plan.cost[last, seconds] + node.entry), INFINITE)
        begin = np.minimum(entering(np.minimum(ends, INFINITE).astype(np.int32), plan.crossfade), INFINITE)
        # What may follow depends on the tracks used, the last one, and the artists still too near. The windows of
        # orders of the same tracks begin at the same second, so their vectors compare place by place.
        near = node.order[max(0, len(node.order) - plan.artist_distance + 1) : -1]
        key = frozenset(node.order), last, tuple(self.shared_artist[track] for track in near)
        known = self.seen.get(key)
        if known is not None:
            begin = np.where(begin < known, begin, np.int32(INFINITE))
        if begin.min() >= BLOCKED:
            return
        self.seen[key] = begin if known is None else np.minimum(begin, known)
        self._prolong(node.order, node.first + int(plan.lengths[last]) - MAX_FADE_S, begin, node.paid)

    def _prolong(self, order: tuple[int, ...], first: int, begin: Ints, paid: int) -> None:
        """Put ``order`` with each track that may follow into the queue, and note the lists that become complete."""
        plan, guide = self.plan, self.guide
        seconds = np.minimum(first + np.arange(len(begin)), plan.total_s)
        tracks = self._followers(order)
        entry = plan.transition[order[-1], tracks].astype(np.int64) if order else np.zeros(len(tracks), dtype=np.int64)
        self._note_complete(order, tracks, entry, begin, seconds)
        bounds = (guide.onward[guide.rows(order, tracks)[:, None], seconds] + begin).min(
            axis=1, initial=2 * INFINITE - 1
        )
        bounds = bounds + entry + (paid - guide.offset)
        for k in np.flatnonzero(bounds < min(self.upper, BLOCKED)).tolist():
            track = int(tracks[k])
            paid_then = paid + int(guide.penalty[track])
            node = _Node(int(bounds[k]), self.numbered, (*order, track), first, begin, int(entry[k]), paid_then)
            self.numbered += 1
            heapq.heappush(self.open, node)

    def _followers(self, order: tuple[int, ...]) -> Wide:
        """Tracks that may come after ``order``."""
        plan = self.plan
        allowed = np.ones(len(plan.lengths), dtype=bool)
        allowed[list(order)] = False
        if plan.pinned is not None:
            allowed &= (np.arange(len(allowed)) == plan.pinned[0]) == (len(order) == plan.pinned[1])
        for track in order[max(0, len(order) - plan.artist_distance + 1) :]:
            allowed &= plan.artists != plan.artists[track]
        return np.flatnonzero(allowed)

    def _note_complete(self, order: tuple[int, ...], tracks: Wide, entry: Wide, begin: Ints, seconds: Wide) -> None:
        """Remember the cheapest list that one more track completes, if it beats the best known."""
        plan = self.plan
        missing = set(np.flatnonzero(plan.required).tolist()) - set(order)
        if len(missing) > 1 or int(seconds[-1] + plan.lengths.max()) < plan.total_s:
            return
        totals = (self.guide.final[tracks[:, None], seconds] + begin).min(axis=1, initial=2 * INFINITE - 1) + entry
        if missing:
            totals[~np.isin(tracks, list(missing))] = INFINITE
        if len(totals) and totals.min() < min(self.upper, BLOCKED):
            self.best = seat(plan, (*order, int(tracks[totals.argmin()])))
