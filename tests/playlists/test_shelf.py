"""The shelf: what goes in comes out, two people do not undo one another unseen, files keep the list they play."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_library
from library.store import open_store, sqlite_url, writing
from playlists import shelf
from playlists.errors import StaleRevision, UnknownMixdown, UnknownPlaylist
from playlists.fit import fit
from playlists.manifest import Manifest
from playlists.playlist import Playlist, Policy, Request
from playlists.rise import Softened
from playlists.timeline import layout

REQUEST = Request(
    infusion_s=600.25,
    tail_s=120.1,
    seed=3,
    policy=Policy(
        energy_ceiling=0.8,
        exclude_tracks=frozenset({"b", "a"}),
        exclude_artists=frozenset({"Nobody", "Øyvind"}),
    ),
)
DONE = {"by": "anna", "what": "changed"}
MANIFEST = Manifest(
    file="s.m4a",
    bytes=3,
    sha256="0" * 64,
    chunk_bytes=1 << 20,
    chunks=("1" * 64,),
    sample_rate_hz=48_000,
    samples=34_576_800,
    total_s=720.35,
    loudness_lufs=-20.0,
    true_peak_dbtp=-1.6,
    lowered_db=0.0,
    softened=(Softened(at_s=1.0, by_db=3.0),),
    levels_dbfs=(-31.5, -20.0),
)


@pytest.fixture(scope="module")
def playlist() -> Playlist:
    return fit(make_library(14, 2), REQUEST)


@pytest.fixture
def engine(tmp_path):
    engine = open_store(sqlite_url(tmp_path))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        yield connection


def put(connection, playlist, *, title="Slow water", offered=False, now_ms=1):
    return shelf.put_new(
        connection,
        title=title,
        note="Strings and drones.",
        request=REQUEST,
        playlist=playlist,
        offered=offered,
        by="anna",
        now_ms=now_ms,
    )


def put_file(connection, playlist_id, playlist, revision, now_ms=5, path=Path("/data/s.m4a")):
    return shelf.put_mixdown(
        connection,
        playlist_id=playlist_id,
        playlist_revision=revision,
        playlist=playlist,
        path=path,
        manifest=MANIFEST,
        now_ms=now_ms,
    )


def test_a_list_comes_out_as_it_went_in(connection, playlist):
    playlist_id = put(connection, playlist)
    found = shelf.get(connection, playlist_id)
    assert found == shelf.Shelved(
        playlist_id=playlist_id,
        title="Slow water",
        note="Strings and drones.",
        revision=1,
        request=REQUEST,
        playlist=playlist,
        offered=False,
        created_by="anna",
        created_ms=1,
        changed_ms=1,
        archived_ms=None,
    )
    assert layout(found.playlist) == layout(playlist)
    assert isinstance(found.request.policy.exclude_tracks, frozenset)


def test_a_change_leaves_what_is_not_given_and_raises_the_revision(connection, playlist):
    before = shelf.get(connection, put(connection, playlist))
    after = shelf.change(connection, before.playlist_id, 1, title="Slower", **DONE, now_ms=7)
    assert after == replace(before, title="Slower", revision=2, changed_ms=7)
    shorter = replace(REQUEST, seed=9)
    after = shelf.change(connection, before.playlist_id, 2, request=shorter, note="", **DONE, now_ms=8)
    assert (after.request, after.note, after.playlist, after.revision) == (shorter, "", playlist, 3)
    assert shelf.get(connection, before.playlist_id) == after


def test_two_people_changing_one_list(engine, playlist):
    with writing(engine) as connection:
        playlist_id = put(connection, playlist)
    with writing(engine) as connection:
        shelf.change(connection, playlist_id, 1, title="By Anna", **DONE, now_ms=2)
    with writing(engine) as connection, pytest.raises(StaleRevision, match=r"revision 1.*revision 2") as caught:
        shelf.change(connection, playlist_id, 1, title="By Ben", **DONE, now_ms=3)
    assert (caught.value.expected, caught.value.found) == (1, 2)
    with engine.connect() as connection:
        assert shelf.get(connection, playlist_id).title == "By Anna"


def test_the_staffs_list_and_the_offered_copies_are_apart(connection, playlist):
    first = put(connection, playlist, title="First", now_ms=1)
    second = put(connection, playlist, title="Second", now_ms=2)
    copy = put(connection, playlist, offered=True)
    assert [found.playlist_id for found in shelf.list_all(connection)] == [second, first]
    assert [found.playlist_id for found in shelf.list_all(connection, offered=True)] == [copy]
    shelf.change(connection, first, 1, title="First again", **DONE, now_ms=3)
    assert [found.playlist_id for found in shelf.list_all(connection)] == [first, second]
    shelf.archive(connection, first, now_ms=4)
    shelf.archive(connection, first, now_ms=5)
    assert [found.playlist_id for found in shelf.list_all(connection)] == [second]
    assert shelf.get(connection, first).archived_ms == 4


def test_a_file_keeps_the_list_it_plays(connection, playlist):
    playlist_id = put(connection, playlist)
    odd = Path(os.fsdecode(b"/data/caf\xe9.m4a"))
    mixdown_id = put_file(connection, playlist_id, playlist, 1, path=odd)
    shelf.change(connection, playlist_id, 1, playlist=replace(playlist, items=playlist.items[:1]), **DONE, now_ms=6)
    assert shelf.mixdown(connection, mixdown_id) == shelf.ShelvedMixdown(
        mixdown_id=mixdown_id,
        playlist_id=playlist_id,
        playlist_revision=1,
        playlist=playlist,
        path=odd,
        manifest=MANIFEST,
        created_ms=5,
    )
    assert shelf.levels_of(connection, mixdown_id) == (-31.5, -20.0)
    assert shelf.levels_of(connection, "none such") is None
    found = shelf.mixdown_of(connection, playlist_id, 1)
    assert found is not None
    assert found.mixdown_id == mixdown_id
    assert shelf.mixdown_of(connection, playlist_id, 2) is None
    assert shelf.mixdown_of(connection, playlist_id, 3) is None


def test_a_corrected_title_needs_no_new_file(connection, playlist):
    playlist_id = put(connection, playlist)
    assert shelf.mixdown_of(connection, playlist_id, 1) is None
    mixdown_id = put_file(connection, playlist_id, playlist, 1)
    shelf.change(
        connection, playlist_id, 1, title="Slower", playlist=replace(playlist, notes=("Said.",)), **DONE, now_ms=6
    )
    found = shelf.mixdown_of(connection, playlist_id, 2)
    assert found is not None
    assert found.mixdown_id == mixdown_id


def test_the_newest_file_of_a_revision_counts(connection, playlist):
    playlist_id = put(connection, playlist)
    put_file(connection, playlist_id, playlist, 1, now_ms=5)
    newer = put_file(connection, playlist_id, playlist, 1, now_ms=6)
    found = shelf.mixdown_of(connection, playlist_id, 1)
    assert found is not None
    assert found.mixdown_id == newer


def test_what_is_not_there_is_named(connection):
    for use in (
        lambda: shelf.get(connection, "nothing"),
        lambda: shelf.change(connection, "nothing", 1, title="x", **DONE, now_ms=1),
        lambda: shelf.archive(connection, "nothing", now_ms=1),
    ):
        with pytest.raises(UnknownPlaylist, match="nothing"):
            use()
    with pytest.raises(UnknownMixdown, match="nothing"):
        shelf.mixdown(connection, "nothing")
    assert shelf.mixdown_of(connection, "nothing", 1) is None
