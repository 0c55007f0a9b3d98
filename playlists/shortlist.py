"""Which few tracks of a library are worth trying in the open part of a list?

Each track is compared with the arc at a row of times in the open part, for about as long as it lasts. The tracks that
meet it best somewhere are taken, round by round the next best of every time, so that no time is left without choice.
"""

import numpy as np

from playlists.cost import SCALE, WEIGHT, Features, Ints, Wide

TIMES = 16
"""Times at which tracks are compared. Judgement: more than a session has pieces."""
PARTS = 4
"""A track's energy is compared in so many parts of its length."""
TYPICAL_S = 240.0


def shortlist(features: Features, anywhere: Ints, wished: Wide, open_s: int, most: int) -> list[int]:
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
    """
    if len(features.energy) <= most:
        return list(range(len(features.energy)))
    ranked = np.argsort(_misfit(features, wished, open_s) + anywhere[:, None], axis=0, kind="stable").ravel()
    _, first = np.unique(ranked, return_index=True)
    return sorted(ranked[np.sort(first)[:most]].tolist())


def _misfit(features: Features, wished: Wide, open_s: int) -> Wide:
    """About what a typical length of each track would cost against the arc at each time; shape (n, TIMES)."""
    times = np.linspace(open_s, max(open_s, len(wished) - TYPICAL_S), TIMES)
    centres = (np.arange(PARTS) + 0.5) / PARTS
    seconds = times[None, :, None] + centres * features.length_s[:, None, None]
    there = wished[np.minimum(seconds.astype(np.int64), len(wished) - 1)]
    errors = (_means(features)[:, None, :] - there) / 1000
    return np.asarray(np.rint(WEIGHT["arc"] * SCALE * TYPICAL_S * (errors**2).mean(axis=2)), dtype=np.int64)


def _means(features: Features) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Mean energy of each part of each track; shape (n, PARTS)."""
    lengths = np.array([len(energy) for energy in features.energy], dtype=np.int64)
    begins = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    edges = begins[:, None] + np.arange(PARTS) * lengths[:, None] // PARTS
    ends = np.append(edges.ravel()[1:], lengths.sum()).reshape(edges.shape)
    sums = np.add.reduceat(np.concatenate(features.energy), edges.ravel()).reshape(edges.shape)
    return np.asarray(sums / (ends - edges))
