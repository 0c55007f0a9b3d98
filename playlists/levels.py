"""How loud should each moment of a track be played?

One gain for the whole track brings its integrated loudness to the target (ITU-R BS.1770-4, EBU R 128). That alone
leaves a quiet introduction inaudible and a swell too loud, so a slow levelling is added: what stays far below or above
the track's loudness for long is moved most of the way back, by at most 1 dB in 10 s. What changes faster is music and
keeps its shape: soft passages between loud ones are not followed, so nothing pumps.

How. The *envelope* is the short-term loudness with its soft gaps filled (a morphological closing): alternating loud and
soft passages have a level envelope, a long introduction keeps its edges. What the envelope misses the track's loudness
by, beyond a range left alone, is the wish; the levelling is the highest curve nowhere above the wish that is slow
enough. So no moment comes out louder than wished, and a lift is gone when what is loud begins.

Conventions: gains in dB; a curve's times count from the item's start; between its values lines, after the last it
stays. Levelling is computed in hundredths of a dB over the whole track, so that it is the same on every machine and
for every stretch of it.
"""

import math

import numpy as np
import scipy
from numpy.typing import NDArray

from library.track import Analysis, Curve
from playlists.errors import BadRequest, PlaylistError

TARGET_LUFS = -20.0
TARGET_RANGE_LUFS = (-30.0, -16.0)
"""The clinic's choice; DOMAIN "Safety"."""
MOST_GAIN_DB = 12.0
"""Judgement: more would raise the noise of a quiet recording into the room."""
SHORT_TERM_S = 3.0
"""The window of short-term loudness, EBU Tech 3341."""
GAP_S = 45.0
"""Judgement: soft passages shorter than this are part of the music, at the track's ends those shorter than half."""
LEFT_ALONE_LU = 2.0
"""Judgement: an envelope this close to the track's loudness is left as it is."""
LEVELLING_RATIO = 0.75
"""Judgement: the share of the distance beyond that is taken away. Of 15 LU below, 5 stay."""
LEVELLING_MOST_DB = 10.0
"""Judgement: what is further off is meant to be."""
SLOPE_DB_PER_S = 0.1
"""1 LU in 10 s: slower than music itself changes, so that it is not heard as somebody at the volume knob."""
NEAR_SILENCE_LUFS = -50.0
"""Judgement: what is quieter is a pause or a tail; lifting it would lift hiss."""
HOP_S = 1.0
NEPERS_PER_DB = math.log(10.0) / 20.0


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
        At most +12 dB anywhere; neighbouring values differ by at most 0.1 dB.

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
    known = analysis.loudness_curve
    levelling = _levelling(known, analysis.loudness_lufs)
    at_times = np.rint(np.interp(times_s, known.hop_s * np.arange(len(levelling)), levelling))
    gains_db = np.minimum(round(base_db, 2) + at_times / 100.0, MOST_GAIN_DB)
    return Curve(hop_s=HOP_S, values=tuple(round(float(gain), 2) for gain in gains_db))


def _levelling(momentary: Curve, loudness_lufs: float) -> NDArray[np.int64]:
    """How far each value of the curve is moved towards the track's loudness, in hundredths of a dB."""
    envelope_lufs = _envelope(momentary)
    missing_lu = loudness_lufs - envelope_lufs
    beyond_lu = np.sign(missing_lu) * np.maximum(np.abs(missing_lu) - LEFT_ALONE_LU, 0.0)
    wished_db = np.clip(LEVELLING_RATIO * beyond_lu, -LEVELLING_MOST_DB, LEVELLING_MOST_DB)
    wished_db[envelope_lufs < NEAR_SILENCE_LUFS] = 0.0
    return _slowed(np.rint(100.0 * wished_db).astype(np.int64), momentary.hop_s)


def _envelope(momentary: Curve) -> NDArray[np.float64]:
    """Short-term loudness with gaps shorter than ``GAP_S`` filled up to the lower of their edges."""
    window = max(1, round(SHORT_TERM_S / momentary.hop_s))
    power = scipy.ndimage.uniform_filter1d(
        10.0 ** (np.asarray(momentary.values, np.float64) / 10.0), window, mode="nearest"
    )
    short_term_lufs = 10.0 * np.log10(np.maximum(power, 1e-12))
    gap = 2 * round(GAP_S / 2.0 / momentary.hop_s) + 1
    highest = scipy.ndimage.maximum_filter1d(short_term_lufs, gap, mode="constant", cval=-np.inf)
    return np.asarray(scipy.ndimage.minimum_filter1d(highest, gap, mode="constant", cval=np.inf))


def _slowed(wished: NDArray[np.int64], hop_s: float) -> NDArray[np.int64]:
    """The highest curve nowhere above the wish that moves by at most the slope (hundredths of a dB)."""
    ramp = np.floor(100 * SLOPE_DB_PER_S * hop_s * np.arange(len(wished)) + 1e-6).astype(np.int64)
    from_the_left = np.minimum.accumulate(wished - ramp) + ramp
    from_the_right = np.minimum.accumulate((wished + ramp)[::-1])[::-1] - ramp
    return np.asarray(np.minimum(from_the_left, from_the_right))
