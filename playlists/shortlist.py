"""Which few tracks of a library are worth trying in the open part of a list?

Where a piece of the list is gone, first those that fill its gap best: about as long, and near the arc there. Then each
track is compared with the arc at a row of times in the open part, and round by round the next best of every time is
taken, so that no time is left without choice.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from playlists.cost import SCALE, WEIGHT, Features, Ints, Wide

FOR_A_GAP = 24
"""Tracks taken for each gap, in so far as all gaps leave room for others. Judgement."""
TIMES = 16
"""Times at which tracks are compared. Judgement: more than a session has pieces."""
PARTS = 4
"""A track's energy is compared in so many parts of its length."""
TYPICAL_S = 240.0


def shortlist(
    features: Features, anywhere: Ints, wished: Wide, open_s: int, most: int, gaps: Sequence[tuple[int, int]] = ()
) -> list[int]:
    """Numbers of at most ``most`` tracks, rising.

    Parameters
    ----------
    features
        Of the tracks to choose from.
    anywhere
        Shape (n,): what each track costs wherever it is played.
    wished
        Wished intensity in 1/1000 at each second of the session.
    open_s
        The first second that is open.
    gaps
        Where pieces are gone: the second at which each began, and for how many it was heard.
    """
    if len(features.energy) <= most:
        return list(range(len(features.energy)))
    means = _means(features)
    chosen: list[int] = []
    for start_s, heard_s in gaps:
        guess = _misfit(features, means, wished, np.array([start_s]), heard_s)[:, 0] + anywhere
        guess = guess + np.rint(np.abs(features.length_s - heard_s) * (WEIGHT["cut"] * SCALE)).astype(np.int64)
        chosen += np.argsort(guess, kind="stable")[: min(FOR_A_GAP, most // (2 * len(gaps)))].tolist()
    times = np.linspace(open_s, max(open_s, len(wished) - TYPICAL_S), TIMES)
    ranked = np.argsort(_misfit(features, means, wished, times, TYPICAL_S) + anywhere[:, None], axis=0, kind="stable")
    return sorted(list(dict.fromkeys([*chosen, *ranked.ravel().tolist()]))[:most])


def _misfit(
    features: Features, means: npt.NDArray[np.float64], wished: Wide, times: npt.NDArray[np.float64], for_s: float
) -> Wide:
    """About what each track would cost against the arc for ``for_s`` from each time on; shape (n, times)."""
    centres = (np.arange(PARTS) + 0.5) / PARTS
    seconds = times[None, :, None] + centres * features.length_s[:, None, None]
    there = wished[np.minimum(seconds.astype(np.int64), len(wished) - 1)]
    errors = (means[:, None, :] - there) / 1000
    return np.asarray(np.rint(WEIGHT["arc"] * SCALE * for_s * (errors**2).mean(axis=2)), dtype=np.int64)


def _means(features: Features) -> npt.NDArray[np.float64]:
    """Mean energy of each part of each track; shape (n, PARTS)."""
    lengths = np.array([len(energy) for energy in features.energy], dtype=np.int64)
    begins = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    edges = begins[:, None] + np.arange(PARTS) * lengths[:, None] // PARTS
    ends = np.append(edges.ravel()[1:], lengths.sum()).reshape(edges.shape)
    sums = np.add.reduceat(np.concatenate(features.energy), edges.ravel()).reshape(edges.shape)
    return np.asarray(sums / (ends - edges))
