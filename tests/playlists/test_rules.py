"""Rules about places: which cells they close, that lists keep them, and what is said of those that make no sense."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.made_up_tracks import make_library, make_track
from library.track import Track
from playlists.arc import Phase, named
from playlists.cost import features_of
from playlists.errors import BadRequest, Infeasible
from playlists.fit import fit
from playlists.playlist import Playlist, Policy, Request
from playlists.rules import allowed_crossfades, check_policy, closed_cells, too_intense, under_ceilings

Make = Callable[..., Track]
TEN = Request(infusion_s=600.0, tail_s=300.0)


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"artist_distance": 0}, "at least 1, not 0"),
        ({"energy_ceiling": 1.5}, "ceiling is between 0 and 1, not 1.5"),
        ({"energy_ceiling": float("nan")}, "not nan"),
        ({"phase_ceilings": {"descent": -0.1}}, "ceiling of the descent is between 0 and 1, not -0.1"),
        ({"phase_ceilings": {"peak": 0.3}}, "no phase 'peak'"),
        ({"places": {"a": "peak"}}, "no phase 'peak'"),
        ({"startle_limit_lu": -1.0}, "at least 0 LU, not -1"),
        ({"first_track": "a", "exclude_tracks": frozenset("a")}, "both required and excluded"),
        ({"places": {"a": "tail"}, "exclude_tracks": frozenset("a")}, "both required and excluded"),
        ({"first_track": "a", "last_track": "a"}, "cannot be first and last"),
        ({"first_track": "a", "arrival_track": "a"}, "required, but kept for the arrival"),
        ({"no_repeat_sessions": -1}, "not -1"),
        ({"heard": ((),) * 51}, "not 51"),
        ({"crossfade_s": (3, 12)}, "between 4 and 12 s"),
        ({"crossfade_s": (9, 8)}, "not 9 to 8 s"),
    ],
)
def test_policies_that_make_no_sense(policy: dict[str, object], said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        check_policy(Policy(**policy))  # type: ignore[arg-type]


def test_a_place_in_a_phase_that_the_session_has_not() -> None:
    request = Request(infusion_s=600.0, tail_s=0.0, policy=Policy(places={"a": "tail"}))
    with pytest.raises(BadRequest, match="shall play in the tail, but the session has settle"):
        fit([make_track(f"t{k}") for k in range(6)], request)


def test_ten_seconds_above_the_ceiling_close_a_cell() -> None:
    swell = (0.2,) * 30 + (0.5,) * 10 + (0.2,) * 20
    spike = (0.2,) * 30 + (0.5,) + (0.2,) * 29
    features = features_of([make_track("a", length_s=59.0, energy=swell), make_track("b", length_s=59.0, energy=spike)])
    closed = too_intense(features, Phase("descent", 100.0, 140.0), 0.3, 200)
    # Of the ten seconds around them more than three must be loud: seconds 29 to 41 of the swell count.
    assert np.flatnonzero(closed[0]).tolist() == [s for s in range(200) if s + 29 < 140 and s + 42 > 100]
    assert not closed[1].any()


def test_no_more_is_wished_than_a_ceiling_allows() -> None:
    arc = named("iv40").scaled(2400.0)
    wished = np.full(3300, 400)
    lowered = under_ceilings(wished, arc, Policy(phase_ceilings={"plateau": 0.3, "tail": 0.5}))
    assert np.flatnonzero(lowered == 300).tolist() == list(range(1200, 2100))
    assert set(lowered.tolist()) == {300, 400}


def test_what_places_close() -> None:
    tracks = [make_track(name, length_s=200.0) for name in "abc"]
    arc = named("iv40").scaled(600.0, 0.0)
    policy = Policy(first_track="a", last_track="b", places={"c": "plateau"})
    closed = closed_cells(list("abc"), features_of(tracks), arc, 600 * 48_000, policy)
    assert np.flatnonzero(~closed[0]).tolist() == [0]
    assert np.flatnonzero(~closed[1]).tolist() == list(range(400, 600))
    plateau = next(phase for phase in arc.phases if phase.name == "plateau")
    opened = [s for s in range(1, 400) if plateau.start <= s + 100 < plateau.end]
    assert np.flatnonzero(~closed[2]).tolist() == opened


def test_crossfades_that_are_not_allowed_are_impossible() -> None:
    assert allowed_crossfades(Policy(crossfade_s=(6, 8)), -1).tolist() == [-1, -1, 400, 100, 0, -1, -1, -1, -1]


def test_what_a_policy_no_longer_asks_for() -> None:
    policy = Policy(require_tracks=frozenset("ab"), first_track="b", last_track="c", places={"b": "rise", "d": "rise"})
    assert policy.required == frozenset("abcd")
    assert policy.not_requiring("b").required == frozenset("acd")
    assert policy.excluding("bc").exclude_tracks == frozenset("bc")
    check_policy(policy.excluding("bc"))


def kept(playlist: Playlist, tracks: list[Track], policy: Policy) -> None:
    """Every rule of the policy holds in the list."""
    by_id = {track.track_id: track for track in tracks}
    order = [item.track_id for item in playlist.items]
    assert policy.required <= set(order)
    assert policy.first_track in (None, order[0])
    assert policy.last_track in (None, order[-1])
    assert not set(order) & {track_id for heard in policy.heard[: policy.no_repeat_sessions] for track_id in heard}
    phase_of = {item.track_id: item.phase for item in playlist.items}
    assert all(phase_of[track_id] == phase for track_id, phase in policy.places.items())
    shortest_s, longest_s = policy.crossfade_s
    assert all(shortest_s <= item.fade_in_s <= longest_s for item in playlist.items[1:])
    arc = named(playlist.template).scaled(playlist.infusion_s, playlist.tail_s)
    for item in playlist.items:
        energy = features_of([by_id[item.track_id]]).energy[0]
        heard = energy[: int(item.to_s - item.from_s)]
        for at, _ in enumerate(heard):
            ceiling = policy.phase_ceilings.get(arc.phase_at(item.start_s + at), 1.0)
            assert energy[max(0, at - 5) : at + 5].mean() <= 1000 * ceiling + 0.5


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_lists_keep_every_rule(data: st.DataObject) -> None:
    tracks = make_library(18, data.draw(st.integers(0, 99)))
    ids = [track.track_id for track in tracks]
    first, last, placed, *others = data.draw(st.permutations(ids))
    policy = Policy(
        first_track=data.draw(st.sampled_from([None, first])),
        last_track=data.draw(st.sampled_from([None, last])),
        places=data.draw(st.sampled_from([{}, {placed: "plateau"}, {placed: "rise"}])),
        phase_ceilings=data.draw(st.sampled_from([{}, {"tail": 0.5}, {"settle": 0.4, "descent": 0.6}])),
        heard=((others[0], others[1]), (others[2],)),
        no_repeat_sessions=data.draw(st.integers(0, 2)),
        crossfade_s=data.draw(st.sampled_from([(4, 12), (6, 10), (8, 8)])),
        artist_distance=1,
    )
    try:
        playlist = fit(tracks, Request(infusion_s=600.0, tail_s=300.0, policy=policy))
    except Infeasible as refusal:
        assert refusal.binds  # noqa: PT017
        assert refusal.enough  # noqa: PT017
        return
    kept(playlist, tracks, policy)
