"""What is struck from a plan was in no better list; more tracks never make the best list worse."""

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.made_up_tracks import make_library
from library.track import Track
from playlists import cheapest
from playlists.cost import MAX_FADE_S, MIN_FADE_S
from playlists.fit import fit
from playlists.narrow import narrowed
from playlists.plan import FADES_S, Plan, cost_to_come, cost_to_go
from playlists.playlist import Request
from playlists.polish import polished
from playlists.search import beam, make_guide
from playlists.solve import solve
from tests.playlists.test_bound import brute_force, check

SmallPlan = Callable[..., Plan]
TWENTY = Request(infusion_s=1200.0, tail_s=0.0)


def test_a_narrowed_plan_keeps_every_better_list(small_plan: SmallPlan) -> None:
    rng = np.random.default_rng(0)
    fewer = 0
    for seed in range(20):
        plan = small_plan(seed, n=5, artist_distance=2)
        optimum = brute_force(plan)
        if optimum is None:
            continue
        penalty = rng.integers(0, 20_000, len(plan.lengths)).astype(np.int32)
        rest, tracks = narrowed(plan, make_guide(plan, penalty), optimum + 1, ())
        assert brute_force(rest) == optimum
        fewer += len(tracks) < len(plan.lengths)
        rest, _ = narrowed(plan, make_guide(plan, penalty), optimum, ())
        assert brute_force(rest) in (None, optimum)
    assert fewer > 2


def test_solve_proves_the_optimum(small_plan: SmallPlan) -> None:
    for seed in range(100, 125):
        plan = small_plan(seed, n=5, artist_distance=2)
        optimum, solved = brute_force(plan), solve(plan)
        assert (None if solved is None else solved.found.cost) == optimum
        assert solved is None or solved.bound == optimum


def test_forward_and_backward_meet(small_plan: SmallPlan) -> None:
    """The cheapest way through the grid costs the same from either end."""
    for seed in range(20):
        plan = small_plan(seed)
        free = np.zeros(len(plan.lengths), dtype=np.int32)
        start = cost_to_go(plan, free)
        least = int(start[:, 0].min())
        if least < cheapest.BLOCKED:
            assert int((cost_to_come(plan, free, start, least + 1) + start).min()) == least


def test_the_loops_know_the_crossfades() -> None:
    known = (cheapest.LEAST_FADE_S, cheapest.MOST_FADE_S, cheapest.FADES)
    assert known == (MIN_FADE_S, MAX_FADE_S, len(FADES_S))


@settings(max_examples=10, deadline=None, derandomize=True)
@given(data=st.data())
def test_more_tracks_never_worsen_the_optimum(data: st.DataObject) -> None:
    tracks = make_library(24, data.draw(st.integers(0, 99)))
    ids = data.draw(st.lists(st.sampled_from(range(24)), unique=True, min_size=12, max_size=20))
    fewer = best([tracks[j] for j in ids])
    more = best(tracks)
    if fewer is not None and more is not None:
        assert more <= fewer


def best(tracks: list[Track]) -> float | None:
    """The proved optimum under the full artist distance."""
    playlist = fit(tracks, TWENTY)
    if playlist.gap != 0.0 or any("artists" in note for note in playlist.notes):
        return None
    return playlist.cost["total"]


def test_polishing_only_makes_a_list_better_and_keeps_the_rules(small_plan: SmallPlan) -> None:
    better = 0
    for seed in range(30):
        plan = small_plan(seed, n=7, artist_distance=2, required=1)
        guide = make_guide(plan, np.zeros(len(plan.lengths), dtype=np.int32))
        first = beam(plan, guide, width=1)
        if first is None:
            continue
        found = polished(plan, first, kicks=3)
        check(plan, found)
        assert found.cost <= first.cost
        assert polished(plan, first, kicks=3) == found
        better += found.cost < first.cost
    assert better > 0
