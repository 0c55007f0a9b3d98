"""Where does the music begin and end, and where inside does it fall silent?

Read from the K-weighted energies of each 20 ms, against the track's own loudness: played at -20 LUFS, music 36 LU
below its mean lies near -56 LUFS, which headphones in a quiet room give as silence (judgement; DOMAIN "no dead air").
"""

import numpy as np
from numpy.typing import NDArray

from library.analysis.loudness import PART_S, Energies, to_lufs
from library.track import Record, Span

QUIET_LU = 36.0
SHORTEST_QUIET_S = 0.5
EDGE_S = 0.05
"""What a silence loses at its edges: two parts that are silent by halves, and the weighting's own decay."""


class EdgesResult(Record, frozen=True, kw_only=True):
    """First and last moment above silence, and the silent spans between; all None and empty for silence."""

    music_from_s: float | None
    music_to_s: float | None
    quiet_spans: tuple[Span, ...]
    unknown: dict[str, str]


def edges(parts: Energies, loudness_lufs: float | None, duration_s: float) -> EdgesResult:
    """Find the music's edges and gaps in the 20 ms energies of :class:`library.analysis.loudness.Loudness`."""
    if loudness_lufs is None:
        unknown = dict.fromkeys(["music_from_s", "music_to_s"], "there is no music in it")
        return EdgesResult(music_from_s=None, music_to_s=None, quiet_spans=(), unknown=unknown)
    audible = to_lufs(parts) > loudness_lufs - QUIET_LU
    heard = np.flatnonzero(audible)
    first, last = int(heard[0]), int(heard[-1]) + 1
    spans = [
        Span(from_s=round((first + a) * PART_S, 2), to_s=round((first + b) * PART_S, 2))
        for a, b in _runs(~audible[first:last])
        if (b - a) * PART_S >= SHORTEST_QUIET_S - EDGE_S
    ]
    to_s = duration_s if last == len(parts) else last * PART_S
    return EdgesResult(music_from_s=first * PART_S, music_to_s=to_s, quiet_spans=tuple(spans), unknown={})


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end of each run of True."""
    steps = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True))
