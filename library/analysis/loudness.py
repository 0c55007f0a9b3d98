"""How loud is it, and how high does it peak?

Source: ITU-R BS.1770-4 (K-weighting, gating, true peak by fourfold oversampling), EBU R 128, EBU Tech 3342 (range).
The two channels that reach the ears are measured: a mono file must be fed as two channels.
"""

from functools import cache

import numpy as np
import scipy
from numpy.typing import NDArray

from library.analysis.kernels import highest_between, k_weighted_power
from library.audio import Block
from library.track import Curve, Record

STEP_S = 0.1
"""Gating and range go by steps of 100 ms; momentary loudness takes 4 of them, short-term loudness 30."""
PARTS = 5
"""Energies are summed over fifths of a step: the loudest 400 ms, and a hit, begin at any time."""
PART_S = STEP_S / PARTS
MOMENTARY_STEPS = 4
SHORT_TERM_STEPS = 30
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
RANGE_GATE_LU = -20.0
CURVE_HOP_S = 0.5

Energies = NDArray[np.float64]


class LoudnessResult(Record, frozen=True, kw_only=True):
    """The answer; `None` fields have their reason in ``unknown``."""

    loudness_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    loudness_curve: Curve | None
    unknown: dict[str, str]


def to_lufs(energy: Energies) -> Energies:
    """Loudness of a K-weighted mean square (BS.1770-4 eq. 2), floored at -120 LUFS."""
    return -0.691 + 10.0 * np.log10(np.maximum(energy, 1e-12))


class Loudness:
    """Feed every block in order, then ask."""

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._rate = sample_rate_hz
        self._filter = k_weighting(sample_rate_hz)
        self._state = np.zeros((channels, 4))
        self._parts: list[Energies] = []
        self._partial = 0.0
        self._fed = 0
        self._peak = TruePeak(channels)

    def feed(self, block: Block) -> None:
        """Take in a block of shape (channels, n)."""
        if not block.shape[1]:
            return
        power = np.empty(block.shape[1])
        k_weighted_power(block, self._filter, self._state, power)
        self._sum_parts(power)
        self._peak.feed(block)

    def _sum_parts(self, power: Energies) -> None:
        """Cut at every 20 ms of the whole stream, also at rates that 50 does not divide."""
        begin, end = self._fed, self._fed + len(power)
        self._fed = end
        first = int(begin / (self._rate * PART_S)) + 1
        last = int(end / (self._rate * PART_S)) + 1
        edges = np.ceil(np.arange(first, last + 1) * self._rate * PART_S - 1e-6).astype(np.int64) - begin
        edges = edges[(edges > 0) & (edges <= len(power))]
        sums = np.add.reduceat(power, np.concatenate([[0], edges[edges < len(power)]]))
        if len(edges) and edges[-1] == len(power):
            sums = np.append(sums, 0.0)
        sums[0] += self._partial
        self._partial = float(sums[-1])
        self._parts.append(sums[:-1] / (self._rate * PART_S))

    @property
    def parts(self) -> Energies:
        """K-weighted mean square of each whole 20 ms so far, summed over the channels."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0)

    @property
    def energies(self) -> Energies:
        """The same for each whole 100 ms."""
        parts = self.parts
        return np.asarray(parts[: len(parts) // PARTS * PARTS].reshape(-1, PARTS).mean(axis=1))

    def result(self) -> LoudnessResult:
        """Integrated loudness, loudness range, true peak and the momentary curve of all that was fed."""
        energies, unknown = self.energies, {}
        integrated = integrated_lufs(energies)
        if integrated is None:
            unknown["loudness_lufs"] = "nothing in it is louder than -70 LUFS for 0.4 s"
        span = range_lu(energies)
        if span is None:
            unknown["loudness_range_lu"] = "shorter than 3 s, or silent"
        peak = self._peak.dbtp()
        if peak is None:
            unknown["true_peak_dbtp"] = "digital silence"
        curve = momentary_curve(energies)
        if curve is None:
            unknown["loudness_curve"] = f"shorter than {STEP_S} s"
        return LoudnessResult(
            loudness_lufs=integrated,
            loudness_range_lu=span,
            true_peak_dbtp=peak,
            loudness_curve=curve,
            unknown=unknown,
        )


@cache
def k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the two K-weighting sections for any rate, shape (2, 6) as second-order sections.

    BS.1770-4 tabulates 48 kHz only; these are the analogue prototypes of that table under the bilinear transform,
    as published with libebur128.
    """
    f0, gain_db, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * f0 / sample_rate_hz)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [(high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - band * k / q + k * k) / a0]
    shelf += [1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    f0, q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * f0 / sample_rate_hz)
    a0 = 1 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    return np.array([shelf, high_pass])


def windowed(energies: Energies, steps: int) -> Energies:
    """Mean energy of each window of ``steps`` steps, shape (len - steps + 1,); empty if there are fewer."""
    if len(energies) < steps:
        return np.zeros(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(energies, steps).mean(axis=1))


def integrated_lufs(energies: Energies) -> float | None:
    """Gated loudness of the whole in LUFS (BS.1770-4 eq. 5-7), or None where no block passes the absolute gate."""
    blocks = windowed(energies, MOMENTARY_STEPS)
    blocks = blocks[to_lufs(blocks) > ABSOLUTE_GATE_LUFS]
    if not len(blocks):
        return None
    gate = to_lufs(blocks.mean()) + RELATIVE_GATE_LU
    return float(to_lufs(blocks[to_lufs(blocks) > gate].mean()))


def range_lu(energies: Energies) -> float | None:
    """Loudness range in LU (EBU Tech 3342): 10th to 95th percentile of gated short-term loudness."""
    blocks = windowed(energies, SHORT_TERM_STEPS)
    blocks = blocks[to_lufs(blocks) >= ABSOLUTE_GATE_LUFS]
    if not len(blocks):
        return None
    loud = to_lufs(blocks[to_lufs(blocks) >= to_lufs(blocks.mean()) + RANGE_GATE_LU])
    low, high = np.quantile(loud, [0.10, 0.95])
    return float(high - low)


def momentary_curve(energies: Energies) -> Curve | None:
    """Momentary loudness every half second, each value's 400 ms centred on its time, floored at -70 LUFS."""
    if not len(energies):
        return None
    padded = np.pad(energies, MOMENTARY_STEPS // 2)
    momentary = to_lufs(windowed(padded, MOMENTARY_STEPS))[:: round(CURVE_HOP_S / STEP_S)]
    return Curve(hop_s=CURVE_HOP_S, values=tuple(np.maximum(momentary, ABSOLUTE_GATE_LUFS).round(2).tolist()))


class TruePeak:
    """The highest point of the reconstructed waveform, by fourfold oversampling (BS.1770-4 Annex 2).

    As there with 12 taps a phase; the window is Kaiser's with a beta of 5: flat to 0.02 dB up to 0.35 of the rate.
    """

    PHASES, TAPS, BETA = 4, 12, 5.0

    def __init__(self, channels: int) -> None:
        window = ("kaiser", self.BETA)
        prototype = scipy.signal.firwin(self.PHASES * self.TAPS - 1, 1 / self.PHASES, window=window) * self.PHASES
        taps = np.append(prototype, 0.0).reshape(self.TAPS, self.PHASES)[::-1].T
        self._taps = np.ascontiguousarray(taps, np.float32)
        self._reach = float(np.abs(self._taps).sum(axis=1).max())
        self._tail = np.zeros((channels, self.TAPS - 1), np.float32)
        self._best = 0.0

    def feed(self, block: Block) -> None:
        """Take in a block of shape (channels, n)."""
        overlap = self.TAPS - 1
        self._look(np.concatenate([self._tail, block[:, :overlap]], axis=1))
        self._look(block)
        self._tail = np.concatenate([self._tail, block[:, -overlap:]], axis=1)[:, -overlap:]

    def _look(self, samples: Block) -> None:
        for channel in samples:
            self._best = highest_between(channel, self._taps, self._reach, self._best)

    def dbtp(self) -> float | None:
        """The peak in dBTP, or None for digital silence."""
        self._look(np.pad(self._tail, ((0, 0), (0, self.TAPS - 1))))
        return float(20 * np.log10(self._best)) if self._best > 0 else None
