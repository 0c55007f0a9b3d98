"""Energy: the same at any gain, pieces in the order anyone would give, a curve that follows what happens."""

import itertools

import numpy as np
import pytest

from benchmarks.accuracy.energy import REAL_LADDER
from library.analysis.energy import energy
from library.analysis.texture import TextureResult
from tests.library.analysis.hearing import RATE_HZ, energy_of, of_file
from tests.sounds import in_channels, joined, noise, note, placed, silence, tone, write

A_MINOR_HZ = (220.0, 261.63, 329.63, 440.0)


def drone(seconds=40.0):
    return tone(110, seconds, -26, rate_hz=RATE_HZ) + tone(165, seconds, -30, rate_hz=RATE_HZ)


def repeated(every_s, total_s, **shape):
    """The notes of a chord in turn."""
    hz = itertools.cycle(A_MINOR_HZ)
    notes = [(at_s, note(next(hz), rate_hz=RATE_HZ, **shape)) for at_s in np.arange(0, total_s - 1, every_s)]
    return placed(total_s, notes, rate_hz=RATE_HZ)


def slow_pad(seconds=40.0):
    return repeated(5.0, seconds, seconds=8.0, attack_s=2.5, decay_s=4.0, partials=6)


def plucks(seconds=40.0):
    return repeated(0.75, seconds, seconds=2.0, attack_s=0.008, decay_s=0.7, partials=6)


def busy_drums(seconds=40.0):
    rng = np.random.default_rng(1)
    stroke = rng.standard_normal(RATE_HZ // 8) * np.exp(-np.arange(RATE_HZ // 8) / 500)
    drums = placed(seconds, [(at_s, stroke) for at_s in np.arange(0, seconds - 0.2, 0.125)], rate_hz=RATE_HZ)
    bright = repeated(0.25, seconds, seconds=0.4, attack_s=0.003, decay_s=0.2, partials=20)
    return drums + bright + noise(seconds, -38, rate_hz=RATE_HZ, seed=2)


LADDER = {"drone": drone, "slow pad": slow_pad, "plucks": plucks, "busy bright drums": busy_drums}


def test_the_ladder_rises_by_clear_steps():
    rungs = [energy_of(make()).energy for make in LADDER.values()]
    assert all(above - below > 0.03 for below, above in itertools.pairwise(rungs)), rungs
    assert rungs[0] < 0.2
    assert rungs[-1] > 0.75


@pytest.mark.parametrize("gain_db", [-12, 12])
@pytest.mark.parametrize("piece", LADDER)
def test_gain_hardly_changes_the_energy(piece, gain_db):
    sound = LADDER[piece](20.0)
    assert energy_of(sound * 10 ** (gain_db / 20)).energy == pytest.approx(energy_of(sound).energy, abs=0.02)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """A bright busy piece, never compressed, at 44.1 kHz: its path and its energy."""
    rate_hz, rng = 44_100, np.random.default_rng(3)
    strokes = [rng.standard_normal(rate_hz // 8) * np.exp(-np.arange(rate_hz // 8) / 700) for _ in range(60)]
    bells = [(0.4 * i, note(hz, 0.9, attack_s=0.003, decay_s=0.3, partials=30, rate_hz=rate_hz)) for i, hz in
             zip(range(36), itertools.cycle(A_MINOR_HZ))]  # fmt: skip
    music = placed(15.0, bells, rate_hz=rate_hz) + placed(
        15.0, [(0.25 * i, s) for i, s in enumerate(strokes)], rate_hz=rate_hz
    )
    path = write(tmp_path_factory.mktemp("delivered") / "plain.flac", in_channels(music[0], 2), rate_hz)
    return path, music, energy_of(of_file(path)).energy


@pytest.mark.parametrize("suffix", [".mp3", ".m4a", ".opus", ".flac"])
@pytest.mark.parametrize("channels", [1, 2])
def test_codec_and_channels_hardly_change_the_energy(delivered, tmp_path, suffix, channels):
    plain, music, before = delivered
    rate_hz = 48_000 if suffix == ".opus" else 44_100
    sound = of_file(plain, rate_hz)[0] if suffix == ".opus" else music[0]
    path = write(tmp_path / f"coded{suffix}", in_channels(sound, channels), rate_hz, bits_a_second=128_000)
    assert energy_of(of_file(path)).energy == pytest.approx(before, abs=0.02)


def test_a_flute_alone_a_vibraphone_ragtime_and_a_chase_rise(test_data):
    rungs = [energy_of(of_file(test_data / "audio" / "instrumental" / name)).energy for name in REAL_LADDER]
    assert all(above - below > 0.03 for below, above in itertools.pairwise(rungs)), rungs


def test_the_energy_of_a_piece_does_not_depend_on_how_long_it_goes_on():
    assert energy_of(plucks(60.0)).energy == pytest.approx(energy_of(plucks(25.0)).energy, abs=0.03)


def test_the_curve_follows_a_rise_placed_on_purpose():
    quiet, loud = 10 ** (-6 / 20) * slow_pad(30.0), plucks(30.0)
    found = energy_of(np.concatenate([quiet, loud, quiet], axis=1))
    curve = found.energy_curve
    assert curve.hop_s == 1.0
    assert len(curve.values) in (89, 90)
    before, within, after = (np.array(curve.values[a:b]) for a, b in ((3, 27), (33, 57), (64, 87)))
    assert within.min() > max(before.max(), after.max())
    assert 0.0 <= min(curve.values) <= max(curve.values) <= 1.0
    assert found.energy == pytest.approx(np.mean(curve.values), abs=0.01)


def test_the_curve_turns_where_the_piece_turns():
    """Plucks that come closer for 40 s and thin out again for 20."""
    at_s, notes, hz = 0.5, [], itertools.cycle(A_MINOR_HZ)
    while at_s < 59:
        height = at_s / 40 if at_s < 40 else (60 - at_s) / 20
        notes.append((at_s, (0.5 + height) * note(next(hz), 0.8, attack_s=0.005, decay_s=0.4, rate_hz=RATE_HZ)))
        at_s += 1.4 * (1 - height) + 0.12
    values = np.array(energy_of(placed(60.0, notes, rate_hz=RATE_HZ)).energy_curve.values)
    smooth = np.convolve(values, np.ones(9) / 9, mode="valid")
    assert np.argmax(smooth) + 4.5 == pytest.approx(40, abs=6)
    assert np.all(np.diff(smooth[::10][:4]) > 0)
    assert smooth[-1] < 0.8 * smooth.max()


def test_onsets_are_counted():
    assert energy_of(plucks()).onset_rate_hz == pytest.approx(1 / 0.75, rel=0.1)
    assert energy_of(drone()).onset_rate_hz < 0.1


def test_silence_has_no_energy_and_says_why():
    nothing = TextureResult(centroid_hz=np.zeros(3), fullness=np.zeros(3), level_db=np.zeros(3), brightness_hz=None)
    found = energy(np.zeros((4, 258), np.float32), nothing, None, None)
    assert (found.energy, found.energy_curve, found.onset_rate_hz) == (None, None, None)
    assert set(found.unknown) == {"energy", "energy_curve", "onset_rate_hz"}


def test_silence_around_the_music_does_not_dilute_its_mean():
    music, rest = plucks(30.0), silence(20, rate_hz=RATE_HZ)
    found = energy_of(joined(rest, music, rest), 20.0, 50.0)
    assert found.energy == pytest.approx(energy_of(music).energy, abs=0.05)
    assert found.onset_rate_hz == pytest.approx(1 / 0.75, rel=0.1)
