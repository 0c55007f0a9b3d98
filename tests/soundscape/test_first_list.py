"""What `make run` prepares: once, from what was cleared, and not again."""

import shutil

import pytest

from library.store import open_store, sqlite_url, writing
from playlists import shelf
from soundscape.first_list import prepare_first_list


@pytest.fixture
def data(scanned, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(scanned, folder)
    return folder


def test_the_first_list_is_ready_to_assign_and_is_made_once(data):
    told = []
    made = prepare_first_list(data, minutes=10.0, tail_minutes=0.0, tick=lambda share, _words: told.append(share))
    assert made.playlist.total_s == 600.0
    assert told == sorted(told)
    assert told
    engine = open_store(sqlite_url(data))
    with writing(engine) as connection:
        found = shelf.mixdown_of(connection, made.playlist_id, made.revision)
        assert found.path.stat().st_size == found.manifest.bytes
    engine.dispose()
    assert prepare_first_list(data, minutes=10.0, tail_minutes=0.0, tick=pytest.fail) is None


def test_too_little_music_is_a_note_and_no_failure(run, data):
    ran = run("first-list", "--data", data)
    assert ran.status == 3
    assert "Note: " in ran.err
    assert "55:00 need" in ran.err
