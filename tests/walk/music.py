"""Calm pieces from a held pad to a walking pulse, each short enough that any list has a seam within three minutes."""

from functools import cache
from pathlib import Path

import mutagen
import numpy as np

from tests.sounds import Sound, note, placed, times_s, write

RATE_HZ = 22_050
COUNT = 28
CHORDS = ((0, 7, 12, 16), (5, 9, 12, 17), (7, 11, 14, 19), (0, 4, 12, 19))
TITLES = (
    "First Light",
    "Tidal",
    "Slow Water",
    "Lantern",
    "Far Field",
    "Descent",
    "Home",
    "Embers",
    "Moss",
    "Cedar",
    "Still Air",
    "Harbour",
    "Snowfall",
    "Meadow",
)


def piece(seconds: float, *, key: int, life: float) -> Sound:
    """A pad from chord to chord with plucks and a bass on it; ``life`` 0..1 is how many, how bright and how crisp.

    Its energy is measured as 0.08 at 0 and 0.5 at 0.9. ``key`` counts in fifths from A; each twelve are a little
    sharper, so that no two pieces are the same sound.
    """
    tonic_hz = 110 * 2 ** (key * 5 % 12 / 12 + key // 12 / 60)
    every_s = 3.0 / (1 + 9 * life)

    @cache
    def pad(step: int) -> Sound:
        partials = 3 + round(6 * life)
        return 0.5 * _note(tonic_hz, step, 9.0, attack_s=2.5, decay_s=5.0, partials=partials)

    @cache
    def pluck(step: int) -> Sound:
        attack_s, decay_s, partials = 0.03 - 0.022 * life, 0.9 - 0.5 * life, 4 + round(12 * life)
        loud = 0.35 + 0.5 * life
        return loud * _note(2 * tonic_hz, step, 1.6, attack_s=attack_s, decay_s=decay_s, partials=partials)

    @cache
    def bass(step: int) -> Sound:
        return 0.9 * life * _note(tonic_hz / 2, step, 1.2, attack_s=0.01, decay_s=0.4, partials=6)

    # No two bars alike, so that a recording of a second or two has one place in the piece and no more.
    chance = np.random.default_rng(key)
    notes = []
    for bar, at_s in enumerate(np.arange(0, seconds - 1, 6.0)):
        chord = CHORDS[bar % 4]
        notes += [(at_s, pad(step + 12 * int(chance.integers(2)) * (step > 0))) for step in chord]
        notes += [(at_s + on_s, pluck(int(chance.choice(chord)))) for on_s in np.arange(0, 6.0, every_s)]
        if life > 0.3:
            notes += [(at_s + on_s, bass(chord[0])) for on_s in np.arange(0, 6.0, max(2 * every_s, 0.6))]
    sound = placed(seconds, notes, rate_hz=RATE_HZ)
    return np.repeat(sound * np.minimum((seconds - times_s(seconds, RATE_HZ)) / 3.0, 1.0), 2, axis=0)


def make_music(folder: Path, *, every: int = 1) -> None:
    """Write the pieces, or one of so many, as FLAC with title, artist and rights.

    Each lasts 140 to 170 s; there are more calm ones than lively ones.
    """
    folder.mkdir()
    for number in range(0, COUNT, every):
        life = 0.75 * (number * 11 % COUNT / COUNT) ** 1.4
        sound = piece(140 + 30 * number / COUNT, key=number, life=life)
        path = write(folder / f"{number:02}.flac", sound, RATE_HZ)
        file = mutagen.File(path)
        file["title"], file["artist"] = f"{TITLES[number % 14]} {'I' * (1 + number // 14)}", f"Artist {number % 9}"
        file["copyright"] = "CC0 1.0"
        file.save()


def _note(hz: float, step: int, seconds: float, **shape: float) -> Sound:
    return note(hz * 2 ** (step / 12), seconds, rate_hz=RATE_HZ, **shape)
