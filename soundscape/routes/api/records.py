"""The API of records: what was heard in a session, and the list to take home."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from library.store import writing
from playlists.exchange import m3u8
from playlists.exchange.writing import KINDS
from soundscape import jobs, records
from soundscape import take_home as home
from soundscape.elsewhere import Door
from soundscape.pages import local
from soundscape.parts import parts
from soundscape.record import SessionRecord
from soundscape.records import Told
from soundscape.rights import caller, right
from soundscape.routes.api.common import operations
from soundscape.routes.api.jobs import JobSchema
from soundscape.routes.api.playlist_versions import VersionSchema
from soundscape.routes.api.tables import TableQuery, as_csv
from soundscape.stores import records as store
from soundscape.stores import rooms as room_store

blueprint = operations("records", "What was heard")

M3U8 = KINDS["m3u8"].media_type
A_PAGE = 500
LONGEST_MS = 1 << 52


class SpanSchema(Schema):
    """Sound without a break; positions in the session file."""

    from_ms = fields.Integer(required=True)
    to_ms = fields.Integer(required=True)
    from_s = fields.Float(required=True)
    to_s = fields.Float(required=True)
    mixdown_id = fields.String(required=True)
    certain = fields.Boolean(required=True)


class InterruptionSchema(Schema):
    """Silence while music should have been heard."""

    from_ms = fields.Integer(required=True)
    to_ms = fields.Integer(required=True)
    seconds = fields.Float(required=True)
    why = fields.String(required=True)


class PieceSchema(Schema):
    """A piece as far as it was heard."""

    track_id = fields.String(required=True)
    title = fields.String(required=True)
    artist = fields.String(required=True)
    from_ms = fields.Integer(required=True)
    to_ms = fields.Integer(required=True)
    at_s = fields.Float(required=True)
    heard_s = fields.Float(required=True)
    length_s = fields.Float(required=True)


class StretchSchema(Schema):
    """Quiet, so that staff could talk."""

    from_ms = fields.Integer(required=True)
    to_ms = fields.Integer(required=True, allow_none=True)
    by = fields.String(required=True)


class LevelChangeSchema(Schema):
    """Louder or softer; gains in dB."""

    at_ms = fields.Integer(required=True)
    from_db = fields.Float(required=True, allow_none=True)
    to_db = fields.Float(required=True)
    by = fields.String(required=True)


class AlarmSchema(Schema):
    """Something that needed a person; without ``to_ms`` it lasted until the session was over, or still does."""

    code = fields.String(required=True)
    from_ms = fields.Integer(required=True)
    to_ms = fields.Integer(required=True, allow_none=True)
    acknowledged_ms = fields.Integer(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)


class RecordsQuery(TableQuery):
    """Sessions that were started before ``before_ms``, where it is given."""

    before_ms = fields.Integer(validate=validate.Range(min=0, max=LONGEST_MS))


class RecordSummarySchema(Schema):
    """A session among others; ``interruptions`` is how many there were."""

    session_id = fields.String(required=True)
    code = fields.String(required=True)
    room = fields.String(required=True)
    started_ms = fields.Integer(required=True, allow_none=True)
    until_ms = fields.Integer(required=True, allow_none=True)
    heard_s = fields.Float(required=True)
    interruptions = fields.Integer(required=True)


class RecordSchema(Schema):
    """All that is known of what was heard in a session; ``version`` is null of sessions older than versions."""

    session_id = fields.String(required=True)
    code = fields.String(required=True)
    playlist_id = fields.String(required=True)
    title = fields.String(required=True)
    version = fields.Nested(VersionSchema, required=True, allow_none=True)
    started_ms = fields.Integer(required=True, allow_none=True)
    until_ms = fields.Integer(required=True, allow_none=True)
    heard_s = fields.Float(required=True)
    spans = fields.List(fields.Nested(SpanSchema), required=True)
    interruptions = fields.List(fields.Nested(InterruptionSchema), required=True)
    pieces = fields.List(fields.Nested(PieceSchema), required=True)
    quiet = fields.List(fields.Nested(StretchSchema), required=True)
    levels = fields.List(fields.Nested(LevelChangeSchema), required=True)
    alarms = fields.List(fields.Nested(AlarmSchema), required=True)


@blueprint.route("/records", methods=["GET"])
@right("run_sessions")
@blueprint.arguments(RecordsQuery, location="query")
@blueprint.response(200, RecordSummarySchema(many=True))
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/csv")
def list_records(wanted: dict[str, Any]) -> Any:
    """The sessions that were started, the newest first, a page at a time; as JSON, or as CSV for a spreadsheet."""
    here = parts()
    with here.engine.connect() as connection:
        rows = [
            _summary(
                room_store.get(connection, session.room_id).name, records.summary(connection, session, here.clock())
            )
            for session in store.started(connection, before_ms=wanted.get("before_ms"), most=A_PAGE)
        ]
    return rows if wanted["format"] == "json" else as_csv("records", RecordSummarySchema(), rows)


@blueprint.route("/sessions/<session_id>/record", methods=["GET"])
@right("run_sessions")
@blueprint.response(200, RecordSchema)
def one_record(session_id: str) -> Any:
    """What was heard in a session, from what its player told and who pressed what."""
    found = _told(session_id)
    facts = {name: getattr(found.record, name) for name in found.record.__struct_fields__}
    facts |= {"playlist_id": found.session.playlist_id, "title": found.title, "version": found.version}
    facts["pieces"] = [_named(found, piece) for piece in found.record.pieces]
    return facts


@blueprint.route("/sessions/<session_id>/take-home.m3u8", methods=["GET"])
@right("run_sessions")
@blueprint.response(200, content_type=M3U8)
def take_home(session_id: str) -> Response:
    """The pieces that were heard, as a list for other programs; entries are names, no addresses."""
    found = _told(session_id)
    day = f"{local(found.session.started_ms or found.session.created_ms):%Y-%m-%d}"
    answer = Response(m3u8.write_names(f"Music of {day}", records.entries(found)).encode(), mimetype=M3U8)
    answer.headers["Content-Disposition"] = f'attachment; filename="music-{day}.m3u8"'
    return answer


@blueprint.route("/sessions/<session_id>/take-home/spotify", methods=["POST"])
@right("run_sessions")
@blueprint.response(202, JobSchema)
def write_at_spotify(session_id: str) -> Any:
    """Write what was heard as a private list at Spotify; a job does it. One under way is not begun twice."""
    here = parts()
    Door.of(here).check()
    with writing(here.engine) as connection:
        job_id = home.ask(connection, session_id, by=caller().actor, now_ms=here.clock())
        job = jobs.get(connection, job_id)
    jobs.enqueue(job_id)
    return job


def _told(session_id: str) -> Told:
    with parts().engine.connect() as connection:
        return records.told(connection, parts().catalogue, session_id, parts().clock())


def _named(found: Told, piece: Any) -> dict[str, Any]:
    title, artist = found.name_of(piece.track_id)
    return {**{name: getattr(piece, name) for name in piece.__struct_fields__}, "title": title, "artist": artist}


def _summary(room: str, found: SessionRecord) -> dict[str, Any]:
    facts = {name: getattr(found, name) for name in ("session_id", "code", "started_ms", "until_ms", "heard_s")}
    return facts | {"room": room, "interruptions": len(found.interruptions)}
