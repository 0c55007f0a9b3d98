"""The API of live changes: what a session that plays may be asked (docs/live.md)."""

from typing import Any

from marshmallow import Schema, fields, validate

from library.store import writing
from soundscape import changes, jobs
from soundscape.changes import Asked
from soundscape.parts import parts
from soundscape.rights import caller, right
from soundscape.routes.api.common import operations
from soundscape.stores import changes as store
from soundscape.stores import sessions as session_store

blueprint = operations("changes", "Live changes: extend, bring back, skip, pause, another list")

KINDS = ("extend", "bring_back", "skip", "pause", "go_on", "replace")
STATES = ("planned", "rendering", "sent", "done", "failed", "dropped")


class AskSchema(Schema):
    """What is asked. ``change_id`` is made where it is pressed: sent twice it is one change."""

    change_id = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{16}\Z"))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    minutes = fields.Float(
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=1.0, max=60.0),
        metadata={"description": "By how much to extend."},
    )
    playlist_id = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Regexp(r"^[0-9a-f]{1,32}\Z"),
        metadata={"description": "The list to go on with."},
    )


class SessionChangeSchema(Schema):
    """A change as it stands. Seconds are on the session's clock."""

    change_id = fields.String(required=True)
    session_id = fields.String(required=True)
    kind = fields.String(required=True)
    minutes = fields.Float(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    at_s = fields.Float(required=True)
    first_at_s = fields.Float(required=True)
    infusion_s = fields.Float(required=True)
    tail_s = fields.Float(required=True)
    moved = fields.Integer(required=True)
    words = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_ms = fields.Integer(required=True)
    done_ms = fields.Integer(required=True, allow_none=True)


@blueprint.route("/sessions/<session_id>/changes", methods=["POST"])
@right("run_sessions")
@blueprint.arguments(AskSchema)
@blueprint.response(201, SessionChangeSchema)
def ask(wanted: dict[str, Any], session_id: str) -> Any:
    """Change the music of a running session, at the next place where nobody hears that it was changed."""
    with writing(parts().engine) as connection:
        change = changes.ask(connection, session_id, Asked(**wanted), by=caller().actor, now_ms=parts().clock())
    if change.job_id is not None and change.state == "planned":
        jobs.enqueue(change.job_id)
    return change


@blueprint.route("/sessions/<session_id>/changes", methods=["GET"])
@right("run_sessions")
@blueprint.response(200, SessionChangeSchema(many=True))
def list_changes(session_id: str) -> Any:
    """All changes of a session, in the order in which they were asked for."""
    with parts().engine.connect() as connection:
        session_store.get(connection, session_id)
        return store.of_session(connection, session_id)
