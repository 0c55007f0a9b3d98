"""What is played of a track with silences in it, counted by hand."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.made_up_tracks import make_track
from library.span import MOST_TRIMMED_S, SILENCE_WORTH, quiet_s, silences_left, trims_s
from library.track import Analysis, Span, Track
from playlists.cost import SCALE, WEIGHT, features_of, track_costs
from playlists.fit import fit
from playlists.playlist import Request
from playlists.span import music_span, trim_words
from playlists.timeline import layout

Make = Callable[..., Track]


def silent(track: Track, *spans: tuple[float, float]) -> Track:
    """The track with silences in it."""
    found = tuple(Span(from_s=a, to_s=b) for a, b in spans)
    return msgspec.structs.replace(track, analysis=msgspec.structs.replace(track.analysis, quiet_spans=found))


@pytest.mark.parametrize(
    ("spans", "trims", "quiet"),
    [
        ((), (0.0, 0.0), 0.0),
        (((230.0, 232.0),), (0.0, 10.0), 0.0),  # two seconds of silence, then eight of something
        (((3.0, 5.0),), (5.0, 0.0), 0.0),
        (((3.0, 5.0), (236.0, 239.0)), (5.0, 4.0), 0.0),
        (((100.0, 103.0),), (0.0, 0.0), 3.0),  # in the middle: nothing to be done
        (((231.0, 231.5),), (0.0, 0.0), 0.5),  # a rest before the last chord is worth less than the chord
        (((224.0, 239.0),), (0.0, 0.0), 15.0),  # 16 s are more than may be trimmed
        (((8.0, 10.0), (230.0, 233.0)), (0.0, 10.0), 2.0),  # both together are: the longer silence goes
    ],
)
def test_silences_near_an_edge_are_trimmed_where_it_pays(
    spans: tuple[tuple[float, float], ...], trims: tuple[float, float], quiet: float
) -> None:
    track = silent(make_track("a"), *spans)
    assert trims_s(track.analysis) == trims
    assert quiet_s(track.analysis) == quiet
    assert bool(silences_left(track.analysis)) == (quiet > 0)
    assert music_span(track.analysis) == (round(trims[0] * 48_000), 240 - round(sum(trims)))
    costs = track_costs(features_of([track]), ["a"], 0)
    assert costs["quiet"].tolist() == [round(quiet * WEIGHT["quiet"] * SCALE)]
    assert costs["trimmed"].tolist() == [round(sum(trims) * WEIGHT["trimmed"] * SCALE)]


def test_a_trim_is_said() -> None:
    assert trim_words(make_track("a").analysis) == ""
    both = silent(make_track("a"), (3.0, 5.0), (236.0, 239.0))
    assert trim_words(both.analysis) == "its first 5 s and its last 4 s left out for a silence there"


def test_the_energy_is_that_of_what_is_played() -> None:
    ramp = tuple(k / 1000 for k in range(241))
    features = features_of([silent(make_track("a", energy=ramp), (3.0, 5.0))])
    assert features.energy[0][:3].tolist() == [5, 6, 7]
    assert len(features.energy[0]) == 235


@given(st.lists(st.tuples(st.integers(0, 59), st.integers(1, 200)), max_size=6))
def test_no_trim_is_too_long_or_in_vain(found: list[tuple[int, int]]) -> None:
    spans = [(at, at + tenths / 10) for at, tenths in sorted(found)]
    analysis: Analysis = silent(
        make_track("a", length_s=60.0), *((a, min(b, 59.9)) for a, b in spans if a < 59)
    ).analysis
    begin_s, end_s = trims_s(analysis)
    assert begin_s >= 0
    assert end_s >= 0
    assert begin_s + end_s <= MOST_TRIMMED_S
    saved = sum(span.to_s - span.from_s for span in analysis.quiet_spans) - quiet_s(analysis)
    assert begin_s + end_s <= SILENCE_WORTH * saved + 1e-6


def test_a_list_plays_what_is_left_and_says_so() -> None:
    tracks = [
        silent(make_track(f"t{k}", length_s=200.0 + k, artist=f"a{k}"), (4.0, 6.0), (196.0 + k, 199.0 + k))
        for k in range(6)
    ]
    playlist = fit(tracks, Request(infusion_s=600.0, tail_s=200.0))
    assert layout(playlist)[-1].end == 800 * 48_000
    for item in playlist.items:
        assert item.from_s == 6.0
        assert item.to_s <= 196.0 + int(item.track_id[1:])
        assert "its first 6 s and its last 4 s left out for a silence there" in item.why
    assert playlist.cost["trimmed"] == pytest.approx(len(playlist.items) * 10 * WEIGHT["trimmed"])
