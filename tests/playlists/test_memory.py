"""A memory raises the bound, never above what a list costs, and best-first search with it still proves the optimum."""

from collections.abc import Callable

import numpy as np

from playlists.bound import BestFirst, lagrange
from playlists.memory import none_yet
from playlists.plan import BLOCKED, Plan, cost_to_go
from playlists.search import make_guide
from tests.playlists.test_bound import brute_force, check

SmallPlan = Callable[..., Plan]


def test_without_a_memory_it_is_the_same_relaxation(small_plan: SmallPlan) -> None:
    rng = np.random.default_rng(0)
    for seed in range(10):
        plan = small_plan(seed, artist_distance=1)
        penalty = rng.integers(0, 20_000, len(plan.lengths)).astype(np.int32)
        np.testing.assert_array_equal(none_yet(plan).cost_to_go(penalty), cost_to_go(plan, penalty))


def test_a_memory_raises_the_bound_and_never_above_a_list(small_plan: SmallPlan) -> None:
    raised = 0
    for seed in range(60):
        plan = small_plan(seed, n=6)
        free, memory = np.zeros(len(plan.lengths), dtype=np.int32), none_yet(plan)
        optimum, before = brute_force(plan), make_guide(plan, free).bound
        while (guide := make_guide(plan, free, memory)).bound < BLOCKED:
            assert before <= guide.bound
            assert optimum is None or guide.bound <= optimum
            raised += guide.bound > before
            before, grown = guide.bound, memory.grown(guide.path)
            if grown.tracks == memory.tracks and grown.artists == memory.artists:
                break
            memory = grown
        assert optimum is None or guide.bound < BLOCKED
    assert raised > 20


def test_best_first_search_with_a_memory_proves_the_optimum(small_plan: SmallPlan) -> None:
    fewer = 0
    for seed in range(60):
        plan = small_plan(seed, n=6, required=seed % 2)
        optimum = brute_force(plan)
        if optimum is None:
            continue
        plain = lagrange(plan, optimum + 1, 10)
        multipliers = lagrange(plan, optimum + 1, 10, plain.guide, none_yet(plan))
        proof = BestFirst(plan, multipliers.guide, None).run(10_000)
        assert multipliers.bound <= proof.bound == optimum
        assert proof.best is not None
        check(plan, proof.best)
        fewer += proof.nodes < BestFirst(plan, plain.guide, None).run(10_000).nodes
    assert fewer > 5
