"""A library prepared once gives the same lists as its records, follows what changes, and holds no curves."""

from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np
import pytest

from library.track import Track
from playlists.features import features_of
from playlists.fit import fit
from playlists.large import Sizes, pool_of
from playlists.playlist import Policy, Request
from playlists.prepared import Prepared, prepare
from playlists.session import plan_of, session_of
from playlists.solve import solve

Library = Callable[..., list[Track]]
FORTY = Request(infusion_s=2400.0)


def prepared(tracks: Iterable[Track]) -> Prepared:
    known = {track.track_id: track for track in tracks}

    def records(track_ids: Sequence[str]) -> list[Track]:
        return [known[track_id] for track_id in track_ids]

    return prepare(known.values(), records)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_list_as_from_the_records(make_library: Library, seed: int) -> None:
    tracks = make_library(40, seed)
    tracks[3] = msgspec.structs.replace(tracks[3], verdict=msgspec.structs.replace(tracks[3].verdict, status="review"))
    assert fit(prepared(reversed(tracks)), FORTY) == fit(tracks, FORTY)


def test_changed_is_as_if_prepared_anew(make_library: Library) -> None:
    before, after = make_library(30, 1), make_library(30, 2)
    gone = [track.track_id for track in before[:25]]
    library = prepared([*before, *after]).changed(after[:3], gone)
    anew = prepared([*before[25:], *after])
    assert library.tracks == anew.tracks
    for name in ("from_n", "length_s", "loudness_edges", "tempo_octave", "startle_lu"):
        np.testing.assert_array_equal(getattr(library.features, name), getattr(anew.features, name))
    for one, other in zip(library.features.energy, anew.features.energy, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(library.features.energy.values) < 2 * len(anew.features.energy.values)


def test_an_empty_library_can_grow(make_library: Library) -> None:
    tracks = make_library(5, 1)
    assert prepared([]).changed(tracks).tracks == prepared(tracks).tracks


def test_no_curve_is_held(make_library: Library) -> None:
    curves = [track.analysis.energy_curve for track in prepared(make_library(5, 1)).tracks]
    assert all(curve is not None and len(curve.values) == 1 for curve in curves)


def test_a_pool_of_a_large_library_loses_little(make_library: Library) -> None:
    tracks = make_library(1200, 5)
    required = tracks[7].track_id
    request = msgspec.structs.replace(FORTY, policy=Policy(require_tracks=frozenset({required})))
    session = session_of(request)
    pool = pool_of(tracks, features_of(tracks), session, request, Sizes(first=120, last=150, priced=600, least=100))
    ids = [track.track_id for track in pool.tracks]
    assert required in ids
    assert ids == sorted(ids)
    assert len(ids) < 190
    found, best = solve(plan_of(pool, request.policy, 3)), fit(tracks, request)
    assert found is not None
    assert best.gap == 0.0
    assert found.found.cost / 10_000 <= 1.01 * best.cost["total"]
