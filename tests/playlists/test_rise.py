"""The rise guard: no sudden rise by construction, and calm music untouched."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playlists.rise import RISE_DB, SEAM_RISE_DB, STEP, RiseGuard
from tests.playlists.sources import noise, swelling

RATE_HZ = 48_000


def guarded(sound, seams=(), block=RATE_HZ):
    guard = RiseGuard(seams)
    sound = np.asarray(sound, np.float32)
    parts = [guard.feed(sound[:, at : at + block]) for at in range(0, sound.shape[1], block)]
    return np.concatenate([*parts, guard.flush()], axis=1), guard


def rises_db(sound, window, floor=1e-6):
    """For each step of 100 ms: the window that ends there over the window that ends a second earlier."""
    count = sound.shape[1] // STEP
    powers = np.square(sound[:, : count * STEP], dtype=np.float64).mean(axis=0).reshape(count, STEP).mean(axis=1)
    powers = np.concatenate([np.zeros(window + 9), powers])
    means = np.maximum(np.convolve(powers, np.ones(window) / window, "valid"), floor)
    return 10 * np.log10(means[10:] / means[:-10])


def test_loud_after_silence_becomes_a_ramp():
    sound = np.concatenate([np.zeros((2, 5 * RATE_HZ)), noise(10, -15)], axis=1)
    heard, guard = guarded(sound)
    assert rises_db(sound, 10).max() > 40
    assert rises_db(heard, 10).max() <= RISE_DB + 1e-3
    np.testing.assert_array_equal(heard[:, 11 * RATE_HZ :], sound[:, 11 * RATE_HZ :].astype(np.float32))
    (place,) = guard.softened()
    assert place.at_s == pytest.approx(4.9, abs=0.11)
    assert 30 < place.by_db < 40


def test_the_ramp_is_even_and_not_a_stair():
    heard, _ = guarded(np.concatenate([noise(5, -60), noise(10, -15, seed=1)], axis=1))
    steps = 10 * np.log10(np.square(heard[:, 6 * RATE_HZ : 9 * RATE_HZ]).mean(axis=0).reshape(-1, STEP).mean(axis=1))
    assert np.diff(steps).max() < 2.0


def test_calm_sound_passes_bit_for_bit():
    sound = swelling(30, -20)
    sound[:, : 8 * RATE_HZ] *= np.linspace(0, 1, 8 * RATE_HZ) ** 4
    heard, _ = guarded(sound, seams=[(10 * RATE_HZ, 16 * RATE_HZ)])
    np.testing.assert_array_equal(heard[:, 6 * RATE_HZ :], sound[:, 6 * RATE_HZ :].astype(np.float32))


def test_a_seam_is_held_tighter():
    sound = np.concatenate([noise(20, -45), noise(10, -20, seed=1)], axis=1)
    seam = (18 * RATE_HZ, 22 * RATE_HZ)
    free, held = guarded(sound)[0], guarded(sound, [seam])[0]
    assert rises_db(free, 30)[180:250].max() > SEAM_RISE_DB + 1
    assert rises_db(held, 30)[180:250].max() <= SEAM_RISE_DB + 1e-3


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-90, -3), st.integers(1, 25)), min_size=1, max_size=12),
    st.integers(1, 3 * STEP),
    st.integers(0, 2**32 - 1),
)
def test_any_levels_keep_every_rule(levels, odd, seed):
    rng = np.random.default_rng(seed)
    gain = np.concatenate([np.full(steps * STEP, 10 ** (level / 20)) for level, steps in levels])
    gain = np.concatenate([gain, gain[:odd]])
    sound = rng.standard_normal((2, len(gain))) * gain
    heard, _ = guarded(sound, seams=[(20 * STEP, 60 * STEP)], block=rng.integers(1, 3 * RATE_HZ))
    assert heard.shape == sound.shape
    assert (np.abs(heard) <= np.abs(sound.astype(np.float32))).all()
    assert rises_db(heard, 10).max(initial=0.0) <= RISE_DB + 1e-3
    assert rises_db(heard, 30)[20:90].max(initial=0.0) <= SEAM_RISE_DB + 1e-3
