"""The library kept ready follows whatever is stored in the catalogue."""

import numpy as np
import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.catalogue import Catalogue, FileState
from library.decisions import put_decision, put_preview_right
from library.store import open_store, sqlite_url, writing
from library.track import Tags
from playlists.fit import fit
from playlists.playlist import Request
from soundscape.ready import Ready


@pytest.fixture
def catalogue(tmp_path):
    engine = open_store(sqlite_url(tmp_path))
    yield Catalogue(engine)
    engine.dispose()


def put(catalogue, track, path=None):
    file = FileState(path=path or f"/music/{track.track_id}.flac", size_bytes=1, modified_ns=1)
    catalogue.put_track(file, track.track_id, track.tags, track.analysis, track.verdict)
    return file


def fill(catalogue):
    for k in range(8):
        put(catalogue, make_track(f"t{k}", length_s=200.0 + k, energy=0.2 + 0.02 * k))


def statuses(library):
    return {track.track_id: track.verdict.status for track in library.tracks}


def test_it_follows_tracks_tags_decisions_and_files(catalogue):
    ready = Ready(catalogue)
    assert ready.now().tracks == ()
    fill(catalogue)
    assert len(ready.now().tracks) == 8
    assert ready.now() is ready.now()
    with writing(catalogue.engine) as connection:
        put_decision(connection, "t3", status="refused", reason="too sad", by="ada", at_ms=1)
        put_preview_right(connection, "t4", True, by="ada", at_ms=1)
    put(catalogue, make_track("t8", length_s=300.0))
    catalogue.put_tags(FileState(path="/music/t5.flac", size_bytes=1, modified_ns=2), "t5", Tags(title="Another"))
    catalogue.forget_files(["/music/t6.flac"])
    put(catalogue, make_track("t7", length_s=307.0))
    library = ready.now()
    found = {track.track_id: track for track in library.tracks}
    assert statuses(library) == {f"t{k}": "refused" if k == 3 else "cleared" for k in range(9) if k != 6}
    assert found["t4"].decision is not None
    assert found["t5"].tags.title == "Another"
    assert library.features.length_s.tolist() == [200, 201, 202, 203, 204, 205, 307, 300]


def test_it_follows_a_curve_measured_anew_by_the_same_version(catalogue):
    """The headline of the analysis is the same, only its curve is another."""
    fill(catalogue)
    ready = Ready(catalogue)
    ready.now()
    halves = (0.2,) * 101, (0.3,) * 101
    track, other = (make_track("t2", length_s=202.0, energy=one + two) for one, two in (halves, halves[::-1]))
    put(catalogue, track)
    unchanged = ready.now()
    put(catalogue, other)
    library = ready.now()
    assert library is not unchanged
    whole = Ready(catalogue).now()
    for name in ("energy_edges", "loudness_edges", "length_s"):
        np.testing.assert_array_equal(getattr(library.features, name), getattr(whole.features, name))
    np.testing.assert_array_equal(library.features.energy[2], whole.features.energy[2])
    assert library.features.energy[2].tolist() != unchanged.features.energy[2].tolist()


def test_the_same_list_as_from_the_catalogue(catalogue):
    fill(catalogue)
    request = Request(infusion_s=600.0, tail_s=0.0)
    assert fit(Ready(catalogue).now(), request) == fit(catalogue.tracks(), request)
    longer = replace(request, infusion_s=900.0)
    assert fit(Ready(catalogue).now(), longer) == fit(catalogue.tracks(), longer)
