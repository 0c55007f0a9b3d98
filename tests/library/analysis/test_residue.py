"""The residue: held tones go, gliding and trembling ones stay; the fast form is the plain one."""

import librosa
import numpy as np
import pytest
from scipy import ndimage

from library.analysis.residue import Medians, without_held_tones
from tests.sounds import noise, times_s, tone

RATE_HZ = 16_000
MEDIANS = Medians(frame=8192, frames_apart=1, bins_apart=4)


def share_left(sound):
    """Level of the residue against a reference of noise, which mostly stays, in dB."""
    mono = sound[0].astype(np.float32)
    with_noise = without_held_tones(mono, MEDIANS)
    spectrum, before = (np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) for samples in (with_noise, mono))
    return 20 * np.log10(np.sqrt((spectrum**2).sum()) / np.sqrt((before**2).sum()))


def vibrato(hz, seconds, depth_semitones):
    t = times_s(seconds, RATE_HZ)
    pitch = hz * 2 ** (depth_semitones / 12 * np.sin(2 * np.pi * 5.5 * t))
    return 0.1 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE_HZ)[np.newaxis]


def test_a_trembling_tone_stays_much_louder_than_a_held_one():
    held, trembling = share_left(tone(880, 8, rate_hz=RATE_HZ)), share_left(vibrato(880, 8, 1.0))
    assert trembling > held + 10


def test_a_glide_stays_where_a_chord_goes():
    t = times_s(8, RATE_HZ)
    glide = 0.1 * np.sin(2 * np.pi * np.cumsum(300 * 2 ** (t / 4)) / RATE_HZ)[np.newaxis]
    chord = sum(tone(hz, 8, rate_hz=RATE_HZ) for hz in (220, 277.18, 329.63))
    assert share_left(glide) > share_left(chord) + 10


@pytest.mark.parametrize("samples", [0, 1, 100, 159, 160, 8191, 8192, 8193, 50_000])
def test_the_residue_is_as_long_as_the_sound_and_finite(samples):
    got = without_held_tones(noise(samples / RATE_HZ, rate_hz=RATE_HZ)[0].astype(np.float32), MEDIANS)
    assert got.shape == (samples,)
    assert np.isfinite(got).all()


def test_silence_leaves_silence():
    assert not without_held_tones(np.zeros(40_000, np.float32), MEDIANS).any()


def test_the_fast_form_is_what_librosa_and_plain_medians_give():
    mono = (noise(1.7, rate_hz=RATE_HZ) + tone(440, 1.7, rate_hz=RATE_HZ))[0].astype(np.float32)
    spectrum = librosa.stft(mono, n_fft=MEDIANS.frame, hop_length=MEDIANS.frame // 4)
    magnitude = np.abs(spectrum)
    held = ndimage.median_filter(magnitude, size=(1, 9), mode="nearest")
    fourth = np.zeros((33, 1), bool)
    fourth[::4] = True
    moving = ndimage.median_filter(magnitude, footprint=fourth, mode="nearest")
    left = librosa.istft(
        spectrum * moving / (held + moving), n_fft=MEDIANS.frame, hop_length=MEDIANS.frame // 4, length=len(mono)
    )
    got = without_held_tones(mono, MEDIANS)
    scale = np.dot(got, left) / np.dot(left, left)
    np.testing.assert_allclose(got, scale * left, atol=1e-5 * np.abs(got).max())
