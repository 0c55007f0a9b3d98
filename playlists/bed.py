"""What is heard before the session begins, and when nothing else can be had: calm music that loops unheard.

The calmest minute or two of the library: cleared, instrumental, without a hit, a surge or a silence. Its end is crossed
into its own beginning, so that a player may go round for as long as it must. It lasts a multiple of 1,024 samples: a
decoder of AAC then adds nothing at the end.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from library.audio import Block
from library.track import Analysis, Record, Track
from playlists.playlist import SAMPLE_RATE_HZ

LENGTHS_S = (120.0, 60.0)
"""The first that some track has room for."""
CROSS_S = 8.0
"""Judgement: as long as a slow crossfade between pieces."""
FRAME = 1024
EDGE_S = 4.0
"""Judgement: a piece's own first and last seconds often fade."""
NOISE_ABOVE = 1.0
"""What the spread of the energy costs beside its mean: even music makes the better loop (judgement)."""


class Bed(Record, frozen=True, kw_only=True):
    """A stretch to loop: ``samples`` of it, after which ``CROSS_S`` more are crossed into the beginning."""

    track_id: str
    from_s: float
    samples: int

    @property
    def length_s(self) -> float:
        """How long one round is."""
        return self.samples / SAMPLE_RATE_HZ


def choose_bed(tracks: Iterable[Track]) -> Bed | None:
    """The calmest stretch of all cleared instrumental music; ``None`` where none is long enough."""
    calm = [
        track
        for track in tracks
        if track.verdict.status == "cleared" and track.analysis.vocals.verdict == "instrumental"
    ]
    for length_s in LENGTHS_S:
        frames = round(length_s * SAMPLE_RATE_HZ / FRAME) * FRAME
        whole_s = int(np.ceil(frames / SAMPLE_RATE_HZ + CROSS_S))
        found = [(cost, track.track_id, at_s) for track in calm for cost, at_s in _calmest(track.analysis, whole_s)]
        if found:
            _, track_id, at_s = min(found)
            return Bed(track_id=track_id, from_s=at_s, samples=frames)
    return None


def _calmest(analysis: Analysis, whole_s: int) -> list[tuple[float, float]]:
    """The cost of the calmest stretch of so many seconds, and where it begins; nothing where there is none."""
    curve = analysis.energy_curve
    first = int(np.ceil((analysis.music_from_s or 0.0) + EDGE_S))
    end_s = analysis.duration_s if analysis.music_to_s is None else analysis.music_to_s
    last = int(end_s - EDGE_S) - whole_s
    if curve is None or not curve.values or last < first:
        return []
    seconds = np.arange(first, last + whole_s)
    energy = np.interp(seconds + 0.5, curve.hop_s * np.arange(len(curve.values)), curve.values)
    bad = np.zeros(len(seconds))
    for span in analysis.quiet_spans:
        bad[(seconds + 1 > span.from_s) & (seconds < span.to_s)] = 1.0
    for event in analysis.startle.events if analysis.startle else ():
        bad[seconds == int(event.at_s)] = 1.0
    mean, square, faults = (_means(values, whole_s) for values in (energy, energy**2, bad))
    cost = np.round(mean + NOISE_ABOVE * np.sqrt(np.maximum(square - mean**2, 0.0)), 6)
    usable = np.flatnonzero(faults == 0.0)
    if not len(usable):
        return []
    best = int(usable[np.argmin(cost[usable])])
    return [(float(cost[best]), float(first + best))]


def _means(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The mean of each ``count`` values in a row."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(np.round((sums[count:] - sums[:-count]) / count, 9))


def looped(sound: Block, samples: int) -> Block:
    """One round of a loop: the beginning comes in while what follows on its end goes out.

    Parameters
    ----------
    sound
        Shape (2, n), with n at least ``samples`` and a crossfade more.
    """
    cross = round(CROSS_S * SAMPLE_RATE_HZ)
    angle = (np.arange(cross) + 0.5) * (np.pi / 2 / cross)
    round_ = sound[:, :samples].copy()
    round_[:, :cross] = sound[:, :cross] * np.sin(angle) + sound[:, samples : samples + cross] * np.cos(angle)
    return np.ascontiguousarray(round_, dtype=np.float32)
