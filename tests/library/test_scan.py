"""Scanning: every file once, nothing twice, nothing lost; retagged, moved, removed, broken and killed.

Most tests examine in this process; see the fixture ``in_process``.
"""

import os
import random
import shutil
from collections import Counter
from pathlib import Path

import mutagen
import mutagen.id3
import pytest

from benchmarks.scan_killed import finish, kill_scans, make_files
from library import waiting, workers
from library.analysis import measure
from library.catalogue import Catalogue
from library.errors import NoSuchFolder
from library.line import Held, Wishes
from library.scan import scan
from library.store import open_store, sqlite_url, writing
from library.waiting import StoredLine
from tests.sounds import noise, tone, write


@pytest.fixture
def catalogue(tmp_path):
    (tmp_path / "data").mkdir()
    engine = open_store(sqlite_url(tmp_path / "data"))
    yield Catalogue(engine)
    engine.dispose()


@pytest.fixture
def music(tmp_path):
    """A folder of three short tracks, one of them a folder deeper."""
    folder = tmp_path / "music"
    (folder / "deeper").mkdir(parents=True)
    for name, hz in (("a.wav", 300), ("b.flac", 400), ("deeper/c.wav", 500)):
        write(folder / name, tone(hz, 1.0))
    return folder


def did(folder, catalogue):
    """What became of each file, by its path in the folder."""
    return {os.path.relpath(outcome.path, folder): outcome.did for outcome in scan(folder, catalogue)}


def test_a_folder_becomes_tracks_with_everything_below_it(music, catalogue, in_process):
    (music / "cover.jpg").write_bytes(b"picture")
    (music / "._a.wav").write_bytes(b"resource fork")
    assert did(music, catalogue) == dict.fromkeys(["a.wav", "b.flac", "deeper/c.wav"], "measured")
    assert {Path(path).name for track in catalogue.tracks() for path in track.paths} == {"a.wav", "b.flac", "c.wav"}


def test_outcomes_count_up_to_the_total_and_are_stored_before_they_are_told(music, catalogue, in_process):
    outcomes = []
    for outcome in scan(music, catalogue):
        outcomes.append(outcome)
        assert catalogue.track(outcome.track_id).verdict.status == outcome.status
    assert [(outcome.done, outcome.total) for outcome in outcomes] == [(1, 3), (2, 3), (3, 3)]


def test_a_second_scan_examines_nothing_and_changes_nothing(music, catalogue, in_process):
    did(music, catalogue)
    before, files = list(catalogue.tracks()), catalogue.files()
    in_process.clear()
    assert set(did(music, catalogue).values()) == {"unchanged"}
    assert in_process == []
    assert (list(catalogue.tracks()), catalogue.files()) == (before, files)


def test_a_moved_file_keeps_its_track_and_analysis(music, catalogue, in_process):
    did(music, catalogue)
    before = {track.track_id: track.analysis for track in catalogue.tracks()}
    (music / "a.wav").rename(music / "deeper" / "renamed.wav")
    assert did(music, catalogue) == {"b.flac": "unchanged", "deeper/c.wav": "unchanged", "deeper/renamed.wav": "known"}
    assert {track.track_id: track.analysis for track in catalogue.tracks()} == before
    assert str(music / "a.wav") not in catalogue.files()


def test_a_retagged_file_keeps_its_analysis_and_shows_its_new_title(music, catalogue, in_process):
    did(music, catalogue)
    before = {track.track_id: track.analysis for track in catalogue.tracks()}
    file = mutagen.File(music / "b.flac")
    file["title"] = "New title"
    file.save()
    assert did(music, catalogue)["b.flac"] == "known"
    assert {track.track_id: track.analysis for track in catalogue.tracks()} == before
    assert [track.tags.title for track in catalogue.tracks() if track.tags.title] == ["New title"]


def test_a_file_that_comes_back_is_not_measured_again(music, catalogue, in_process):
    did(music, catalogue)
    (music / "a.wav").rename(music.parent / "elsewhere.wav")
    did(music, catalogue)
    assert len(list(catalogue.tracks())) == 2
    assert len(catalogue.measured_ids()) == 3
    (music.parent / "elsewhere.wav").rename(music / "a.wav")
    assert did(music, catalogue)["a.wav"] == "known"
    assert len(list(catalogue.tracks())) == 3


def test_a_new_file_and_a_replaced_one_are_measured(music, catalogue, in_process):
    did(music, catalogue)
    write(music / "new.wav", tone(600, 1.0))
    write(music / "a.wav", tone(700, 1.5))
    found = did(music, catalogue)
    assert Counter(found.values()) == {"measured": 2, "unchanged": 2}
    assert found["new.wav"] == found["a.wav"] == "measured"


def test_copies_are_one_track_with_two_files(music, catalogue, in_process):
    shutil.copy(music / "a.wav", music / "copy.wav")
    did(music, catalogue)
    assert sorted(len(track.paths) for track in catalogue.tracks()) == [1, 1, 2]


def test_one_bad_file_stops_nothing_and_is_tried_again(music, catalogue, in_process):
    bad = music / "aa.mp3"
    bad.write_bytes(b"no music")
    found = {Path(outcome.path).name: outcome for outcome in scan(music, catalogue)}
    assert Counter(outcome.did for outcome in found.values()) == {"measured": 3, "failed": 1}
    assert found["aa.mp3"].error_code == "unreadable_audio"
    assert "aa.mp3" in found["aa.mp3"].error_message
    assert catalogue.files()[str(bad)].error_code == "unreadable_audio"
    assert did(music, catalogue)["aa.mp3"] == "failed"
    write(bad, noise(1.0))
    assert did(music, catalogue)["aa.mp3"] == "measured"
    assert catalogue.files()[str(bad)].error_code is None


def test_an_error_nobody_foresaw_is_the_files_own(music, catalogue, in_process, monkeypatch):
    real = measure.measure
    monkeypatch.setattr(measure, "measure", lambda path: 1 / 0 if path.name == "a.wav" else real(path))
    found = {Path(outcome.path).name: outcome for outcome in scan(music, catalogue)}
    assert (found["a.wav"].did, found["a.wav"].error_code) == ("failed", "analysis_failed")
    assert found["b.flac"].did == found["c.wav"].did == "measured"


def test_an_analysis_of_an_older_version_is_measured_again(music, catalogue, in_process, monkeypatch):
    did(music, catalogue)
    for module in ("library.catalogue", "library.analysis.measure"):
        monkeypatch.setattr(f"{module}.ANALYSIS_VERSION", 99)
    assert set(did(music, catalogue).values()) == {"measured"}
    assert {track.analysis.analysis_version for track in catalogue.tracks()} == {99}
    assert set(did(music, catalogue).values()) == {"unchanged"}


def test_a_file_that_grows_while_it_is_examined_is_examined_again(music, catalogue, in_process, monkeypatch):
    examine = workers._examine

    def examine_and_grow(path):
        found = examine(path)
        if path.endswith("a.wav"):
            write(Path(path), tone(300, 2.0))
        return found

    monkeypatch.setattr(workers, "_examine", examine_and_grow)
    did(music, catalogue)
    monkeypatch.setattr(workers, "_examine", examine)
    assert did(music, catalogue)["a.wav"] == "measured"
    (track,) = (track for track in catalogue.tracks() if str(music / "a.wav") in track.paths)
    assert track.analysis.duration_s == 2.0


@pytest.mark.parametrize("name", ["日本.wav", "two\nlines.wav", os.fsdecode(b"caf\xe9 \xff.wav")])
def test_a_file_of_any_name_is_kept_and_found_again(music, catalogue, in_process, name):
    (music / "a.wav").rename(music / name)
    assert did(music, catalogue)[name] == "measured"
    assert did(music, catalogue)[name] == "unchanged"
    assert any(str(music / name) in track.paths for track in catalogue.tracks())


def test_the_order_of_the_files_does_not_matter(music, catalogue, in_process, tmp_path):
    did(music, catalogue)
    other = tmp_path / "other"
    other.mkdir()
    for number, name in enumerate(["deeper/c.wav", "b.flac", "a.wav"]):
        shutil.copy(music / name, other / f"{number}{Path(name).suffix}")
    (tmp_path / "data2").mkdir()
    engine = open_store(sqlite_url(tmp_path / "data2"))
    did(other, Catalogue(engine))

    def facts(tracks):
        return [
            (track.track_id, track.analysis.energy, track.analysis.loudness_lufs, track.verdict) for track in tracks
        ]

    assert facts(Catalogue(engine).tracks()) == facts(catalogue.tracks())
    engine.dispose()


def test_a_scan_of_one_folder_leaves_the_files_of_another(music, catalogue, in_process, tmp_path):
    beside = tmp_path / "music and more"
    beside.mkdir()
    write(beside / "d.wav", tone(800, 1.0))
    did(music, catalogue)
    did(beside, catalogue)
    did(music, catalogue)
    assert str(beside / "d.wav") in catalogue.files()


def test_an_empty_folder_has_no_outcomes(tmp_path, catalogue):
    (tmp_path / "empty").mkdir()
    assert list(scan(tmp_path / "empty", catalogue)) == []


def test_a_missing_folder_is_named(tmp_path, catalogue):
    with pytest.raises(NoSuchFolder, match="nowhere"):
        list(scan(tmp_path / "nowhere", catalogue))
    write(tmp_path / "file.wav", tone(300, 0.1))
    with pytest.raises(NoSuchFolder, match=r"file\.wav"):
        list(scan(tmp_path / "file.wav", catalogue))


def test_a_folder_that_vanishes_under_way_says_so_and_keeps_what_was_stored(music, catalogue, in_process):
    outcomes = scan(music, catalogue)
    first = next(outcomes)
    shutil.rmtree(music)
    with pytest.raises(NoSuchFolder, match="vanished during the scan"):
        list(outcomes)
    assert [track.track_id for track in catalogue.tracks()] == [first.track_id]


def close(monkeypatch, folder):
    """Let a folder refuse to be read, as permissions would: they do not hold for root, as which CI may run."""
    scandir = os.scandir

    def refuse(place):
        if str(place) == str(folder):
            raise PermissionError(13, "Permission denied", str(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refuse)


def test_a_folder_that_cannot_be_read_is_passed_over_and_named(music, catalogue, in_process, monkeypatch):
    did(music, catalogue)
    with monkeypatch.context() as closed:
        close(closed, music / "deeper")
        outcomes = {os.path.relpath(outcome.path, music): outcome for outcome in scan(music, catalogue)}
    assert {path: outcome.did for path, outcome in outcomes.items()} == {
        "a.wav": "unchanged",
        "b.flac": "unchanged",
        "deeper": "failed",
    }
    assert outcomes["deeper"].error_code == "folder_unreadable"
    assert "deeper: this folder cannot be read (Permission denied)" in outcomes["deeper"].error_message
    assert catalogue.files()[str(music / "deeper")].error_code == "folder_unreadable"
    assert len(list(catalogue.tracks())) == 3  # what it holds may well be there
    assert set(did(music, catalogue).values()) == {"unchanged"}
    assert str(music / "deeper") not in catalogue.files()


def test_a_music_folder_that_cannot_be_read_is_an_error(music, catalogue, monkeypatch):
    close(monkeypatch, music)
    with pytest.raises(NoSuchFolder, match="cannot be read"):
        list(scan(music, catalogue))


def test_links_to_folders_are_not_followed(music, catalogue, in_process):
    (music / "deeper" / "circle.wav").symlink_to(music)
    assert did(music, catalogue) == dict.fromkeys(["a.wav", "b.flac", "deeper/c.wav"], "measured")


def test_a_link_that_leads_to_itself_stops_nothing(music, catalogue, in_process):
    (music / "loop.wav").symlink_to("loop.wav")
    (music / "loop").symlink_to("loop")
    found = did(music, catalogue)
    assert found.pop("loop.wav") == "failed"
    assert found == dict.fromkeys(["a.wav", "b.flac", "deeper/c.wav"], "measured")


def test_a_scan_that_rests_goes_on_with_what_was_under_way(music, catalogue, in_process):
    looked, rested = iter(range(99)), []

    def look():
        if next(looked) == 1:  # when the second file has been drawn
            raise Held

    outcomes = list(scan(music, catalogue, wishes=Wishes(look, lambda: rested.append(True))))
    assert rested == [True]
    assert [(outcome.done, outcome.did) for outcome in outcomes] == [(1, "measured"), (2, "measured"), (3, "measured")]


def test_what_is_wished_first_is_measured_first(music, catalogue, in_process, tmp_path):
    engine = open_store(sqlite_url(tmp_path / "data"))
    line, wished = StoredLine(engine, "job"), str(music / "deeper" / "c.wav")
    order = []
    for outcome in scan(music, catalogue, line=line):
        order.append(os.path.relpath(outcome.path, music))
        with writing(engine) as connection:
            assert waiting.wish(connection, wished) == (order == ["a.wav"])
            assert waiting.count(connection, ["job"]) == 3 - len(order)
    assert order == ["a.wav", "deeper/c.wav", "b.flac"]
    engine.dispose()


def test_a_scan_killed_at_random_points_leaves_a_whole_catalogue_and_finishes_afterwards(tmp_path):
    """Five times; `benchmarks/scan_killed.py` does it fifty times."""
    folder, data, files = tmp_path / "music", tmp_path / "data", 14
    make_files(folder, files)
    stored = list(kill_scans(folder, data, 5, random.Random(1), workers=1))
    assert stored == sorted(stored)
    assert any(0 < count < files for count in stored)  # at least one of them in the middle
    finish(folder, data, files, workers=1)
