"""Several lists for one session: different, little in common, none much dearer than the best."""

from collections.abc import Callable

import msgspec
import pytest

from library.track import Track
from playlists.errors import BadRequest
from playlists.fit import fit
from playlists.playlist import Playlist, Policy, Request
from playlists.sets import DEARER, ListSet, overlap, sets
from playlists.timeline import layout, samples

Make = Callable[..., Track]
Library = Callable[..., list[Track]]
SHORT = Request(infusion_s=900.3, tail_s=150.1)


def ids(playlist: Playlist) -> list[str]:
    return [item.track_id for item in playlist.items]


def check(found: ListSet, request: Request) -> None:
    for playlist in found.playlists:
        assert layout(playlist)[-1].end == samples(playlist.total_s)
        assert playlist.infusion_s == pytest.approx(request.infusion_s)
        assert not set(ids(playlist)) & request.policy.exclude_tracks
        assert request.policy.required <= set(ids(playlist))
        terms = sum(value for term, value in playlist.cost.items() if term != "total")
        assert terms == pytest.approx(playlist.cost["total"])
    assert len({frozenset(ids(playlist)) for playlist in found.playlists}) == len(found.playlists)


def test_where_there_is_enough_music_nothing_is_played_twice(make_library: Library) -> None:
    tracks = make_library(150, 1)
    found = sets(tracks, SHORT, 5)
    check(found, SHORT)
    assert len(found.playlists) == 5
    assert found.playlists[0] == fit(tracks, SHORT)
    played = [track_id for playlist in found.playlists for track_id in ids(playlist)]
    assert len(played) == len(set(played))
    assert (found.overlap_mean, found.overlap_most) == (0.0, 0.0)
    assert 1.0 <= found.dearest <= DEARER
    assert sets(list(reversed(tracks)), SHORT, 5) == found


def test_a_small_library_shares_what_it_must(make_library: Library, make_track: Make) -> None:
    found = sets(make_library(14, 3), SHORT, 4)
    check(found, SHORT)
    assert 1 < len(found.playlists) <= 4
    assert 0.0 < found.overlap_mean <= found.overlap_most < 1.0
    four = [make_track(f"t{k}", length_s=250.0, artist=f"a{k}") for k in range(4)]
    only = sets(four, Request(infusion_s=900.0, tail_s=0.0), 3)
    assert (len(only.playlists), only.overlap_most, only.dearest) == (1, 0.0, 1.0)


@pytest.mark.parametrize(("size", "seed", "most"), [(20, 3, 0.45), (24, 2, 0.65)])
def test_where_most_of_the_music_is_needed_no_two_lists_are_alike(
    make_library: Library, size: int, seed: int, most: float
) -> None:
    found = sets(make_library(size, seed), SHORT, 4)  # without playlists.apart 0.63 and 0.83 at most
    check(found, SHORT)
    assert len(found.playlists) == 4
    assert found.overlap_most < most
    assert found.dearest <= DEARER


def test_what_is_required_is_in_every_list(make_library: Library) -> None:
    tracks = make_library(40, 2)
    wanted, unwanted = ids(fit(tracks, SHORT))[:2]
    policy = Policy(require_tracks=frozenset({wanted}), exclude_tracks=frozenset({unwanted}))
    request = msgspec.structs.replace(SHORT, policy=policy)
    found = sets(tracks, request, 3)
    check(found, request)
    assert len(found.playlists) == 3


def test_overlap_is_the_share_of_seconds_that_both_play(make_library: Library) -> None:
    playlist = fit(make_library(30, 1), SHORT)
    heard_s = [item.to_s - item.from_s for item in playlist.items]
    half = msgspec.structs.replace(playlist, items=playlist.items[:2])
    assert overlap(playlist, half) == pytest.approx(sum(heard_s[:2]) / playlist.total_s)
    assert overlap(playlist, playlist) == 1.0


@pytest.mark.parametrize("count", [0, 13])
def test_a_count_that_makes_no_sense(make_library: Library, count: int) -> None:
    with pytest.raises(BadRequest, match=f"not {count}"):
        sets(make_library(30, 1), SHORT, count)
