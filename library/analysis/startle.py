"""Where could it startle?

Three ways to be startled. A *hit*: 100 ms far above the loudest 100 ms of the three seconds that end 100 ms earlier;
somewhat above is enough where an onset stands far above any of those seconds in one range of pitch. A click, counted
among the hits: too short to weigh in 100 ms, but its treble rises far above and its 20 ms are the loudest. A *surge*: a
second far above the second before.
Levels are K-weighted and floored 40 LU below the track's own loudness, so that the first note after a rest counts by
what is heard and not by how deep the silence was.

Thresholds are judgement; the acoustic startle reflex needs more (Blumenthal 2005, 10.1111/j.1469-8986.2005.00271.x),
and an anaesthetised listener is not asked. What stands 10 LU above the short-term loudness stands 5 to 8 LU above the
loudest 100 ms of calm music: hence 5.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from library.analysis.loudness import PART_S, Energies, to_lufs, windowed
from library.analysis.spectrum import FRAME, FRAMES_PER_S, SAMPLE_RATE_HZ
from library.track import Record, Startle, StartleEvent, StartleKind

BEFORE_S = 3.0
GAP_S = 0.1
"""What lies between a hit and what it is compared with, so that an attack of 0.1 s is not compared with itself."""
HIT_PARTS = 5
SECOND_PARTS = 50
FLOOR_LU = 40.0
LEAST_HIT_LU = 5.0
LEAST_SURGE_LU = 9.0
LEAST_ONSET_LU, LEAST_ONSET_DB = 3.0, 6.0
"""A hit with an onset: level, and onset strength in any range. Ten minutes of calm real solos have two of these."""
CLICKS = ((0.0, 10.0), (3.0, 3.0))
"""Rise of 20 ms in LU and of the treble's onset strength in dB: the clearer one is, the less is asked of the other."""
MOST_CLICK_LU = 15.0
"""A click's rise may be that of the treble alone: a person should hear it, nothing is refused for it unheard."""
NEAR_S = 0.06
"""A spectral frame is 93 ms long: the click lies within this of its middle."""
ENTRY_S = 4.0
"""The first seconds of the music are no startle: a piece always enters under a crossfade or a ramp of at least 4 s."""
APART_S = 1.0

Rises = NDArray[np.float64]


class StartleResult(Record, frozen=True, kw_only=True):
    """The answer, and why there is none."""

    startle: Startle | None
    unknown: dict[str, str]


def startle(
    parts: Energies, strength: NDArray[np.float32], loudness_lufs: float | None, music_from_s: float | None
) -> StartleResult:
    """Return every sudden rise, with its time and size in LU.

    Parameters
    ----------
    parts
        K-weighted energy of each 20 ms, from :class:`library.analysis.loudness.Loudness`.
    strength
        Onset strength in dB, shape (4, frames), the last row the treble, from :class:`library.analysis.onsets.Onsets`.
    loudness_lufs, music_from_s
        Loudness of the whole, and where its music begins. None where there is no music.
    """
    if loudness_lufs is None or music_from_s is None:
        return StartleResult(startle=None, unknown={"startle": "there is no music in it"})
    floor = loudness_lufs - FLOOR_LU
    begin = round((music_from_s + ENTRY_S) / PART_S)
    onsets = np.array([_onsets_above_before(band, len(parts)) for band in strength])
    hits = _events(_hits(parts, onsets.max(axis=0), floor), LEAST_ONSET_LU, begin, "hit")
    clicks = _events(_clicks(parts, onsets[-1], floor), min(db for _, db in CLICKS), begin, "hit")
    surges = _events(_surges(parts, floor), LEAST_SURGE_LU, begin, "surge")
    clear = [hit for hit in hits if hit.jump_lu >= LEAST_HIT_LU]
    clicks = _apart(clicks, clear)
    weak = _apart([hit for hit in hits if hit.jump_lu < LEAST_HIT_LU], clicks)
    ordered = tuple(sorted([*clear, *clicks, *weak, *surges], key=lambda event: (event.at_s, event.kind)))
    score = max((event.jump_lu for event in ordered), default=0.0)
    return StartleResult(startle=Startle(score=score, events=ordered), unknown={})


def _apart(events: list[StartleEvent], others: list[StartleEvent]) -> list[StartleEvent]:
    """Those that none of the others tells of already."""
    return [event for event in events if all(abs(event.at_s - other.at_s) > APART_S for other in others)]


def _above_before(parts: Energies, width: int, floor: float) -> Rises:
    """Rise of the window of ``width`` parts that begins at each part above the loudest such window before it, in LU."""
    levels = np.maximum(to_lufs(windowed(parts, width)), floor)
    gap = width + round(GAP_S / PART_S)
    return levels - _loudest_before(levels, gap, round(BEFORE_S / PART_S) - gap, floor)


def _loudest_before(levels: Rises, gap: int, width: int, outside: float) -> Rises:
    """The largest of the ``width`` values that end ``gap`` values before each."""
    padded = np.concatenate([np.full(gap + width - 1, outside), levels])
    loudest = ndimage.maximum_filter1d(padded, width, origin=-(width // 2), mode="nearest")
    return np.asarray(loudest[: len(levels)])


def _onsets_above_before(strength: NDArray[np.float32], count: int) -> Rises:
    """Rise of the onset strength near each part above all of the 3 s before it, in dB; shape (count,)."""
    values = strength.astype(np.float64)
    gap = round(GAP_S * FRAMES_PER_S)
    rises = values - _loudest_before(values, gap, round(BEFORE_S * FRAMES_PER_S) - gap, 0.0)
    middles = (np.arange(len(values)) / FRAMES_PER_S + FRAME / SAMPLE_RATE_HZ / 2) / PART_S
    at_parts = np.zeros(count)
    within = middles < count
    np.maximum.at(at_parts, middles[within].astype(np.int64), rises[within])
    return _near(at_parts)


def _near(values: Rises) -> Rises:
    """The largest within `NEAR_S` of each."""
    return np.asarray(ndimage.maximum_filter1d(values, 2 * round(NEAR_S / PART_S) + 1, mode="nearest"))


def _hits(parts: Energies, onsets: Rises, floor: float) -> Rises:
    """Rise of the 100 ms that begin at each part, in LU, 0 where it is too small for a hit."""
    rises = _above_before(parts, HIT_PARTS, floor)
    found = (rises >= LEAST_HIT_LU) | ((rises >= LEAST_ONSET_LU) & (onsets[: len(rises)] >= LEAST_ONSET_DB))
    return np.where(found, rises, 0.0)


def _clicks(parts: Energies, treble: Rises, floor: float) -> Rises:
    """Rise of level or treble at each part, whichever is larger, 0 where it is no click."""
    louder = _near(_above_before(parts, 1, floor))
    found = np.any([(louder > lu) & (treble >= db) for lu, db in CLICKS], axis=0)
    return np.where(found, np.minimum(np.maximum(louder, treble), MOST_CLICK_LU), 0.0)


def _surges(parts: Energies, floor: float) -> Rises:
    """Rise of the second that begins at each part above the second that ends there, in LU."""
    seconds = np.maximum(to_lufs(windowed(parts, SECOND_PARTS)), floor)
    rises = np.zeros(len(parts))
    if len(seconds) > SECOND_PARTS:
        rises[SECOND_PARTS : len(seconds)] = seconds[SECOND_PARTS:] - seconds[:-SECOND_PARTS]
    return rises


def _events(rises: Rises, least: float, begin: int, kind: StartleKind) -> list[StartleEvent]:
    """The largest rise of each cluster, clusters being a second apart, from part ``begin`` on."""
    found: list[int] = []
    for index in (np.flatnonzero(rises[begin:] >= least) + begin).tolist():
        if found and (index - found[-1]) * PART_S < APART_S:
            if rises[index] > rises[found[-1]]:
                found[-1] = index
        else:
            found.append(index)
    return [
        StartleEvent(at_s=round(index * PART_S, 2), jump_lu=round(float(rises[index]), 1), kind=kind) for index in found
    ]
