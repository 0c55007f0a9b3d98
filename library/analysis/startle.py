"""Where could it startle?

Three ways to be startled. A *hit*: 100 ms far above the loudest 100 ms of the three seconds that end 100 ms earlier. A
click, counted among the hits: too short to weigh in 100 ms, but its treble rises far above any onset of those three
seconds and its 20 ms are the loudest of them. A *surge*: a second far above the second before.
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
LEAST_CLICK_DB = 10.0
"""Rise of the treble's onset strength; the calm pieces tuned on stay below 4, real ones mostly below 8."""
MOST_CLICK_LU = 15.0
"""A click's rise is that of the treble alone: a person should hear it, nothing is refused for it unheard."""
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
    hits = _events(_above_before(parts, HIT_PARTS, floor), LEAST_HIT_LU, begin, "hit")
    clicks = _events(_clicks(parts, strength, floor), LEAST_CLICK_DB, begin, "hit")
    surges = _events(_surges(parts, floor), LEAST_SURGE_LU, begin, "surge")
    alone = [click for click in clicks if all(abs(click.at_s - hit.at_s) > APART_S for hit in hits)]
    ordered = tuple(sorted([*hits, *alone, *surges], key=lambda event: (event.at_s, event.kind)))
    score = max((event.jump_lu for event in ordered), default=0.0)
    return StartleResult(startle=Startle(score=score, events=ordered), unknown={})


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


def _clicks(parts: Energies, strength: NDArray[np.float32], floor: float) -> Rises:
    """Rise of the treble's onset strength above all in the 3 s before, in dB, where 20 ms are louder than they were."""
    treble = strength[-1].astype(np.float64)
    gap = round(GAP_S * FRAMES_PER_S)
    rises = treble - _loudest_before(treble, gap, round(BEFORE_S * FRAMES_PER_S) - gap, 0.0)
    louder = ndimage.maximum_filter1d(_above_before(parts, 1, floor), 2 * round(NEAR_S / PART_S) + 1, mode="nearest")
    found = np.zeros(len(parts))
    frames = np.flatnonzero(rises >= LEAST_CLICK_DB)
    at = ((frames / FRAMES_PER_S + FRAME / SAMPLE_RATE_HZ / 2) / PART_S).astype(np.int64)
    heard = (at < len(parts)) & (louder[np.minimum(at, len(parts) - 1)] > 0)
    np.maximum.at(found, at[heard], np.minimum(rises[frames[heard]], MOST_CLICK_LU))
    return found


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
