"""What is every track called, and where does it lie? Read without what was measured, so that it takes little time."""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec
import sqlalchemy as sa

from library.tables import file_table, held, track_table
from library.track import Record, Tags

_COLUMNS = [track_table.c[name] for name in ("track_id", "title", "artist", "tags", "duration_s")]
_FILES = sa.select(file_table.c.track_id, file_table.c.path).where(file_table.c.track_id.is_not(None))
AT_ONCE = 500
"""Ids asked for in one query: SQLite takes so many values and more."""


class Named(Record, frozen=True, kw_only=True):
    """A track by its names; ``title`` is its file's where it has no title of its own."""

    track_id: str
    title: str
    artist: str
    tags: Tags
    duration_s: float
    paths: tuple[str, ...]


def named(connection: sa.Connection) -> Iterator[Named]:
    """Every track that some file still holds, ordered by id."""
    yield from _named(connection, sa.true(), sa.true())


def some_named(connection: sa.Connection, track_ids: Iterable[str]) -> Iterator[Named]:
    """Those of these tracks that some file still holds."""
    wanted = sorted(set(track_ids))
    for first in range(0, len(wanted), AT_ONCE):
        batch = wanted[first : first + AT_ONCE]
        yield from _named(connection, track_table.c.track_id.in_(batch), file_table.c.track_id.in_(batch))


def fingerprint(connection: sa.Connection) -> str:
    """64 hexadecimal digits that are others as soon as :func:`named` gives anything else, the same in every process."""
    told = hashlib.sha256()
    for query in (
        sa.select(*_COLUMNS).where(held).order_by(track_table.c.track_id),
        _FILES.order_by(file_table.c.path),
    ):
        for row in connection.execute(query):
            told.update(repr(tuple(row)).encode())
    return told.hexdigest()


def _named(connection: sa.Connection, which: sa.ColumnElement[bool], files: sa.ColumnElement[bool]) -> Iterator[Named]:
    paths: dict[str, list[str]] = {}
    for track_id, path in connection.execute(_FILES.where(files)):
        paths.setdefault(track_id, []).append(path)
    for row in connection.execute(sa.select(*_COLUMNS).where(held, which).order_by(track_table.c.track_id)):
        yield Named(
            track_id=row.track_id,
            title=row.title,
            artist=row.artist,
            tags=msgspec.json.decode(row.tags, type=Tags),
            duration_s=row.duration_s,
            paths=tuple(sorted(paths.get(row.track_id, ()))),
        )
