"""Key: cadences and scales in known keys, and sound that has none."""

import numpy as np
import pytest

from library.analysis.tonality import NAMES
from tests.library.analysis.hearing import RATE_HZ, key_of
from tests.sounds import joined, noise, note, placed, silence

CADENCES = {
    "major": [(0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7)],
    "minor": [(0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7)],
}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11, 12), "minor": (0, 2, 3, 5, 7, 8, 11, 12)}


def played(tonic, steps, length_s, *, cents=0.0):
    """Notes, each so many semitones above the tonic near middle C, at so many steps of time."""
    notes = [
        (
            at * length_s,
            note(
                261.63 * 2 ** ((tonic + step + cents / 100) / 12), length_s, attack_s=0.05, decay_s=1, rate_hz=RATE_HZ
            ),
        )
        for at, step in steps
    ]
    return placed((max(at for at, _ in steps) + 1) * length_s, notes, rate_hz=RATE_HZ)


def cadence(tonic, mode, *, cents=0.0):
    return played(
        tonic, [(at, step) for at, chord in enumerate(CADENCES[mode] * 2) for step in chord], 1.0, cents=cents
    )


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_is_in_its_key(tonic, mode):
    found = key_of(cadence(tonic, mode))
    assert found.key == f"{NAMES[tonic]} {mode}"
    assert found.key_confidence > 0.8
    assert found.unknown == {}


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", [0, 3, 6, 9])
def test_a_scale_that_rests_on_its_tonic_and_fifth_is_in_its_key(tonic, mode):
    up_and_down = [*SCALES[mode], *reversed(SCALES[mode]), 0, 7, 0]
    assert key_of(played(tonic, list(enumerate(up_and_down)), 0.5)).key == f"{NAMES[tonic]} {mode}"


@pytest.mark.parametrize("cents", [-40, -20, 20, 40])
def test_a_different_tuning_keeps_the_key(cents):
    assert key_of(cadence(2, "major", cents=cents)).key == "D major"


@pytest.mark.parametrize("gain_db", [-40, 10])
def test_gain_does_not_change_the_key(gain_db):
    sound = cadence(9, "minor")
    assert key_of(sound * 10 ** (gain_db / 20)) == key_of(sound)


def test_all_twelve_notes_alike_have_no_key():
    found = key_of(played(0, list(enumerate(np.random.default_rng(0).permutation(12))), 0.5))
    assert found.key is None
    assert found.key_confidence < 0.5
    assert "key" in found.unknown


def wind():
    return 0.01 * np.cumsum(noise(20, rate_hz=RATE_HZ), axis=1)


def drums():
    hit = np.random.default_rng(3).standard_normal(6000) * np.exp(-np.arange(6000) / 900)
    kick = np.sin(50 * np.exp(-np.arange(6000) / 2500)) * np.exp(-np.arange(6000) / 1500)
    strokes = [(at_s, (hit, kick)[place % 2]) for place, at_s in enumerate(np.arange(0.2, 19, 0.35))]
    return placed(20, strokes, rate_hz=RATE_HZ)


@pytest.mark.parametrize("make", [wind, drums, lambda: noise(20, rate_hz=RATE_HZ)], ids=["wind", "drums", "noise"])
def test_what_has_no_notes_has_no_key_and_says_so(make):
    found = key_of(make())
    assert found.key is None
    assert found.key_confidence < 0.5
    assert set(found.unknown) == {"key"}


def test_silence_has_no_key_and_no_confidence():
    found = key_of(silence(5, rate_hz=RATE_HZ))
    assert (found.key, found.key_confidence) == (None, None)
    assert set(found.unknown) == {"key", "key_confidence"}


def test_a_short_climax_does_not_decide():
    home, climax = cadence(0, "major"), cadence(6, "major")
    assert key_of(joined(home, home, home, 3 * climax[:, : RATE_HZ * 2], home)).key == "C major"
