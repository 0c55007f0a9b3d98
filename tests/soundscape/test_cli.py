"""The command line: exit statuses, what is on stdout and what on stderr, and the keys that others rely on."""

import json
import os

import pytest

from tests.sounds import noise, tone, write
from tests.soundscape.conftest import run_process
from tests.soundscape.pieces import COUNT

ANALYSIS_KEYS = {
    *("path", "track_id", "analysis_version", "duration_s", "sample_rate_hz", "channels", "damaged_at_s", "tags"),
    *("tempo_bpm", "tempo_alternative_bpm", "tempo_confidence", "pulse", "energy", "energy_curve", "vocals"),
    *("loudness_lufs", "loudness_range_lu", "true_peak_dbtp", "loudness_curve", "quiet_spans", "startle"),
    *("key", "key_confidence", "brightness_hz", "onset_rate_hz", "music_from_s", "music_to_s"),
    *("verdict", "analysis_seconds", "unknown"),
}


@pytest.fixture
def music(tmp_path):
    """Two short tracks, neither of them long enough to be cleared."""
    folder = tmp_path / "music"
    folder.mkdir()
    write(folder / "a.wav", tone(300, 1.0))
    write(folder / "b.flac", tone(400, 1.0))
    return folder


def broken_in(folder, name="broken.mp3"):
    path = folder / name
    path.write_bytes(b"no music")
    return path


# analyse


def test_analyse_prints_one_object_a_line_with_exactly_the_keys_of_the_contract(run, in_process, music):
    ran = run("analyse", "--json", *sorted(music.iterdir()))
    assert (ran.status, ran.err) == (0, "")
    assert [found["path"] for found in ran.objects] == [str(path) for path in sorted(music.iterdir())]
    for found in ran.objects:
        assert set(found) == ANALYSIS_KEYS
        assert set(found["tags"]) == {"title", "artist", "album", "isrc", "rights", "musicbrainz_id"}
        assert set(found["energy_curve"]) == set(found["loudness_curve"]) == {"hop_s", "values"}
        assert set(found["vocals"]) == {"verdict", "share", "probability", "segments"}
        assert set(found["startle"]) == {"score", "events"}
        assert set(found["verdict"]) == {"status", "reasons"}
        assert found["verdict"]["status"] == "review"
        assert all(found["unknown"][key] for key in ANALYSIS_KEYS if found[key] is None)


def test_a_file_that_cannot_be_analysed_gives_an_error_object_and_the_rest_is_done(run, in_process, music):
    broken = broken_in(music)
    ran = run("analyse", "--json", broken, music / "a.wav")
    assert ran.status == 3
    error, found = ran.objects
    assert error == {"path": str(broken), "error": {"code": "unreadable_audio", "message": error["error"]["message"]}}
    assert "broken.mp3" in error["error"]["message"]
    assert found["path"].endswith("a.wav")
    assert "broken.mp3" in ran.err


def test_nothing_analysed_is_failure(run, in_process, tmp_path):
    assert run("analyse", broken_in(tmp_path)).status == 1


def test_analyse_passes_over_what_is_no_audio(run, in_process, music):
    (music / "cover.jpg").write_bytes(b"picture")
    ran = run("analyse", "--json", music / "cover.jpg", music / "a.wav")
    assert (ran.status, len(ran.objects)) == (0, 1)
    assert "cover.jpg has no audio extension" in ran.err


def test_analyse_tells_a_person_the_same(run, in_process, music):
    ran = run("analyse", music / "a.wav")
    assert (ran.status, ran.err) == (0, "")
    assert "a.wav" in ran.out
    assert "review; " in ran.out


def test_analyse_draws_the_track_beside_where_one_stands(run, in_process, music, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = run("analyse", "--json", "--picture", music / "a.wav")
    assert len(ran.objects) == 1
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")


def test_names_of_any_bytes_are_printed_as_text(run, in_process, music):
    odd = (music / "a.wav").rename(music / os.fsdecode(b"caf\xe9\n.wav"))
    ran = run("analyse", "--json", odd)
    assert (ran.status, len(ran.objects)) == (0, 1)
    assert ran.objects[0]["path"].endswith("caf\\xe9\\n.wav")
    assert run("analyse", broken_in(music, os.fsdecode(b"\xff.mp3"))).status == 1


# scan


def test_scan_measures_once(run, in_process, music, tmp_path):
    first, second = (run("scan", music, "--data", tmp_path / "data", "--json") for _ in range(2))
    assert (first.status, second.status) == (0, 0)
    assert [outcome["did"] for outcome in first.objects] == ["measured", "measured"]
    assert [outcome["did"] for outcome in second.objects] == ["unchanged", "unchanged"]
    assert len(in_process) == 2


def test_scan_with_one_bad_file_ends_with_3_and_says_which(run, in_process, music, tmp_path):
    broken_in(music)
    ran = run("scan", music, "--data", tmp_path / "data")
    assert ran.status == 3
    assert "Failed: " in ran.err
    assert "broken.mp3" in ran.err
    assert "2 tracks: 0 cleared, 2 to review, 0 refused." in ran.err


def test_scan_of_nothing_usable_is_failure(run, in_process, tmp_path):
    folder = tmp_path / "bad"
    folder.mkdir()
    ran = run("scan", folder, "--data", tmp_path / "data")
    assert (ran.status, "no audio files in this folder" in ran.err) == (1, True)
    broken_in(folder)
    ran = run("scan", folder, "--data", tmp_path / "data")
    assert (ran.status, "none of the 1 audio files" in ran.err) == (1, True)
    ran = run("scan", tmp_path / "nowhere", "--data", tmp_path / "data")
    assert (ran.status, "nowhere: no such folder" in ran.err) == (1, True)


def test_the_data_directory_may_come_from_the_environment(run, in_process, music, tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDSCAPE_DATA", str(tmp_path / "elsewhere"))
    assert run("scan", music).status == 0
    assert (tmp_path / "elsewhere" / "soundscape.db").is_file()


# wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["dance"],
        ["scan"],
        ["analyse"],
        ["build"],
        ["build", "--minutes", "many"],
        ["scan", ".", "--workers", "0"],
        ["build", "--minutes", "40", "--seed", "-1"],
        ["build", "--minutes", "5"],
        ["build", "--minutes", "nan"],
        ["build", "--minutes", "40", "--tail", "-1"],
        ["build", "--minutes", "40", "--arc", "polka"],
        ["build", "--minutes", "40", "--out", "session.txt"],
        ["build", "--minutes", "40", "--out", "no/such/folder/session.flac"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_a_message(run, scanned, monkeypatch, arguments):
    monkeypatch.setenv("SOUNDSCAPE_DATA", str(scanned))
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert len(ran.err) > 20
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "-h"], ["--version"]], ids=" ".join)
def test_help_and_version_are_no_failure(run, arguments):
    ran = run(*arguments)
    assert ran.status == 0
    assert ran.out


# doctor, and the whole as a process


def test_doctor_finds_everything_in_order(run, scanned):
    ran = run("doctor", "--data", scanned, "--json")
    assert ran.status == 0
    assert all(check["good"] for check in ran.objects)
    assert any(f"{COUNT} tracks" in check["found"] for check in ran.objects)


def test_doctor_fails_on_a_database_that_is_none_and_still_looks_at_the_rest(run, tmp_path):
    (tmp_path / "soundscape.db").write_text("shopping list\n" * 100)
    ran = run("doctor", "--data", tmp_path, "--json")
    assert ran.status == 1
    assert [check["what"] for check in ran.objects if not check["good"]] == ["database"]
    assert {check["what"] for check in ran.objects} >= {"database", "settings", "certificate", "port"}


def test_the_process_ends_with_the_status_and_no_traceback(music, tmp_path):
    write(music / "c.wav", noise(1.0))
    broken_in(music)
    ran = run_process("analyse", "--json", *sorted(music.iterdir()), cwd=tmp_path)
    assert ran.status == 3
    assert len(ran.out.splitlines()) == 4
    assert sum("error" in json.loads(line) for line in ran.out.splitlines()) == 1
    assert "Traceback" not in ran.err
