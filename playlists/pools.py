"""Which few hundred of very many tracks are worth planning with?

The dynamic programme grows with the square of the number of tracks. From a large library several *pools* are drawn:
each holds, for a row of times in the session, the tracks that meet the arc best there and go well with one *anchor*
track. The best list of any pool wins. A bound on one pool says nothing of the library, so none is given.
"""

import numpy as np

from playlists.cost import SCALE, WEIGHT, Features, Ints, Wide

TIMES = 16
"""Times in the session at which tracks are compared. Judgement: more than a session has pieces."""
PARTS = 4
"""A track's energy is compared in so many parts of its length."""
TYPICAL_S = 240.0


def draw_pool(features: Features, wished: Wide, track: Ints, required: Wide, size: int) -> list[int]:
    """Numbers of the tracks of the pool, rising; ``wished`` in 1/1000, ``track`` the costs a track has anywhere."""
    ranked = np.argsort(_misfit(features, wished) + track[:, None], axis=0, kind="stable")
    # Round by round the next best of every time, until the pool is full.
    _, first = np.unique(ranked.ravel(), return_index=True)
    best = ranked.ravel()[np.sort(first)]
    return sorted({*required.tolist(), *best[: size - len(required)].tolist()})


def _misfit(features: Features, wished: Wide) -> Wide:
    """About what a typical length of each track would cost against the arc at each time; shape (n, TIMES)."""
    means = np.array([[part.mean() for part in np.array_split(energy, PARTS)] for energy in features.energy])
    times = np.linspace(0, max(0, len(wished) - TYPICAL_S), TIMES)
    centres = (np.arange(PARTS) + 0.5) / PARTS
    seconds = times[None, :, None] + centres * features.length_s[:, None, None]
    there = wished[np.minimum(seconds.astype(np.int64), len(wished) - 1)]
    errors = (means[:, None, :] - there) / 1000
    return np.asarray(np.rint(WEIGHT["arc"] * SCALE * TYPICAL_S * (errors**2).mean(axis=2)), dtype=np.int64)
