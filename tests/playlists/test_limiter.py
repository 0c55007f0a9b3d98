"""The limiter: true peaks held, everything else untouched."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from playlists.limiter import CONTEXT, REACH, Limiter, true_peaks
from tests.playlists.sources import noise

RATE_HZ = 48_000


def limited(sound, ceiling_dbtp=-1.5, block=RATE_HZ):
    limiter = Limiter(ceiling_dbtp)
    sound = np.asarray(sound, np.float32)
    parts = [limiter.feed(sound[:, at : at + block]) for at in range(0, sound.shape[1], block)]
    return np.concatenate([*parts, limiter.flush()], axis=1), limiter


def peak_db(sound):
    """The true peak by an oversampling that is not ours."""
    return 20 * np.log10(np.abs(resample_poly(sound, 8, 1, axis=1)).max())


def test_a_peak_between_the_samples_is_seen():
    times = np.arange(RATE_HZ)
    sine = np.sin(np.pi / 2 * times + np.pi / 4)[None] * [[1.0], [0.5]]
    assert np.abs(sine).max() == pytest.approx(np.sqrt(0.5))
    assert true_peaks(sine.astype(np.float32), 0.1)[1000:-1000].max() == pytest.approx(1.0, abs=0.01)


def test_quiet_sound_passes_bit_for_bit():
    sound = noise(3, -20).astype(np.float32)
    heard, limiter = limited(sound)
    np.testing.assert_array_equal(heard, sound)
    assert limiter.most_db == 0.0


@pytest.mark.parametrize("block", [RATE_HZ, 4_801, 777, CONTEXT])
def test_peaks_are_held_and_only_they(block):
    sound = noise(4, -20, seed=3)
    at = 2 * RATE_HZ + 11
    sound[:, at - 20 : at + 20] += 0.9 * np.hanning(40)
    assert peak_db(sound) > -1.0
    heard, limiter = limited(sound, block=block)
    assert heard.shape == sound.shape
    assert peak_db(heard) <= -1.5 + 0.05
    assert 0.3 < limiter.most_db < 3.0
    far = np.ones(sound.shape[1], bool)
    far[at - 2 * REACH - 60 : at + 2 * REACH + 60] = False
    np.testing.assert_allclose(heard[:, far], sound.astype(np.float32)[:, far], atol=1e-7)


def test_gain_has_no_corners():
    sound = noise(2, -40, seed=3)
    sound[:, RATE_HZ] = 1.0
    heard, _ = limited(sound)
    gain = heard[0, RATE_HZ - 2000 : RATE_HZ + 2000] / sound[0, RATE_HZ - 2000 : RATE_HZ + 2000]
    assert np.abs(np.diff(gain)).max() < 0.001
