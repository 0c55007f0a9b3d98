"""Loudness and true peak: EBU Tech 3341 and 3342 by their definitions, any cut of the stream, and FFmpeg's meter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library import audio
from library.analysis.loudness import Loudness, TruePeak, k_weighting
from tests.meter import ebur128, true_peak_dbtp
from tests.sounds import in_channels, joined, noise, silence, times_s, tone

RATES_HZ = (48_000, 11_025)


def measured(sound, rate_hz):
    meter = Loudness(rate_hz, channels=len(sound))
    for block in np.array_split(sound.astype(np.float32), max(1, sound.shape[1] // 100_000), axis=1):
        meter.feed(block)
    return meter.result()


def steps(levels_s, rate_hz):
    """Stereo tones of 1 kHz, each (level in dBFS, seconds), one after the other."""
    return joined(*(tone(1000, seconds, level, rate_hz=rate_hz, channels=2) for level, seconds in levels_s))


TECH_3341 = {
    "case 1": ([(-23, 20)], -23.0),
    "case 2": ([(-33, 20)], -33.0),
    "case 3": ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
    "case 4": ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
    "case 5": ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
}
TECH_3342 = {
    "case 1": ([(-20, 20), (-30, 20)], 10.0),
    "case 2": ([(-20, 20), (-15, 20)], 5.0),
    "case 3": ([(-40, 20), (-20, 20)], 20.0),
    "case 4": ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15.0),
}


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", TECH_3341)
def test_integrated_loudness_of_ebu_tech_3341(case, rate_hz):
    levels_s, lufs = TECH_3341[case]
    assert measured(steps(levels_s, rate_hz), rate_hz).loudness_lufs == pytest.approx(lufs, abs=0.1)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", TECH_3342)
def test_loudness_range_of_ebu_tech_3342(case, rate_hz):
    levels_s, range_lu = TECH_3342[case]
    assert measured(steps(levels_s, rate_hz), rate_hz).loudness_range_lu == pytest.approx(range_lu, abs=1.0)


@pytest.mark.parametrize(
    ("part_of_rate", "phase_deg", "amplitude", "dbtp"),
    [(4, 0, 0.5, -6.0), (4, 45, 0.5, -6.0), (6, 60, 0.5, -6.0), (8, 67.5, 0.5, -6.0), (4, 45, 1.41, 3.0)],
    ids=["case 15", "case 16", "case 17", "case 18", "case 19"],
)
def test_true_peak_of_ebu_tech_3341(part_of_rate, phase_deg, amplitude, dbtp):
    rate_hz = 48_000
    fade = np.clip(np.minimum(times_s(1, rate_hz), 1 - times_s(1, rate_hz)) * 20, 0, 1)  # no splash at the ends
    level_dbfs = 20 * np.log10(amplitude)
    sound = fade * tone(rate_hz / part_of_rate, 1, level_dbfs, rate_hz=rate_hz, channels=2, phase=np.radians(phase_deg))
    peak = measured(sound, rate_hz).true_peak_dbtp
    assert dbtp - 0.4 <= peak <= dbtp + 0.2


def test_a_true_peak_at_the_very_end_is_found():
    sound = silence(1, rate_hz=48_000)
    sound[0, -2:] = 0.5  # between two equal samples the wave is higher than both
    assert measured(sound, 48_000).true_peak_dbtp > -5.0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 70_000), max_size=12), st.sampled_from([8000, 11_025]))
def test_any_cut_of_the_stream_gives_the_same_answer(cuts, rate_hz):
    sound = noise(6.01, rate_hz=rate_hz, channels=2, seed=3).astype(np.float32)
    whole, pieces = Loudness(rate_hz, channels=2), Loudness(rate_hz, channels=2)
    whole.feed(sound)
    for piece in np.split(sound, sorted(min(cut, sound.shape[1]) for cut in cuts), axis=1):
        pieces.feed(piece)
    assert len(pieces.energies) == 60
    np.testing.assert_allclose(pieces.energies, whole.energies, rtol=1e-6)
    assert pieces.result().true_peak_dbtp == pytest.approx(whole.result().true_peak_dbtp, abs=1e-4)


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 22_050, 44_100, 96_000, 192_000])
def test_a_tone_is_as_loud_at_any_rate(rate_hz):
    assert measured(steps([(-23, 3)], rate_hz), rate_hz).loudness_lufs == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_the_true_peak_of_noise_is_that_of_the_reconstructed_wave(seed):
    spectrum = np.fft.rfft(noise(1, -30, rate_hz=8000, seed=seed)[0])
    spectrum[3000:] = 0
    coarse, fine = np.fft.irfft(spectrum), 16 * np.fft.irfft(np.pad(spectrum, (0, 15 * 4000)))
    meter = TruePeak(1)
    meter.feed(coarse[np.newaxis].astype(np.float32))
    assert meter.dbtp() == pytest.approx(20 * np.log10(np.abs(fine).max()), abs=0.2)


def test_gain_moves_loudness_and_peak_by_itself_and_the_range_not_at_all():
    sound = noise(10, -30, channels=2)
    quiet, loud = measured(sound, 44_100), measured(sound * 10 ** (12 / 20), 44_100)
    assert loud.loudness_lufs - quiet.loudness_lufs == pytest.approx(12, abs=1e-3)
    assert loud.true_peak_dbtp - quiet.true_peak_dbtp == pytest.approx(12, abs=1e-3)
    assert loud.loudness_range_lu == pytest.approx(quiet.loudness_range_lu, abs=1e-3)


def test_the_momentary_curve_shows_each_level_at_its_time():
    curve = measured(steps([(-20, 10), (-40, 10)], 44_100), 44_100).loudness_curve
    assert curve.hop_s == 0.5
    assert len(curve.values) in (40, 41)
    assert curve.values[2:19] == pytest.approx([-20] * 17, abs=0.1)
    assert curve.values[22:39] == pytest.approx([-40] * 17, abs=0.1)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 5.0])
def test_silence_has_no_loudness_and_says_why(seconds):
    result = measured(silence(seconds, channels=2), 44_100)
    assert (result.loudness_lufs, result.loudness_range_lu, result.true_peak_dbtp) == (None, None, None)
    assert set(result.unknown) - {"loudness_curve"} == {"loudness_lufs", "loudness_range_lu", "true_peak_dbtp"}
    assert ("loudness_curve" in result.unknown) == (result.loudness_curve is None) == (seconds < 0.1)


def test_below_minus_70_there_is_a_peak_but_no_loudness():
    result = measured(tone(1000, 5, -75, channels=2), 44_100)
    assert result.loudness_lufs is None
    assert result.true_peak_dbtp == pytest.approx(-75, abs=0.1)


def test_the_k_weighting_at_48_khz_is_the_published_one():
    published = [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
    np.testing.assert_allclose(k_weighting(48_000), published, atol=1e-7)


@pytest.mark.parametrize(
    "name",
    [
        "instrumental/Gold_Rush.mp3",
        "instrumental/147793__setuniman__sweet-waltz-0i-22mi.hq.ogg",
        "tempo/music002.opus",
        "vocal/nino_women.opus",
    ],
)
def test_real_music_agrees_with_ffmpegs_meter(test_data, name):
    path = test_data / "audio" / name
    source = audio.source_format(path)
    meter = Loudness(source.sample_rate_hz, channels=2)
    for block in audio.decode(path, stereo=True):
        meter.feed(block)
    ours, theirs = meter.result(), ebur128(path)
    both_ears_lu = 10 * np.log10(2) if source.channels == 1 else 0.0  # FFmpeg counts a mono file for one ear
    assert ours.loudness_lufs == pytest.approx(theirs["I"][-1] + both_ears_lu, abs=0.1)
    assert ours.loudness_range_lu == pytest.approx(theirs["LRA"][-1], abs=0.5)
    assert ours.true_peak_dbtp == pytest.approx(true_peak_dbtp(theirs), abs=0.2)


def test_two_ears_hear_3_lu_more_than_one():
    one = measured(tone(1000, 5), 44_100)
    two = measured(in_channels(tone(1000, 5)[0], 2), 44_100)
    assert two.loudness_lufs - one.loudness_lufs == pytest.approx(3.01, abs=0.01)
