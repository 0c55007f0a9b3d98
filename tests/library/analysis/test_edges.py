"""Edges: silence placed at the ends and inside is found there, to the twentieth of a second."""

import pytest

from library.track import Span
from tests.library.analysis import hearing
from tests.sounds import joined, silence, tone

RATE_HZ = 11_025


def edges_of(*parts):
    return hearing.edges_of(joined(*parts), RATE_HZ)


def music(seconds, level_dbfs=-20.0):
    return tone(440, seconds, level_dbfs, rate_hz=RATE_HZ)


def rest(seconds):
    return silence(seconds, rate_hz=RATE_HZ)


def test_music_from_end_to_end_has_its_own_edges_and_no_gap():
    found = edges_of(music(10.05))
    assert (found.music_from_s, found.music_to_s, found.quiet_spans) == (0.0, pytest.approx(10.05, abs=1e-3), ())


@pytest.mark.parametrize(("lead_s", "trail_s"), [(2.0, 0.0), (0.0, 3.5), (1.7, 6.2)])
def test_silence_at_the_ends_is_outside_the_music(lead_s, trail_s):
    found = edges_of(rest(lead_s), music(12), rest(trail_s))
    assert found.music_from_s == pytest.approx(lead_s, abs=0.05)
    assert found.music_to_s == pytest.approx(lead_s + 12, abs=0.05)
    assert found.quiet_spans == ()


def test_silences_inside_are_found_at_their_places():
    found = edges_of(music(10), rest(2), music(8), rest(0.8), music(5))
    expected = [(10.0, 12.0), (20.0, 20.8)]
    assert [span.from_s for span in found.quiet_spans] == pytest.approx([a for a, _ in expected], abs=0.05)
    assert [span.to_s for span in found.quiet_spans] == pytest.approx([b for _, b in expected], abs=0.05)
    assert all(isinstance(span, Span) for span in found.quiet_spans)


def test_a_breath_of_less_than_half_a_second_is_no_gap():
    assert edges_of(music(10), rest(0.3), music(10)).quiet_spans == ()


@pytest.mark.parametrize("before_s", [6.0, 6.013, 6.05, 6.087])
def test_half_a_second_is_a_gap_wherever_it_begins(before_s):
    (span,) = edges_of(music(before_s), rest(0.5), music(6)).quiet_spans
    assert (span.from_s, span.to_s) == (pytest.approx(before_s, abs=0.04), pytest.approx(before_s + 0.5, abs=0.04))


@pytest.mark.parametrize(("below_lu", "gaps"), [(30, 0), (45, 1)])
def test_quiet_is_judged_against_the_tracks_own_loudness(below_lu, gaps):
    for level_dbfs in (-10, -30):
        found = edges_of(music(10, level_dbfs), music(3, level_dbfs - below_lu), music(10, level_dbfs))
        assert len(found.quiet_spans) == gaps


def test_a_file_without_music_has_no_edges_and_says_why():
    found = edges_of(rest(5))
    assert (found.music_from_s, found.music_to_s, found.quiet_spans) == (None, None, ())
    assert set(found.unknown) == {"music_from_s", "music_to_s"}
