"""Building a session: the same list every time, exactly as long as asked, one object and whole files or none."""

from pathlib import Path

import av
import msgspec
import pytest

from library.catalogue import Catalogue, FileState
from library.store import open_store, sqlite_url
from playlists.arc import load_templates
from playlists.playlist import Playlist, Request
from soundscape import data as datadir
from soundscape.build import build
from tests.soundscape.pieces import COUNT

SHORT = ("--minutes", "10", "--tail", "1")


def decoded_samples(path):
    with av.open(str(path)) as container:
        return sum(frame.samples for frame in container.decode(audio=0)), container.streams.audio[0].rate


def test_json_is_exactly_one_playlist_on_stdout(run, scanned):
    ran = run("build", "--data", scanned, *SHORT, "--json")
    (built,) = ran.objects
    assert ran.status == 0
    playlist = msgspec.convert(built, Playlist, strict=False)
    assert set(built) >= {"items", "total_s", "cost", "bound", "gap", "arc"}
    assert set(built["items"][0]) == {
        *(
            "track_id",
            "start_s",
            "from_s",
            "to_s",
            "fade_in_s",
            "fade_out_s",
            "gain_curve",
            "phase",
            "why",
            "alternatives",
        )
    }
    assert playlist.total_s == 660.0
    assert playlist.gap is not None
    assert built["mixdown"] is None


def test_the_session_file_may_lie_in_a_data_directory_that_is_yet_to_be_made(run, tmp_path):
    """As in ``make run`` on a clean clone: what fails here is the lack of music, not the lack of a folder."""
    empty = tmp_path / "music"
    empty.mkdir()
    ran = run(
        "build", "--library", empty, "--data", tmp_path / "new", *SHORT, "--out", tmp_path / "new" / "session.wav"
    )
    assert ran.status == 1
    assert "no audio files" in ran.err


@pytest.mark.parametrize(("minutes", "tail"), [(10, 0), (10.5, 1.25), (12, 2)])
def test_the_list_lasts_exactly_as_long_as_asked(run, scanned, minutes, tail):
    (built,) = run("build", "--data", scanned, "--minutes", minutes, "--tail", tail, "--json").objects
    assert built["total_s"] == (minutes + tail) * 60
    last = built["items"][-1]
    assert last["start_s"] + last["to_s"] - last["from_s"] == pytest.approx(built["total_s"], abs=1e-6)
    for before, after in zip(built["items"], built["items"][1:], strict=False):
        assert before["start_s"] + before["to_s"] - before["from_s"] - before["fade_out_s"] == pytest.approx(
            after["start_s"], abs=1e-6
        )


def test_building_twice_gives_the_same_and_another_seed_another(run, scanned):
    first, again, other = (
        run("build", "--data", scanned, *SHORT, "--seed", seed, "--json").out for seed in ("7", "7", "8")
    )
    assert first == again
    assert first != other


def test_the_order_in_which_files_were_found_and_their_names_change_nothing(scanned, tmp_path):
    engine = open_store(sqlite_url(tmp_path))
    with datadir.opened(scanned) as catalogue:
        other = Catalogue(engine)
        for number, track in enumerate(sorted(catalogue.tracks(), key=lambda track: track.paths, reverse=True)):
            file = FileState(path=f"/elsewhere/{number:02}.flac", size_bytes=1, modified_ns=1)
            other.put_track(file, track.track_id, track.tags, track.analysis, track.verdict)
        request, templates = Request(infusion_s=600.0, tail_s=60.0, template="iv40", seed=0), load_templates()
        lists = [build(held, request, templates).playlist for held in (catalogue, other)]
    engine.dispose()
    assert lists[0] == lists[1]


def test_the_session_file_is_exact_and_its_picture_lies_beside_it(run, scanned, tmp_path):
    out = tmp_path / "session.flac"
    (built,) = run("build", "--data", scanned, "--minutes", "10", "--tail", "0", "--out", out, "--json").objects
    assert decoded_samples(out) == (600 * 48_000, 48_000)
    assert built["mixdown"]["path"] == str(out)
    assert built["mixdown"]["loudness_lufs"] == pytest.approx(-20, abs=1)
    assert built["mixdown"]["true_peak_dbtp"] <= -1.5
    assert out.with_suffix(".svg").read_text(encoding="utf-8").startswith("<svg")
    assert not [path for path in tmp_path.iterdir() if "part" in path.name]


def test_a_person_is_told_the_list_and_where_the_files_are(run, scanned):
    ran = run("build", "--data", scanned, *SHORT)
    assert ran.status == 0
    assert "Piece " in ran.out
    assert "11:00.000 exactly" in ran.err


def test_a_folder_without_data_is_scanned_into_a_temporary_one(run, pieces, scanned, in_process, tmp_path, monkeypatch):
    with datadir.opened(scanned) as catalogue:
        measured = {Path(track.paths[0]).name: track.analysis for track in catalogue.tracks()}
    monkeypatch.setattr("library.analysis.measure.measure", lambda path: measured[path.name])
    monkeypatch.chdir(tmp_path)
    ran = run("build", "--library", pieces, *SHORT, "--json")
    assert (ran.status, len(ran.objects)) == (0, 1)
    assert len(in_process) == COUNT
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_scanned_into_the_data_named_and_only_its_tracks_are_used(run, pieces, scanned, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = run("build", "--library", pieces, "--data", scanned, *SHORT, "--json")
    assert (ran.status, len(ran.objects)) == (0, 1)
    ran = run("build", "--library", tmp_path / "empty", "--data", scanned, *SHORT, "--json")
    assert (ran.status, ran.out) == (1, "")


def test_too_little_music_says_what_is_missing(run, scanned):
    ran = run("build", "--data", scanned, "--minutes", "60", "--tail", "0", "--json")
    assert (ran.status, ran.out) == (1, "")
    assert "Error: " in ran.err
    assert "Only 15:59 of cleared music, in 12 pieces" in ran.err
    assert "44:49 more" in ran.err


def test_an_empty_library_says_so(run, tmp_path):
    ran = run("build", "--data", tmp_path, *SHORT, "--json")
    assert (ran.status, ran.out) == (1, "")
    assert "Error: " in ran.err
