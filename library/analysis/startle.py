"""Where could it startle?

Two ways to be startled, both read from K-weighted energies: a *hit*, 100 ms far above the loudest 100 ms of three
seconds that end 100 ms earlier, so that a hit which begins within a step is not halved between two; and a *surge*, a
second far above the second before. Levels are floored 40 LU below the track's own loudness, so that the first note
after a rest counts by what is heard and not by how deep the silence was.
Thresholds are judgement: 6 LU is the smallest step that listeners call sudden in calm music; the acoustic startle
reflex needs more (Blumenthal 2005, 10.1111/j.1469-8986.2005.00271.x), and an anaesthetised listener is not asked.
"""

import numpy as np
from numpy.typing import NDArray

from library.analysis.loudness import STEP_S, Energies, to_lufs, windowed
from library.track import Record, Startle, StartleEvent, StartleKind

BEFORE_STEPS = 30
SECOND_STEPS = 10
FLOOR_LU = 40.0
LEAST_HIT_LU = 6.0
LEAST_SURGE_LU = 9.0
ENTRY_S = 4.0
"""The first seconds of the music are no startle: a piece always enters under a crossfade or a ramp of at least 4 s."""
APART_S = 1.0


class StartleResult(Record, frozen=True, kw_only=True):
    """The answer, and why there is none."""

    startle: Startle | None
    unknown: dict[str, str]


def startle(energies: Energies, loudness_lufs: float | None, music_from_s: float | None) -> StartleResult:
    """Return every sudden rise, with its time and size in LU."""
    if loudness_lufs is None or music_from_s is None:
        return StartleResult(startle=None, unknown={"startle": "there is no music in it"})
    floor = loudness_lufs - FLOOR_LU
    begin = round((music_from_s + ENTRY_S) / STEP_S)
    events = [
        *_events(_hits(energies, floor), LEAST_HIT_LU, begin, "hit"),
        *_events(_surges(energies, floor), LEAST_SURGE_LU, begin, "surge"),
    ]
    score = max((event.jump_lu for event in events), default=0.0)
    ordered = tuple(sorted(events, key=lambda event: (event.at_s, event.kind)))
    return StartleResult(startle=Startle(score=score, events=ordered), unknown={})


def _hits(energies: Energies, floor: float) -> NDArray[np.float64]:
    """Rise of each 100 ms above the loudest of the 3 s that end 100 ms before it, in LU."""
    levels = np.maximum(to_lufs(energies), floor)
    before = np.concatenate([np.full(BEFORE_STEPS + 1, floor), levels])
    loudest = np.lib.stride_tricks.sliding_window_view(before, BEFORE_STEPS).max(axis=1)[: len(levels)]
    return np.asarray(levels - loudest)


def _surges(energies: Energies, floor: float) -> NDArray[np.float64]:
    """Rise of the second that begins at each 100 ms above the second that ends there, in LU."""
    seconds = np.maximum(to_lufs(windowed(energies, SECOND_STEPS)), floor)
    rises = np.zeros(len(energies))
    if len(seconds) > SECOND_STEPS:
        rises[SECOND_STEPS : len(seconds)] = seconds[SECOND_STEPS:] - seconds[:-SECOND_STEPS]
    return rises


def _events(rises: NDArray[np.float64], least_lu: float, begin: int, kind: StartleKind) -> list[StartleEvent]:
    """The largest rise of each cluster, clusters being a second apart, from step ``begin`` on."""
    found: list[int] = []
    for index in (np.flatnonzero(rises[begin:] >= least_lu) + begin).tolist():
        if found and (index - found[-1]) * STEP_S < APART_S:
            if rises[index] > rises[found[-1]]:
                found[-1] = index
        else:
            found.append(index)
    return [
        StartleEvent(at_s=round(index * STEP_S, 1), jump_lu=round(float(rises[index]), 1), kind=kind) for index in found
    ]
