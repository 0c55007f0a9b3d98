"""The API of sessions. Every operation is absolute: sent twice it does no more than once."""

from typing import Any

from marshmallow import Schema, fields, validate

from library.store import writing
from soundscape import assigning, jobs, sessions
from soundscape.errors import NotAllowed
from soundscape.parts import parts
from soundscape.rights import caller, right
from soundscape.routes.api.common import Truth, operations
from soundscape.stores import sessions as store

blueprint = operations("sessions", "Sessions: assign, start, quiet, louder, end")

STATES = ("planned", "started", "ended", "aborted")


class SessionSchema(Schema):
    """A session; the code is all that names it."""

    session_id = fields.String(required=True)
    code = fields.String(required=True)
    room_id = fields.String(required=True)
    playlist_id = fields.String(required=True)
    playlist_revision = fields.Integer(required=True, allow_none=True)
    mixdown_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    infusion_s = fields.Float(required=True)
    tail_s = fields.Float(required=True)
    created_ms = fields.Integer(required=True)
    started_ms = fields.Integer(required=True, allow_none=True)
    ended_ms = fields.Integer(required=True, allow_none=True)


class AssignedSchema(Schema):
    """A planned session, and the job that makes its file where there is none yet."""

    session = fields.Nested(SessionSchema, required=True)
    job_id = fields.String(required=True, allow_none=True)


class AssignSchema(Schema):
    """Which list for which room; its newest signed version is played.

    ``sign_off``: ``first`` signs the list off in the same act where no version is yet, ``now`` signs it off as it is
    now. Both need the right to keep playlists.
    """

    room_id = fields.String(required=True, validate=validate.Length(max=32))
    playlist_id = fields.String(required=True, validate=validate.Length(max=32))
    sign_off = fields.String(load_default="never", validate=validate.OneOf(("never", "first", "now")))


class StartSchema(Schema):
    """When the infusion was started."""

    minutes_ago = fields.Float(load_default=0.0, validate=validate.Range(min=0.0, max=240.0))


class QuietSchema(Schema):
    """Quiet, so that staff can talk, or not."""

    quiet = Truth(required=True)


class LevelSchema(Schema):
    """The wished gain; the room's cap holds whatever is asked."""

    level_db = fields.Float(required=True, validate=validate.Range(min=-60.0, max=0.0))


@blueprint.route("/sessions", methods=["GET"])
@right("run_sessions")
@blueprint.response(200, SessionSchema(many=True))
def list_sessions() -> Any:
    """The newest sessions that were started."""
    with parts().engine.connect() as connection:
        return store.latest(connection)


@blueprint.route("/sessions", methods=["POST"])
@right("run_sessions")
@blueprint.arguments(AssignSchema)
@blueprint.response(201, AssignedSchema)
def assign(wanted: dict[str, Any]) -> Any:
    """Assign the newest signed version of a list to a room."""
    if wanted["sign_off"] != "never" and not caller().may("keep_playlists"):
        raise NotAllowed("Your account does not have the right to sign a list off. Ask somebody who keeps the lists.")
    with writing(parts().engine) as connection:
        session, job_id = assigning.assign(
            connection,
            wanted["room_id"],
            wanted["playlist_id"],
            sign_off=wanted["sign_off"],
            by=caller().actor,
            now_ms=parts().clock(),
        )
    if job_id is not None:
        jobs.enqueue(job_id)
    return {"session": session, "job_id": job_id}


@blueprint.route("/sessions/<session_id>", methods=["GET"])
@right("run_sessions")
@blueprint.response(200, SessionSchema)
def one_session(session_id: str) -> Any:
    """One session."""
    with parts().engine.connect() as connection:
        return store.get(connection, session_id)


@blueprint.route("/sessions/<session_id>/start", methods=["POST"])
@right("run_sessions")
@blueprint.arguments(StartSchema)
@blueprint.response(200, SessionSchema)
def start(wanted: dict[str, Any], session_id: str) -> Any:
    """Start the infusion's clock, now or some minutes ago."""
    with writing(parts().engine) as connection:
        return sessions.start(connection, session_id, wanted["minutes_ago"], by=caller().actor, now_ms=parts().clock())


@blueprint.route("/sessions/<session_id>/quiet", methods=["PUT"])
@right("run_sessions")
@blueprint.arguments(QuietSchema)
@blueprint.response(200, SessionSchema)
def set_quiet(wanted: dict[str, Any], session_id: str) -> Any:
    """Quiet the music so that staff can talk, or bring it back."""
    with writing(parts().engine) as connection:
        return sessions.set_quiet(connection, session_id, wanted["quiet"], by=caller().actor, now_ms=parts().clock())


@blueprint.route("/sessions/<session_id>/level", methods=["PUT"])
@right("run_sessions")
@blueprint.arguments(LevelSchema)
@blueprint.response(200, SessionSchema)
def set_level(wanted: dict[str, Any], session_id: str) -> Any:
    """Louder or softer, within the room's cap."""
    with writing(parts().engine) as connection:
        return sessions.set_level(connection, session_id, wanted["level_db"], by=caller().actor, now_ms=parts().clock())


@blueprint.route("/sessions/<session_id>/end", methods=["POST"])
@right("run_sessions")
@blueprint.response(200, SessionSchema)
def end(session_id: str) -> Any:
    """End the music gently."""
    with writing(parts().engine) as connection:
        return sessions.end(connection, session_id, by=caller().actor, now_ms=parts().clock())


@blueprint.route("/sessions/<session_id>/abort", methods=["POST"])
@right("run_sessions")
@blueprint.response(200, SessionSchema)
def abort(session_id: str) -> Any:
    """Set a session aside that is only planned, or was started by mistake."""
    with writing(parts().engine) as connection:
        return sessions.abort(connection, session_id, by=caller().actor, now_ms=parts().clock())
