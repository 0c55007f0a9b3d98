"""What each part plays: chords and beats in, notes out.

A pattern is a function ``(form, part, rng) -> notes``. All chance comes from ``rng``, so a score is the same on every
run. Times fall on the beat exactly (a tracker can find it) except in ``scatter``, whose gaps are random on purpose.
"""

from collections.abc import Callable

import numpy as np

from soundscape.demo.harmony import nearest, voicing
from soundscape.demo.score import Chord, Form, Note, Part, Pattern

Composer = Callable[[Form, Part, np.random.Generator], list[Note]]

RHYTHMS = {4: ((3, 1), (2, 2), (2, 1, 1), (4,), (1, 1, 2)), 3: ((2, 1), (3,), (1, 2), (1, 1, 1))}
"""Rhythms of a melody's bar, in beats."""
ROLLS = ((0, 1, 2, 3, 2, 1), (0, 2, 1, 3), (0, 1, 2, 3, 4, 3, 2, 1))
"""Orders in which an arpeggio takes the voices of a chord."""


def voicings(form: Form, n_voices: int, centre: int) -> list[tuple[int, ...]]:
    """One voicing for each chord, each led from the one before."""
    led: list[tuple[int, ...]] = []
    for chord in form.chords:
        led.append(voicing(chord.classes, n_voices, centre, led[-1] if led else None))
    return led


def pad(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """Hold the chords in four voices; a voice that keeps its pitch is not struck again."""
    notes: list[Note] = []
    led = voicings(form, 4, part.centre)
    for voice in range(4):
        from_s = form.chords[0].from_s
        for i, chord in enumerate(form.chords):
            end_s = chord.from_s + chord.length_s
            if i + 1 == len(led) or led[i + 1][voice] != led[i][voice]:
                gain = float(rng.uniform(0.8, 1.0))
                notes.append(Note(at_s=from_s, length_s=end_s - from_s, pitch=led[i][voice], gain=gain))
                from_s = end_s
    return notes


def drone(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """Swell on tonic, fifth and octave, overlapping, each at its own slow pace."""
    tonic = nearest(form.scale[0], part.centre)
    notes: list[Note] = []
    for pitch, gain in ((tonic, 1.0), (tonic + 7, 0.55), (tonic + 12, 0.5)):
        at_s = form.chords[0].from_s
        while at_s < form.end_s - 10.0:
            length_s = min(float(rng.uniform(16.0, 26.0)), form.end_s - at_s)
            notes.append(Note(at_s=at_s, length_s=length_s, pitch=pitch, gain=gain * float(rng.uniform(0.7, 1.0))))
            at_s += length_s - 7.0
    return notes


def bass(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """Play each chord's root, long."""
    return [
        Note(at_s=c.from_s, length_s=c.length_s, pitch=nearest(c.classes[0], part.centre), gain=float(g))
        for c, g in zip(form.chords, rng.uniform(0.85, 1.0, len(form.chords)), strict=True)
    ]


def _steps(form: Form, per_beat: float) -> list[tuple[int, int, float, bool]]:
    """Grid of a metrical part: (chord index, step in the chord, time, on a bar's first beat).

    The last chord is left to ring: a pulse that stops on the final downbeat ends the piece, one that is cut off does
    not.
    """
    assert form.beat_s is not None, "a metrical pattern needs a tempo"
    step_s = form.beat_s / per_beat
    per_bar = form.beats_per_bar * per_beat
    grid = []
    for i, chord in enumerate(form.chords):
        count = round(chord.length_s / step_s) if i < len(form.chords) - 1 else 1
        grid += [(i, k, chord.from_s + k * step_s, k % per_bar == 0) for k in range(count)]
    return grid


def arpeggio(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """Run through five voices of the chord, evenly, a little stronger on the beat."""
    led = voicings(form, 5, part.centre)
    roll = ROLLS[int(rng.integers(len(ROLLS)))]
    notes = []
    for i, k, at_s, first in _steps(form, part.per_beat):
        on_beat = k % max(1.0, part.per_beat) == 0
        gain = (1.0 if first else 0.85 if on_beat else 0.55) * float(rng.uniform(0.92, 1.0))
        pitch = led[i][roll[k % len(roll)]]
        notes.append(Note(at_s=at_s, length_s=4.0, pitch=pitch, gain=gain, pan=(pitch - part.centre) / 30))
    return notes


def pulse(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """Strike two chord tones together on each step: the plainest pulse."""
    led = voicings(form, 3, part.centre)
    notes = []
    for i, k, at_s, first in _steps(form, part.per_beat):
        gain = (1.0 if first else 0.8) * float(rng.uniform(0.94, 1.0))
        low, middle, high = led[i]
        pair = (low, high) if k % 2 == 0 else (middle,)
        notes += [Note(at_s=at_s, length_s=4.0, pitch=p, gain=gain, pan=(p - part.centre) / 20) for p in pair]
    return notes


def percussion(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """Mark the steps, the beat stronger than what lies between."""
    notes = []
    for _, k, at_s, first in _steps(form, part.per_beat):
        on_beat = k % max(1.0, part.per_beat) == 0
        gain = (1.0 if first else 0.8 if on_beat else 0.5) * float(rng.uniform(0.9, 1.0))
        notes.append(Note(at_s=at_s, length_s=1.0, pitch=part.centre, gain=gain, pan=0.25))
    return notes


def melody(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """Sing-song of chord tones on strong beats and neighbours between, in a two-bar rhythm that returns (A A B A)."""
    assert form.beat_s is not None, "a melody needs a tempo"
    choices = RHYTHMS[form.beats_per_bar]
    bars = [choices[int(i)] for i in rng.integers(len(choices), size=3)]
    plan = (bars[0], bars[1], bars[0], bars[1], bars[2], bars[1], bars[0], bars[1])
    bar_s = form.beat_s * form.beats_per_bar
    notes: list[Note] = []
    pitch = part.centre
    for chord in form.chords[:-1]:
        for bar in range(round(chord.length_s / bar_s)):
            at_s = chord.from_s + bar * bar_s
            for beats in plan[round(at_s / bar_s) % len(plan)]:
                pitch = _next_pitch(pitch, chord, form, part, rng, strong=beats >= 2)
                gain = float(rng.uniform(0.8, 1.0))
                length_s = beats * form.beat_s
                notes.append(Note(at_s=at_s, length_s=length_s, pitch=pitch, gain=gain, pan=-0.2))
                at_s += length_s
    last = form.chords[-1]
    final = nearest(last.classes[0], part.centre)
    return [*notes, Note(at_s=last.from_s, length_s=last.length_s * 0.7, pitch=final, gain=0.8, pan=-0.2)]


def _next_pitch(pitch: int, chord: Chord, form: Form, part: Part, rng: np.random.Generator, *, strong: bool) -> int:
    """A near chord tone (strong) or scale tone (weak) that is not the same again, drawn towards the centre."""
    pool = chord.classes if strong else form.scale
    near = [p for p in range(pitch - 5, pitch + 6) if p % 12 in pool and p != pitch]
    weights = np.array([1.0 / abs(p - pitch) / (1.0 + abs(p - part.centre) / 3.0) for p in near])
    return near[int(rng.choice(len(near), p=weights / weights.sum()))]


def scatter(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """Single chord tones at random times: no two gaps alike, none under a fifth of the mean."""
    led = voicings(form, 5, part.centre)
    notes: list[Note] = []
    at_s = form.chords[0].from_s + part.gap_s
    while at_s < form.end_s - 4.0:
        index = sum(c.from_s <= at_s for c in form.chords) - 1
        pitch = led[index][int(rng.integers(5))]
        gain = float(rng.uniform(0.55, 1.0))
        length_s = float(rng.uniform(1.8, 3.4))
        notes.append(Note(at_s=at_s, length_s=length_s, pitch=pitch, gain=gain, pan=float(rng.uniform(-0.5, 0.5))))
        at_s += part.gap_s * (0.2 + min(float(rng.exponential(0.8)), 2.5))
    return notes


def sing(form: Form, part: Part, rng: np.random.Generator) -> list[Note]:
    """A slow line over the middle chords: three long chord tones to each."""
    first, last = round(0.3 * len(form.chords)), round(0.7 * len(form.chords))
    notes: list[Note] = []
    pitch = part.centre
    for chord in form.chords[first : max(last, first + 1)]:
        at_s = chord.from_s
        for eighths in (3, 3, 2):
            pool = range(part.centre - 7, part.centre + 8)
            tones = [p for p in pool if p % 12 in chord.classes and p != pitch]
            distances = np.abs(np.array(tones) - pitch)
            pitch = tones[int(np.argsort(distances, kind="stable")[int(rng.integers(2))])]
            length_s = chord.length_s * eighths / 8
            notes.append(Note(at_s=at_s, length_s=length_s, pitch=pitch))
            at_s += length_s
    return notes


def hit(form: Form, part: Part, _rng: np.random.Generator) -> list[Note]:
    """One blow, two thirds through and off the beat, where nothing announces it."""
    chord = form.chords[2 * len(form.chords) // 3]
    return [Note(at_s=chord.from_s + 0.4 * chord.length_s, length_s=4.0, pitch=nearest(chord.classes[0], part.centre))]


PATTERNS: dict[Pattern, Composer] = {
    "pad": pad,
    "drone": drone,
    "bass": bass,
    "arpeggio": arpeggio,
    "pulse": pulse,
    "melody": melody,
    "scatter": scatter,
    "percussion": percussion,
    "sing": sing,
    "hit": hit,
}
