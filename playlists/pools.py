"""Which few hundred of very many tracks are worth planning with?

Planning a hundred thousand tracks whole would take minutes. First every track is compared with the arc, coarsely: what
would a session cost that plays it here or there, if all else went as well as it can? The best of every stretch of the
session make a first *pool*, in which a first list is found. Then some thousand tracks are priced against that pool,
with the tracks that could come before and after them: the best make the pool that is searched to the end.

A bound on a pool says nothing of the library, so none is given. ``benchmarks/playlist_fit.py`` prints what a pool twice
as large would still gain.
"""

import numpy as np
import numpy.typing as npt

from playlists.coarse import prices_among, standings
from playlists.cost import MAX_FADE_S, SCALE, WISHED_FADE_S, Features, Ints, Wide, cut_costs, transition_costs
from playlists.plan import FADES_S, INFINITE, Plan, cost_to_come

STRETCHES = 16
"""Parts of the session that each get their share of the pool. Judgement: about as many as a session has pieces."""
STEP_S = (10, 30)
"""Seconds in a step of the first comparison, at least and at most. Judgement: a long session may be seen coarsely."""
STEPS = 220
SEAM = SCALE // 4
"""What a seam is taken to cost while it is not known what follows what. By trial: about the mean of good lists."""
PRICE_STEP_S = 8
AT_ONCE = 1000
"""Tracks priced together, to spare memory."""
MARGIN, MATES = 50, 120
"""Others are priced with the tracks of the first pool whose price is within a 50th of its best list, at most so many.
By trial."""


def ranked(features: Features, wished: Wide, anywhere: Ints, most: int) -> Wide:
    """The numbers of up to ``most`` tracks, the most promising first.

    Parameters
    ----------
    wished
        Wished intensity in 1/1000 at each second.
    anywhere
        Shape (n,): what each track costs wherever it is played.
    """
    least_s, most_s = STEP_S
    step_s = min(most_s, max(least_s, len(wished) // STEPS))
    table = standings(
        features.energy, anywhere, wished, step_s=step_s, seam=SEAM, fade_s=WISHED_FADE_S, stretches=STRETCHES
    )
    best = np.stack([_least(column, most) for column in table.T], axis=1)
    # Round by round the next best of every stretch.
    _, first = np.unique(best.ravel(), return_index=True)
    return best.ravel()[np.sort(first)][:most]


def _least(values: Ints, count: int) -> Wide:
    """Places of the ``count`` least values, the least first, ties by place."""
    if count < len(values):
        limit = np.partition(values, count - 1)[count - 1]
        below = np.flatnonzero(values <= limit)
        return below[np.argsort(values[below], kind="stable")][:count]
    return np.argsort(values, kind="stable")


def prices(
    features: Features,
    table: Ints,
    pool: Features,
    plan: Plan,
    start: Ints,
    upper: int,
    apart: npt.NDArray[np.bool_],
) -> Ints:
    """About what the cheapest list costs that plays each track among the best of a pool; shape (n,).

    Parameters
    ----------
    features, table
        Of the tracks that are priced; ``table`` as :func:`playlists.coarse.arc_table` has it.
    pool, plan, start, upper
        The pool, its plan with its cost to go, and the cost of its first list.
    apart
        Which of the tracks may be no neighbours of which of the pool; shape (n, pool).
    """
    come = cost_to_come(plan, np.zeros(len(plan.lengths), dtype=np.int32), start, 2 * INFINITE)
    whole = (come + start).min(axis=1)
    near = np.argsort(whole, kind="stable")[:MATES]
    near = np.sort(near[whole[near] <= upper + upper // MARGIN])
    mates, apart = pool.take(near), apart[:, near]
    leave, enter = _leaving(plan, come, near), _entering(plan, start, near)
    last = cut_costs(np.arange(int(features.length_s.max()) + 1))
    found = []
    for low in range(0, len(table), AT_ONCE):
        some = slice(low, low + AT_ONCE)
        others = features.take(np.arange(len(table))[some])
        found.append(
            prices_among(
                table[some],
                others.length_s,
                PRICE_STEP_S,
                _seams(mates, others, apart[some], into=True),
                _seams(mates, others, apart[some], into=False),
                leave,
                enter,
                last,
                upper + upper // MARGIN,
            )
        )
    return np.concatenate(found)


def _seams(mates: Features, others: Features, apart: npt.NDArray[np.bool_], *, into: bool) -> Ints:
    """Cost of the transitions from the pool to each of the others, or to the pool; shape (others, pool)."""
    terms = transition_costs(mates, others) if into else transition_costs(others, mates)
    total = np.sum(list(terms.values()), axis=0, dtype=np.int32)
    return np.ascontiguousarray(np.where(apart, np.int32(INFINITE), total.T if into else total))


def _leaving(plan: Plan, come: Ints, tracks: Wide) -> Ints:
    """Cost of all that is heard before a next piece begins at each second, by the track before it; shape (T, q)."""
    ends = np.full((len(tracks), plan.total_s + MAX_FADE_S + 1), INFINITE, dtype=np.int32)
    for k, track in enumerate(tracks.tolist()):
        length = int(plan.lengths[track])
        stays = max(0, plan.total_s - length)
        ends[k, length : length + stays] = come[track, :stays] + plan.cost[track, :stays]
    np.minimum(ends, INFINITE, out=ends)
    best = np.full((len(tracks), plan.total_s), INFINITE, dtype=np.int32)
    for fade_s, cost in zip(FADES_S, plan.crossfade, strict=True):
        np.minimum(best, ends[:, fade_s : fade_s + plan.total_s] + cost, out=best)
    return np.ascontiguousarray(best.T)


def _entering(plan: Plan, start: Ints, tracks: Wide) -> Ints:
    """Cost of all that is heard from where a piece ends at each second, by the track after it; shape (T, q)."""
    begins = np.full((len(tracks), MAX_FADE_S + plan.total_s), INFINITE, dtype=np.int32)
    begins[:, MAX_FADE_S:] = start[tracks, : plan.total_s]
    best = np.full((len(tracks), plan.total_s), INFINITE, dtype=np.int32)
    for fade_s, cost in zip(FADES_S, plan.crossfade, strict=True):
        np.minimum(best, begins[:, MAX_FADE_S - fade_s : MAX_FADE_S - fade_s + plan.total_s] + cost, out=best)
    return np.ascontiguousarray(best.T)
