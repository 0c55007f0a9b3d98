"""Search and proof against brute force on small sessions, and against an independent solver."""

from collections.abc import Callable

import numpy as np
import pytest
from ortools.sat.python import cp_model

from playlists.bound import BestFirst, lagrange
from playlists.plan import BLOCKED, FADES_S, Found, Plan, cost_to_go, seat
from playlists.search import beam, make_guide

SmallPlan = Callable[..., Plan]
SEEDS = range(100)


def brute_force(plan: Plan) -> int | None:
    """The least cost of any list that keeps the rules; tries every order and every crossfade."""
    best: list[int] = []

    def go_on(order: tuple[int, ...], begins: dict[int, int]) -> None:
        for j in range(len(plan.lengths)):
            recent = order[max(0, len(order) - plan.artist_distance + 1) :]
            if j in order or any(plan.artists[j] == plan.artists[i] for i in recent):
                continue
            ends: dict[int, int] = {}
            for second, paid in begins.items():
                cost = paid + int(plan.cost[j, second]) + (int(plan.transition[order[-1], j]) if order else 0)
                end = second + int(plan.lengths[j])
                if end < plan.total_s:
                    ends[end] = min(cost, ends.get(end, cost))
                elif cost < BLOCKED and set(np.flatnonzero(plan.required)) <= {*order, j}:
                    best.append(cost)
            after: dict[int, int] = {}
            for end, cost in ends.items():
                for fade_s, fade_cost in zip(FADES_S.tolist(), plan.crossfade.tolist(), strict=True):
                    after[end - fade_s] = min(cost + fade_cost, after.get(end - fade_s, cost + fade_cost))
            if after:
                go_on((*order, j), after)

    go_on((), {0: 0})
    return min(best, default=None)


def check(plan: Plan, found: Found) -> None:
    """A list keeps every rule and costs what it says."""
    order, starts = found.order, found.starts
    assert len(set(order)) == len(order)
    assert set(np.flatnonzero(plan.required)) <= set(order)
    cost = sum(int(plan.cost[j, s]) for j, s in zip(order, starts, strict=True))
    for k in range(1, len(order)):
        fade_s = starts[k - 1] + int(plan.lengths[order[k - 1]]) - starts[k]
        assert 4 <= fade_s <= 12
        cost += int(plan.crossfade[fade_s - 4]) + int(plan.transition[order[k - 1], order[k]])
        near = order[max(0, k - plan.artist_distance + 1) : k]
        assert all(plan.artists[i] != plan.artists[order[k]] for i in near)
    assert starts[0] == 0
    assert starts[-1] + plan.lengths[order[-1]] >= plan.total_s
    assert cost == found.cost


@pytest.mark.parametrize(("artist_distance", "required"), [(3, 0), (1, 0), (2, 1), (1, 2)])
def test_against_brute_force(small_plan: SmallPlan, artist_distance: int, required: int) -> None:
    feasible = 0
    for seed in SEEDS:
        plan = small_plan(seed, artist_distance=artist_distance, required=required)
        optimum = brute_force(plan)
        free = np.zeros(len(plan.lengths), dtype=np.int32)
        first = beam(plan, make_guide(plan, free), width=64)
        multipliers = lagrange(plan, None if first is None else first.cost, 20)
        proof = BestFirst(plan, multipliers.guide, first).run(10_000)
        if optimum is None:
            assert first is None
            assert proof.best is None
            continue
        feasible += 1
        assert multipliers.bound <= optimum
        assert first is not None
        assert first.cost >= optimum
        assert proof.best is not None
        assert proof.bound == proof.best.cost == optimum
        check(plan, first)
        check(plan, proof.best)
    assert feasible >= 80


def test_a_bound_holds_whatever_the_budget_and_the_penalties(small_plan: SmallPlan) -> None:
    rng = np.random.default_rng(0)
    for seed in SEEDS:
        plan = small_plan(seed, artist_distance=2)
        optimum = brute_force(plan)
        if optimum is None:
            continue
        penalty = rng.integers(0, 30_000, len(plan.lengths)).astype(np.int32)
        start = cost_to_go(plan, penalty)
        assert int(start[:, 0].min()) - int(penalty.sum()) <= optimum
        for budget in (0, 1, 3, 10):
            proof = BestFirst(plan, make_guide(plan, penalty), None).run(budget)
            assert proof.bound <= optimum
            assert proof.best is None or proof.best.cost >= optimum


def test_seat_finds_the_best_crossfades(small_plan: SmallPlan) -> None:
    plan = small_plan(3, artist_distance=1)
    found = beam(plan, make_guide(plan, _free(plan)), width=64)
    assert found is not None
    assert seat(plan, found.order) == found


def test_seat_refuses_an_order_that_cannot_end_at_the_total(small_plan: SmallPlan) -> None:
    plan = small_plan(3, artist_distance=1)
    assert seat(plan, (int(plan.lengths.argmin()),)) is None


def test_the_same_plan_gives_the_same_list(small_plan: SmallPlan) -> None:
    plan = small_plan(5, n=7, artist_distance=1)
    guide = make_guide(plan, _free(plan))
    assert beam(plan, guide, width=16) == beam(plan, guide, width=16)


@pytest.mark.parametrize("seed", [11, 12, 17])
def test_against_an_independent_solver(small_plan: SmallPlan, seed: int) -> None:
    plan = small_plan(seed, n=8, artist_distance=2)
    proof = BestFirst(plan, lagrange(plan, None, 20).guide, None).run(10_000)
    assert proof.best is not None
    assert proof.best.cost == proof.bound == cp_sat(plan)


def _free(plan: Plan) -> np.ndarray:
    return np.zeros(len(plan.lengths), dtype=np.int32)


def cp_sat(plan: Plan) -> int:
    """The optimum as CP-SAT finds it: a circuit over the tracks used, with the second at which each begins."""
    model, n, total_s = cp_model.CpModel(), len(plan.lengths), plan.total_s
    used = [model.new_bool_var(f"used {j}") for j in range(n)]
    start = [model.new_int_var(0, total_s, f"start {j}") for j in range(n)]  # `total_s`, which is blocked, if not used
    arcs, costs = [], []
    for j in range(n):
        arcs.append((j + 1, j + 1, ~used[j]))
        model.add(start[j] == total_s).only_enforce_if(~used[j])
        opens, closes = model.new_bool_var(f"opens {j}"), model.new_bool_var(f"closes {j}")
        arcs += [(0, j + 1, opens), (j + 1, 0, closes)]
        model.add(start[j] == 0).only_enforce_if(opens)
        model.add(start[j] + int(plan.lengths[j]) >= total_s).only_enforce_if(closes)
        table = [*plan.cost[j, :-1].tolist(), 0]
        cost = model.new_int_var(0, BLOCKED, f"cost {j}")
        model.add_allowed_assignments([start[j], cost], [(s, c) for s, c in enumerate(table) if c < BLOCKED])
        costs.append(cost)
        for i in range(n):
            if plan.transition[i, j] >= BLOCKED:
                continue
            follows = model.new_bool_var(f"{i} before {j}")
            fade_s, fade_cost = model.new_int_var(4, 12, ""), model.new_int_var(0, BLOCKED, "")
            model.add_allowed_assignments(
                [fade_s, fade_cost], [*zip(range(4, 13), plan.crossfade.tolist(), strict=True)]
            )
            model.add(start[j] == start[i] + int(plan.lengths[i]) - fade_s).only_enforce_if(follows)
            model.add(start[i] + int(plan.lengths[i]) < total_s).only_enforce_if(follows)
            model.add(fade_s == 8).only_enforce_if(~follows)
            arcs.append((i + 1, j + 1, follows))
            costs += [int(plan.transition[i, j]) * follows, fade_cost]
    model.add_circuit(arcs)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)
