"""The judge's own judgement, on sounds whose faults are known."""

import numpy as np
import pytest

from tests.reliability import judge
from tests.walk.heard import RATE_HZ

MUSIC = (0.1 * np.random.default_rng(1).standard_normal(60 * RATE_HZ)).astype(np.float32)


def played(from_s: float, seconds: float, gain_db: float = -6.0) -> np.ndarray:
    """The music from a place on, at a gain."""
    start = round(from_s * RATE_HZ)
    return MUSIC[start : start + round(seconds * RATE_HZ)] * np.float32(10 ** (gain_db / 20))


def test_the_place_and_the_gain_are_found() -> None:
    found = judge.place_of(played(20.0, 10.0), MUSIC, at_s=3.0, about_s=21.0)
    assert found.place_s == pytest.approx(23.0, abs=1e-4)
    assert found.gain_db == pytest.approx(-6.0, abs=0.01)
    assert found.likeness > 0.999


@pytest.mark.parametrize(("lost_s", "alike"), [(0.003, True), (0.1, False)])
def test_samples_that_were_lost_are_the_same_music_and_a_jump_is_not(lost_s: float, alike: bool) -> None:
    first, later = played(20.0, 4.0), played(24.0 + lost_s, 6.0)
    found = judge.music_at(np.concatenate([first, later]), MUSIC, at_s=3.0, about_s=23.0)
    assert (found.likeness > judge.ALIKE) is alike


def test_other_music_is_not_like_it() -> None:
    other = np.random.default_rng(2).standard_normal(10 * RATE_HZ).astype(np.float32)
    assert judge.place_of(other, MUSIC, at_s=1.0, about_s=20.0).likeness < 0.3


@pytest.mark.parametrize("hole_s", [0.0, 0.03, 0.06, 0.5])
def test_a_hole_is_as_long_as_it_is(hole_s: float) -> None:
    heard = played(20.0, 10.0)
    heard[4 * RATE_HZ : 4 * RATE_HZ + round(hole_s * RATE_HZ)] = 0.0
    assert judge.longest_hole_s(heard, MUSIC, 0.0, 10.0, 20.0, -6.0) == pytest.approx(hole_s, abs=0.011)


def test_a_silence_of_the_music_itself_is_no_hole() -> None:
    silent = MUSIC.copy()
    silent[24 * RATE_HZ : 26 * RATE_HZ] = 0.0
    heard = silent[20 * RATE_HZ : 30 * RATE_HZ] * np.float32(0.5)
    assert judge.longest_hole_s(heard, silent, 0.0, 10.0, 20.0, -6.0) == 0.0


def test_a_rise_counts_beyond_the_musics_own() -> None:
    heard = played(20.0, 10.0)
    heard[5 * RATE_HZ :] *= np.float32(10 ** (9 / 20))
    assert judge.worst_rise_lu(heard, MUSIC, 0.0, 10.0, 20.0) == pytest.approx(9.0, abs=0.5)
    swell = MUSIC.copy()
    swell[25 * RATE_HZ :] *= np.float32(10 ** (9 / 20))
    assert judge.worst_rise_lu(swell[20 * RATE_HZ : 30 * RATE_HZ], swell, 0.0, 10.0, 20.0) < 1.0


@pytest.mark.parametrize("length_s", [1.5, 3.0])
def test_a_ramp_is_as_long_as_it_is(length_s: float) -> None:
    heard = np.concatenate([np.zeros(RATE_HZ, np.float32), played(20.0, 12.0)])
    times_s = np.arange(len(heard)) / RATE_HZ - 1.0
    heard *= (np.clip(times_s / length_s, 0.0, 1.0) ** 2).astype(np.float32)
    at_s = judge.first_audible_s(heard)
    assert at_s is not None
    assert judge.ramp_s(heard, MUSIC, at_s, 20.0 + at_s - 1.0, -6.0) == pytest.approx(length_s, rel=0.08)


def test_a_ramp_that_overshoots_is_refused() -> None:
    heard = played(20.0, 12.0, gain_db=-3.0)
    with pytest.raises(AssertionError, match="overshoots"):
        judge.ramp_s(heard, MUSIC, 0.0, 20.0, -6.0)


def test_silence_and_sound_are_found() -> None:
    heard = np.concatenate([played(20.0, 2.0), np.zeros(RATE_HZ, np.float32), played(30.0, 2.0)])
    silent_s = judge.silence_after_s(heard, 0.5)
    assert silent_s == pytest.approx(2.0, abs=0.02)
    assert judge.first_audible_s(heard, silent_s + 0.1) == pytest.approx(3.0, abs=0.01)
