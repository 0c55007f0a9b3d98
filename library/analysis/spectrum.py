"""The shared spectra: one short-time Fourier transform and one mel spectrum that every spectral measure reads.

Conventions: mono at 22.05 kHz, frames of 2048 samples every 512 (43.1 a second), Hann window, first frame beginning at
the first sample. Frame ``i`` is centred on ``(i * 512 + 1024) / 22050`` seconds.
"""

from functools import cache

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from library.track import Record

SAMPLE_RATE_HZ = 22_050
FRAME, HOP = 2048, 512
FRAMES_PER_S = SAMPLE_RATE_HZ / HOP
MEL_BANDS = 128
FLOOR_DB = 60.0
"""A band this far below the loudest so far counts as silent: what lies there is noise and codec remains (judgement)."""
FORGET_DB_PER_S = 0.5
"""How fast "the loudest so far" is forgotten, so that a quiet second half is judged by itself (judgement)."""

Spectra = NDArray[np.float32]


class Frames(Record, frozen=True, kw_only=True, eq=False):
    """A run of frames: magnitudes (1025, n), mel levels in dB (128, n), and how loud each frame is in dB (n,)."""

    magnitude: Spectra
    mel_db: Spectra
    level_db: NDArray[np.float32]


class Spectrum:
    """Feed mono blocks at 22.05 kHz; get the frames that each completes."""

    def __init__(self) -> None:
        self._held = np.zeros(0, np.float32)
        self._loudest_db = -np.inf

    def feed(self, mono: NDArray[np.float32]) -> Frames | None:
        """Return the frames that became complete, or None where the block was too short for one."""
        samples = np.concatenate([self._held, mono])
        count = (len(samples) - FRAME) // HOP + 1
        if count < 1:
            self._held = samples
            return None
        self._held = samples[count * HOP :]
        used = samples[: (count - 1) * HOP + FRAME]
        windowed = np.lib.stride_tricks.sliding_window_view(used, FRAME)[::HOP] * hann()
        magnitude = np.abs(fft.rfft(windowed, overwrite_x=True)).T
        power = magnitude**2
        mel = mel_filters() @ power
        mel_db = librosa.power_to_db(mel, ref=1.0, amin=1e-12, top_db=None)
        level_db = 10 * np.log10(np.maximum(power.sum(axis=0), 1e-12))
        floor = self._floor(mel_db.max(axis=0))
        return Frames(magnitude=magnitude, mel_db=np.maximum(mel_db, floor), level_db=level_db)

    def _floor(self, peaks_db: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each frame, 60 dB below the loudest band heard so far: it moves with the gain, so measures do not."""
        fall = FORGET_DB_PER_S / FRAMES_PER_S * np.arange(1, len(peaks_db) + 1)
        loudest = np.maximum.accumulate(np.concatenate([[self._loudest_db], peaks_db + fall]))[1:] - fall
        self._loudest_db = float(loudest[-1])
        return np.asarray(loudest - FLOOR_DB, np.float32)


@cache
def hann() -> NDArray[np.float32]:
    """The periodic Hann window, shape (2048,)."""
    return signal.get_window("hann", FRAME).astype(np.float32)


@cache
def mel_filters() -> Spectra:
    """Mel filter bank, shape (128, 1025), 0 Hz to 11 kHz."""
    return np.asarray(librosa.filters.mel(sr=SAMPLE_RATE_HZ, n_fft=FRAME, n_mels=MEL_BANDS), np.float32)
