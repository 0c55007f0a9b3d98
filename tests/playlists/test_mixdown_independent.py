"""What somebody else's meter says of our files: FFmpeg's ``ebur128``, and plain arithmetic on what PyAV decodes.

The music here is made to be awkward: tracks 14 LU apart, peaks close to full scale, a quiet opening.
"""

from pathlib import Path

import numpy as np
import pytest

from playlists.mixdown import mixdown
from playlists.timeline import samples
from tests.meter import ebur128, true_peak_dbtp
from tests.playlists.sources import noise, playlist, read, swelling, write

RATE_HZ = 48_000
SUFFIXES = (".wav", ".flac", ".opus", ".m4a")


def plucked(seconds_: float, level_dbfs: float, seed: int) -> np.ndarray:
    """Decaying tones with a hard attack every second and a half."""
    rng = np.random.default_rng(seed)
    sound = 0.1 * noise(seconds_, level_dbfs, seed=seed)
    for at in range(0, sound.shape[1] - 3 * RATE_HZ, 3 * RATE_HZ // 2):
        times_s = np.arange(3 * RATE_HZ) / RATE_HZ
        tone_hz = 220 * 2 ** (rng.integers(0, 12) / 12)
        envelope = np.minimum(times_s / 0.01, 1) * np.exp(-times_s / 0.6) * np.minimum((3 - times_s) / 0.1, 1)
        sound[:, at : at + 3 * RATE_HZ] += envelope * sum(np.sin(2 * np.pi * tone_hz * k * times_s) / k for k in (1, 2))
    sound *= 10 ** (level_dbfs / 20) / np.sqrt(np.mean(sound**2))
    for at in range(0, sound.shape[1] - RATE_HZ, 3 * RATE_HZ // 2):
        sound[:, at : at + 24] += 0.95 * np.hanning(24)
    return sound


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """One awkward list in every format."""
    folder = tmp_path_factory.mktemp("independent")
    files = {
        "0": write(folder / "a.wav", swelling(40, -34, seed=1)),
        "1": write(folder / "b.flac", plucked(40, -27, 2)),
        "2": write(folder / "c.wav", swelling(40, -20, rate_hz=44_100, channels=1, seed=3), 44_100),
    }
    wanted = playlist([40.0, 39.0, 38.0], gains_db=[8.0, 2.0, -5.0])
    paths = {suffix: folder / f"mixdown{suffix}" for suffix in SUFFIXES}
    return {suffix: (path, mixdown(wanted, files, path)) for suffix, path in paths.items()}


def metered(path: Path) -> dict[str, list[float]]:
    """What the meter says; of M4A without the excess after its edit list's end."""
    return ebur128(path, end_sample=samples(playlist([40.0, 39.0, 38.0]).total_s))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_independent_meter_agrees(mixed, suffix):
    path, facts = mixed[suffix]
    values = metered(path)
    peak_dbtp = true_peak_dbtp(values)
    assert values["I"][-1] == pytest.approx(facts.loudness_lufs, abs=0.3)
    assert facts.loudness_lufs == pytest.approx(-20.0 - facts.lowered_db, abs=0.5)
    assert facts.true_peak_dbtp > -2.5, "the limiter was not needed"
    assert peak_dbtp <= -1.5 + 0.1
    assert peak_dbtp == pytest.approx(facts.true_peak_dbtp, abs=0.3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_short_term_jump_at_a_seam_by_that_meter(mixed, suffix):
    short_term = np.maximum(metered(mixed[suffix][0])["S"], -60.0)
    rises = short_term[10:] - short_term[:-10]
    for seam_s in (36, 71):
        assert rises[(seam_s - 1) * 10 : (seam_s + 8) * 10].max() <= 6.0


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_second_is_far_above_the_one_before_at_any_alignment(mixed, suffix):
    """By 10 ms, not by the 100 ms that the guard works on."""
    sound = read(mixed[suffix][0])
    count = sound.shape[1] // 480
    powers = np.square(sound[:, : count * 480], dtype=np.float64).mean(axis=0).reshape(count, 480).mean(axis=1)
    seconds_db = 10 * np.log10(np.maximum(np.convolve(powers, np.ones(100) / 100, "valid"), 1e-6))
    assert (seconds_db[100:] - seconds_db[:-100]).max() <= 12.0
    assert seconds_db[0] < -45.0
