"""All SQL about what staff switch on and off while the service runs."""

import sqlalchemy as sa

from library.tables import upsert
from library.track import Record
from soundscape.stores.tables import setting_table


class Setting(Record, frozen=True, kw_only=True):
    """A switch as it stands, and who set it."""

    value: str
    changed_by: str
    changed_ms: int


def get(connection: sa.Connection, name: str) -> Setting | None:
    """A setting, or None if nobody has touched it."""
    row = connection.execute(sa.select(setting_table).where(setting_table.c.name == name)).first()
    return None if row is None else Setting(value=row.value, changed_by=row.changed_by, changed_ms=row.changed_ms)


def put(connection: sa.Connection, name: str, value: str, *, by: str, at_ms: int) -> None:
    """Set it."""
    upsert(connection, setting_table, {"name": name}, {"value": value, "changed_by": by, "changed_ms": at_ms})
