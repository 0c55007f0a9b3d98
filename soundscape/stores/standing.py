"""All SQL about what every room holds beside its session's file: the bed, and a list for each template in use."""

import msgspec
import sqlalchemy as sa

from library.track import Record
from soundscape.stores import pulse
from soundscape.stores.tables import standing_table
from soundscape.wished import MixdownFile, text

BED = "bed"


class Stand(Record, frozen=True, kw_only=True):
    """One of them. ``name`` is "bed", or the template's."""

    name: str
    playlist_id: str
    mixdown_id: str
    file: MixdownFile
    infusion_s: float
    tail_s: float
    made_ms: int


def put(connection: sa.Connection, stand: Stand) -> None:
    """Store it in the place of the one before."""
    remove(connection, stand.name)
    values = {name: getattr(stand, name) for name in stand.__struct_fields__} | {"file": text(stand.file)}
    connection.execute(sa.insert(standing_table).values(**values))


def remove(connection: sa.Connection, name: str) -> None:
    """Hand it out no longer."""
    connection.execute(sa.delete(standing_table).where(standing_table.c.name == name))
    pulse.raise_(connection, "rooms")


def list_all(connection: sa.Connection) -> list[Stand]:
    """All there are, by name."""
    query = sa.select(standing_table).order_by(standing_table.c.name)
    rows = connection.execute(query).mappings()
    return [Stand(**{**row, "file": msgspec.json.decode(row["file"], type=MixdownFile)}) for row in rows]
