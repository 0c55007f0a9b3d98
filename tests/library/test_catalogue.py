"""The catalogue: what goes in comes out, tracks outlive their files, errors are kept until they are gone."""

import os

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.catalogue import Catalogue, FileState
from library.errors import UnknownTrack
from library.store import open_store, sqlite_url
from library.track import ANALYSIS_VERSION, Tags, Verdict

ODD = os.fsdecode(b"/music/caf\xe9\n\xff.mp3")


@pytest.fixture
def catalogue(tmp_path):
    engine = open_store(sqlite_url(tmp_path))
    yield Catalogue(engine)
    engine.dispose()


def state(path, size_bytes=10, modified_ns=2**60):
    return FileState(path=path, size_bytes=size_bytes, modified_ns=modified_ns)


def put(catalogue, track_id, *paths, status="cleared", **changes):
    track = make_track(track_id)
    verdict = Verdict(status=status, reasons=("why",))
    for path in paths:
        catalogue.put_track(state(path), track_id, track.tags, replace(track.analysis, **changes), verdict)
    return replace(track, paths=tuple(sorted(paths)), analysis=replace(track.analysis, **changes), verdict=verdict)


def test_a_track_comes_out_as_it_went_in(catalogue):
    track = put(catalogue, "a", "/music/a.mp3")
    assert catalogue.track("a") == track
    assert list(catalogue.tracks()) == [track]


def test_a_track_knows_all_its_files_sorted(catalogue):
    track = put(catalogue, "a", "/music/b.mp3", ODD, "/music/a.mp3")
    assert catalogue.track("a").paths == track.paths == tuple(sorted(["/music/a.mp3", "/music/b.mp3", ODD]))


def test_files_come_out_as_they_were_examined_whatever_their_names(catalogue):
    put(catalogue, "a", ODD)
    known = catalogue.files()[ODD]
    assert known.state == state(ODD)
    assert (known.track_id, known.error_code) == ("a", None)


def test_tracks_are_ordered_by_id_and_chosen_by_status(catalogue):
    for track_id, status in (("c", "cleared"), ("a", "refused"), ("b", "cleared")):
        put(catalogue, track_id, f"/music/{track_id}.mp3", status=status)
    assert [track.track_id for track in catalogue.tracks()] == ["a", "b", "c"]
    assert [track.track_id for track in catalogue.tracks("cleared")] == ["b", "c"]


def test_new_tags_leave_the_analysis(catalogue):
    track = put(catalogue, "a", "/music/a.mp3")
    catalogue.put_tags(state("/music/moved.mp3"), "a", Tags(title="New"))
    found = catalogue.track("a")
    assert found.tags == Tags(title="New")
    assert (found.analysis, found.verdict) == (track.analysis, track.verdict)
    assert found.paths == ("/music/a.mp3", "/music/moved.mp3")


def test_a_new_measurement_takes_the_place_of_the_old(catalogue):
    put(catalogue, "a", "/music/a.mp3", energy=0.1)
    put(catalogue, "a", "/music/a.mp3", energy=0.7, status="review")
    assert catalogue.track("a").analysis.energy == 0.7
    assert catalogue.track("a").verdict.status == "review"


def test_an_error_takes_a_files_track_and_a_track_its_error(catalogue):
    put(catalogue, "a", "/music/a.mp3")
    catalogue.put_error(state("/music/a.mp3"), "damaged_audio", "broken")
    known = catalogue.files()["/music/a.mp3"]
    assert (known.track_id, known.error_code, known.error_message) == (None, "damaged_audio", "broken")
    put(catalogue, "a", "/music/a.mp3")
    known = catalogue.files()["/music/a.mp3"]
    assert (known.track_id, known.error_code, known.error_message) == ("a", None, None)


def test_a_track_without_files_is_kept_but_not_offered(catalogue):
    put(catalogue, "a", ODD)
    catalogue.forget_files([ODD, "/music/never-there.mp3"])
    assert catalogue.files() == {}
    assert list(catalogue.tracks()) == []
    assert catalogue.track("a").paths == ()
    assert catalogue.measured_ids() == {"a"}


def test_an_analysis_of_another_version_counts_as_not_measured(catalogue):
    put(catalogue, "old", "/music/old.mp3", analysis_version=ANALYSIS_VERSION - 1)
    put(catalogue, "new", "/music/new.mp3")
    assert catalogue.measured_ids() == {"new"}


def test_an_unknown_track_is_named(catalogue):
    with pytest.raises(UnknownTrack, match="nobody"):
        catalogue.track("nobody")
