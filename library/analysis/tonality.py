"""In which key is it, and how sure is that?

The mean spectrum of the whole track has a peak at every note that is played, however long ago. What stands out of it is
folded into the twelve pitch classes and correlated with the key profiles of Albrecht & Shanahan 2013
(10.1525/mp.2013.31.1.59), which do better on minor keys than Krumhansl's. How the instruments are tuned is read from
the same peaks, since 40 cents are nearly half the way to the next note.

A key needs notes. Noise, drums and speech have no peaks, or peaks that agree on no tuning, and get no key.
"""

from functools import cache

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, special

from library.analysis.spectrum import FRAME, SAMPLE_RATE_HZ, Frames
from library.track import Record

MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
LOW_HZ, HIGH_HZ = 120.0, 3000.0
"""Below, the spectrum's bins are wider than the steps between notes; above, overtones outweigh notes (judgement)."""
TUNING_LOW_HZ, TUNING_HIGH_HZ = 200.0, 2000.0
AROUND_BINS = 25
"""A peak stands above the median of so many bins, 270 Hz, around it (judgement)."""
SPREAD_SEMITONES = 0.5
"""How far from a note its energy still counts for it, the sigma of a Gaussian (judgement)."""
NOTES, PER_PEAKS, PER_COHERENCE = 5.0, 3.7, 9.6
"""Log odds that there are notes: with the logarithm of the part of the spectrum that stands out as peaks, and with how
well the peaks agree on one tuning. Fitted on synthetic cadences, scales, noise, drums and speech, and MMA's styles."""
RIGHT, PER_LEAD, PER_LIKENESS, PER_CONTRAST = -1.45, 8.9, 5.0, 2.63
"""Log odds that of 24 keys this one is right: with its lead in correlation over the next, the correlation itself, and
the logarithm of how unlike the twelve pitch classes are in strength (deviation over mean). Fitted on the same, on rows
of all twelve notes, and on 198 tunes of Ryan's Mammoth Collection, as a melody alone leaves more doubt."""
LEAST_CONFIDENCE = 0.5

Spectrum = NDArray[np.float64]


class KeyResult(Record, frozen=True, kw_only=True):
    """``key`` such as "A minor", or None where the best guess would be wrong more often than right.

    ``key_confidence`` is the probability that the best key is right, 0..1, also where none is named. The wrong ones are
    mostly neighbours: the relative key, the one a fifth away, or major for minor.
    """

    key: str | None
    key_confidence: float | None
    unknown: dict[str, str]


class Tonality:
    """Feed frames in order, then ask."""

    def __init__(self) -> None:
        self._total = np.zeros(FRAME // 2 + 1)

    def feed(self, frames: Frames) -> None:
        """Take in a run of frames; each counts by its magnitude and not its power, so that a climax does not decide."""
        self._total += frames.magnitude.sum(axis=1)

    def result(self) -> KeyResult:
        """Return the key of everything fed."""
        if not self._total.any():
            reason = "silence has no key"
            return KeyResult(key=None, key_confidence=None, unknown={"key": reason, "key_confidence": reason})
        level = np.sqrt(self._total)
        peaks = np.maximum(level - ndimage.median_filter(level, AROUND_BINS, mode="nearest"), 0.0)
        cents, coherence = _tuning(peaks)
        chroma = _chroma(peaks, cents)
        scores = key_scores(chroma)
        best, second = np.argsort(scores)[:-3:-1]
        confidence = round(_notes(peaks, level, coherence) * _right(scores[best], scores[second], chroma), 3)
        if confidence < LEAST_CONFIDENCE:
            unknown = {"key": f"no key is right with a probability of {LEAST_CONFIDENCE}"}
            return KeyResult(key=None, key_confidence=confidence, unknown=unknown)
        name = f"{NAMES[best % 12]} {'major' if best < 12 else 'minor'}"
        return KeyResult(key=name, key_confidence=confidence, unknown={})


def _notes(peaks: Spectrum, level: Spectrum, coherence: float) -> float:
    """The probability that there are notes."""
    standing_out = peaks[_heard()].sum() / (level[_heard()].sum() + 1e-12)
    return float(special.expit(NOTES + PER_PEAKS * np.log(standing_out + 1e-6) + PER_COHERENCE * coherence))


def _right(best: float, second: float, chroma: NDArray[np.float64]) -> float:
    """The probability that the best key is the one of the notes."""
    contrast = np.log(chroma.std() / (chroma.mean() + 1e-12) + 1e-6)
    return float(special.expit(RIGHT + PER_LEAD * (best - second) + PER_LIKENESS * best + PER_CONTRAST * contrast))


def key_scores(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation with each key's profile: twelve major keys from C up, then twelve minor ones."""
    if chroma.std() < 1e-12:
        return np.zeros(24)
    profiles = [np.roll(profile, tonic) for profile in (MAJOR, MINOR) for tonic in range(12)]
    return np.array([np.corrcoef(chroma, profile)[0, 1] for profile in profiles])


def _tuning(peaks: Spectrum) -> tuple[float, float]:
    """How many cents above 440 Hz the peaks are tuned, -50..50, and how well they agree on it, 0..1."""
    near = np.flatnonzero((peaks[1:-1] > peaks[:-2]) & (peaks[1:-1] >= peaks[2:])) + 1
    near = near[(frequencies()[near] > TUNING_LOW_HZ) & (frequencies()[near] < TUNING_HIGH_HZ)]
    if not len(near):
        return 0.0, 0.0
    left, middle, right = (np.log(peaks[near + step] + 1e-9) for step in (-1, 0, 1))
    bend = np.minimum(left - 2 * middle + right, -1e-9)
    place = near + np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    semitones = 12 * np.log2(place * SAMPLE_RATE_HZ / FRAME / 440.0)
    mean = np.sum(peaks[near] * np.exp(2j * np.pi * semitones)) / peaks[near].sum()
    return float(np.angle(mean) / (2 * np.pi) * 100), float(np.abs(mean))


def _chroma(peaks: Spectrum, cents: float) -> NDArray[np.float64]:
    """Strength of each pitch class from C up; a bin counts by 1/f, since a note has the more bins the higher it is."""
    frequency = frequencies()[_heard()]
    pitch = 12 * np.log2(frequency / 440.0) + 9 - cents / 100
    apart = (pitch[np.newaxis] - np.arange(12)[:, np.newaxis] + 6) % 12 - 6
    return np.asarray(np.exp(-0.5 * (apart / SPREAD_SEMITONES) ** 2) @ (peaks[_heard()] / frequency))


@cache
def frequencies() -> Spectrum:
    """Centre frequency of each bin in Hz, shape (1025,)."""
    return np.asarray(librosa.fft_frequencies(sr=SAMPLE_RATE_HZ, n_fft=FRAME))


@cache
def _heard() -> NDArray[np.bool_]:
    return (frequencies() >= LOW_HZ) & (frequencies() <= HIGH_HZ)
