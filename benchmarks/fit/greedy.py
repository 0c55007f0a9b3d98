"""What somebody would do without a search: always take the track that fits best now.

From the beginning on, each place gets the best unused track, under the same rules as the fit, with the crossfade of
8 s that costs nothing. Best is, in three ways: what costs least per second heard, seam included; what costs least,
however long it is; whose mean energy is nearest to what is wished there, as somebody would choose by hand.
"""

from typing import Literal

import numba
import numpy as np
import numpy.typing as npt

from library.track import Track
from playlists.candidates import artist_of
from playlists.cost import Features, Ints, Wide, track_costs, transition_costs
from playlists.plan import BLOCKED, MIN_CUT_PIECE_S
from playlists.playlist import Request
from playlists.session import Session, library_of, plan_of

FADE_S = 8
LEAST_LEFT_S = MIN_CUT_PIECE_S + 60
"""No piece is taken that leaves less: the one after it must still be heard for a minute."""


Way = Literal["per second", "next piece", "energy"]


def greedy_cost(
    tracks: tuple[Track, ...], features: Features, session: Session, request: Request, way: Way
) -> int | None:
    """What the greedy list costs, in integers of the cost; ``None`` where it comes to no end."""
    ids = [track.track_id for track in tracks]
    anywhere = np.sum(list(track_costs(features, ids, request.seed).values()), axis=0)
    artists = np.array([hash(artist_of(track) or (track.track_id,)) for track in tracks])
    total_s, start_s, energy = len(session.wished), 0, features.energy
    means = np.array([curve.mean() for curve in energy])
    order: list[int] = []
    starts: list[int] = []
    while True:
        ends = start_s + features.length_s
        heard_s = np.minimum(features.length_s, total_s - start_s)
        if way == "energy":
            there = session.wished[np.minimum(start_s + heard_s // 2, total_s - 1)]
            price = np.abs(means - there).astype(np.float64)
        else:
            price = arc_at(energy.values, energy.begins, features.length_s, session.wished, start_s) + anywhere
            if order:
                price = price + np.sum(list(transition_costs(features.take(order[-1:]), features).values()), axis=0)[0]
            price = price / (heard_s if way == "per second" else 1)
        price[(ends < total_s) & (ends > total_s - LEAST_LEFT_S)] = np.inf
        price[order] = np.inf
        for track in order[-(request.policy.artist_distance - 1) :]:
            price[artists == artists[track]] = np.inf
        best = int(price.argmin())
        if not np.isfinite(price[best]):
            return None
        order.append(best)
        starts.append(start_s)
        if ends[best] >= total_s:
            break
        start_s = int(ends[best]) - FADE_S
    library = library_of([tracks[j] for j in order], features.take(order), session, request.seed)
    plan = plan_of(library, request.policy, request.policy.artist_distance)
    places = np.arange(len(order))
    own_cost = int(plan.cost[places, starts].sum())
    cost = own_cost + int(plan.transition[places[:-1], places[1:]].sum())
    return None if cost >= BLOCKED else cost


@numba.njit(cache=True, nogil=True)
def arc_at(values: npt.NDArray[np.int16], begins: Wide, lengths: Wide, wished: Wide, start_s: int) -> Ints:
    """What each track costs against the arc that begins at one second."""
    costs = np.empty(len(begins), dtype=np.int64)
    for j in range(len(begins)):
        total = 0
        for k in range(min(lengths[j], len(wished) - start_s)):
            off = values[begins[j] + k] - wished[start_s + k]
            total += off * off
        costs[j] = (total + 50) // 100
    return costs
