"""All SQL about previews: links, the lists they offer, and the votes. No trace of listening is kept."""

import sqlalchemy as sa

from library.track import Record
from soundscape.errors import NoSuch
from soundscape.stores import pulse
from soundscape.stores.tables import preview_list_table, preview_table, preview_vote_table


class Preview(Record, frozen=True, kw_only=True):
    """A link for one patient; ``playlist_id`` is the list chosen, if one was."""

    preview_id: str
    secret_hash: str
    code: str
    veiled: bool
    playlist_id: str | None
    expires_ms: int
    revoked_ms: int | None
    created_by: str
    created_ms: int

    def open_at(self, now_ms: int) -> bool:
        """Whether it may be used now."""
        return self.revoked_ms is None and now_ms < self.expires_ms


def put_new(connection: sa.Connection, preview: Preview, playlist_ids: list[str]) -> None:
    """Store a new preview and the lists it offers."""
    connection.execute(sa.insert(preview_table).values(**_values(preview)))
    for place, playlist_id in enumerate(playlist_ids):
        connection.execute(
            sa.insert(preview_list_table).values(preview_id=preview.preview_id, place=place, playlist_id=playlist_id)
        )
    pulse.raise_(connection, "previews")


def put(connection: sa.Connection, preview: Preview) -> None:
    """Store what changed of a preview."""
    connection.execute(
        sa.update(preview_table).where(preview_table.c.preview_id == preview.preview_id).values(**_values(preview))
    )
    pulse.raise_(connection, "previews")


def get(connection: sa.Connection, preview_id: str) -> Preview:
    """One preview.

    Raises
    ------
    NoSuch
    """
    row = connection.execute(sa.select(preview_table).where(preview_table.c.preview_id == preview_id)).first()
    if row is None:
        raise NoSuch(f"There is no preview {preview_id!r}.")
    return Preview(**row._mapping)


def by_secret(connection: sa.Connection, secret_hash: str) -> Preview | None:
    """The preview that this secret opens, open or not."""
    row = connection.execute(sa.select(preview_table).where(preview_table.c.secret_hash == secret_hash)).first()
    return None if row is None else Preview(**row._mapping)


def latest(connection: sa.Connection, most: int = 50) -> list[Preview]:
    """The newest first."""
    rows = connection.execute(sa.select(preview_table).order_by(preview_table.c.created_ms.desc()).limit(most))
    return [Preview(**row._mapping) for row in rows]


def codes(connection: sa.Connection) -> frozenset[str]:
    """Every code ever given."""
    return frozenset(connection.execute(sa.select(preview_table.c.code)).scalars())


def lists_of(connection: sa.Connection, preview_id: str) -> list[str]:
    """The ids of the offered lists, in their order."""
    query = sa.select(preview_list_table.c.playlist_id).where(preview_list_table.c.preview_id == preview_id)
    return list(connection.execute(query.order_by(preview_list_table.c.place)).scalars())


def votes_of(connection: sa.Connection, preview_id: str) -> dict[str, str]:
    """The vote on each track that has one."""
    query = sa.select(preview_vote_table).where(preview_vote_table.c.preview_id == preview_id)
    return {row.track_id: row.vote for row in connection.execute(query)}


def put_vote(connection: sa.Connection, preview_id: str, track_id: str, vote: str) -> None:
    """The newest vote counts."""
    table = preview_vote_table
    here = sa.and_(table.c.preview_id == preview_id, table.c.track_id == track_id)
    if not connection.execute(sa.update(table).where(here).values(vote=vote)).rowcount:
        connection.execute(sa.insert(table).values(preview_id=preview_id, track_id=track_id, vote=vote))
    pulse.raise_(connection, "previews")


def _values(preview: Preview) -> dict[str, object]:
    return {name: getattr(preview, name) for name in preview.__struct_fields__}
