"""In which key is it, and how sure is that?

The chroma of the whole track is correlated with the key profiles of Albrecht & Shanahan 2013 (10.1525/mp.2013.31.1.59),
which do better on minor keys than Krumhansl's. Confidence is the lead of the best key over the best other key that is
not its relative or a fifth away, since those share nearly all their notes; a small lead is no key.
"""

from functools import cache

import librosa
import numpy as np
from numpy.typing import NDArray

from library.analysis.spectrum import FRAME, SAMPLE_RATE_HZ, Frames
from library.track import Record

MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
LEAST_CONFIDENCE = 0.05
"""Below this lead in correlation no key is named (judgement: two keys then explain the notes as well)."""
LOW_HZ, HIGH_HZ = 60.0, 4000.0


class KeyResult(Record, frozen=True, kw_only=True):
    """``key`` such as "A minor"; the confidence is the lead in correlation, 0..1, also where no key is named."""

    key: str | None
    key_confidence: float | None
    unknown: dict[str, str]


class Tonality:
    """Feed frames in order, then ask."""

    def __init__(self) -> None:
        self._chroma = np.zeros(12)

    def feed(self, frames: Frames) -> None:
        """Take in a run of frames; each counts by the square root of its power, so that a climax does not decide."""
        chroma = chroma_filters() @ frames.magnitude
        self._chroma += chroma.sum(axis=1)

    def result(self) -> KeyResult:
        """Return the key of everything fed."""
        if not self._chroma.any():
            reason = "silence has no key"
            return KeyResult(key=None, key_confidence=None, unknown={"key": reason, "key_confidence": reason})
        scores = key_scores(self._chroma)
        best = int(np.argmax(scores))
        others = [scores[other] for other in range(24) if other not in _neighbours(best)]
        confidence = float(np.clip(scores[best] - max(others), 0.0, 1.0))
        if confidence < LEAST_CONFIDENCE:
            unknown = {"key": f"no key leads by {LEAST_CONFIDENCE} in correlation"}
            return KeyResult(key=None, key_confidence=round(confidence, 3), unknown=unknown)
        name = f"{NAMES[best % 12]} {'major' if best < 12 else 'minor'}"
        return KeyResult(key=name, key_confidence=round(confidence, 3), unknown={})


@cache
def chroma_filters() -> NDArray[np.float32]:
    """Pitch-class filter bank, shape (12, 1025), limited to where notes have their strength."""
    bank = librosa.filters.chroma(sr=SAMPLE_RATE_HZ, n_fft=FRAME, tuning=0.0)
    frequencies = librosa.fft_frequencies(sr=SAMPLE_RATE_HZ, n_fft=FRAME)
    return np.asarray(bank * ((frequencies >= LOW_HZ) & (frequencies <= HIGH_HZ)), np.float32)


def key_scores(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation with each key's profile: twelve major keys from C up, then twelve minor ones."""
    profiles = [np.roll(profile, tonic) for profile in (MAJOR, MINOR) for tonic in range(12)]
    return np.array([np.corrcoef(chroma, profile)[0, 1] for profile in profiles])


def _neighbours(key: int) -> set[int]:
    """The key itself, its relative, and the keys a fifth up and down."""
    tonic, mode = key % 12, key // 12
    relative = (tonic + 9) % 12 + 12 if mode == 0 else (tonic + 3) % 12
    return {key, relative, (tonic + 7) % 12 + 12 * mode, (tonic + 5) % 12 + 12 * mode}
