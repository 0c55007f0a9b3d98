"""Made-up tracks and the plans of small sessions, with answers that can be counted by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks import made_up_tracks
from library.track import Track
from playlists.cost import costs_of, features_of
from playlists.plan import Plan, make_plan


@pytest.fixture
def make_track() -> Callable[..., Track]:
    return made_up_tracks.make_track


@pytest.fixture
def make_library() -> Callable[..., list[Track]]:
    return made_up_tracks.make_library


@pytest.fixture
def small_plan() -> Callable[..., Plan]:
    """``small_plan(seed)``: the plan of a session of 2 to 5 minutes from 4 to 7 short tracks, some by one artist."""

    def plan(seed: int, *, n: int | None = None, artist_distance: int = 3, required: int = 0) -> Plan:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(4, 8)) if n is None else n
        tracks = made_up_tracks.make_library(n, seed, shortest_s=35.0, typical_s=70.0)
        features = features_of(tracks)
        total_s = int(min(rng.integers(120, 300), features.length_s.sum() - 8 * n))
        wished = np.rint(1000 * rng.uniform(0.1, 0.5) * (1 + 0.5 * np.sin(np.arange(total_s) / 40))).astype(np.int64)
        return make_plan(
            costs_of(features, wished, [track.track_id for track in tracks], seed),
            features.length_s,
            artists=rng.integers(0, n, n).astype(np.int64),
            artist_distance=artist_distance,
            required=np.arange(n) < required,
        )

    return plan
