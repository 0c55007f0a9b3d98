"""How loud should each moment of a track be played?

One gain for the whole track brings its integrated loudness to the target (ITU-R BS.1770-4, EBU R 128). On top, a slow
levelling moves loud and quiet stretches part of the way towards each other, so that a patient who set a comfortable
level at the start is neither startled nor left without music, while the music keeps most of its shape.

Conventions: gains in dB; a curve's times count from the item's start; between its values lines, after the last it
stays. Levelling is computed in hundredths of a dB, so that it is the same on every machine.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from library.track import Analysis, Curve
from playlists.errors import BadRequest, PlaylistError

TARGET_LUFS = -20.0
TARGET_RANGE_LUFS = (-30.0, -16.0)
"""The clinic's choice; DOMAIN "Safety"."""
MOST_GAIN_DB = 12.0
"""Judgement: more would raise the noise of a quiet recording into the room."""
SHORT_TERM_S = 3.0
"""The window of short-term loudness, EBU Tech 3341."""
LEVELLING_RATIO = 0.3
"""Judgement: the share of a stretch's distance from the track's loudness that is taken away."""
LEVELLING_MOST_DB = 3.0
"""Judgement: about the smallest change of level that is plainly heard as one, and only over many seconds."""
SLOPE_DB_PER_S = 0.25
"""Judgement: 3 dB take 12 s, far below what is heard as a change of volume."""
NEAR_SILENCE_LUFS = -50.0
"""Judgement: what is quieter is a pause or a tail; lifting it would lift hiss."""
HOP_S = 1.0


class UnknownLoudness(PlaylistError):
    """A track whose loudness was not measured has no right level; it is never given a default one."""

    code = "unknown_loudness"


def gain_curve(analysis: Analysis, from_s: float, to_s: float, target_lufs: float = TARGET_LUFS) -> Curve:
    """The gain in dB of a track's stretch ``from_s`` to ``to_s``, one value a second.

    Parameters
    ----------
    analysis
        Must know ``loudness_lufs`` and ``loudness_curve``.
    from_s, to_s
        The stretch in the track, in seconds.
    target_lufs
        -30 to -16.

    Returns
    -------
    Curve
        At most +12 dB anywhere; neighbouring values differ by at most 0.25 dB.

    Raises
    ------
    UnknownLoudness
        Where either measure is ``None``.
    BadRequest
        For a stretch outside the track or a target out of range.
    """
    if not TARGET_RANGE_LUFS[0] <= target_lufs <= TARGET_RANGE_LUFS[1]:
        raise BadRequest(f"A target of {target_lufs} LUFS is outside {TARGET_RANGE_LUFS[0]} to {TARGET_RANGE_LUFS[1]}.")
    if not 0 <= from_s < to_s:
        raise BadRequest(f"A stretch from {from_s} to {to_s} s is none.")
    for field in ("loudness_lufs", "loudness_curve"):
        if getattr(analysis, field) is None:
            raise UnknownLoudness(f"{field} is unknown: {analysis.unknown.get(field, 'no reason was recorded')}")
    assert analysis.loudness_lufs is not None
    assert analysis.loudness_curve is not None
    base_db = min(target_lufs - analysis.loudness_lufs, MOST_GAIN_DB)
    times_s = from_s + HOP_S * np.arange(math.floor((to_s - from_s) / HOP_S) + 1, dtype=np.float64)
    levelling_db = _levelling(analysis.loudness_curve, analysis.loudness_lufs, times_s)
    gains_db = np.minimum(round(base_db, 2) + levelling_db, MOST_GAIN_DB)
    return Curve(hop_s=HOP_S, values=tuple(round(float(gain), 2) for gain in gains_db))


def amplitudes(curve: Curve, at_s: float, count: int, sample_rate_hz: int) -> NDArray[np.float64]:
    """The factor of each of ``count`` samples from ``at_s`` on, shape (count,): the curve as amplitude."""
    times_s = at_s + np.arange(count) / sample_rate_hz
    gains_db = np.interp(times_s, curve.hop_s * np.arange(len(curve.values)), curve.values)
    return np.asarray(np.exp(gains_db * (math.log(10.0) / 20.0)))


def _levelling(momentary: Curve, loudness_lufs: float, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each moment is moved towards the track's loudness, in dB, shape of ``times_s``."""
    momentary_lufs = np.asarray(momentary.values, dtype=np.float64)
    window = max(1, round(SHORT_TERM_S / momentary.hop_s))
    power = uniform_filter1d(10.0 ** (momentary_lufs / 10.0), window, mode="nearest")
    short_term_lufs = 10.0 * np.log10(np.maximum(power, 1e-10))
    wished_db = np.clip(LEVELLING_RATIO * (loudness_lufs - short_term_lufs), -LEVELLING_MOST_DB, LEVELLING_MOST_DB)
    near_silence = momentary_lufs < NEAR_SILENCE_LUFS
    wished_db[near_silence] = np.minimum(wished_db[near_silence], 0.0)
    return _slowed(_lowest_around(wished_db, momentary.hop_s, times_s)) / 100.0


def _lowest_around(wished_db: NDArray[np.float64], hop_s: float, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """The least wish within one hop of each time, in hundredths of a dB: a line between two values never exceeds it."""
    first = np.clip(np.floor((times_s - HOP_S) / hop_s).astype(int), 0, len(wished_db) - 1)
    stop = np.clip(np.ceil((times_s + HOP_S) / hop_s).astype(int) + 1, 1, len(wished_db))
    lowest = [wished_db[a:b].min() for a, b in zip(first, np.maximum(stop, first + 1), strict=True)]
    return np.rint(100.0 * np.asarray(lowest)).astype(np.int64)


def _slowed(wished: NDArray[np.int64]) -> NDArray[np.int64]:
    """The highest curve nowhere above the wish whose steps are at most the slope (hundredths of a dB, one a hop)."""
    ramp = round(100 * SLOPE_DB_PER_S * HOP_S) * np.arange(len(wished))
    from_the_left = np.minimum.accumulate(wished - ramp) + ramp
    from_the_right = np.minimum.accumulate((wished + ramp)[::-1])[::-1] - ramp
    return np.minimum(from_the_left, from_the_right)
