"""What people decide about tracks: it stands above what was measured, and survives every scan. All SQL about it.

Whatever takes a connection needs one that writes (:func:`library.store.writing`), so that the caller's audit row is
part of the same transaction.
"""

import sqlalchemy as sa

from library import history
from library.tables import decision_table, track_table, unknown, upsert
from library.track import Decision, Status


def put_decision(
    connection: sa.Connection, track_id: str, *, status: Status | None, reason: str, by: str, at_ms: int
) -> None:
    """Put a person's status over the measured one; ``None`` goes back to what was measured.

    The right to preview stays as it was.

    Raises
    ------
    UnknownTrack
    """
    row = _decision_row(connection, track_id)
    values = {"status": status, "reason": reason, "decided_by": by, "decided_ms": at_ms}
    _put_decision(connection, track_id, {**values, "may_preview": None if row is None else row.may_preview})
    history.put_decision(connection, track_id, status=status, reason=reason, by=by, at_ms=at_ms)


def put_preview_right(
    connection: sa.Connection, track_id: str, may_preview: bool | None, *, by: str, at_ms: int
) -> None:
    """State whether a track may be previewed; ``None`` leaves it to the file's own rights. The status stays.

    Raises
    ------
    UnknownTrack
    """
    row = _decision_row(connection, track_id)
    decided = None if row is None or row.status is None else row
    values: dict[str, object] = {"status": None, "reason": "", "decided_by": by, "decided_ms": at_ms}
    if decided is not None:  # who cleared or refused it must not become who may preview it
        values = {name: getattr(decided, name) for name in values}
    _put_decision(connection, track_id, {**values, "may_preview": may_preview})


def decision_of(connection: sa.Connection, track_id: str) -> Decision | None:
    """What a person decided about a track, or None.

    Raises
    ------
    UnknownTrack
    """
    row = _decision_row(connection, track_id)
    return None if row is None else read(row, row.status)


def read(row: sa.Row[tuple[object, ...]], status: Status | None) -> Decision:
    """A decision out of a row that holds its columns."""
    found = row._mapping
    return Decision(
        status=status,
        reason=found["reason"],
        may_preview=found["may_preview"],
        decided_by=found["decided_by"],
        decided_ms=found["decided_ms"],
    )


def _decision_row(connection: sa.Connection, track_id: str) -> sa.Row[tuple[object, ...]] | None:
    """What is decided so far; the track's row is locked, so that two people deciding at once do so one by one."""
    query = sa.select(track_table.c.track_id).where(track_table.c.track_id == track_id).with_for_update()
    if connection.execute(query).first() is None:
        raise unknown(track_id)
    return connection.execute(sa.select(decision_table).where(decision_table.c.track_id == track_id)).first()


def _put_decision(connection: sa.Connection, track_id: str, values: dict[str, object]) -> None:
    """Store a decision, or none where nothing is decided any more."""
    if values["status"] is None and values["may_preview"] is None:
        connection.execute(sa.delete(decision_table).where(decision_table.c.track_id == track_id))
    else:
        upsert(connection, decision_table, {"track_id": track_id}, values)
