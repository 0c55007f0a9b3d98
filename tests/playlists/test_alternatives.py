"""Why a piece is where it is: what else could have been there, and that what was heard before is avoided."""

from collections.abc import Callable

import pytest

from benchmarks.made_up_tracks import make_library
from library.picture import title_of
from playlists.alternatives import swap_prices
from playlists.fit import fit
from playlists.plan import BLOCKED, Plan, seat
from playlists.playlist import Policy, Request
from playlists.revise import replace
from playlists.solve import solve

TWENTY = Request(infusion_s=900.0, tail_s=300.0)


def test_each_alternative_costs_exactly_what_is_said() -> None:
    tracks = make_library(30, 4)
    titles = {track.track_id: title_of(track) for track in tracks}
    playlist = fit(tracks, TWENTY)
    in_list = {item.track_id for item in playlist.items}
    assert sum(len(item.alternatives) for item in playlist.items) >= 10
    for item in playlist.items:
        dearer = [other.costs_more for other in item.alternatives]
        assert len(dearer) <= 3
        assert dearer == sorted(dearer)
        assert min(dearer, default=0.0) >= 0.0  # the list was proved optimal
        said = f"The next best here was {item.alternatives[0].title}" if dearer else "No other piece fits here."
        assert said in item.why
        for other in item.alternatives:
            assert other.track_id not in in_list
            assert other.title == titles[other.track_id]
            _, with_it = replace(tracks, TWENTY, playlist, item.track_id, other.track_id)
            assert with_it.cost["total"] == pytest.approx(playlist.cost["total"] + other.costs_more)


@pytest.mark.parametrize("seed", range(12))
def test_prices_of_swaps_are_those_of_every_order_tried(small_plan: Callable[..., Plan], seed: int) -> None:
    plan = small_plan(seed, n=7, artist_distance=1 + seed % 3)
    solved = solve(plan)
    assert solved is not None
    order = solved.found.order
    for place, prices in enumerate(swap_prices(plan, solved.found)):
        for track in range(7):
            tried = [*order[:place], track, *order[place + 1 :]]
            found = None if track in order or _too_near(plan, tried) else seat(plan, tried)
            assert (prices[track] if prices[track] < BLOCKED else None) == (None if found is None else found.cost)


def _too_near(plan: Plan, order: list[int]) -> bool:
    artists = plan.artists[order].tolist()
    return any(artists[k] in artists[max(0, k - plan.artist_distance + 1) : k] for k in range(len(artists)))


def test_what_was_asked_for_has_no_alternatives() -> None:
    tracks = make_library(30, 4)
    asked = Request(infusion_s=900.0, tail_s=300.0, policy=Policy(last_track=tracks[0].track_id))
    last = fit(tracks, asked).items[-1]
    assert (last.track_id, last.alternatives) == (tracks[0].track_id, ())
    assert last.why.endswith("It was asked for.")


def test_what_was_heard_last_time_is_avoided_and_counted() -> None:
    tracks = make_library(40, 5)
    first = [item.track_id for item in fit(tracks, TWENTY).items]
    after = Request(infusion_s=900.0, tail_s=300.0, policy=Policy(heard=(tuple(first),)))
    second = fit(tracks, after)
    again = [item.track_id for item in second.items if item.track_id in first]
    assert len(again) < len(first) / 2
    assert second.cost["novelty"] == pytest.approx(2.0 * len(again))
    never = Request(infusion_s=900.0, tail_s=300.0, policy=Policy(heard=(tuple(first),), no_repeat_sessions=1))
    assert not {item.track_id for item in fit(tracks, never).items} & set(first)
