"""Which of these tracks are refused now, and who said so when: asked of a list that was made while they were not."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from library.history import analysis_history_table
from library.tables import decision_table, effective_status, track_table
from library.track import Record

AT_ONCE = 500
"""Tracks asked for in one query: SQLite takes so many values and more."""


class Refusal(Record, frozen=True, kw_only=True):
    """A refused track: decided ``by`` a person ``at_ms``, or last measured so then. None: the time was not kept."""

    track_id: str
    title: str
    at_ms: int | None
    by: str | None


def refusals(connection: sa.Connection, track_ids: Sequence[str]) -> list[Refusal]:
    """The refused ones of these tracks, in their order; tracks that are not known are not among them."""
    ids = list(dict.fromkeys(track_ids))
    found = {
        one.track_id: one
        for first in range(0, len(ids), AT_ONCE)
        for one in _some(connection, ids[first : first + AT_ONCE])
    }
    return [found[track_id] for track_id in ids if track_id in found]


def _some(connection: sa.Connection, track_ids: Sequence[str]) -> Iterator[Refusal]:
    measured_ms = (
        sa.select(sa.func.max(analysis_history_table.c.measured_ms))
        .where(analysis_history_table.c.track_id == track_table.c.track_id)
        .scalar_subquery()
    )
    query = (
        sa.select(
            track_table.c.track_id,
            track_table.c.title,
            measured_ms.label("measured_ms"),
            decision_table.c.status.label("decided_status"),
            decision_table.c.decided_by,
            decision_table.c.decided_ms,
        )
        .outerjoin(decision_table, decision_table.c.track_id == track_table.c.track_id)
        .where(track_table.c.track_id.in_(track_ids), effective_status == "refused")
    )
    for row in connection.execute(query):
        decided = row.decided_status is not None
        yield Refusal(
            track_id=row.track_id,
            title=row.title,
            at_ms=row.decided_ms if decided else row.measured_ms,
            by=row.decided_by if decided else None,
        )
