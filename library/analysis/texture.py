"""How bright and how full is the sound, second by second?

The seconds are what :mod:`library.analysis.energy` weighs; the mean brightness is an answer of its own.
Nothing here changes with gain: levels enter as differences only.
"""

from functools import cache

import librosa
import numpy as np
from numpy.typing import NDArray

from library.analysis.spectrum import FLOOR_DB, FRAME, FRAMES_PER_S, SAMPLE_RATE_HZ, Frames
from library.track import Record

Seconds = NDArray[np.float64]
AUDIBLE_DB = 40.0
"""A frame this far below the track's loudest tells nothing of its brightness (judgement)."""


class TextureResult(Record, frozen=True, kw_only=True, eq=False):
    """One value a second, from the first sample on.

    Centroid in Hz; fullness 0..1, the part of the mel bands' range above the floor that is filled; level in dB.
    """

    centroid_hz: Seconds
    fullness: Seconds
    level_db: Seconds
    brightness_hz: float | None


class Texture:
    """Feed frames in order, then ask."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.float64]] = []

    def feed(self, frames: Frames) -> None:
        """Take in a run of frames."""
        weighted, total = moments() @ frames.magnitude
        centroid = weighted / np.maximum(total, 1e-12)
        fullness = 1.0 + (frames.mel_db - frames.mel_db.max(axis=0)).mean(axis=0) / FLOOR_DB
        self._rows.append(np.stack([centroid, fullness, frames.level_db]).astype(np.float64))

    def result(self) -> TextureResult:
        """Means of each second, its frames weighted by how loud they are."""
        rows = np.concatenate(self._rows, axis=1) if self._rows else np.zeros((3, 0))
        centroid, fullness, level_db = rows
        weight = np.where(level_db > level_db.max(initial=-120.0) - AUDIBLE_DB, 10 ** (level_db / 20), 0.0)
        count = int(np.ceil(rows.shape[1] / FRAMES_PER_S))
        second = np.minimum((np.arange(rows.shape[1]) / FRAMES_PER_S).astype(np.int64), max(count - 1, 0))

        def weighted(row: Seconds) -> Seconds:
            return np.bincount(second, weight * row, count).astype(np.float64)

        total = weighted(np.ones_like(centroid))
        audible = total > 0
        power = np.bincount(second, 10 ** (level_db / 10), count) / np.maximum(np.bincount(second, minlength=count), 1)
        return TextureResult(
            centroid_hz=_filled(weighted(centroid), total),
            fullness=_filled(weighted(fullness), total),
            level_db=10 * np.log10(np.maximum(power, 1e-12)),
            brightness_hz=float(np.average(centroid, weights=weight)) if audible.any() else None,
        )


def _filled(weighted: Seconds, total: Seconds) -> Seconds:
    """Weighted means; a second without sound takes over its neighbour's, since it has no colour of its own."""
    known = np.flatnonzero(total > 0)
    if not len(known):
        return np.zeros(len(total))
    return np.asarray(np.interp(np.arange(len(total)), known, weighted[known] / total[known]))


@cache
def moments() -> NDArray[np.float32]:
    """Weights whose products with the magnitudes, divided, are the spectral centroid in Hz, shape (2, 1025).

    One product of matrices: librosa's centroid normalises the whole spectrum first, which takes eight times as long.
    """
    frequencies = librosa.fft_frequencies(sr=SAMPLE_RATE_HZ, n_fft=FRAME)
    return np.stack([frequencies, np.ones_like(frequencies)]).astype(np.float32)
