"""All SQL about sessions and the log of what happened in each."""

from collections.abc import Iterable
from typing import Literal

import msgspec
import sqlalchemy as sa

from library.track import Record
from soundscape.errors import NoSuch
from soundscape.stores.tables import session_log_table, session_table

LAST_HEARD = "last heard"
State = Literal["planned", "started", "ended", "aborted"]


class Session(Record, frozen=True, kw_only=True):
    """One infusion with music. The code is all that names it."""

    session_id: str
    code: str
    room_id: str
    playlist_id: str
    mixdown_id: str | None
    state: State
    infusion_s: float
    tail_s: float
    created_by: str
    created_ms: int
    started_ms: int | None = None
    ended_ms: int | None = None
    playlist_revision: int | None = None
    """The signed version it plays; ``None`` of sessions older than versions."""
    paused_ms: int | None = None
    """Since when the infusion's clock stands."""
    paused_from_s: float | None = None
    """How long the infusion was to take when it was paused."""
    paused_s: float = 0.0
    """How long the infusion's clock stood before."""

    @property
    def total_s(self) -> float:
        """The length of the music."""
        return self.infusion_s + self.tail_s


class LogRow(Record, frozen=True, kw_only=True):
    """Something that happened: a press at the desk or the bedside, or what the player heard of itself."""

    at_ms: int
    received_ms: int
    source: str
    kind: str
    detail: dict[str, object]


def put_new(connection: sa.Connection, session: Session) -> None:
    """Store a new session."""
    connection.execute(sa.insert(session_table).values(**_values(session)))


def put(connection: sa.Connection, session: Session) -> None:
    """Store what changed of a session."""
    connection.execute(
        sa.update(session_table).where(session_table.c.session_id == session.session_id).values(**_values(session))
    )


def get(connection: sa.Connection, session_id: str) -> Session:
    """One session.

    Raises
    ------
    NoSuch
    """
    for session in _select(connection, session_table.c.session_id == session_id):
        return session
    raise NoSuch(f"There is no session {session_id!r}.")


def by_code(connection: sa.Connection, code: str) -> Session:
    """The session of a code.

    Raises
    ------
    NoSuch
    """
    for session in _select(connection, session_table.c.code == code):
        return session
    raise NoSuch(f"There is no session {code!r}.")


def codes(connection: sa.Connection) -> frozenset[str]:
    """Every code ever given."""
    return frozenset(connection.execute(sa.select(session_table.c.code)).scalars())


def of_room(connection: sa.Connection, room_id: str) -> Session | None:
    """The session that is planned or runs in a room."""
    condition = sa.and_(session_table.c.room_id == room_id, session_table.c.state.in_(("planned", "started")))
    return next(iter(_select(connection, condition)), None)


def at(connection: sa.Connection, room_id: str, at_ms: int) -> Session | None:
    """The session to which something at this time in a room belongs."""
    condition = sa.and_(session_table.c.room_id == room_id, session_table.c.created_ms <= at_ms)
    return next(reversed(_select(connection, condition)), None)


def open_sessions(connection: sa.Connection) -> dict[str, Session]:
    """The session planned or running in each room that has one."""
    return {found.room_id: found for found in _select(connection, session_table.c.state.in_(("planned", "started")))}


def waiting_for(connection: sa.Connection, playlist_id: str) -> list[Session]:
    """The sessions that have no mixdown yet of this list."""
    return _select(
        connection,
        sa.and_(
            session_table.c.playlist_id == playlist_id,
            session_table.c.mixdown_id.is_(None),
            session_table.c.state.in_(("planned", "started")),
        ),
    )


def of_lists(connection: sa.Connection, playlist_ids: Iterable[str]) -> list[Session]:
    """Every session with one of these lists, the oldest first."""
    return _select(connection, session_table.c.playlist_id.in_(list(playlist_ids)))


def latest(connection: sa.Connection, most: int = 50) -> list[Session]:
    """The newest sessions that are over or run."""
    query = sa.select(session_table).where(session_table.c.started_ms.is_not(None))
    rows = connection.execute(query.order_by(session_table.c.started_ms.desc()).limit(most))
    return [Session(**row._mapping) for row in rows]


def put_log(
    connection: sa.Connection,
    session_id: str,
    event_id: str,
    *,
    at_ms: int,
    received_ms: int,
    source: str,
    kind: str,
    detail: dict[str, object],
) -> bool:
    """Add to the log; False if this event is there already."""
    known = sa.select(session_log_table.c.log_id).where(
        session_log_table.c.session_id == session_id, session_log_table.c.event_id == event_id
    )
    if connection.execute(known).first():
        return False
    connection.execute(
        sa.insert(session_log_table).values(
            session_id=session_id,
            event_id=event_id,
            at_ms=at_ms,
            received_ms=received_ms,
            source=source,
            kind=kind,
            detail=msgspec.json.encode(detail).decode(),
        )
    )
    return True


def put_last_heard(connection: sa.Connection, session_id: str, at_ms: int, detail: dict[str, object]) -> None:
    """Until when the player certainly played: one row a session, moved on by each report."""
    table = session_log_table
    here = sa.and_(table.c.session_id == session_id, table.c.event_id == LAST_HEARD)
    values = {"at_ms": at_ms, "received_ms": at_ms, "detail": msgspec.json.encode(detail).decode()}
    if not connection.execute(sa.update(table).where(here).values(**values)).rowcount:
        key = {"session_id": session_id, "event_id": LAST_HEARD, "source": "player", "kind": "last_heard"}
        connection.execute(sa.insert(table).values(**key, **values))


def log_of(connection: sa.Connection, session_id: str) -> list[LogRow]:
    """What happened, in the order of its time."""
    query = sa.select(session_log_table).where(session_log_table.c.session_id == session_id)
    rows = connection.execute(query.order_by(session_log_table.c.at_ms, session_log_table.c.log_id))
    return [
        LogRow(
            at_ms=row.at_ms,
            received_ms=row.received_ms,
            source=row.source,
            kind=row.kind,
            detail=msgspec.json.decode(row.detail),
        )
        for row in rows
    ]


def _select(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Session]:
    rows = connection.execute(sa.select(session_table).where(condition).order_by(session_table.c.created_ms))
    return [Session(**row._mapping) for row in rows]


def _values(session: Session) -> dict[str, object]:
    return {name: getattr(session, name) for name in session.__struct_fields__}
