"""Was what a room heard what was decided? Judged on the recording of its output against the decoded session file.

Conventions: 48 kHz mono float32; times in seconds of the recording, places in seconds of the music; levels in dB. The
loudness of 0.4 s is K-weighted (ITU-R BS.1770-5 "momentary"), one value each 0.1 s.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate, lfilter

from tests.walk.heard import RATE_HZ, Sound, rms

STEP_S = 0.1
MOMENT_S = 0.4
HOP_S = 0.01
AUDIBLE_DBFS = -60.0
SILENT_DBFS = -80.0
FLOOR_LU = -70.0
ALIKE = 0.9
LOST_S = 0.02
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Where one window of the recording is in the music; ``likeness`` is 1 where both are the same but for the gain."""

    at_s: float
    place_s: float
    likeness: float
    gain_db: float


def place_of(
    heard: Sound, music: Sound, at_s: float, about_s: float, reach_s: float = 6.0, size_s: float = 2.0
) -> Place:
    """The window of ``size_s`` at ``at_s``, looked for around ``about_s`` of the music."""
    size, start = round(size_s * RATE_HZ), round(at_s * RATE_HZ)
    window = heard[start : start + size].astype(np.float64)
    low = max(0, round((about_s - reach_s) * RATE_HZ))
    around = music[low : round((about_s + reach_s + size_s) * RATE_HZ)].astype(np.float64)
    energy = np.cumsum(np.concatenate([[0.0], around**2]))
    power = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-12) * max(float(window @ window), 1e-12))
    likeness = correlate(around, window, mode="valid", method="fft") / power
    best = int(np.argmax(likeness))
    there = around[best : best + size].astype(np.float32)
    gain_db = 20 * np.log10(max(rms(window.astype(np.float32)), 1e-9) / max(rms(there), 1e-9))
    return Place(at_s, (low + best) / RATE_HZ, float(likeness[best]), float(gain_db))


def music_at(heard: Sound, music: Sound, at_s: float, about_s: float, reach_s: float = 6.0) -> Place:
    """As `place_of`, for two seconds in which some milliseconds may have been lost: of its four quarters three count.

    An audio server that comes too late on a busy machine leaves a few samples out. That is no silence and no jump, but
    what comes before and after it is no longer one with the music at one place.
    """
    whole = place_of(heard, music, at_s, about_s, reach_s)
    if whole.likeness > ALIKE:
        return whole
    quarters = [
        place_of(heard, music, at_s + late_s, about_s + late_s, reach_s, 0.5) for late_s in (0.0, 0.5, 1.0, 1.5)
    ]
    good = [one for one in quarters if one.likeness > ALIKE]
    offsets = [one.place_s - one.at_s for one in good]
    if len(good) < 3 or np.ptp(offsets) > LOST_S:
        return whole
    return Place(at_s, at_s + float(np.median(offsets)), min(one.likeness for one in good), whole.gain_db)


def first_audible_s(heard: Sound, after_s: float = 0.0) -> float | None:
    """When something is first heard at or after a time; None if nothing is."""
    found = np.flatnonzero(np.abs(heard[round(after_s * RATE_HZ) :]) > 10 ** (AUDIBLE_DBFS / 20))
    return after_s + float(found[0]) / RATE_HZ if len(found) else None


def silence_after_s(heard: Sound, after_s: float, lasts_s: float = 0.05) -> float:
    """When the first silence that lasts so long begins at or after a time; the recording's end where none does."""
    hop = round(HOP_S * RATE_HZ)
    start = round(after_s * RATE_HZ)
    silent = _levels(heard, start, len(heard) // hop, hop) < SILENT_DBFS
    count = round(lasts_s / HOP_S)
    runs = np.convolve(silent, np.ones(count), "valid") == count
    found = np.flatnonzero(runs)
    return after_s + float(found[0]) * HOP_S if len(found) else len(heard) / RATE_HZ


def ramp_s(heard: Sound, music: Sound, at_s: float, place_s: float, gain_db: float) -> float:
    """How long the ramp is that begins about ``at_s``, by the slope of the square root of the gain (ramp.js).

    Raises
    ------
    AssertionError
        It goes more than 1 dB above its end.
    """
    hop = round(STEP_S * RATE_HZ)
    mine = _levels(heard, round(at_s * RATE_HZ), 60, hop)
    own = _levels(music, round(place_s * RATE_HZ), 60, hop)
    gains_db = mine - own - gain_db
    assert gains_db.max() <= 1.0, f"the ramp overshoots by {gains_db.max():.1f} dB"
    there = np.flatnonzero(gains_db > -1.0)
    rising = np.arange(len(gains_db)) < (there[0] if len(there) else len(gains_db))
    used = rising & (gains_db > -30.0)
    assert used.sum() >= 4, f"no ramp: {np.round(gains_db[:12], 1)}"
    slope = np.polyfit(np.flatnonzero(used) * STEP_S, 10 ** (gains_db[used] / 40), 1)[0]
    return float(1.0 / slope)


def longest_silence_s(heard: Sound, from_s: float, to_s: float) -> float:
    """The longest silence between two times, in steps of 10 ms."""
    hop = round(HOP_S * RATE_HZ)
    return _longest_s(_levels(heard, round(from_s * RATE_HZ), int((to_s - from_s) / HOP_S), hop) < SILENT_DBFS)


def _longest_s(found: NDArray[np.bool_]) -> float:
    edges = np.diff(np.concatenate([[0], found.astype(np.int8), [0]]))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return float(lengths.max(initial=0)) * HOP_S


def longest_hole_s(heard: Sound, music: Sound, from_s: float, to_s: float, place_s: float, gain_db: float) -> float:
    """The longest silence between two times where the music itself, at its gain, is no silence.

    ``place_s`` is where the music is at ``from_s``.
    """
    hop = round(HOP_S * RATE_HZ)
    count = int((to_s - from_s) / HOP_S)
    mine = _levels(heard, round(from_s * RATE_HZ), count, hop)
    own = _levels(music, round(place_s * RATE_HZ), count, hop) + gain_db
    return _longest_s((mine < SILENT_DBFS) & (own[: len(mine)] > AUDIBLE_DBFS))


def _levels(sound: Sound, start: int, count: int, hop: int) -> Values:
    blocks = sound[start : start + count * hop].astype(np.float64)
    blocks = blocks[: len(blocks) // hop * hop].reshape(-1, hop)
    return np.asarray(10 * np.log10(np.maximum(np.mean(blocks**2, axis=1), 1e-12)))


def worst_rise_lu(heard: Sound, music: Sound, from_s: float, to_s: float, place_s: float) -> float:
    """How much more the loudness rises within 1 s than the music's own at the same place, at most; in LU."""
    mine = momentary(heard[round(from_s * RATE_HZ) : round(to_s * RATE_HZ)])
    own = momentary(music[round(place_s * RATE_HZ) : round((place_s + to_s - from_s) * RATE_HZ)])
    second = round(1 / STEP_S)
    rise, its = mine[second:] - mine[:-second], own[second:] - own[:-second]
    count = min(len(rise), len(its))
    return float((rise[:count] - np.maximum(its[:count], 0.0)).max(initial=-np.inf))


def momentary(sound: Sound) -> Values:
    """Momentary loudness, one value each 0.1 s, not below -70 LUFS."""
    weighted = lfilter(*_SHELF, lfilter(*_HIGH_PASS, sound.astype(np.float64)))
    power = np.concatenate([[0.0], np.cumsum(weighted**2)])
    size, step = round(MOMENT_S * RATE_HZ), round(STEP_S * RATE_HZ)
    starts = np.arange(0, max(0, len(sound) - size + 1), step)
    mean = (power[starts + size] - power[starts]) / size
    return np.asarray(np.maximum(-0.691 + 10 * np.log10(np.maximum(mean, 1e-12)), FLOOR_LU))


_SHELF = (
    [1.53512485958697, -2.69169618940638, 1.19839281085285],
    [1.0, -1.69065929318241, 0.73248077421585],
)
_HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
"""The two filters of BS.1770-5 at 48 kHz."""
