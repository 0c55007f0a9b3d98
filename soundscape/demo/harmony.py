"""Which pitches sound when: the little chord language, voice leading, and the time line of a piece.

A chord is written as its scale degree, with a colour after a colon: ``1``, ``4:9``, ``5:s4``, ``1:o``. Colours stack
steps of the mode, so every chord stays within it. Voice leading picks, for each chord, the placing in which the voices
move least: the common rule of keyboard harmony, and what makes slow chords sound like one moving surface.
"""

from itertools import pairwise, permutations

import numpy as np

from soundscape.demo.score import Chord, Form, Piece

MODES = {
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
}
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
COLOURS = {"": (0, 2, 4), "o": (0, 4), "s2": (0, 1, 4), "s4": (0, 3, 4), "7": (0, 2, 4, 6), "9": (0, 2, 4, 8)}

LEAD_IN_S = 0.1
"""Silence before the first tone; the promise to the tests is 50 ms of it."""
RING_OUT_S = 6.0
"""After the last chord's end: reverb and the final fade."""


def scale_of(piece: Piece) -> tuple[int, ...]:
    """Pitch classes of the piece's mode, the tonic first."""
    tonic = TONICS.index(piece.tonic)
    return tuple((tonic + step) % 12 for step in MODES[piece.mode])


def key_of(piece: Piece) -> str:
    """Nearest major or minor key, decided by the mode's third: D dorian is "D minor"."""
    return f"{piece.tonic} {'major' if MODES[piece.mode][2] == 4 else 'minor'}"


def pitch_classes(symbol: str, scale: tuple[int, ...]) -> tuple[int, ...]:
    """Pitch classes of one chord symbol, the root first."""
    degree, _, colour = symbol.partition(":")
    return tuple(scale[(int(degree) - 1 + step) % 7] for step in COLOURS[colour])


def voicing(classes: tuple[int, ...], n_voices: int, centre: int, before: tuple[int, ...] | None) -> tuple[int, ...]:
    """Place ``n_voices`` voices around ``centre`` so that they move least from ``before``; ascending MIDI pitches."""
    wanted = (classes * n_voices)[:n_voices]
    home = tuple(centre + round(5.5 * (i - (n_voices - 1) / 2)) for i in range(n_voices))
    previous = before or home

    def placed(order: tuple[int, ...]) -> tuple[int, ...]:
        near = (p - 6 + (c - p + 6) % 12 for p, c in zip(previous, order, strict=True))
        return tuple(sorted(near))

    def effort(pitches: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
        move = sum(abs(a - b) for a, b in zip(pitches, previous, strict=True))
        # A gentle pull home keeps long progressions from drifting out of the register; unisons and seconds muddy.
        drift = sum(abs(a - b) for a, b in zip(pitches, home, strict=True))
        crowd = sum(max(0, 3 - (b - a)) for a, b in pairwise(pitches))
        return move + 0.4 * drift + 5.0 * crowd, pitches

    return min({placed(order) for order in permutations(wanted)}, key=effort)


def nearest(pitch_class: int, centre: int) -> int:
    """The MIDI pitch of a class that lies nearest to ``centre`` (at most a tritone away)."""
    return centre - 6 + (pitch_class - centre + 6) % 12


def form_of(piece: Piece, rng: np.random.Generator) -> Form:
    """Lay the chords out in time; the piece ends on its tonic chord, held.

    With a beat, chords last a whole number of beats. Without one their lengths vary by a fifth, so that not even the
    harmony gives a pulse.
    """
    scale = scale_of(piece)
    symbols = piece.chords.split()
    beat_s = None if piece.tempo_bpm is None else 60.0 / piece.tempo_bpm
    mean_s = piece.chord_s if beat_s is None else beat_s * piece.beats_per_chord
    count = max(3, round((piece.length_s - RING_OUT_S - LEAD_IN_S) / mean_s))
    chords: list[Chord] = []
    at_s = LEAD_IN_S
    for i in range(count):
        symbol = symbols[i % len(symbols)] if i < count - 1 else symbols[0]
        length_s = mean_s if beat_s is not None else mean_s * float(rng.uniform(0.8, 1.2))
        chords.append(Chord(from_s=at_s, length_s=length_s, classes=pitch_classes(symbol, scale)))
        at_s += length_s
    return Form(
        chords=tuple(chords),
        scale=scale,
        beat_s=beat_s,
        beats_per_bar=piece.beats_per_bar,
        end_s=at_s,
        duration_s=round(at_s + RING_OUT_S, 2),
    )
