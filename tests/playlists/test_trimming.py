"""Where crossfades alone cannot reach the length: pieces end early where steady or quiet, at most 15 s each."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from library.track import Track
from playlists.errors import Infeasible
from playlists.fit import fit
from playlists.playlist import Policy, Request
from playlists.refit import refit
from playlists.timeline import layout, samples
from playlists.trimming import may_trim_s

Make = Callable[..., Track]
RESTLESS = (0.1, 0.1, 0.5, 0.5) * 90


def asked(infusion_s: float, **policy: object) -> Request:
    return Request(infusion_s=infusion_s, tail_s=0.0, policy=Policy(**policy))  # type: ignore[arg-type]


@pytest.mark.parametrize("missing_s", [1, 6, 17, 30])
def test_a_length_that_crossfades_cannot_reach_is_reached_by_trims(make_track: Make, missing_s: int) -> None:
    tracks = [make_track(f"t{k}", length_s=310.0, artist=f"a{k}") for k in range(3)]
    # Three pieces last at least 656 s: two crossfades of 12 s, and a minute of the last. Two last at most 616 s.
    found = fit(tracks, asked(656.0 - missing_s))
    assert layout(found)[-1].end == samples(656.0 - missing_s)
    early_s = [310.0 - (item.to_s - item.from_s) for item in found.items[:-1]]
    assert sum(early_s) == missing_s
    assert max(early_s) <= 15
    said = [note for note in found.notes if " early, so that the list lasts exactly" in note]
    assert len(said) == sum(map(bool, early_s))
    assert found.items[-1].fade_out_s >= 8.0
    assert found.bound is None


def test_nothing_is_trimmed_without_need_nor_more_than_may_be(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=310.0, artist=f"a{k}") for k in range(3)]
    assert all(item.to_s - item.from_s == 310.0 for item in fit(tracks, asked(656.0)).items[:-1])
    with pytest.raises(Infeasible):
        fit(tracks, asked(656.0 - 31))
    restless = [make_track(f"t{k}", length_s=310.0, energy=RESTLESS[:311], artist=f"a{k}") for k in range(3)]
    with pytest.raises(Infeasible):
        fit(restless, asked(655.0))


def test_only_a_steady_or_quiet_end_may_be_trimmed(make_track: Make) -> None:
    steady = make_track("steady", length_s=300.0).analysis
    assert may_trim_s(steady) == 15
    assert may_trim_s(make_track("restless", length_s=300.0, energy=RESTLESS[:301]).analysis) == 0
    assert steady.loudness_curve is not None
    values = steady.loudness_curve.values
    fading = replace(steady.loudness_curve, values=(*values[:-10], *(v - 20.0 for v in values[-10:])))
    assert 5 <= may_trim_s(replace(steady, loudness_curve=fading)) <= 11
    assert may_trim_s(make_track("short", length_s=36.0).analysis) == 6


def test_required_pieces_that_are_a_little_too_long_together_fit(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=310.0, artist=f"a{k}") for k in range(5)]
    found = fit(tracks, asked(650.0, require_tracks=frozenset({"t0", "t3", "t4"})))
    assert {item.track_id for item in found.items} == {"t0", "t3", "t4"}


def test_a_list_made_shorter_is_trimmed_too(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=310.0, artist=f"a{k}") for k in range(3)]
    shorter = refit(tracks, asked(650.0), fit(tracks, asked(700.0)))
    assert layout(shorter)[-1].end == samples(650.0)
    assert shorter.notes[0].startswith("00:50 shorter.")
