"""What every playlist must hold, whatever the library; and what is said when there can be none."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.made_up_tracks import make_library as library_of
from benchmarks.random_lists import arc_rms, best_of_random
from library.track import Track
from playlists.candidates import artist_of, music_span
from playlists.errors import BadRequest, Infeasible
from playlists.fit import fit
from playlists.playlist import Playlist, Policy, Request
from playlists.timeline import layout, samples

Make = Callable[..., Track]
Library = Callable[..., list[Track]]
FORTY = Request(infusion_s=2400.0)


def titles(playlist: Playlist) -> list[str]:
    return [item.track_id for item in playlist.items]


def check(playlist: Playlist, tracks: list[Track], request: Request) -> None:
    """Everything that must hold of any playlist."""
    by_id = {track.track_id: track for track in tracks}
    assert samples(playlist.total_s) == round((request.infusion_s + playlist.tail_s) * 48_000)
    segments = layout(playlist)  # refuses holes, unequal overlaps and times off the grid
    assert segments[-1].end == samples(playlist.total_s)
    assert len(set(titles(playlist))) == len(playlist.items)
    for item in playlist.items:
        track = by_id[item.track_id]
        assert track.verdict.status == "cleared"
        assert track.track_id not in request.policy.exclude_tracks
        assert track.analysis.music_from_s is not None
        assert track.analysis.music_to_s is not None
        assert track.analysis.music_from_s <= item.from_s + 1e-6
        assert item.to_s <= min(track.analysis.music_to_s, track.analysis.duration_s) + 1e-6
        assert item.why.endswith(".")
    assert all(4 <= item.fade_in_s <= 12 for item in playlist.items[1:])
    assert request.policy.require_tracks <= set(titles(playlist))
    artists = [artist_of(by_id[track_id]) for track_id in titles(playlist)]
    distance = request.policy.artist_distance
    near = [a for k, a in enumerate(artists) if a is not None and a in artists[max(0, k - distance + 1) : k]]
    assert bool(near) == any("artists" in note for note in playlist.notes)
    last = playlist.items[-1]
    cut_s = music_span(by_id[last.track_id].analysis)[1] - (last.to_s - last.from_s)
    assert cut_s < 1 or (last.fade_out_s >= 8 and last.to_s - last.from_s >= 59)
    assert len(playlist.arc.wished) == len(playlist.arc.achieved) == np.ceil(playlist.total_s - 1e-9)
    assert sum(value for term, value in playlist.cost.items() if term != "total") == pytest.approx(
        playlist.cost["total"]
    )
    assert playlist.bound is not None
    assert playlist.gap is not None
    assert playlist.bound <= playlist.cost["total"]
    assert playlist.gap == pytest.approx((playlist.cost["total"] - playlist.bound) / playlist.bound)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_every_playlist_holds(data: st.DataObject) -> None:
    tracks = library_of(data.draw(st.integers(12, 26)), data.draw(st.integers(0, 99)))
    ids = [track.track_id for track in tracks]
    required = data.draw(st.frozensets(st.sampled_from(ids), max_size=2))
    policy = Policy(
        exclude_tracks=data.draw(st.frozensets(st.sampled_from(ids), max_size=4)) - required,
        require_tracks=required,
        artist_distance=data.draw(st.integers(1, 4)),
    )
    request = Request(
        infusion_s=data.draw(st.floats(600, 1800)),
        tail_s=data.draw(st.none() | st.floats(0, 600)),
        template=data.draw(st.sampled_from(["iv40", "iv60", "im55"])),
        seed=data.draw(st.integers(0, 3)),
        policy=policy,
    )
    try:
        playlist = fit(tracks, request)
    except Infeasible as refusal:
        assert refusal.binds  # noqa: PT017
        assert refusal.enough  # noqa: PT017
        return
    check(playlist, tracks, request)
    shuffled = list(data.draw(st.permutations(tracks)))
    assert fit(shuffled, request) == playlist


@pytest.mark.parametrize("seed", range(4))
def test_forty_minutes_from_sixty_tracks_are_proved_optimal(make_library: Library, seed: int) -> None:
    tracks = make_library(60, seed)
    playlist = fit(tracks, FORTY)
    check(playlist, tracks, FORTY)
    assert playlist.total_s == 3300.0
    assert playlist.gap == 0.0
    assert playlist.items[0].phase == "settle"
    assert playlist.items[-1].phase == "tail"


@pytest.mark.parametrize("seed", range(3))
def test_the_arc_beats_chance(make_library: Library, seed: int) -> None:
    tracks = make_library(57, 100 + seed)
    playlist = fit(tracks, FORTY)
    assert arc_rms(playlist.arc.wished, playlist.arc.achieved) < best_of_random(tracks, FORTY, draws=100, seed=seed)


def test_the_known_best_list(make_track: Make) -> None:
    levels = {"settle": 0.16, "rise": 0.30, "peak": 0.45, "down": 0.30, "tail": 0.15}
    good = [make_track(name, length_s=668.0, energy=level, artist=name) for name, level in levels.items()]
    bad = [make_track(f"wild {k}", length_s=500.0 + k, energy=0.9, artist=f"w{k}") for k in range(5)]
    order = titles(fit([*bad, *good], FORTY))
    assert order in (["settle", "rise", "peak", "down", "tail"], ["settle", "down", "peak", "rise", "tail"])


def test_of_a_very_large_library_a_pool_is_searched(make_library: Library) -> None:
    tracks = make_library(1600, 1)
    request = Request(infusion_s=2400.0, policy=Policy(require_tracks=frozenset({tracks[7].track_id})))
    playlist = fit(tracks, request)
    assert playlist.bound is None
    assert playlist.gap is None
    assert tracks[7].track_id in titles(playlist)
    assert layout(playlist)[-1].end == 3300 * 48_000


def test_another_seed_brings_another_list_nearly_as_good(make_library: Library) -> None:
    tracks = make_library(60, 1)
    best, other = fit(tracks, FORTY), fit(tracks, Request(infusion_s=2400.0, seed=1))
    assert titles(best) != titles(other)
    assert other.cost["total"] - other.cost["variety"] < 1.5 * best.cost["total"]


def test_one_artist_is_played_with_a_note(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=200.0 + k, artist=(" One ", "one")[k % 2]) for k in range(8)]
    playlist = fit(tracks, Request(infusion_s=600.0, tail_s=0.0))
    assert "keeps artists 3 pieces apart" in playlist.notes[0]


def test_an_unknown_artist_never_conflicts(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=200.0 + k, artist=None) for k in range(8)]
    assert not any("artists" in note for note in fit(tracks, Request(infusion_s=600.0, tail_s=0.0)).notes)


def test_a_phase_that_cannot_be_met_is_named(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=200.0 + k, energy=0.45) for k in range(20)]
    notes = fit(tracks, FORTY).notes
    assert any("tail" in note and "more minutes below energy" in note for note in notes)


def test_a_fraction_of_a_second_comes_off_the_last_piece(make_library: Library) -> None:
    request = Request(infusion_s=1800.25, tail_s=300.1)
    playlist = fit(make_library(30, 3), request)
    assert samples(playlist.total_s) == round(2100.35 * 48_000)
    assert layout(playlist)[-1].end == samples(playlist.total_s)


@pytest.mark.parametrize("minutes", [10, 240])
def test_the_shortest_and_the_longest_infusion_are_exact(make_library: Library, minutes: int) -> None:
    tracks, request = make_library(90, 2), Request(infusion_s=minutes * 60.0, tail_s=0.0)
    playlist = fit(tracks, request)
    check(playlist, tracks, request)
    assert layout(playlist)[-1].end == minutes * 60 * 48_000


def refusal(tracks: list[Track], **policy: object) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        fit(tracks, Request(infusion_s=2400.0, policy=Policy(**policy)))  # type: ignore[arg-type]
    return caught.value


def test_an_empty_library() -> None:
    assert "No cleared track" in refusal([]).binds
    assert "Scan" in refusal([]).enough


def test_nothing_cleared(make_track: Make) -> None:
    tracks = [make_track("a", status="review"), make_track("b", known=False), make_track("c", length_s=20.0)]
    said = refusal(tracks)
    assert "1 piece waiting for review" in said.binds
    assert "1 piece without a measure" in said.binds
    assert "1 piece with less than 30 s" in said.binds
    assert "review" in said.enough


def test_too_short(make_track: Make) -> None:
    said = refusal([make_track(f"t{k}", length_s=250.0) for k in range(3)])
    assert "12:30 of cleared music" in said.binds
    assert "55:00 need at least 42:42 more" in said.enough


def test_the_energy_ceiling_binds(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", energy=0.2 + 0.01 * k) for k in range(20)]
    said = refusal(tracks, energy_ceiling=0.25)
    assert "energy ceiling of 0.25 leaves 24:00" in said.binds
    assert "32 more minutes below energy 0.25, or a ceiling of 0.33" in said.enough
    assert fit(tracks, Request(infusion_s=2400.0, policy=Policy(energy_ceiling=0.33))).total_s == 3300.0


def test_the_startle_limit_and_excluded_artists_bind(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", startle_lu=float(k), artist=f"a{k % 2}") for k in range(20)]
    assert "startle limit of 5" in refusal(tracks, startle_limit_lu=5.0).binds
    assert "excluded artist" in refusal(tracks, exclude_artists=frozenset({" A1"})).binds


def test_required_but_not_to_be_had(make_track: Make) -> None:
    tracks = [make_track(f"t{k}") for k in range(20)] + [make_track("wait", status="review")]
    assert "Piece wait is required but waiting for review" in refusal(tracks, require_tracks=frozenset({"wait"})).binds
    assert "not in the library" in refusal(tracks, require_tracks=frozenset({"gone"})).binds
    everything = frozenset(f"t{k}" for k in range(20))
    assert "20 required tracks last 80:00" in refusal(tracks, require_tracks=everything).binds


def test_the_piece_of_the_arrival_is_kept_for_it(make_track: Make, make_library: Library) -> None:
    tracks = [*make_library(20, 1), make_track("wait", status="review")]
    kept = titles(fit(tracks, FORTY))[0]
    playlist = fit(tracks, Request(infusion_s=2400.0, policy=Policy(arrival_track=kept)))
    assert kept not in titles(playlist)
    assert "Piece wait shall be kept for the arrival" in refusal(tracks, arrival_track="wait").binds
    assert "Track gone shall be kept" in refusal(tracks, arrival_track="gone").binds


@pytest.mark.parametrize(
    "request_",
    [
        Request(infusion_s=float("nan")),
        Request(infusion_s=300.0),
        Request(infusion_s=2400.0, tail_s=-1.0),
        Request(infusion_s=2400.0, tail_s=float("inf")),
        Request(infusion_s=2400.0, template="none"),
        Request(infusion_s=2400.0, policy=Policy(artist_distance=0)),
        Request(infusion_s=2400.0, policy=Policy(require_tracks=frozenset("a"), exclude_tracks=frozenset("a"))),
    ],
)
def test_requests_that_make_no_sense(make_library: Library, request_: Request) -> None:
    with pytest.raises(BadRequest):
        fit(make_library(20, 1), request_)
