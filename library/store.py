"""The database: one `MetaData` that each layer declares its own tables on, and an engine brought up to date on opening.

SQLite in write-ahead mode by default, PostgreSQL by URL; the same SQL for both. The schema's history is in migrations/.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.types import LargeBinary, TypeDecorator

from library.errors import UnreadableDatabase

metadata = sa.MetaData()

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
BUSY_TIMEOUT_S = 30


class FilePath(TypeDecorator[str]):
    """A path as the bytes the file system has, since a name need not be valid in any script."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else os.fsdecode(value)


def sqlite_url(data: Path) -> str:
    """The URL of the database in a data directory."""
    return f"sqlite:///{data / 'soundscape.db'}"


def open_store(url: str) -> sa.Engine:
    """Return an engine whose schema is current, creating or migrating it first.

    Raises
    ------
    UnreadableDatabase
        If the file is damaged, is no database, or was written by a newer version; it is left as it is.
    """
    settings = {"timeout": BUSY_TIMEOUT_S} if url.startswith("sqlite") else {}
    engine = sa.create_engine(url, connect_args=settings, hide_parameters=True)  # errors are logged; values are not
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _configure_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    try:
        _migrate(engine)
    except CommandError as error:
        engine.dispose()
        raise UnreadableDatabase(
            f"{engine.url.database}: written by a newer version of Soundscape ({error}). Update Soundscape, or name "
            "another data directory with --data."
        ) from error
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise UnreadableDatabase(
            f"{engine.url.database}: the database cannot be opened ({error.orig}). Restore a backup, or name another "
            "data directory with --data."
        ) from error
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that writes: committed at the end, rolled back by an exception.

    SQLite takes its one write lock at the beginning, so that what is read stays true until it is changed, and a second
    writer waits instead of failing half-way.
    """
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin_sqlite` does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(engine: sa.Engine) -> None:
    """Bring the schema to the newest revision; nothing is written where it is there already."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if _revision(connection) == newest:
            return
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        if _revision(connection) != newest:  # another process may have been quicker
            command.upgrade(config, "head")


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found
