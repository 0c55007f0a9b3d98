"""A list's past in the database: what an older database gets, and what a copy in a preview forgets."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from msgspec.structs import replace

from library.store import MIGRATIONS, open_store, sqlite_url, writing
from playlists import revisions, shelf
from playlists.playlist import Request
from tests.playlists.test_difference import listed

REQUEST = Request(infusion_s=600.0)


def put(connection, *, offered=False) -> str:
    return shelf.put_new(
        connection,
        title="Slow water",
        note="Strings.",
        request=REQUEST,
        playlist=listed("ab"),
        offered=offered,
        by="anna",
        now_ms=1,
    )


def test_a_list_of_before_has_its_present_state_as_its_past_and_no_version(tmp_path):
    today = open_store(sqlite_url(tmp_path))
    with writing(today) as connection:
        playlist_id = put(connection)
        shelf.change(connection, playlist_id, 1, title="Slower", by="ben", what="changed", now_ms=7)
        row = connection.execute(sa.select(shelf.playlist_table)).mappings().one()
    before = sa.create_engine(f"sqlite:///{tmp_path / 'before.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with before.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(sa.insert(shelf.playlist_table).values(**row))
    before.dispose()
    upgraded = open_store(f"sqlite:///{tmp_path / 'before.db'}")
    with writing(upgraded) as connection:
        (only,) = revisions.list_of(connection, playlist_id)
        assert (only.revision, only.step, only.changed_ms) == (2, "change", 7)
        assert revisions.versions_of(connection, playlist_id) == []
        after = shelf.change(connection, playlist_id, 2, title="Calm", by="ben", what="changed", now_ms=9)
        assert revisions.steps_of(revisions.list_of(connection, playlist_id)).undo == 2
        assert shelf.at(connection, playlist_id, 2).title == "Slower"
        assert after.revision == 3
    for engine in (today, upgraded):
        engine.dispose()


def test_a_copy_in_a_preview_keeps_its_newest_state_and_what_was_signed_off(tmp_path):
    engine = open_store(sqlite_url(tmp_path))
    with writing(engine) as connection:
        playlist_id = put(connection, offered=True)
        for revision in range(1, 5):
            if revision == 2:
                revisions.sign(connection, playlist_id, 2, note="", by="anna", now_ms=3)
            shorter = replace(listed("ab"), seed=revision)
            shelf.change(connection, playlist_id, revision, playlist=shorter, by="preview", what="veto", now_ms=1)
        assert [one.revision for one in revisions.list_of(connection, playlist_id)] == [2, 5]
        assert shelf.at(connection, playlist_id, 2).playlist.seed == 1
    engine.dispose()
