"""Startle: a hit and a surge placed on purpose are found at their time and size; calm music has none."""

import numpy as np
import pytest

from library.analysis.startle import startle
from tests.library.analysis.hearing import RATE_HZ, startle_of
from tests.sounds import joined, noise, silence, times_s, tone


def calm(seconds, level_dbfs=-30.0):
    return tone(330, seconds, level_dbfs, rate_hz=RATE_HZ)


def with_hit(at_s, level_dbfs, *, seconds=30.0, length_s=0.3, ground_dbfs=-40.0):
    sound = calm(seconds, ground_dbfs)
    begin, end = round(at_s * RATE_HZ), round((at_s + length_s) * RATE_HZ)
    sound[:, begin:end] = tone(330, length_s, level_dbfs, rate_hz=RATE_HZ)[:, : end - begin]
    return sound


def hits(found):
    return [event for event in found.events if event.kind == "hit"]


@pytest.mark.parametrize("at_s", [5.0, 12.34, 12.35, 12.395, 28.0])
@pytest.mark.parametrize("jump_lu", [8, 15, 25])
def test_a_hit_is_found_at_its_time_and_size_wherever_it_begins(at_s, jump_lu):
    (event,) = hits(startle_of(with_hit(at_s, -40 + jump_lu)))
    assert event.at_s == pytest.approx(at_s, abs=0.2)
    assert event.jump_lu == pytest.approx(jump_lu, abs=1.0)


def click(sound, at_s, above_db):
    """Put 5 ms of noise into the sound, so far above its mean level."""
    rng, begin, count = np.random.default_rng(1), round(at_s * RATE_HZ), RATE_HZ // 200
    burst = rng.standard_normal(count) * np.hanning(count)
    level = np.sqrt(np.mean(sound**2) / np.mean(burst**2)) * 10 ** (above_db / 20)
    clicked = sound.copy()
    clicked[:, begin : begin + count] += level * burst
    return clicked


@pytest.mark.parametrize("at_s", [9.0, 15.5, 15.51])
def test_a_click_too_short_for_its_loudness_is_found_by_its_treble_and_left_to_a_person(at_s):
    (event,) = hits(startle_of(click(calm(25), at_s, 12)))
    assert event.at_s == pytest.approx(at_s, abs=0.1)
    assert 10 <= event.jump_lu <= 15


def test_ticks_among_ticks_are_no_startle():
    sound = calm(25)
    for at_s in np.arange(1.0, 24.0, 1.0):
        sound = click(sound, at_s, 10)
    assert startle_of(sound).events == ()


def test_the_score_is_the_largest_jump_of_several():
    sound = with_hit(8, -28)
    sound[:, 20 * RATE_HZ : round(20.3 * RATE_HZ)] *= 10 ** (20 / 20)
    found = startle_of(sound)
    assert [event.at_s for event in hits(found)] == pytest.approx([8, 20], abs=0.2)
    assert list(found.events) == sorted(found.events, key=lambda event: event.at_s)
    assert found.score == max(event.jump_lu for event in found.events) == pytest.approx(20, abs=1)


def test_a_surge_within_two_seconds_is_found_though_no_moment_jumps():
    seconds = 30.0
    lift_db = np.clip((times_s(seconds, RATE_HZ) - 15) / 1.5, 0, 1) * 20
    (event,) = startle_of(calm(seconds, -40) * 10 ** (lift_db / 20)).events
    assert event.kind == "surge"
    assert event.at_s == pytest.approx(15.5, abs=1.0)
    assert 9 <= event.jump_lu <= 20


def test_the_first_loud_note_after_a_rest_counts_by_what_is_heard_and_not_by_the_depth_of_silence():
    sound = joined(calm(15), silence(5, rate_hz=RATE_HZ), calm(15))
    found = startle_of(sound)
    assert {event.kind for event in found.events} == {"hit", "surge"}
    assert all(event.at_s == pytest.approx(20, abs=0.2) for event in found.events)
    assert found.score == pytest.approx(40, abs=2)


def slow_swell(seconds=40.0):
    return calm(seconds, -40) * 10 ** (np.linspace(0, 25, round(seconds * RATE_HZ)) / 20)


def with_accent(at_s, above_db):
    """A third of a second louder, which rises and falls in 0.1 s."""
    away_s = np.abs(times_s(30.0, RATE_HZ) - at_s)
    return calm(30) * 10 ** (above_db / 20 * np.clip((0.25 - away_s) / 0.1, 0, 1))


@pytest.mark.parametrize(
    "sound",
    [
        calm(30),
        noise(30, rate_hz=RATE_HZ),
        slow_swell(),
        with_accent(12, 4),
        joined(calm(15, -20), calm(15, -40)),
    ],
    ids=["tone", "noise", "25 dB in 40 s", "a soft accent of 4 dB", "a sudden fall"],
)
def test_calm_music_has_none(sound):
    found = startle_of(sound)
    assert (found.score, found.events) == (0.0, ())


def test_the_entry_of_the_music_is_no_startle_but_what_follows_is():
    sound = joined(silence(10, rate_hz=RATE_HZ), with_hit(8, -20))
    assert [event.at_s for event in hits(startle_of(sound, music_from_s=10.0))] == pytest.approx([18], abs=0.2)


@pytest.mark.parametrize("gain_db", [-12, 12])
def test_gain_does_not_change_the_jump(gain_db):
    sound = with_hit(12, -25)
    assert startle_of(sound * 10 ** (gain_db / 20)).score == pytest.approx(startle_of(sound).score, abs=0.1)


def test_silence_is_unknown_and_not_calm():
    found = startle(np.zeros(500), np.zeros((4, 400), np.float32), None, None)
    assert found.startle is None
    assert found.unknown == {"startle": "there is no music in it"}
