"""SQL that looks back: the sessions that were started, page by page."""

import sqlalchemy as sa

from soundscape.stores.sessions import Session
from soundscape.stores.tables import session_table


def started(connection: sa.Connection, *, before_ms: int | None = None, most: int = 50) -> list[Session]:
    """Sessions that were started, the newest first; those before ``before_ms`` if it is given."""
    query = sa.select(session_table).where(session_table.c.started_ms.is_not(None))
    if before_ms is not None:
        query = query.where(session_table.c.started_ms < before_ms)
    rows = connection.execute(query.order_by(session_table.c.started_ms.desc(), session_table.c.session_id).limit(most))
    return [Session(**row._mapping) for row in rows]
