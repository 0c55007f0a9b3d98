"""The database: made on first use, and left byte for byte as it is where it is not ours or not whole."""

import os
import sqlite3

import pytest
import sqlalchemy as sa

import library.catalogue  # noqa: F401 - each of these declares tables
import playlists.revisions
import playlists.shelf  # noqa: F401
import soundscape.stores.tables  # noqa: F401
from library.errors import UnreadableDatabase
from library.store import FilePath, metadata, open_store, sqlite_url
from library.tables import track_table


@pytest.fixture
def closing():
    """Opens stores and closes them at the end, as warnings about open connections are errors."""
    engines = []

    def opened(url):
        engines.append(open_store(url))
        return engines[-1]

    yield opened
    for engine in engines:
        engine.dispose()


def test_a_new_database_has_every_table_that_the_code_declares(tmp_path, closing):
    inspector = sa.inspect(closing(sqlite_url(tmp_path)))
    for table in metadata.sorted_tables:
        found = {column["name"] for column in inspector.get_columns(table.name)}
        assert found == set(table.columns.keys()), table.name


def test_opening_again_writes_nothing(tmp_path):
    open_store(sqlite_url(tmp_path)).dispose()
    before = (tmp_path / "soundscape.db").read_bytes()
    open_store(sqlite_url(tmp_path)).dispose()
    assert (tmp_path / "soundscape.db").read_bytes() == before


def test_sqlite_writes_ahead_and_holds_foreign_keys(tmp_path, closing):
    with closing(sqlite_url(tmp_path)).connect() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1


def newer(path):
    """A database whose revision this version does not know."""
    open_store(f"sqlite:///{path}").dispose()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    connection.commit()
    connection.close()


def damaged(path):
    open_store(f"sqlite:///{path}").dispose()
    content = bytearray(path.read_bytes())
    content[100:] = bytes(len(content) - 100)
    path.write_bytes(content)


BROKEN = {
    "newer": newer,
    "damaged": damaged,
    "text": lambda path: path.write_text("this is my shopping list\n" * 300),
    "random bytes": lambda path: path.write_bytes(bytes(range(256)) * 64),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_cannot_be_used_is_refused_by_name_and_left_as_it_is(tmp_path, kind):
    path = tmp_path / "soundscape.db"
    BROKEN[kind](path)
    before = path.read_bytes()
    with pytest.raises(UnreadableDatabase, match=r"soundscape\.db.*--data"):
        open_store(sqlite_url(tmp_path))
    assert path.read_bytes() == before


def test_a_directory_in_the_place_of_the_database_is_refused(tmp_path):
    (tmp_path / "soundscape.db").mkdir()
    with pytest.raises(UnreadableDatabase):
        open_store(sqlite_url(tmp_path))


@pytest.mark.parametrize("name", ["plain.mp3", "日本.mp3", "two\nlines.mp3", os.fsdecode(b"caf\xe9 \xff.mp3")])
def test_a_path_is_kept_byte_for_byte(name):
    column = FilePath()
    stored = column.process_bind_param(name, None)
    assert stored == os.fsencode(name)
    assert column.process_result_value(stored, None) == name
    assert column.process_bind_param(None, None) is None


def test_the_schema_of_the_migrations_is_that_of_the_code(tmp_path, closing):
    columns = {column["name"]: column for column in sa.inspect(closing(sqlite_url(tmp_path))).get_columns("track")}
    for column in track_table.columns:
        assert columns[column.name]["nullable"] == column.nullable
