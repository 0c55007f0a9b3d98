"""Levels: towards the target, slowly, and never by a default."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.track import ANALYSIS_VERSION, Analysis, Curve, Vocals
from playlists.errors import BadRequest
from playlists.levels import SLOPE_DB_PER_S, UnknownLoudness, amplitudes, gain_curve

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


def test_loud_and_quiet_stretches_move_part_of_the_way():
    values = np.array(gain_curve(analysis(-22.0, [-28.0] * 1200 + [-20.0] * 1200), 0.0, 240.0).values)
    assert values[60] == pytest.approx(2.0 + 0.3 * 6)
    assert values[200] == pytest.approx(2.0 - 0.3 * 2)
    assert np.abs(np.diff(values)).max() <= SLOPE_DB_PER_S + 1e-9


def test_near_silence_is_never_lifted():
    momentary = [-20.0] * 300 + [-70.0] * 300 + [-20.0] * 300
    values = gain_curve(analysis(-20.0, momentary), 0.0, 90.0).values
    assert max(values) <= 0.0


@given(st.lists(st.floats(-70.0, -5.0), min_size=1, max_size=300), st.floats(-40.0, -5.0), st.integers(0, 9))
def test_the_curve_is_always_slow_and_bounded(momentary, loudness_lufs, from_s):
    to_s = from_s + len(momentary) * HOP_S
    values = gain_curve(analysis(loudness_lufs, momentary), float(from_s), to_s).values
    assert len(values) == math.floor(to_s - from_s) + 1
    assert max(values) <= 12.0
    assert all(abs(b - a) <= SLOPE_DB_PER_S + 1e-9 for a, b in itertools.pairwise(values))


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


def test_amplitudes_are_lines_in_db_that_stay_at_the_end():
    factors = amplitudes(Curve(hop_s=1.0, values=(0.0, -6.0)), 0.0, 30, 10)
    assert factors[5] == pytest.approx(10 ** (-3 / 20))
    assert (factors[10:] == factors[-1]).all()
    assert factors[-1] == pytest.approx(10 ** (-6 / 20))
