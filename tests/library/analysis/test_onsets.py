"""Onsets: notes placed at known times are found there, held sound has none, and blocks leave no seam."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from library.analysis.onsets import Onsets, onset_times
from library.analysis.spectrum import FRAMES_PER_S
from tests.library.analysis.hearing import RATE_HZ, frames_of, strength_of
from tests.sounds import noise, note, placed, silence, tone

AT_S = (1.0, 2.5, 3.1, 4.0, 6.75)


def plucks(hz):
    """Plucks over a bed of noise, since the depth of digital silence has no bottom to measure a rise from."""
    pluck = note(hz, 1.0, attack_s=0.005, decay_s=0.3, partials=1, rate_hz=RATE_HZ)
    return placed(9, [(at_s, pluck) for at_s in AT_S], rate_hz=RATE_HZ) + noise(9, -60, rate_hz=RATE_HZ)


@pytest.mark.parametrize("hz", [110, 440, 1760])
def test_each_pluck_is_found_where_it_begins(hz):
    found = onset_times(strength_of(frames_of(plucks(hz))))
    assert found == pytest.approx(AT_S, abs=0.08)


@pytest.mark.parametrize("hz", [60, 440, 1900, 6000])
def test_a_held_tone_has_no_onset_after_its_own(hz):
    assert (onset_times(strength_of(frames_of(tone(hz, 10, rate_hz=RATE_HZ)))) < 0.2).all()


def test_a_low_and_a_high_stroke_show_in_their_own_band():
    bed = noise(4, -50, rate_hz=RATE_HZ)
    for band, (low_hz, high_hz) in ((0, (50, 300)), (3, (4000, 10_000))):
        stroke = sosfilt(butter(4, [low_hz, high_hz], "bandpass", fs=RATE_HZ, output="sos"), noise(4, rate_hz=RATE_HZ))
        stroke[:, : 2 * RATE_HZ] = 0
        strength = strength_of(frames_of(bed + stroke))[:, round(FRAMES_PER_S) :]
        assert strength.max(axis=1).argmax() == band
        assert strength.shape[0] == 4


@pytest.mark.parametrize("block", [3000, 44_100, 50_001])
def test_blocks_leave_no_seam(block):
    sound = plucks(440)
    np.testing.assert_allclose(strength_of(frames_of(sound, block)), strength_of(frames_of(sound, 10**7)), atol=1e-2)


def test_gain_does_not_change_the_strength():
    sound = plucks(440)
    np.testing.assert_allclose(strength_of(frames_of(sound * 0.1)), strength_of(frames_of(sound)), atol=0.02)


def test_nothing_fed_and_silence_have_no_onsets():
    assert Onsets().strength.shape == (4, 0)
    assert len(onset_times(Onsets().strength)) == 0
    assert len(onset_times(strength_of(frames_of(silence(3, rate_hz=RATE_HZ))))) == 0
