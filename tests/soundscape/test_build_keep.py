"""Changing a list from the command line: kept, locked, with what sounds; several lists at once."""

import json

import pytest

SHORT = ("--minutes", "10", "--tail", "1")


@pytest.fixture
def kept(run, scanned, tmp_path):
    (built,) = run("build", "--data", scanned, *SHORT, "--json").objects
    path = tmp_path / "list.json"
    path.write_text(json.dumps(built))
    return built, path


def ids(built):
    return [item["track_id"] for item in built["items"]]


def test_a_kept_list_is_made_longer_around_what_sounds_and_what_is_locked(run, scanned, kept):
    before, path = kept
    locked = ids(before)[-1]
    asked = ("--keep", path, "--played", "100", "--lock", locked[:12], "--minutes", "12", "--tail", "1")
    ran = run("build", "--data", scanned, *asked, "--json")
    (after,) = ran.objects
    assert ran.status == 0
    assert after["total_s"] == 780.0
    assert after["items"][0]["start_s"] == 0.0
    assert {**after["items"][0], "fade_out_s": 0} == {**before["items"][0], "fade_out_s": 0}
    assert locked in ids(after)
    assert after["notes"][0].startswith("02:00 longer.")


def test_a_kept_list_that_is_none(run, scanned, tmp_path):
    (tmp_path / "no.json").write_text('{"items": 3}')
    ran = run("build", "--data", scanned, *SHORT, "--keep", tmp_path / "no.json")
    assert ran.status == 2
    assert "no list as `build --json` prints it" in ran.err


@pytest.mark.parametrize("wrong", [("--played", "60"), ("--sets", "2", "--out", "x.wav"), ("--sets", "0")])
def test_options_that_make_no_sense_together(run, scanned, wrong):
    assert run("build", "--data", scanned, *SHORT, *wrong).status == 2


def test_sets_are_one_object(run, scanned):
    ran = run("build", "--data", scanned, *SHORT, "--sets", "2", "--json")
    (found,) = ran.objects
    assert ran.status == 0
    assert set(found) == {"playlists", "overlap_mean", "overlap_most", "dearest"}
    assert all(playlist["total_s"] == 660.0 for playlist in found["playlists"])
    told = run("build", "--data", scanned, *SHORT, "--sets", "2")
    assert "of the session on average" in told.err
