"""Tempo: trains of known tempo, sound without a pulse, and 29 pieces rendered at a known tempo."""

import csv

import numpy as np
import pytest

from tests.library.analysis.hearing import RATE_HZ, of_file, tempo_of
from tests.sounds import noise, note, placed, tone


def train(bpm, seconds=40.0, *, attack_s=0.005, decay_s=0.12, hz=440.0):
    """The same note on every beat."""
    beat = note(hz, min(0.9 * 60 / bpm, 0.6), attack_s=attack_s, decay_s=decay_s, rate_hz=RATE_HZ)
    return placed(seconds, [(at_s, beat) for at_s in np.arange(0.2, seconds - 0.5, 60 / bpm)], rate_hz=RATE_HZ)


def click_train(bpm, seconds=40.0):
    click = np.hanning(220) * np.random.default_rng(0).standard_normal(220)
    return placed(seconds, [(at_s, click) for at_s in np.arange(0.2, seconds - 0.5, 60 / bpm)], rate_hz=RATE_HZ)


@pytest.mark.parametrize("bpm", [50, 60, 66, 72, 80, 90, 100, 110, 120])
@pytest.mark.parametrize("make", [click_train, train], ids=["clicks", "plucks"])
def test_a_steady_train_has_its_tempo_and_names_the_octave(make, bpm):
    found = tempo_of(make(bpm))
    assert found.pulse == "steady"
    assert found.tempo_bpm == pytest.approx(bpm, rel=0.01)
    assert found.tempo_alternative_bpm in (pytest.approx(bpm / 2, rel=0.01), pytest.approx(2 * bpm, rel=0.01))
    assert 0 < found.tempo_confidence < 1
    assert found.unknown == {}


@pytest.mark.parametrize("bpm", [40, 200])
def test_a_steady_click_is_never_free(bpm):
    assert tempo_of(click_train(bpm)).pulse == "steady"


@pytest.mark.parametrize("gain_db", [-24, 12])
def test_gain_does_not_change_the_tempo(gain_db):
    sound = train(72)
    assert tempo_of(sound * 10 ** (gain_db / 20)).tempo_bpm == pytest.approx(tempo_of(sound).tempo_bpm, rel=1e-3)


def scattered_notes():
    rng = np.random.default_rng(4)
    swell = note(330, 6, attack_s=2.5, decay_s=2, rate_hz=RATE_HZ)
    return placed(60, [(at_s, swell) for at_s in np.sort(rng.uniform(0, 54, 12))], rate_hz=RATE_HZ)


def rubato():
    """Plucks whose tempo walks at random between half and double."""
    rng = np.random.default_rng(8)
    at_s, gap_s, notes = 0.5, 0.7, []
    pluck = note(330, 0.6, attack_s=0.01, decay_s=0.3, rate_hz=RATE_HZ)
    while at_s < 38:
        notes.append((at_s, pluck))
        gap_s = float(np.clip(gap_s * np.exp(rng.normal(0, 0.2)), 0.4, 1.3))
        at_s += gap_s
    return placed(40, notes, rate_hz=RATE_HZ)


@pytest.mark.parametrize(
    "sound",
    [
        tone(220, 40, rate_hz=RATE_HZ) + tone(331, 40, rate_hz=RATE_HZ),
        noise(40, rate_hz=RATE_HZ),
        scattered_notes(),
        rubato(),
    ],
    ids=["drone", "noise", "swells at random", "rubato"],
)
def test_what_has_no_pulse_has_no_tempo_and_says_so(sound):
    found = tempo_of(sound)
    assert found.pulse == "free"
    assert (found.tempo_bpm, found.tempo_alternative_bpm, found.tempo_confidence) == (None, None, None)
    assert set(found.unknown) == {"tempo_bpm", "tempo_alternative_bpm", "tempo_confidence"}
    assert all("free" in reason for reason in found.unknown.values())


def test_too_short_for_a_tempo_is_unknown_and_not_free():
    found = tempo_of(click_train(100, 4.0))
    assert (found.pulse, found.tempo_bpm) == (None, None)
    assert "shorter than 6 s" in found.unknown["pulse"]


def test_an_introduction_without_a_pulse_takes_none_from_the_rest():
    drone = tone(220, 15, -30, rate_hz=RATE_HZ)
    found = tempo_of(np.concatenate([drone, train(80, 45)], axis=1))
    assert found.pulse == "steady"
    assert found.tempo_bpm == pytest.approx(80, rel=0.01)


def test_pieces_of_known_tempo_are_right_within_4_per_cent_nearly_always_up_to_the_octave(test_data):
    with (test_data / "audio" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        known = [(row["path"], float(row["tempo_bpm"])) for row in csv.DictReader(file) if row["label"] == "tempo"]
    found = [tempo_of(of_file(test_data / "audio" / path)).tempo_bpm or np.nan for path, _ in known]
    ratio = np.array(found) / np.array([bpm for _, bpm in known])
    right = np.abs(ratio - 1) <= 0.04
    octave = np.any([np.abs(ratio / factor - 1) <= 0.04 for factor in (1 / 3, 1 / 2, 1, 2, 3)], axis=0)
    assert len(known) == 29
    assert octave.mean() >= 0.95, [path for (path, _), good in zip(known, octave, strict=True) if not good]
    assert right.mean() >= 0.75
