"""Levels: towards the target, slowly, and never by a default."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.track import ANALYSIS_VERSION, Analysis, Curve, Vocals
from playlists.errors import BadRequest
from playlists.levels import SLOPE_DB_PER_S, UnknownLoudness, gain_curve

HOP_S = 0.1


def analysis(loudness_lufs: float | None, momentary: list[float] | None, unknown: dict[str, str] | None = None):
    nothing = dict.fromkeys(
        [
            "tempo_bpm",
            "tempo_alternative_bpm",
            "tempo_confidence",
            "pulse",
            "energy",
            "energy_curve",
            "loudness_range_lu",
            "true_peak_dbtp",
            "startle",
            "key",
            "key_confidence",
            "brightness_hz",
            "onset_rate_hz",
            "music_from_s",
            "music_to_s",
        ]
    )
    return Analysis(
        analysis_version=ANALYSIS_VERSION,
        duration_s=len(momentary or []) * HOP_S,
        sample_rate_hz=48_000,
        channels=2,
        vocals=Vocals(verdict="instrumental", share=0.0),
        loudness_lufs=loudness_lufs,
        loudness_curve=None if momentary is None else Curve(hop_s=HOP_S, values=tuple(momentary)),
        quiet_spans=(),
        analysis_seconds=0.0,
        unknown=unknown or {},
        **nothing,
    )


def test_an_even_track_gets_one_gain():
    curve = gain_curve(analysis(-14.0, [-14.0] * 600), 5.0, 55.0)
    assert curve.hop_s == 1.0
    assert curve.values == (-6.0,) * 51


def test_gain_is_capped():
    assert max(gain_curve(analysis(-45.0, [-45.0] * 600), 0.0, 60.0).values) == 12.0


def curve_of(momentary: list[float] | np.ndarray, loudness_lufs: float = -20.0) -> np.ndarray:
    """The gains of a whole track, one a second."""
    values = [float(value) for value in momentary]
    return np.array(gain_curve(analysis(loudness_lufs, values), 0.0, len(values) * HOP_S).values)


def test_a_quiet_introduction_is_lifted_and_what_follows_is_not():
    """15 LU below for two minutes: nearly 10 dB up at the start, back by the time the rest begins."""
    gains = curve_of([-35.0] * 1200 + [-20.0] * 3000)
    assert gains[:20] == pytest.approx(0.75 * 13, abs=0.01)
    assert gains[60] == pytest.approx(6.0, abs=0.2)
    assert gains[30:120].min() >= 0.0
    assert gains[121:] == pytest.approx(0.0, abs=0.01)


def test_a_short_quiet_introduction_is_lifted_as_far_as_there_is_time():
    gains = curve_of([-35.0] * 450 + [-20.0] * 3000)
    assert 4.0 <= gains[0] <= 4.6
    assert gains[46:].max() <= 0.01


def test_a_long_swell_is_tamed_and_what_is_around_it_comes_nearer():
    """A swell by 12 LU over a minute, held, and back: the range between its top and the quiet shrinks by 4 LU."""
    momentary = np.interp(np.arange(4200) * HOP_S, [0, 150, 210, 240, 300, 420], [-24, -24, -12, -12, -24, -24])
    gains = curve_of(momentary, -17.0)
    relative = gains + 3.0
    assert relative[225] == pytest.approx(-0.75 * 3, abs=0.1)
    assert relative[60] > 2.0
    assert relative[210:240].max() <= -0.75 * 3 + 0.1
    assert (relative[60] - relative[225]) >= 4.0


@given(
    st.lists(st.integers(5, 20), min_size=30, max_size=60),
    st.floats(6.0, 25.0),
    st.booleans(),
)
def test_alternating_passages_are_not_followed(lengths_s, apart_lu, begins_loud):
    """Loud and soft by turns, each 5 to 20 s: the gain stays where it is, so nothing pumps."""
    loud = [(number % 2 == 0) == begins_loud for number in range(len(lengths_s))]
    momentary = np.repeat(np.where(loud, -18.0, -18.0 - apart_lu), np.array(lengths_s) * round(1 / HOP_S))
    gains = curve_of(momentary)
    assert np.ptp(gains) <= 0.05


def test_a_pause_is_never_lifted():
    momentary = [-20.0] * 600 + [-70.0] * 900 + [-20.0] * 600
    assert curve_of(momentary).max() <= 0.1


@given(st.lists(st.floats(-70.0, -5.0), min_size=1, max_size=300), st.floats(-40.0, -5.0), st.integers(0, 9))
def test_the_curve_is_always_slow_and_bounded(momentary, loudness_lufs, from_s):
    to_s = from_s + len(momentary) * HOP_S
    values = gain_curve(analysis(loudness_lufs, momentary), float(from_s), to_s).values
    assert len(values) == math.floor(to_s - from_s) + 1
    assert max(values) <= 12.0
    assert all(abs(b - a) <= 0.1 + 1e-9 for a, b in itertools.pairwise(values))
    assert SLOPE_DB_PER_S == 0.1


@given(st.lists(st.floats(-45.0, -10.0), min_size=6, max_size=40), st.integers(1, 40))
def test_a_stretch_has_the_gains_that_it_has_in_the_whole(levels, shift_s):
    """Where a piece is cut changes nothing of the gain at a moment of its music."""
    known = analysis(-22.0, np.repeat(levels, round(10 / HOP_S)).tolist())
    whole = gain_curve(known, 0.0, len(levels) * 10.0).values
    stretch = gain_curve(known, float(shift_s), len(levels) * 10.0).values
    assert stretch == whole[shift_s:]


@pytest.mark.parametrize("missing", ["loudness_lufs", "loudness_curve"])
def test_unknown_loudness_is_an_error_with_its_reason(missing):
    known = {"loudness_lufs": -20.0, "momentary": [-20.0]}
    known["momentary" if missing == "loudness_curve" else missing] = None
    with pytest.raises(UnknownLoudness, match=f"{missing} is unknown: all of it is silent"):
        gain_curve(analysis(**known, unknown={missing: "all of it is silent"}), 0.0, 1.0)


def test_a_target_out_of_range_and_an_empty_stretch_are_refused():
    with pytest.raises(BadRequest, match="-10"):
        gain_curve(analysis(-20.0, [-20.0]), 0.0, 1.0, target_lufs=-10.0)
    with pytest.raises(BadRequest, match="stretch"):
        gain_curve(analysis(-20.0, [-20.0]), 1.0, 1.0)
