"""The signals of EBU Tech 3341 (v4, 2023, table 1) and Tech 3342 that can be synthesised, with what a meter must read.

Cases 7 and 8 of 3341, 5 and 6 of 3342 are recordings. Case 6 of 3341 has five channels: see `five_channels`.
Tones are stereo at 1 kHz; levels are peaks in dBFS. Tolerances: 0.1 LU, 1 LU for the range, +0.2/-0.4 dB for true peak.
"""

from collections.abc import Iterator

import numpy as np
from scipy import signal

from tests.sounds import Sound, in_channels, joined, silence, times_s, tone

LEVEL_LU, RANGE_LU = 0.1, 1.0
PEAK_DB = (-0.4, 0.2)

Steps = list[tuple[float, float]]
"""Tones one after the other: (level in dBFS, seconds)."""

INTEGRATED: dict[int, tuple[Steps, float]] = {
    1: ([(-23, 20)], -23.0),
    2: ([(-33, 20)], -33.0),
    3: ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
    4: ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
    5: ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
}
RANGE: dict[int, tuple[Steps, float]] = {
    1: ([(-20, 20), (-30, 20)], 10.0),
    2: ([(-20, 20), (-15, 20)], 5.0),
    3: ([(-40, 20), (-20, 20)], 20.0),
    4: ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15.0),
}
CONSTANT: dict[int, tuple[Steps, float, float]] = {
    9: ([(-20, 1.34), (-30, 1.66)] * 5, 3.0, 3.0),
    12: ([(-20, 0.18), (-30, 0.22)] * 25, 0.4, 1.0),
}
"""Short-term and momentary loudness that must read -23 throughout: (tones, window in s, from this second on)."""
PEAKS: dict[int, tuple[float, float, float, float]] = {
    15: (4, 0.0, 0.50, -6.0),
    16: (4, 45.0, 0.50, -6.0),
    17: (6, 60.0, 0.50, -6.0),
    18: (8, 67.5, 0.50, -6.0),
    19: (4, 45.0, 1.41, 3.0),
}
"""(sample rate over frequency, phase in degrees, amplitude, dBTP)."""
BETWEEN = {20: 0, 21: 1, 22: 2, 23: 3}
"""The cycle between the samples reads 0 dBTP wherever the samples fall: offset at four times the rate."""


def tones(steps: Steps, rate_hz: int) -> Sound:
    """Stereo tones one after the other."""
    return joined(*(tone(1000, seconds, level, rate_hz=rate_hz, channels=2) for level, seconds in steps))


def segments(case: int, rate_hz: int) -> Iterator[tuple[Sound, float]]:
    """Cases 10 and 13, (segment, loudest reading): a tone as long as the window, beginning at any time.

    Each is a file of its own.
    """
    step_s, length_s = {10: (0.15, 3.0), 13: (0.02, 0.4)}[case]
    for i in range(20):
        parts = (silence(i * step_s, rate_hz=rate_hz, channels=2), tones([(-23, length_s)], rate_hz))
        yield joined(*parts, silence(1, rate_hz=rate_hz, channels=2)), -23.0


def rising(case: int, rate_hz: int) -> tuple[Sound, list[tuple[float, float]]]:
    """Cases 11 and 14 in one stream, and (end of the segment in s, loudest reading so far)."""
    step_s, length_s = {11: (0.15, 3.0), 14: (0.02, 0.4)}[case]
    parts, readings = [], []
    for i in range(20):
        rests = (silence(pause_s, rate_hz=rate_hz, channels=2) for pause_s in (i * step_s, length_s - i * step_s))
        parts += [next(rests), tones([(-38 + i, length_s)], rate_hz), next(rests)]
        readings.append(((i + 1) * 2 * length_s, -38.0 + i))
    return joined(*parts), readings


def peak(case: int, rate_hz: int) -> tuple[Sound, float]:
    """Cases 15 to 19, and the true peak: a tone whose highest points fall between the samples, without a splash."""
    divisor, phase_deg, amplitude, dbtp = PEAKS[case]
    fade = np.clip(np.minimum(times_s(1, rate_hz), 1 - times_s(1, rate_hz)) * 20, 0, 1)
    level_dbfs = 20 * np.log10(amplitude)
    wave = tone(rate_hz / divisor, 1, level_dbfs, rate_hz=rate_hz, channels=2, phase=np.radians(phase_deg))
    return fade * wave, dbtp


def cycle_between(case: int, rate_hz: int) -> tuple[Sound, float]:
    """Cases 20 to 23, and the true peak: one cycle at full scale in a tone of half, made at four times the rate."""
    count, period = 4 * rate_hz, 24
    fine = 0.5 * np.sin(2 * np.pi * np.arange(count) / period)
    begin = count // 2 // period * period
    fine[begin : begin + period] *= 2
    fade = np.clip(np.minimum(np.arange(count), count - np.arange(count)) / (0.2 * rate_hz), 0, 1)
    low = signal.firwin(4 * 48 + 1, 0.25, window=("kaiser", 5.0))
    return in_channels(signal.convolve(fade * fine, low, mode="same")[BETWEEN[case] :: 4], 2), 0.0


def five_channels(rate_hz: int) -> Sound:
    """Case 6 in 5.1 with a silent low-frequency channel: -23 LUFS of five loudspeakers."""
    levels = (-28.0, -28.0, -24.0, None, -30.0, -30.0)
    rows = [silence(20, rate_hz=rate_hz) if db is None else tone(1000, 20, db, rate_hz=rate_hz) for db in levels]
    return np.concatenate(rows)
