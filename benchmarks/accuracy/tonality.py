"""Is the key right where one is named, is none named where there is none, and does the confidence mean what it says?

Chords and scales are played in all 24 keys in four timbres and five tunings; noise, drums, speech-like sound and rows
of all twelve notes have no key. The scores are of :mod:`benchmarks.accuracy.score_sources`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.signal import butter, sosfilt

from benchmarks.accuracy import score_sources
from benchmarks.accuracy.figure import Figure, share
from benchmarks.accuracy.scores import Missing, rendered
from library.analysis.tonality import LEAST_CONFIDENCE, NAMES, KeyResult
from tests.library.analysis.hearing import key_of
from tests.sounds import Sound, noise, note, placed

RATE_HZ = 22_050
CADENCES = {
    "major": [(0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7)],
    "minor": [(0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7)],
}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11, 12), "minor": (0, 2, 3, 5, 7, 8, 11, 12)}
TIMBRES: dict[str, tuple[float, float, int]] = {
    "plucked": (0.005, 0.5, 6),
    "pad": (0.4, 4.0, 3),
    "pure": (0.06, 2.0, 1),
    "bright": (0.02, 1.0, 14),
}
"""Attack and decay in seconds, number of partials."""
CENTS = (-40, -20, 0, 20, 40)
CONFIDENCES = (LEAST_CONFIDENCE, 0.7, 0.85, 0.95, 1.001)
MADE = "synthetic (confidence fitted on other seeds)"
STYLES = "MMA's styles rendered (confidence fitted)"
RYAN = "Ryan's Mammoth Collection, melody alone, rendered (confidence fitted on other tunes)"
AIRD = "Aird's Airs, melody alone, rendered (judge)"


@dataclass(frozen=True)
class Answer:
    """``key`` is the known one, None where there is none."""

    found: KeyResult
    key: str | None


def figures() -> Iterator[Figure]:
    """Right keys by source, what has none, and reliability on the judge."""
    played = list(_played())
    for kind in ("cadence", "scale"):
        yield from _right([answer for name, answer in played if name == kind], f"{kind}s, {MADE}")
    for name, make in WITHOUT.items():
        named = sum(key_of(make(np.random.default_rng(seed))).key is not None for seed in range(50, 60))
        yield share(f"{name}: a key is named", named, 10, source=MADE, target="0")
    for pieces, source in (
        (score_sources.accompaniments(), STYLES),
        (score_sources.folk_tunes("ryansMammoth", 7), RYAN),
        (score_sources.folk_tunes("airdsAirs", 8), AIRD),
    ):
        try:
            answers = [Answer(key_of(rendered(piece)[np.newaxis]), piece.key) for piece in pieces]
        except Missing as error:
            print(f"skipped, not found: {error}", flush=True)
            continue
        yield from _right([answer for answer in answers if answer.key], source)
        drums = [answer for answer in answers if not answer.key]
        if drums:
            named = sum(answer.found.key is not None for answer in drums)
            yield share("drums alone: a key is named", named, len(drums), source=source, target="0")
        if source == AIRD:
            yield from _reliability(answers)


def _right(answers: list[Answer], source: str) -> Iterator[Figure]:
    named = [answer for answer in answers if answer.found.key is not None]
    yield share("a key is named", len(named), len(answers), source=source)
    yield share("named and right", sum(a.found.key == a.key for a in named), len(named), source=source)
    near = sum(a.found.key in _neighbours(a.key or "") for a in named)
    yield share("named and right, or relative, parallel or a fifth off", near, len(named), source=source)


def _neighbours(key: str) -> set[str]:
    tonic, mode = NAMES.index(key.split()[0]), key.split()[1]
    other, relative = ("minor", tonic + 9) if mode == "major" else ("major", tonic + 3)
    fifths = {f"{NAMES[(tonic + step) % 12]} {mode}" for step in (0, 5, 7)}
    return fifths | {f"{NAMES[tonic]} {other}", f"{NAMES[relative % 12]} {other}"}


def _reliability(answers: list[Answer]) -> Iterator[Figure]:
    """Share of right keys by what the confidence promised, where one was named."""
    for low, high in pairwise(CONFIDENCES):
        within = [a for a in answers if low <= (a.found.key_confidence or 0.0) < high]
        if within:
            promised = float(np.mean([a.found.key_confidence or 0.0 for a in within]))
            name = f"right key where confidence is {low:.2f}-{min(high, 1.0):.2f}"
            hits, target = sum(a.found.key == a.key for a in within), f"promised {promised:.2f}"
            yield share(name, hits, len(within), source=AIRD, target=target)


def _played() -> Iterator[tuple[str, Answer]]:
    """Each key and kind in every timbre, tunings and registers drawn."""
    rng = np.random.default_rng(11)
    for attack_s, decay_s, partials in TIMBRES.values():
        for tonic in range(12):
            for mode in ("major", "minor"):
                for kind in ("cadence", "scale"):
                    base_hz = rng.choice([130.8, 261.6]) * 2 ** ((tonic + rng.choice(CENTS) / 100) / 12)
                    steps, length_s = _steps(kind, mode)
                    notes = []
                    for at, step in steps:
                        hz = base_hz * 2 ** (step / 12)
                        sound = note(
                            hz, length_s, attack_s=attack_s, decay_s=decay_s, partials=partials, rate_hz=RATE_HZ
                        )
                        notes.append((at * length_s, sound))
                    seconds = (steps[-1][0] + 1) * length_s
                    sound = placed(seconds, notes, rate_hz=RATE_HZ) + noise(seconds, -70, rate_hz=RATE_HZ)
                    yield kind, Answer(key_of(sound), f"{NAMES[tonic]} {mode}")


def _steps(kind: str, mode: str) -> tuple[list[tuple[int, int]], float]:
    """Places in time and semitones above the tonic, and the length of a place in seconds."""
    if kind == "cadence":
        chords = [(*chord, chord[0] - 12) for chord in CADENCES[mode] * 2]
        return [(at, step) for at, chord in enumerate(chords) for step in chord], 1.0
    return list(enumerate([*SCALES[mode], *reversed(SCALES[mode]), 0, 7, 0])), 0.5


def _coloured(slope: float) -> Callable[[np.random.Generator], Sound]:
    def make(rng: np.random.Generator) -> Sound:
        size = 20 * RATE_HZ
        spectrum = np.fft.rfft(rng.standard_normal(size))
        mono = np.fft.irfft(spectrum * np.maximum(np.fft.rfftfreq(size, 1 / RATE_HZ), 20) ** (slope / 2), size)
        return np.asarray(0.1 * mono / mono.std())[np.newaxis]

    return make


def _speech(rng: np.random.Generator) -> Sound:
    """A buzz whose pitch glides, in syllables of changing formants."""
    seconds, syllable = 20, round(0.2 * RATE_HZ)
    t = np.arange(seconds * RATE_HZ) / RATE_HZ
    knots = np.arange(0, seconds + 0.3, 0.25)
    pitch_hz = rng.uniform(90, 220) * np.exp(np.interp(t, knots, rng.normal(0, 0.15, len(knots))))
    buzz = np.sign(np.sin(2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ) - 0.8) + 0.3 * rng.standard_normal(len(t))
    voice = np.zeros_like(buzz)
    for begin in range(0, len(t) - syllable, syllable):
        span = slice(begin, begin + syllable)
        for low_hz, high_hz in ((300, 800), (900, 2300), (2400, 3400)):
            hz = rng.uniform(low_hz, high_hz)
            formant = butter(1, [0.9 * hz, 1.1 * hz], "bandpass", fs=RATE_HZ, output="sos")
            voice[span] += (rng.random() > 0.2) * sosfilt(formant, buzz[span]) * np.hanning(syllable)
    return np.asarray(0.05 * voice / voice.std())[np.newaxis]


def _all_twelve(rng: np.random.Generator) -> Sound:
    """Rows of all twelve notes, in changing octaves."""
    attack_s, decay_s, partials = list(TIMBRES.values())[rng.integers(4)]
    notes = []
    for place, step in enumerate(np.concatenate([rng.permutation(12) for _ in range(4)])):
        hz = 261.6 * 2 ** (step / 12 + rng.integers(-1, 2))
        sound = note(hz, 0.6, attack_s=attack_s, decay_s=decay_s, partials=partials, rate_hz=RATE_HZ)
        notes.append((place * 0.5, sound))
    return placed(24.5, notes, rate_hz=RATE_HZ)


WITHOUT: dict[str, Callable[[np.random.Generator], Sound]] = {
    "white noise": _coloured(0),
    "pink noise": _coloured(-1),
    "brown noise": _coloured(-2),
    "speech-like sound": _speech,
    "rows of all twelve notes": _all_twelve,
}
