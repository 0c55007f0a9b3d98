"""How fast is the pulse, and is there one?

The onset envelope's Fourier tempogram and its autocorrelation are multiplied: the first is strong at the tempo and its
multiples, the second at the tempo and its fractions, so the product is strong at the tempo (Peeters 2007,
10.1155/2007/67215). Which octave is *the* tempo is uncertain by nature: the runner-up an octave away is part of the
answer, with a confidence. Where nothing repeats, the pulse is free and there is no tempo.
"""

import numpy as np
from numpy.typing import NDArray

from library.analysis.onsets import onset_times
from library.analysis.spectrum import FRAMES_PER_S
from library.track import Pulse, Record

TEMPI_BPM = np.exp(np.linspace(np.log(30.0), np.log(300.0), 600))
WINDOW_S = 12.0
PRIOR_BPM, PRIOR_OCTAVES = 75.0, 0.7
"""A log-normal preference for moderate tempi (Parncutt 1994). Centred lower than dance music's 120, because calm music
lies at 50-90 and is what trackers double; set on the 29 pieces of ../shared/audio/tempo."""
STEADY_CLARITY, STEADY_QUANTILE = 0.2, 2 / 3
"""The mean autocorrelation at the period and its multiples that a third of the music must exceed to have a pulse
(judgement: an introduction without a pulse takes none from the rest)."""
LEAST_ONSETS_HZ = 0.1
"""Fewer onsets than one in ten seconds carry no pulse, whatever the noise between them seems to repeat (judgement)."""
SHORTEST_S = 6.0

Grid = NDArray[np.float64]


class TempoResult(Record, frozen=True, kw_only=True):
    """The answer; a free pulse has no tempo, and ``unknown`` says so."""

    tempo_bpm: float | None
    tempo_alternative_bpm: float | None
    tempo_confidence: float | None
    pulse: Pulse | None
    clarity: float
    """How strongly the music repeats at its period, 0..1: the autocorrelation there in its steadier third."""
    unknown: dict[str, str]


def tempo(strength: NDArray[np.float32]) -> TempoResult:
    """Return the tempo of an onset envelope of shape (4, frames) at 43.1 frames a second."""
    if strength.shape[1] < SHORTEST_S * FRAMES_PER_S:
        return _none(f"shorter than {SHORTEST_S:.0f} s", pulse=None, clarity=0.0)
    windows = _windows(_whitened(strength))
    scores = np.array([_score(window) for window in windows])
    total = scores.mean(axis=0) * np.exp(-0.5 * (np.log2(TEMPI_BPM / PRIOR_BPM) / PRIOR_OCTAVES) ** 2)
    best = int(np.argmax(total))
    clarities = np.array([_clarity(window, TEMPI_BPM[best]) for window in windows])
    clarity = float(np.clip(np.quantile(clarities, STEADY_QUANTILE), 0.0, 1.0))
    rate_hz = len(onset_times(strength)) * FRAMES_PER_S / strength.shape[1]
    if clarity < STEADY_CLARITY or rate_hz < LEAST_ONSETS_HZ:
        return _none("the pulse is free: nothing repeats steadily", pulse="free", clarity=clarity)
    alternative = _other_octave(total, best)
    return TempoResult(
        tempo_bpm=round(_refined(total, best), 2),
        tempo_alternative_bpm=round(_refined(total, alternative), 2),
        tempo_confidence=round(float(total[best] / (total[best] + total[alternative])), 3),
        pulse="steady",
        clarity=clarity,
        unknown={},
    )


def _none(reason: str, *, pulse: Pulse | None, clarity: float) -> TempoResult:
    fields = ["tempo_bpm", "tempo_alternative_bpm", "tempo_confidence"] + (["pulse"] if pulse is None else [])
    return TempoResult(
        tempo_bpm=None,
        tempo_alternative_bpm=None,
        tempo_confidence=None,
        pulse=pulse,
        clarity=clarity,
        unknown=dict.fromkeys(fields, reason),
    )


def _whitened(strength: NDArray[np.float32]) -> Grid:
    """Each range counts alike; what changes slower than a second is no pulse."""
    scaled = strength / (strength.std(axis=1, keepdims=True) + 1e-9)
    mean = scaled.mean(axis=0, dtype=np.float64)
    second = round(FRAMES_PER_S)
    return np.asarray(np.maximum(mean - np.convolve(mean, np.ones(second) / second, "same"), 0.0))


def _windows(envelope: Grid) -> list[Grid]:
    length = min(len(envelope), round(WINDOW_S * FRAMES_PER_S))
    starts = range(0, len(envelope) - length + 1, max(1, length // 3))
    return [envelope[start : start + length] - envelope[start : start + length].mean() for start in starts]


def _autocorrelation(window: Grid) -> Grid:
    """Autocorrelation at each lag in frames, 1 at lag 0, unbiased for the shrinking overlap."""
    size = len(window)
    raw = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * size)) ** 2)[:size]
    overlap = 1.0 - np.arange(size) / size
    return np.asarray(raw / (raw[0] + 1e-12) / np.maximum(overlap, 0.25))


def _score(window: Grid) -> Grid:
    """Strength of each tempo of the grid in this window, 0..1."""
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window)), 8 * len(window)))
    spectrum_bpm = np.fft.rfftfreq(8 * len(window), 1 / FRAMES_PER_S) * 60
    fourier = np.interp(TEMPI_BPM, spectrum_bpm, spectrum)
    correlation = np.maximum(_autocorrelation(window), 0.0)
    lags = np.arange(len(window))
    period = 60 * FRAMES_PER_S / TEMPI_BPM
    repeated = sum(np.interp(period * k, lags, correlation, right=0.0) / k for k in (1, 2, 3, 4))
    return np.asarray(np.sqrt(fourier / (fourier.max() + 1e-12)) * repeated / (np.max(repeated) + 1e-12))


def _clarity(window: Grid, bpm: float) -> float:
    """Mean autocorrelation at one, two, three and four periods, each at its best within 3 % of the lag."""
    correlation = _autocorrelation(window)
    period = 60 * FRAMES_PER_S / bpm
    found = []
    for k in (1, 2, 3, 4):
        low, high = int(period * k * 0.97), int(np.ceil(period * k * 1.03)) + 1
        if high < len(correlation):
            found.append(float(correlation[low:high].max()))
    return float(np.mean(found)) if found else 0.0


def _other_octave(total: Grid, best: int) -> int:
    """The stronger of half and double the tempo, as an index into the grid."""
    candidates = []
    for factor in (0.5, 2.0):
        bpm = TEMPI_BPM[best] * factor
        near = np.flatnonzero(np.abs(np.log2(TEMPI_BPM / bpm)) < 0.06)
        if len(near):
            candidates.append(int(near[np.argmax(total[near])]))
    return max(candidates, key=lambda index: float(total[index]))


def _refined(total: Grid, index: int) -> float:
    """Parabola through the peak and its neighbours on the logarithmic grid."""
    if not 0 < index < len(total) - 1:
        return float(TEMPI_BPM[index])
    left, middle, right = total[index - 1 : index + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    step = np.log(TEMPI_BPM[1] / TEMPI_BPM[0])
    return float(TEMPI_BPM[index] * np.exp(shift * step))
