"""How fast is the pulse, and is there one?

The onset envelope's Fourier tempogram and its autocorrelation are multiplied: the first is strong at the tempo and its
multiples, the second at the tempo and its fractions, so the product is strong at the tempo (Peeters 2007,
10.1155/2007/67215). The autocorrelation is read at one to eight periods, since beats come in bars. Which octave is
*the* tempo is uncertain by nature. Two things are known of it: moderate tempi are preferred (Parncutt 1994), and where
more notes begin in a second the beat is faster, though less than in proportion. The runner-up an octave away is part of
the answer, with a confidence. Where nothing repeats, the pulse is free and there is no tempo.

Memory: an envelope and one autocorrelation per window, 3 MiB for three hours; all else goes by batches of windows.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage, special

from library.analysis.onsets import onset_times
from library.analysis.spectrum import FRAMES_PER_S
from library.track import Pulse, Record

TEMPI_BPM = np.exp(np.linspace(np.log(30.0), np.log(300.0), 600))
PERIODS = 60 * FRAMES_PER_S / TEMPI_BPM
"""The period of each tempo in frames."""
WINDOW_S, HOP_S = 16.0, 4.0
BATCH = 128
"""Windows that are transformed at once."""
MULTIPLES = tuple((k, k**-0.5) for k in range(1, 9))
"""The periods at which the music must repeat, and their weights: up to two bars of four, or near three of three."""
USUAL_BPM, USUAL_RATE_HZ, PER_RATE = 84.0, 3.0, 0.5
SLOWEST_USUAL_BPM, FASTEST_USUAL_BPM = 50.0, 160.0
"""The expected tempo is 84 bpm at three onsets a second and grows with the root of the onset rate. Set on the 29 pieces
of ../shared/audio/tempo, where the slope is 0.57; checked on accompaniments made by MMA."""
WIDE_OCTAVES, NARROW_OCTAVES = 1.0, 0.5
"""Spread of the log-normal preference around it: wide while beats are told from their thirds and dotted values, which
the music itself tells; narrow while one octave is told from the next, which it hardly does."""
CONFIDENCE, PER_LEAD, WHERE_DOUBLE = 0.5, 1.0, -0.6
"""Log odds that the octave is right: with the lead (natural logarithm) of the preference over that for the alternative,
and where that is the double rather than the half. The music's own lead told nothing. Fitted on the 29 pieces and 261
accompaniments made by MMA."""
STEADY_CLARITY, STEADY_QUANTILE = 0.2, 2 / 3
"""The mean autocorrelation at the period and its multiples that a third of the music must exceed to have a pulse
(judgement: an introduction without a pulse takes none from the rest)."""
NEIGHBOURS = 3
"""Windows whose autocorrelations are averaged, 24 s: what repeats by chance does so at another lag in each."""
LEAST_ONSETS_HZ = 0.1
"""Fewer onsets than one in ten seconds carry no pulse, whatever the noise between them seems to repeat (judgement)."""
SHORTEST_S = 6.0

Grid = NDArray[np.float64]
Windows = NDArray[np.float32]


class TempoResult(Record, frozen=True, kw_only=True):
    """The answer; a free pulse has no tempo, and ``unknown`` says so.

    ``tempo_confidence`` is the probability that ``tempo_bpm`` rather than ``tempo_alternative_bpm`` is the beat that
    people would tap.
    """

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
    scores, correlations = _scores(_whitened(strength))
    rate_hz = len(onset_times(strength)) * FRAMES_PER_S / strength.shape[1]
    found = int(np.argmax(scores * _preference(rate_hz, WIDE_OCTAVES)))
    preference = _preference(rate_hz, NARROW_OCTAVES)
    preferred = scores * preference
    best = max(_octaves(preferred, found, (-2, -1, 0, 1, 2)), key=lambda index: float(preferred[index]))
    steady = ndimage.uniform_filter1d(correlations, NEIGHBOURS, axis=0, mode="nearest")
    clarity = float(np.clip(np.quantile(_clarities(steady, PERIODS[best]), STEADY_QUANTILE), 0.0, 1.0))
    if clarity < STEADY_CLARITY or rate_hz < LEAST_ONSETS_HZ:
        return _none("the pulse is free: nothing repeats steadily", pulse="free", clarity=clarity)
    alternative = max(_octaves(preferred, best, (-1, 1)), key=lambda index: float(preferred[index]))
    return TempoResult(
        tempo_bpm=round(_refined(scores, best), 2),
        tempo_alternative_bpm=round(_refined(scores, alternative), 2),
        tempo_confidence=_confidence(preference, best, alternative),
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


def _whitened(strength: NDArray[np.float32]) -> Windows:
    """Each range counts alike; what changes slower than a second is no pulse."""
    weight = 1 / (strength.std(axis=1) + 1e-9) / len(strength)
    mean = np.asarray(weight @ strength, np.float64)
    around = round(FRAMES_PER_S)
    slow = np.convolve(mean, np.ones(around) / around, "same")
    return np.maximum(mean - slow, 0.0).astype(np.float32)


def _scores(envelope: Windows) -> tuple[Grid, Windows]:
    """Mean strength of each tempo of the grid over the windows, and each window's autocorrelation."""
    length = min(len(envelope), round(WINDOW_S * FRAMES_PER_S))
    windows = np.lib.stride_tricks.sliding_window_view(envelope, length)[:: round(HOP_S * FRAMES_PER_S)]
    batches = [windows[at : at + BATCH] for at in range(0, len(windows), BATCH)]
    total, correlations = np.zeros(len(TEMPI_BPM)), []
    for batch in batches:
        centred = batch - batch.mean(axis=1, keepdims=True)
        correlation = _autocorrelations(centred)
        repeated = sum(weight * _at(np.maximum(correlation, 0), PERIODS * k) for k, weight in MULTIPLES)
        fourier = _fourier(centred)
        total += (_relative(fourier) ** 0.5 * _relative(np.asarray(repeated))).sum(axis=0)
        correlations.append(correlation)
    return total / len(windows), np.concatenate(correlations)


def _relative(rows: Windows) -> Windows:
    return np.asarray(rows / (rows.max(axis=1, keepdims=True) + 1e-12))


def _fourier(windows: Windows) -> Windows:
    """Magnitude at each tempo of the grid, one row a window."""
    length = windows.shape[1]
    size = fft.next_fast_len(8 * length, real=True)
    spectra = np.abs(fft.rfft(windows * np.hanning(length).astype(np.float32), size, axis=1))
    return _at(spectra, TEMPI_BPM / 60 / FRAMES_PER_S * size)


def _autocorrelations(windows: Windows) -> Windows:
    """Autocorrelation at each lag in frames, 1 at lag 0, unbiased for the shrinking overlap."""
    length = windows.shape[1]
    size = fft.next_fast_len(2 * length, real=True)
    raw = fft.irfft(np.abs(fft.rfft(windows, size, axis=1)) ** 2, size, axis=1)[:, :length]
    overlap = np.maximum(1.0 - np.arange(length, dtype=np.float32) / length, 0.25)
    return np.asarray(raw / (raw[:, :1] + 1e-12) / overlap)


def _at(rows: Windows, places: Grid) -> Windows:
    """Each row interpolated linearly at places between its columns; zero beyond its end."""
    last = rows.shape[1] - 1
    left = np.minimum(places.astype(np.int64), last - 1)
    part = (places - left).astype(np.float32)
    found = rows[:, left] * (1 - part) + rows[:, left + 1] * part
    return np.asarray(np.where(places <= last, found, np.float32(0)))


def _preference(rate_hz: float, octaves: float) -> Grid:
    """How likely each tempo is before its beats are looked at."""
    usual = USUAL_BPM * (rate_hz / USUAL_RATE_HZ) ** PER_RATE
    usual = min(max(usual, SLOWEST_USUAL_BPM), FASTEST_USUAL_BPM)
    return np.asarray(np.exp(-0.5 * (np.log2(TEMPI_BPM / usual) / octaves) ** 2))


def _clarities(correlations: Windows, period: float) -> Windows:
    """Mean autocorrelation at one, two, three and four periods, each at its best within 3 % of the lag."""
    spans = [(int(period * k * 0.97), int(np.ceil(period * k * 1.03)) + 1) for k in (1, 2, 3, 4)]
    within = [correlations[:, low:high].max(axis=1) for low, high in spans if high < correlations.shape[1]]
    return np.asarray(np.mean(within, axis=0) if within else np.zeros(len(correlations)))


def _octaves(preferred: Grid, index: int, shifts: tuple[int, ...]) -> list[int]:
    """The best tempo near each of these octaves of a tempo, where they are on the grid."""
    near = [np.flatnonzero(np.abs(np.log2(TEMPI_BPM / TEMPI_BPM[index]) - shift) < 0.06) for shift in shifts]
    return [int(places[np.argmax(preferred[places])]) for places in near if len(places)]


def _confidence(preference: Grid, best: int, alternative: int) -> float:
    """The probability that the octave is right, see ``CONFIDENCE``."""
    lead = np.log(preference[best] / preference[alternative])
    direction = 1 if alternative > best else -1
    return round(float(special.expit(CONFIDENCE + PER_LEAD * lead + WHERE_DOUBLE * direction)), 3)


def _refined(total: Grid, index: int) -> float:
    """Parabola through the peak and its neighbours on the logarithmic grid."""
    if not 0 < index < len(total) - 1:
        return float(TEMPI_BPM[index])
    left, middle, right = total[index - 1 : index + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    step = np.log(TEMPI_BPM[1] / TEMPI_BPM[0])
    return float(TEMPI_BPM[index] * np.exp(shift * step))
