"""Where do notes begin, and how strongly?

Onset strength is the mean rise in dB from one frame to the next over the mel bands (Böck & Widmer 2013, "SuperFlux",
without its vibrato filter), in four ranges of pitch, since a soft bass note and a bell must both count.
"""

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from library.analysis.spectrum import FRAMES_PER_S, HOP, SAMPLE_RATE_HZ, Frames

BANDS = [0, 16, 40, 80, 128]
"""Edges in mel bands: about 0-370 Hz, 370-1000 Hz, 1-2.9 kHz, 2.9-11 kHz."""
LAG = 1
"""A rise is measured over one frame (23 ms), so that a soft attack still shows."""

LEAST_APART = 3
"""Frames between onsets, 70 ms: what follows closer is heard as one."""

BATCH = 512
"""Frames looked at in one call, which costs about a millisecond however few they are."""

Envelope = NDArray[np.float64]


class Onsets:
    """Feed frames in order; ``strength`` is the envelope in dB, shape (4, frames)."""

    def __init__(self) -> None:
        self._held: list[NDArray[np.float32]] = []
        self._strength: list[NDArray[np.float32]] = []

    def feed(self, frames: Frames) -> None:
        """Take in a run of frames."""
        if not self._held:  # before the first frame it was as in the first frame
            self._held.append(np.repeat(frames.mel_db[:, :1], LAG, axis=1))
        self._held.append(frames.mel_db)
        if sum(mel_db.shape[1] for mel_db in self._held) >= BATCH:
            self._look()

    def _look(self) -> None:
        mel_db = np.concatenate(self._held, axis=1)
        strength = librosa.onset.onset_strength_multi(
            S=mel_db, sr=SAMPLE_RATE_HZ, hop_length=HOP, lag=LAG, channels=BANDS, center=False, max_size=1
        )
        self._strength.append(np.asarray(strength[:, LAG:], np.float32))
        self._held = [mel_db[:, -LAG:]]

    @property
    def strength(self) -> NDArray[np.float32]:
        """Mean rise in dB in each of the four ranges at each frame."""
        if self._held:
            self._look()
        return np.concatenate(self._strength, axis=1) if self._strength else np.zeros((len(BANDS) - 1, 0), np.float32)


PICK_RISE_DB = 0.8
"""An onset stands at least this far above the mean strength around it (judgement: soft pads stay below)."""


def onset_times(strength: NDArray[np.float32]) -> Envelope:
    """Times of the onsets in seconds: local peaks of the mean strength that stand out from the second around them.

    SciPy finds the peaks: librosa's ``peak_pick`` is a cached generalised ufunc of Numba, and where two processes first
    compile one at the same time it ends every later process that calls it (numba issue 10128, seen here).
    """
    envelope = np.asarray(strength.mean(axis=0), np.float64)
    if len(envelope) < 3:
        return np.zeros(0)
    around = 2 * round(0.5 * FRAMES_PER_S) + 1
    least = ndimage.uniform_filter1d(envelope, around, mode="nearest") + PICK_RISE_DB
    peaks, _ = signal.find_peaks(envelope, height=least, distance=LEAST_APART)
    return np.asarray(peaks / FRAMES_PER_S, np.float64)
