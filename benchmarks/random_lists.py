"""Lists drawn at random under the same rules as the fit: what its arc error is compared with.

Same tracks, same exact length, no track twice, same artist distance, crossfades of 4 .. 12 s, a last piece that ends
by itself or is heard for a minute. Only the choice is left to chance.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from library.track import Track
from playlists.arc import load_templates
from playlists.candidates import artist_of
from playlists.cost import Features, Wide, costs_of, features_of
from playlists.lay import achieved
from playlists.plan import BLOCKED, FADES_S, Found, Plan, make_plan
from playlists.playlist import Request


def grid(tracks: Sequence[Track], request: Request) -> tuple[Features, Plan, Wide]:
    """Features, plan and wished intensity (1/1000) of a request for whole seconds, as the fit makes them."""
    features = features_of(tracks)
    arc = load_templates()[request.template].scaled(request.infusion_s, request.tail_s)
    wished = np.rint(arc.wished(1.0) * 1000).astype(np.int64)
    numbers: dict[object, int] = {}
    artists = [numbers.setdefault(artist_of(track) or (track.track_id,), len(numbers)) for track in tracks]
    plan = make_plan(
        costs_of(features, wished, [track.track_id for track in tracks], request.seed),
        features.length_s,
        artists=np.array(artists, dtype=np.int64),
        artist_distance=request.policy.artist_distance,
        required=np.array([track.track_id in request.policy.require_tracks for track in tracks]),
    )
    return features, plan, wished


TRIES = 1000
"""Starts of one draw. Judgement: where none comes out, the rules leave chance nothing to choose."""


def draw(rng: np.random.Generator, plan: Plan) -> Found | None:
    """One list, each next piece drawn evenly from those allowed; starts over where it does not come out."""
    for _ in range(TRIES):
        order: list[int] = []
        starts: list[int] = []
        start = 0
        while start < plan.total_s:
            allowed = np.ones(len(plan.lengths), dtype=bool)
            allowed[order] = False
            for track in order[max(0, len(order) - plan.artist_distance + 1) :]:
                allowed &= plan.artists != plan.artists[track]
            if not allowed.any():
                break
            order.append(int(rng.choice(np.flatnonzero(allowed))))
            starts.append(start)
            end = start + int(plan.lengths[order[-1]])
            if end >= plan.total_s:
                if plan.cost[order[-1], start] < BLOCKED:
                    return Found(0, tuple(order), tuple(starts))
                break
            start = end - int(rng.choice(FADES_S))
    return None


def arc_rms(wished: npt.ArrayLike, heard: npt.ArrayLike) -> float:
    """Root of the mean squared distance of two intensity curves, 0..1."""
    return float(np.sqrt(np.mean((np.asarray(wished) - np.asarray(heard)) ** 2)))


def best_of_random(tracks: Sequence[Track], request: Request, *, draws: int, seed: int) -> float:
    """The least arc error of ``draws`` lists drawn at random; the artist distance is relaxed where it must be."""
    features, plan, wished = grid(tracks, request)
    rng = np.random.default_rng(seed)
    while (found := draw(rng, plan)) is None:
        plan = replace(plan, artist_distance=plan.artist_distance - 1)
    best = np.inf
    for _ in range(draws):
        if found is not None:
            best = min(best, arc_rms(wished / 1000, achieved(features, found, plan.total_s).round(3)))
        found = draw(rng, plan)
    return best
