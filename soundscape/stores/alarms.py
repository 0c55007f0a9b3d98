"""SQL about the alarms in a session's log: each begins and ends as a row of its own."""

import msgspec
import sqlalchemy as sa

from soundscape.stores.sessions import put_log
from soundscape.stores.tables import session_log_table

BEGAN, ENDED = "alarm_began", "alarm_ended"
SOURCE = "soundscape"


def going_on(connection: sa.Connection, session_id: str) -> tuple[frozenset[str], int]:
    """The codes of alarms that have begun and not ended, and how many rows about alarms there are."""
    table = session_log_table
    query = sa.select(table.c.kind, table.c.detail).where(
        table.c.session_id == session_id, table.c.kind.in_((BEGAN, ENDED))
    )
    rows = connection.execute(query.order_by(table.c.log_id)).all()
    last = {str(msgspec.json.decode(row.detail)["code"]): row.kind for row in rows}
    return frozenset(code for code, kind in last.items() if kind == BEGAN), len(rows)


def put(
    connection: sa.Connection, session_id: str, number: int, kind: str, detail: dict[str, object], now_ms: int
) -> None:
    """Add a row about an alarm; its number among them makes sure that two servers write it once."""
    put_log(
        connection,
        session_id,
        f"alarm-{number}",
        at_ms=now_ms,
        received_ms=now_ms,
        source=SOURCE,
        kind=kind,
        detail=detail,
    )
