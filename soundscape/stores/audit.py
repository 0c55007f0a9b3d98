"""All SQL about the audit trail: who did what, when, to what, before and after. Rows are only ever added."""

from collections.abc import Collection, Mapping

import msgspec
import sqlalchemy as sa

from library.track import Record
from soundscape.stores.tables import audit_table


class AuditRow(Record, frozen=True, kw_only=True):
    """One action."""

    audit_id: int
    at_ms: int
    actor: str
    action: str
    subject: str
    before: dict[str, object] | None
    after: dict[str, object] | None


def record(
    connection: sa.Connection,
    at_ms: int,
    actor: str,
    action: str,
    subject: str,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Add a row in the transaction of the change itself; ``before`` and ``after`` become JSON."""
    connection.execute(
        sa.insert(audit_table).values(
            at_ms=at_ms,
            actor=actor[:80],
            action=action,
            subject=subject[:160],
            before=_text(before),
            after=_text(after),
        )
    )


def latest(
    connection: sa.Connection, *, before_id: int | None = None, actor: str = "", action: str = "", most: int = 100
) -> list[AuditRow]:
    """The newest rows first, those older than ``before_id``; of one actor or kind of action if asked."""
    query = sa.select(audit_table).order_by(audit_table.c.audit_id.desc()).limit(most)
    if before_id is not None:
        query = query.where(audit_table.c.audit_id < before_id)
    if actor:
        query = query.where(audit_table.c.actor == actor)
    if action:
        query = query.where(audit_table.c.action == action)
    return [_row(row) for row in connection.execute(query)]


def last_on(connection: sa.Connection, subjects: Collection[str]) -> dict[str, AuditRow]:
    """The newest row about each of these subjects that has any."""
    newest = sa.select(sa.func.max(audit_table.c.audit_id)).where(audit_table.c.subject.in_(subjects))
    query = sa.select(audit_table).where(audit_table.c.audit_id.in_(newest.group_by(audit_table.c.subject)))
    return {row.subject: _row(row) for row in connection.execute(query)}


def actors_and_actions(connection: sa.Connection) -> tuple[list[str], list[str]]:
    """What the trail can be filtered by."""
    actors = connection.execute(sa.select(audit_table.c.actor).distinct().order_by(audit_table.c.actor)).scalars()
    actions = connection.execute(sa.select(audit_table.c.action).distinct().order_by(audit_table.c.action)).scalars()
    return list(actors), list(actions)


def _row(row: sa.Row[tuple[object, ...]]) -> AuditRow:
    return AuditRow(
        audit_id=row.audit_id,
        at_ms=row.at_ms,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        before=None if row.before is None else msgspec.json.decode(row.before),
        after=None if row.after is None else msgspec.json.decode(row.after),
    )


def _text(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
