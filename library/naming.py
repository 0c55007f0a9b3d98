"""What is every track called, and where does it lie? Read without what was measured, so that it takes little time."""

from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from library.tables import file_table, held, track_table
from library.track import Record, Tags


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
    paths: dict[str, list[str]] = {}
    query = sa.select(file_table.c.track_id, file_table.c.path).where(file_table.c.track_id.is_not(None))
    for track_id, path in connection.execute(query):
        paths.setdefault(track_id, []).append(path)
    table = track_table.c
    columns = (table.track_id, table.title, table.artist, table.tags, table.duration_s)
    for row in connection.execute(sa.select(*columns).where(held).order_by(table.track_id)):
        yield Named(
            track_id=row.track_id,
            title=row.title,
            artist=row.artist,
            tags=msgspec.json.decode(row.tags, type=Tags),
            duration_s=row.duration_s,
            paths=tuple(sorted(paths.get(row.track_id, ()))),
        )
