"""A small calm library: short pieces of pads and plucks that the strict verdict clears."""

from functools import cache
from pathlib import Path

import mutagen
import numpy as np

from tests.sounds import Sound, note, placed, times_s, write

RATE_HZ = 22_050
COUNT = 12
CHORDS = ((0, 7, 12, 16), (5, 9, 12, 17), (7, 11, 14, 19), (0, 4, 12, 19))


def piece(number: int) -> Sound:
    """A piece of 62 to 99 seconds: a pad from chord to chord, and on it plucks, the faster the higher the number."""
    seconds, tonic_hz = 62 + 37 * number / (COUNT - 1), 110 * 2 ** (number * 5 % 12 / 12)
    every_s = 3.0 - 0.22 * number

    @cache
    def pad(step: int) -> Sound:
        return 0.5 * note(tonic_hz * 2 ** (step / 12), 9.0, attack_s=2.5, decay_s=5.0, partials=3, rate_hz=RATE_HZ)

    @cache
    def pluck(step: int) -> Sound:
        return 0.4 * note(tonic_hz * 2 ** (1 + step / 12), 2.5, attack_s=0.03, decay_s=0.9, rate_hz=RATE_HZ)

    notes = []
    for bar, at_s in enumerate(np.arange(0, seconds - 1, 6.0)):
        chord = CHORDS[bar % 4]
        notes += [(at_s, pad(step)) for step in chord]
        notes += [(at_s + on_s, pluck(chord[beat % 4])) for beat, on_s in enumerate(np.arange(0, 6.0, every_s))]
    sound = placed(seconds, notes, rate_hz=RATE_HZ)
    return np.repeat(sound * np.minimum((seconds - times_s(seconds, RATE_HZ)) / 3.0, 1.0), 2, axis=0)


def make_pieces(folder: Path) -> None:
    """Write every piece as FLAC, with title and artist."""
    for number in range(COUNT):
        path = write(folder / f"{number:02}.flac", piece(number), RATE_HZ)
        file = mutagen.File(path)
        file["title"], file["artist"] = f"Piece {number}", f"Artist {number % 5}"
        file.save()
