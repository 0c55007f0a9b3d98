"""The best list of a plan, as far as the budgets reach, and the proof of how good it is.

A beam finds a first list; penalties make the guide and the bound better (:mod:`playlists.bound`); what can no longer
matter is struck from the plan (:mod:`playlists.narrow`); a wider beam searches what is left, and so in turn. In the end
best-first search closes the gap, or uses up its nodes. Budgets count steps and nodes, never seconds.
"""

from dataclasses import dataclass

import numpy as np

from playlists.bound import BestFirst, lagrange
from playlists.cost import Wide
from playlists.memory import none_yet
from playlists.narrow import narrowed
from playlists.plan import BLOCKED, Found, Plan
from playlists.polish import polished
from playlists.search import beam, make_guide

NARROW, WIDE = 64, (256, 1024, 1024)
"""Widths of the beam: for a first list, and in turn with better and better penalties. Judgement, by trial."""
NEAR = 20
"""A list within a 20th of the bound needs no further turn: best-first search proves or improves it. By trial."""
STEP_BUDGET, MOST_STEPS, LEAST_STEPS = 30_000_000, 40, 4
"""Subgradient steps, times n * T; and how many a turn has at most and at least. By trial: about 1 s in all."""
BEAM_BUDGET = 800_000_000
"""Tracks, seconds and width of the beam multiplied: of 1024 for 55 minutes and 240 tracks. By trial, about 0.5 s."""
KICKS, LOOSE = 30, 50
"""Times that a list further than a 50th from the bound is mixed up and mended (:mod:`playlists.polish`). By trial: at
most 0.6 s."""
OPEN = 200
"""A bound further than a 200th from the list is given a memory before best-first search. By trial."""
MEMORY_BUDGET = 200_000_000
"""Its steps, times n * n * T. By trial, at most about 0.5 s."""
LARGE = 1_500_000
"""Tracks times seconds from which on no further turn looks for a first list. Judgement: 450 tracks for 55 minutes."""
NODE_BUDGET, MOST_NODES = 1_000_000_000, 10_000
"""Nodes of the best-first search, times n * T: 5,000 for 60 tracks and 55 minutes, half with a memory. By trial, at
most about 1 s."""


@dataclass(frozen=True)
class Solved:
    """The best list found, and that no list of the plan costs less than ``bound``."""

    found: Found
    bound: int


def solve(plan: Plan, *, nodes: int | None = None) -> Solved | None:
    """The best list of the plan, or ``None`` where none is found.

    ``nodes`` bounds the best-first search in place of the usual budget.
    """
    rest, tracks = plan, np.arange(len(plan.lengths))
    guide = make_guide(plan, np.zeros(len(tracks), dtype=np.int32))
    found = beam(plan, guide, width=NARROW)
    lower, left = int(guide.start[:, 0].min()), STEP_BUDGET
    for width in WIDE:
        if found is not None:
            rest, stays = narrowed(rest, guide, found.cost, np.searchsorted(tracks, sorted(found.order)).tolist())
            tracks, guide = tracks[stays], make_guide(rest, guide.penalty[stays])
        if left <= 0 or (width != WIDE[0] and found is not None and found.cost - lower <= found.cost // NEAR):
            break
        size = len(tracks) * plan.total_s
        steps = max(LEAST_STEPS, min(MOST_STEPS, left // size))
        left -= steps * size
        bound = lagrange(rest, None if found is None else found.cost, steps, guide)
        guide, lower = bound.guide, max(lower, bound.bound)
        below = BLOCKED if found is None else found.cost
        better = beam(rest, guide, width=min(width, max(NARROW, BEAM_BUDGET // size)), below=below)
        found = found if better is None else _renumbered(better, tracks)
        if found is None and size > LARGE:
            return None
        if found is not None and found.cost > lower:
            _, stays = narrowed(rest, guide, found.cost, ())
            found = _polished(plan, tracks[stays], found, 0)
    if found is not None and found.cost - lower > found.cost // LOOSE:
        found = _polished(plan, tracks, found, KICKS)
    if found is not None and found.cost - lower > found.cost // OPEN:
        steps = min(MOST_STEPS, MEMORY_BUDGET // (len(tracks) ** 2 * plan.total_s))
        if steps >= LEAST_STEPS:
            bound = lagrange(rest, found.cost, steps, guide, none_yet(rest))
            guide, lower = bound.guide, max(lower, bound.bound)
    dear = 1 if guide.memory is None else 2
    budget = min(MOST_NODES, NODE_BUDGET // (dear * len(tracks) * plan.total_s)) if nodes is None else nodes
    known = (
        None if found is None else _renumbered(found, {track: number for number, track in enumerate(tracks.tolist())})
    )
    proof = BestFirst(rest, guide, known).run(budget)
    if proof.best is None:
        return None
    best = _renumbered(proof.best, tracks)
    return Solved(best, min(best.cost, max(lower, proof.bound)))


def _polished(plan: Plan, tracks: Wide, found: Found, kicks: int) -> Found:
    """A list made better by small changes with these tracks and its own."""
    tracks = np.union1d(tracks, found.order)
    part = plan.take(tracks, plan.cost[tracks])
    known = _renumbered(found, {track: number for number, track in enumerate(tracks.tolist())})
    return _renumbered(polished(part, known, kicks=kicks), tracks)


def _renumbered(found: Found, numbers: Wide | dict[int, int]) -> Found:
    return Found(found.cost, tuple(int(numbers[track]) for track in found.order), found.starts)
