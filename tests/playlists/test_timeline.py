"""The timeline: exact, or refused."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.track import Curve
from playlists.errors import BadRequest
from playlists.playlist import SAMPLE_RATE_HZ, ArcCurves, Item, Playlist
from playlists.timeline import clock, layout, samples, seconds

FLAT = Curve(hop_s=1.0, values=(0.0,))


def playlist(*pieces: tuple[int, int, int, int], total: int | None = None) -> Playlist:
    """A list of (start, length, fade_in, fade_out), all in samples; each track is heard from its sample 480 on."""
    items = tuple(
        Item(
            track_id=f"track{number}",
            start_s=seconds(start),
            from_s=seconds(480),
            to_s=seconds(480 + length),
            fade_in_s=seconds(fade_in),
            fade_out_s=seconds(fade_out),
            gain_curve=FLAT,
            phase="settle",
            why="",
        )
        for number, (start, length, fade_in, fade_out) in enumerate(pieces)
    )
    total_s = seconds(pieces[-1][0] + pieces[-1][1] if total is None else total) if pieces else 0.0
    arc = ArcCurves(hop_s=1.0, wished=(), achieved=())
    return Playlist(
        infusion_s=total_s, tail_s=0.0, template="iv40", seed=0, items=items, total_s=total_s, cost={}, bound=None,
        gap=None, arc=arc,
    )  # fmt: skip


@given(st.integers(min_value=0, max_value=24 * 3600 * SAMPLE_RATE_HZ))
def test_a_time_gives_its_samples_back(count):
    assert samples(seconds(count)) == count


def test_segments_are_in_integer_samples():
    first, second = layout(playlist((0, 100_001, 4_800, 7_777), (92_224, 50_000, 7_777, 100)))
    assert (first.start, first.source_from, first.length, first.fade_in, first.fade_out) == (
        0, 480, 100_001, 4_800, 7_777,
    )  # fmt: skip
    assert (second.start, second.end) == (92_224, 142_224)
    assert (first.opens, first.closes, second.opens, second.closes) == (True, False, False, True)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (playlist(), "no items"),
        (playlist((48, 1000, 0, 0)), "begins with 48 samples of nothing"),
        (playlist((0, 1000, 0, 0), (1001, 1000, 0, 0)), "overlap by -1 samples"),
        (playlist((0, 1000, 0, 100), (901, 1000, 100, 0)), "overlap by 99 samples"),
        (playlist((0, 1000, 0, 100), (900, 1000, 99, 0)), "fade-in of 99"),
        (playlist((0, 1000, 600, 401)), "shorter than its two fades"),
        (playlist((0, 0, 0, 0)), "lasts 0 samples"),
        (playlist((0, 1000, 0, 0), total=1001), "end at sample 1000, the playlist at 1001"),
    ],
)
def test_a_list_that_does_not_meet_exactly_is_refused(broken, says):
    with pytest.raises(BadRequest, match=says):
        layout(broken)


def test_a_time_off_the_grid_is_refused():
    with pytest.raises(BadRequest, match="whole number of samples"):
        layout(msgspec.structs.replace(playlist((0, 48_000, 0, 0)), total_s=1.00001))


def test_powers_of_a_seam_add_up_to_one():
    earlier, later = layout(playlist((0, 20_000, 0, 9_999), (10_001, 20_000, 9_999, 0)))
    falling = earlier.weights(10_001, 9_999)
    rising = later.weights(0, 9_999)
    np.testing.assert_allclose(falling**2 + rising**2, 1.0, atol=1e-12)
    np.testing.assert_allclose(falling, rising[::-1], atol=1e-12)


def test_the_opening_leaves_zero_without_a_corner():
    (only,) = layout(playlist((0, 96_000, 48_000, 24_000)))
    weights = only.weights(0, 96_000)
    assert weights[0] < 1e-6
    assert weights[-1] < 1e-6
    assert np.abs(np.diff(weights, 2)).max() < 1e-6
    assert (weights[48_000:72_000] == 1.0).all()


@given(st.integers(0, 29_999), st.integers(1, 30_000))
def test_weights_do_not_depend_on_how_they_are_asked_for(at, count):
    (only,) = layout(playlist((0, 30_000, 10_000, 12_000)))
    count = min(count, 30_000 - at)
    np.testing.assert_array_equal(only.weights(at, count), only.weights(0, 30_000)[at : at + count])


def test_clock():
    assert clock(3299.9) == "54:59"
