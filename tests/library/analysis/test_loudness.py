"""Loudness and true peak: EBU Tech 3341 and 3342 by their definitions, any cut of the stream, and FFmpeg's meter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library import audio
from library.analysis.loudness import PART_S, Loudness, TruePeak, k_weighting, to_lufs, windowed
from tests import ebu
from tests.library.analysis.hearing import loudness_of_file, metered
from tests.meter import ebur128, true_peak_dbtp
from tests.sounds import in_channels, noise, silence, tone, write

RATES_HZ = (48_000, 11_025)


def measured(sound, rate_hz):
    return metered(sound, rate_hz).result()


def loudest(sound, rate_hz, window_s):
    """The loudest window up to each 20 ms in LUFS."""
    window = round(window_s / PART_S)
    return window, np.maximum.accumulate(to_lufs(windowed(metered(sound, rate_hz).parts, window)))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", ebu.INTEGRATED)
def test_integrated_loudness_of_ebu_tech_3341(case, rate_hz):
    levels_s, lufs = ebu.INTEGRATED[case]
    found = measured(ebu.tones(levels_s, rate_hz), rate_hz).loudness_lufs
    assert found == pytest.approx(lufs, abs=ebu.LEVEL_LU)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", ebu.RANGE)
def test_loudness_range_of_ebu_tech_3342(case, rate_hz):
    levels_s, range_lu = ebu.RANGE[case]
    found = measured(ebu.tones(levels_s, rate_hz), rate_hz).loudness_range_lu
    assert found == pytest.approx(range_lu, abs=ebu.RANGE_LU)


def test_five_channels_are_measured_as_the_two_that_are_heard(tmp_path):
    """Case 6 reads -23 over five loudspeakers; in phase in every channel, its fold to two (BS.775) is 3.6 dB more."""
    path = write(tmp_path / "five.wav", ebu.five_channels(48_000), 48_000)
    fold_dbfs = 20 * np.log10(10 ** (-28 / 20) + np.sqrt(0.5) * (10 ** (-24 / 20) + 10 ** (-30 / 20)))
    assert loudness_of_file(path).loudness_lufs == pytest.approx(fold_dbfs, abs=0.1)


@pytest.mark.parametrize("case", ebu.CONSTANT)
def test_momentary_and_short_term_loudness_of_ebu_tech_3341_stay_constant(case):
    levels_s, window_s, from_s = ebu.CONSTANT[case]
    parts = metered(ebu.tones(levels_s, 48_000), 48_000).parts
    found = to_lufs(windowed(parts, round(window_s / PART_S)))[round((from_s - window_s) / PART_S) :]
    np.testing.assert_allclose(found, -23.0, atol=ebu.LEVEL_LU)


@pytest.mark.parametrize(("case", "window_s"), [(10, 3.0), (13, 0.4)])
def test_loudest_windows_of_ebu_tech_3341_begin_at_any_time(case, window_s):
    for sound, lufs in ebu.segments(case, 48_000):
        assert loudest(sound, 48_000, window_s)[1][-1] == pytest.approx(lufs, abs=ebu.LEVEL_LU)


@pytest.mark.parametrize(("case", "window_s"), [(11, 3.0), (14, 0.4)])
def test_loudest_windows_of_ebu_tech_3341_rise_with_the_tones(case, window_s):
    sound, readings = ebu.rising(case, 48_000)
    window, found = loudest(sound, 48_000, window_s)
    ends = [round(end_s / PART_S) - window for end_s, _ in readings]
    np.testing.assert_allclose(found[ends], [lufs for _, lufs in readings], atol=ebu.LEVEL_LU)


@pytest.mark.parametrize("case", [*ebu.PEAKS, *ebu.BETWEEN])
def test_true_peak_of_ebu_tech_3341(case):
    sound, dbtp = ebu.peak(case, 48_000) if case in ebu.PEAKS else ebu.cycle_between(case, 48_000)
    low, high = ebu.PEAK_DB
    assert low <= measured(sound, 48_000).true_peak_dbtp - dbtp <= high


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
    assert measured(ebu.tones([(-23, 3)], rate_hz), rate_hz).loudness_lufs == pytest.approx(-23, abs=0.1)


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
    curve = measured(ebu.tones([(-20, 10), (-40, 10)], 44_100), 44_100).loudness_curve
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
    ours, theirs = loudness_of_file(path), ebur128(path)
    mono = audio.source_format(path).channels == 1
    both_ears_lu = 10 * np.log10(2) if mono else 0.0  # FFmpeg counts a mono file for one ear
    assert ours.loudness_lufs == pytest.approx(theirs["I"][-1] + both_ears_lu, abs=0.1)
    assert ours.loudness_range_lu == pytest.approx(theirs["LRA"][-1], abs=0.5)
    assert ours.true_peak_dbtp == pytest.approx(true_peak_dbtp(theirs), abs=0.2)


def test_two_ears_hear_3_lu_more_than_one():
    one = measured(tone(1000, 5), 44_100)
    two = measured(in_channels(tone(1000, 5)[0], 2), 44_100)
    assert two.loudness_lufs - one.loudness_lufs == pytest.approx(3.01, abs=0.01)
