"""Sound with and without a pulse, made by a seed: what a tracker must call free, and what it must never call so.

Mono at 22.05 kHz, shape (1, n), 40 s. In the rubato pieces the tempo wanders by a random walk of 12 to 25 % a beat and
each note is off by up to 60 ms: no tempo within 4 % is right for more than a few seconds.
"""

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, sosfilt

from tests.sounds import Sound, noise, note, placed, times_s

RATE_HZ = 22_050
LENGTH_S = 40.0
CHORDS = ((0, 7, 12), (0, 4, 7, 11), (0, 3, 7, 10), (0, 5, 7, 12), (0, 7, 14, 16))
SCALE = (0, 2, 4, 7, 9, 12, 14, 16)


def _hz(semitones: float) -> float:
    return float(220.0 * 2 ** (semitones / 12))


def _bed(rng: np.random.Generator) -> Sound:
    return noise(LENGTH_S, float(rng.uniform(-80, -55)), rate_hz=RATE_HZ, seed=int(rng.integers(1 << 30)))


def _laid(notes: list[tuple[float, Sound]], rng: np.random.Generator) -> Sound:
    return placed(LENGTH_S, notes, rate_hz=RATE_HZ) + _bed(rng)


def drone(rng: np.random.Generator) -> Sound:
    """Held partials, each with its own slow and wandering level."""
    t = times_s(LENGTH_S, RATE_HZ)
    wave = np.zeros_like(t)
    for step in CHORDS[rng.integers(len(CHORDS))]:
        for partial in range(1, int(rng.integers(3, 8))):
            hz = _hz(step - 12) * partial * rng.uniform(0.999, 1.001)
            knots = np.arange(0, LENGTH_S + 8, rng.uniform(3, 8))
            level = np.interp(t, knots, rng.uniform(0.3, 1, len(knots)))
            wave += level * np.sin(2 * np.pi * hz * t + rng.uniform(0, 6)) / partial
    return 0.05 * wave[np.newaxis] + _bed(rng)


def pads(rng: np.random.Generator) -> Sound:
    """Chords that swell over one to three seconds, one following the other when it likes."""
    at_s, notes = 0.5, []
    root = int(rng.integers(-12, 3))
    while at_s < LENGTH_S - 4:
        length_s = float(rng.uniform(4, 11))
        chord, attack_s = CHORDS[rng.integers(len(CHORDS))], float(rng.uniform(1, 3))
        step = root + int(rng.choice([0, -2, 3, 5, -4]))
        for tone in chord:
            sound = note(_hz(step + tone), length_s + 2, attack_s=attack_s, decay_s=6, rate_hz=RATE_HZ)
            notes.append((at_s + float(rng.uniform(0, 0.4)), sound))
        at_s += length_s
    return _laid(notes, rng)


def rubato(rng: np.random.Generator) -> Sound:
    """A plucked melody with chords whose tempo never rests."""
    at_s, beat_s, notes = 0.5, float(rng.uniform(0.5, 1.1)), []
    usual_s, wander = beat_s, float(rng.uniform(0.12, 0.25))
    attack_s, decay_s = float(rng.choice([0.003, 0.01, 0.03])), float(rng.uniform(0.4, 1.5))
    while at_s < LENGTH_S - 2:
        length_s = beat_s * float(rng.choice([0.5, 1, 1, 1, 2]))
        tones = [int(rng.choice(SCALE))] + ([-12, -5] if rng.random() < 0.3 else [])
        for tone in tones:
            pluck = note(_hz(tone), min(2.0, 2 * length_s), attack_s=attack_s, decay_s=decay_s, rate_hz=RATE_HZ)
            notes.append((at_s + float(rng.uniform(0, 0.06)), float(rng.uniform(0.5, 1)) * pluck))
        at_s += length_s
        beat_s = usual_s * float(np.clip(beat_s / usual_s * np.exp(rng.normal(0, wander)), 0.55, 1.8))
    return _laid(notes, rng)


def chimes(rng: np.random.Generator) -> Sound:
    """Bells struck at random, 0.4 to 2 a second."""
    gaps = rng.exponential(1 / rng.uniform(0.4, 2), 200)
    at_s = 0.5 + np.cumsum(gaps[np.cumsum(gaps) < LENGTH_S - 3])
    bell = [note(_hz(12 + step), 2.5, attack_s=0.003, decay_s=0.8, rate_hz=RATE_HZ) for step in SCALE]
    return _laid([(float(at), float(rng.uniform(0.3, 1)) * bell[rng.integers(len(bell))]) for at in at_s], rng)


def waves(rng: np.random.Generator) -> Sound:
    """Filtered noise that comes and goes every five to twelve seconds, as the sea does, over a faint held fifth."""
    t = times_s(LENGTH_S, RATE_HZ)
    at_s, level = 0.0, np.full_like(t, 0.05)
    while at_s < LENGTH_S:
        rise_s, fall_s = rng.uniform(1.5, 4), rng.uniform(2, 5)
        level += rng.uniform(0.4, 1) * np.interp(t - at_s, [0, rise_s, rise_s + fall_s], [0, 1, 0])
        at_s += rng.uniform(5, 12)
    low, high = float(rng.uniform(150, 400)), float(rng.uniform(1500, 4000))
    hiss = noise(LENGTH_S, -20, rate_hz=RATE_HZ, seed=int(rng.integers(1 << 30)))
    sea = sosfilt(butter(2, [low, high], "bandpass", fs=RATE_HZ, output="sos"), hiss) * level
    held = sum(np.sin(2 * np.pi * _hz(step - 12) * t) for step in (0, 7))
    return np.asarray(sea + 0.003 * held)


FREE: dict[str, Callable[[np.random.Generator], Sound]] = {
    "drones": drone,
    "pads": pads,
    "rubato": rubato,
    "chimes": chimes,
    "waves": waves,
}


def clicks(bpm: float, rng: np.random.Generator) -> Sound:
    """Short noise bursts on the beat."""
    click = np.hanning(220) * rng.standard_normal(220)
    return _laid([(float(at), click) for at in np.arange(0.3, LENGTH_S - 1, 60 / bpm)], rng)


def plucks(bpm: float, rng: np.random.Generator) -> Sound:
    """Plucked notes or chords of changing pitch on the beat, played within 8 ms of it, loudness varying."""
    notes = []
    attack_s, decay_s, chord = float(rng.choice([0.003, 0.02, 0.05])), float(rng.uniform(0.15, 0.8)), rng.random() < 0.5
    for at in np.arange(0.3, LENGTH_S - 1, 60 / bpm):
        for tone in [int(rng.choice(SCALE))] + ([-12, -5] if chord else []):
            sound = note(_hz(tone), 54 / bpm + 0.1, attack_s=attack_s, decay_s=decay_s, rate_hz=RATE_HZ)
            notes.append((float(at + rng.uniform(0, 0.008)), float(rng.uniform(0.6, 1)) * sound))
    return _laid(notes, rng)


def arpeggio(bpm: float, rng: np.random.Generator) -> Sound:
    """Two notes a beat over a held drone, the first accented."""
    notes = []
    for number, at in enumerate(np.arange(0.3, LENGTH_S - 1, 30 / bpm)):
        hz = _hz(SCALE[(number * 3) % 4])
        sound = note(hz, 36 / bpm + 0.1, attack_s=0.01, decay_s=0.4, rate_hz=RATE_HZ)
        notes.append((float(at), (1.0 if number % 2 == 0 else 0.6) * sound))
    return _laid(notes, rng) + 0.3 * drone(rng)


STEADY: dict[str, Callable[[float, np.random.Generator], Sound]] = {
    "clicks": clicks,
    "plucks": plucks,
    "arpeggios over a drone": arpeggio,
}
