"""The same fact for a session's record and for the audit trail."""

import hashlib

import msgspec
import sqlalchemy as sa

from soundscape.secret import new_id
from soundscape.stores import audit
from soundscape.stores import sessions as store
from soundscape.stores.sessions import Session


def note(
    connection: sa.Connection,
    session: Session,
    kind: str,
    *,
    by: str,
    now_ms: int,
    detail: dict[str, object] | None = None,
    once: bool = False,
) -> None:
    """Keep what was done to a session, by whom and when; with ``once`` not if just the same was noted before."""
    fresh = store.put_log(
        connection,
        session.session_id,
        _of_these_words(kind, detail) if once else new_id(),
        at_ms=now_ms,
        received_ms=now_ms,
        source=by,
        kind=kind,
        detail=detail or {},
    )
    if fresh:
        audit.record(connection, now_ms, by, f"session {kind.replace('_', ' ')}", session.code, after=detail)


def _of_these_words(kind: str, detail: dict[str, object] | None) -> str:
    """The same id for the same fact."""
    return hashlib.sha256(kind.encode() + msgspec.json.encode(detail)).hexdigest()
