"""The loops over samples do what their plain forms do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playlists.kernels import add_at_gain, packed_24, step_moments


@settings(deadline=None)  # the first call loads what was compiled
@given(
    st.lists(st.floats(-30.0, 12.0), min_size=1, max_size=6),
    st.floats(3.0, 50.0),
    st.integers(0, 200),
    st.integers(0, 300),
)
def test_gains_are_lines_in_db_that_stay_at_the_end(gains_db, hop, at, count):
    gains = np.array(gains_db) * np.log(10) / 20
    heard = np.linspace(-1, 1, count).astype(np.float32)
    into = np.full(count, 0.25, np.float32)
    add_at_gain(into, heard, gains, hop, float(at))
    expected_db = np.interp(at + np.arange(count), hop * np.arange(len(gains_db)), gains_db)
    assert into == pytest.approx(0.25 + heard * 10 ** (expected_db / 20), abs=1e-6, rel=1e-5)


def test_moments_are_weighted_sums_of_the_power():
    samples = np.random.default_rng(1).standard_normal((2, 1000)).astype(np.float32)
    power, along = np.square(samples, dtype=np.float64).mean(axis=0)[:960].reshape(3, 320), np.arange(320) / 320
    expected = np.stack([(power * along**k).mean(axis=1) for k in range(3)], axis=1)
    assert step_moments(samples, 320) == pytest.approx(expected, rel=1e-9)


def test_integers_are_rounded_interleaved_and_kept_in_range():
    samples = np.array([[0.5, -2.0, 2.0], [0.0, 1.49 / 2**23, 1.0]], np.float32)
    assert packed_24(samples).tolist() == [[2**30, 0, -(2**31), 1 << 8, 2**31 - 256, 2**31 - 256]]
