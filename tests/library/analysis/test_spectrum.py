"""The shared spectra: frames where they are said to be, the same however the stream is cut, and at any gain."""

import numpy as np
import pytest

from library.analysis.spectrum import FLOOR_DB, FRAME, HOP, Spectrum
from tests.library.analysis import hearing
from tests.library.analysis.hearing import RATE_HZ, frames_of
from tests.sounds import joined, noise, silence, tone


def whole(sound, block=10**7):
    runs = frames_of(sound, block)
    return {
        name: np.concatenate([getattr(run, name) for run in runs], axis=-1)
        for name in ("magnitude", "mel_db", "level_db")
    }


def texture_of(sound):
    return hearing.texture_of(frames_of(sound))


@pytest.mark.parametrize("samples", [FRAME, FRAME + 1, FRAME + HOP, 100_000])
def test_every_whole_frame_is_given_and_no_more(samples):
    assert whole(noise(samples / RATE_HZ, rate_hz=RATE_HZ))["mel_db"].shape == (128, (samples - FRAME) // HOP + 1)


def test_less_than_a_frame_gives_nothing_until_it_is_complete():
    spectrum, sound = Spectrum(), noise(FRAME / RATE_HZ, rate_hz=RATE_HZ)[0].astype(np.float32)
    assert spectrum.feed(sound[:-1]) is None
    assert spectrum.feed(sound[-1:]).magnitude.shape == (1025, 1)


@pytest.mark.parametrize("block", [100, 2048, 5000, 22_050])
def test_any_cut_of_the_stream_gives_the_same_frames(block):
    sound = joined(noise(2, rate_hz=RATE_HZ), silence(1, rate_hz=RATE_HZ), tone(440, 2, rate_hz=RATE_HZ))
    expected, got = whole(sound), whole(sound, block)
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, atol=2e-3, err_msg=name)


def test_a_tone_stands_in_its_bin():
    magnitude = whole(tone(1000, 1, rate_hz=RATE_HZ))["magnitude"]
    frequencies_hz = np.fft.rfftfreq(FRAME, 1 / RATE_HZ)
    assert frequencies_hz[magnitude.mean(axis=1).argmax()] == pytest.approx(1000, abs=RATE_HZ / FRAME)


def test_bands_far_below_the_loudest_are_floored_and_the_floor_moves_with_the_gain():
    sound = tone(1000, 2, -10, rate_hz=RATE_HZ)
    loud, quiet = whole(sound)["mel_db"], whole(sound * 0.01)["mel_db"]
    assert loud.max() - loud.min() == pytest.approx(FLOOR_DB, abs=0.1)
    np.testing.assert_allclose(loud - quiet, 40, atol=0.01)


def test_the_loudest_is_forgotten_so_that_a_quiet_rest_is_judged_by_itself():
    mel_db = whole(joined(tone(1000, 1, -6, rate_hz=RATE_HZ), tone(300, 70, -36, rate_hz=RATE_HZ)))["mel_db"]
    assert mel_db[:, -1].max() - mel_db[:, -1].min() == pytest.approx(FLOOR_DB, abs=1.0)


@pytest.mark.parametrize("hz", [220, 1000, 4000])
def test_the_brightness_of_a_tone_is_its_frequency_at_any_gain(hz):
    for gain in (0.01, 1.0):
        assert texture_of(gain * tone(hz, 3, rate_hz=RATE_HZ)).brightness_hz == pytest.approx(hz, rel=0.05)


def test_noise_is_fuller_than_a_tone():
    full, thin = texture_of(noise(3, rate_hz=RATE_HZ)), texture_of(tone(440, 3, rate_hz=RATE_HZ))
    assert full.fullness.min() > 0.8 > 0.3 > thin.fullness.max()


def test_a_silent_second_has_no_colour_of_its_own():
    found = texture_of(
        joined(tone(500, 4, rate_hz=RATE_HZ), silence(3, rate_hz=RATE_HZ), tone(500, 4, rate_hz=RATE_HZ))
    )
    assert found.centroid_hz == pytest.approx(np.full(len(found.centroid_hz), 500), rel=0.3)


def test_silence_has_no_brightness():
    assert texture_of(silence(0.05, rate_hz=RATE_HZ)).brightness_hz is None
