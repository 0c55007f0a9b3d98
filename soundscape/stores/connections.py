"""All SQL about connections to services elsewhere, also begun ones. What is sealed stays sealed here."""

import sqlalchemy as sa

from library.tables import upsert
from library.track import Record
from soundscape.stores.tables import connecting_table, connection_table


class Connection(Record, frozen=True, kw_only=True):
    """One connection: with which app, by whom, and since when."""

    name: str
    client_id: str
    sealed: str
    connected_by: str
    connected_ms: int
    renewed_ms: int


class Connecting(Record, frozen=True, kw_only=True):
    """A connection that somebody has begun."""

    state_hash: str
    sealed: str
    redirect_uri: str
    expires_ms: int


def get(connection: sa.Connection, name: str) -> Connection | None:
    """The connection of this name, or None if nobody has made it."""
    row = connection.execute(sa.select(connection_table).where(connection_table.c.name == name)).mappings().first()
    return None if row is None else Connection(**row)


def put(connection: sa.Connection, made: Connection) -> None:
    """Store it in the place of the one before."""
    values = {name: getattr(made, name) for name in made.__struct_fields__ if name != "name"}
    upsert(connection, connection_table, {"name": made.name}, values)


def remove(connection: sa.Connection, name: str) -> None:
    """Forget it."""
    connection.execute(sa.delete(connection_table).where(connection_table.c.name == name))


def begin(connection: sa.Connection, begun: Connecting, *, now_ms: int) -> None:
    """Store one that somebody has begun; those that were never finished go."""
    connection.execute(sa.delete(connecting_table).where(connecting_table.c.expires_ms <= now_ms))
    values = {name: getattr(begun, name) for name in begun.__struct_fields__}
    connection.execute(sa.insert(connecting_table).values(**values))


def take(connection: sa.Connection, state_hash: str, *, now_ms: int) -> Connecting | None:
    """The one that was begun with this state, if it is not too old; it is gone afterwards."""
    key = connecting_table.c.state_hash == state_hash
    row = connection.execute(sa.select(connecting_table).where(key)).mappings().first()
    connection.execute(sa.delete(connecting_table).where(key))
    return None if row is None or row["expires_ms"] <= now_ms else Connecting(**row)
