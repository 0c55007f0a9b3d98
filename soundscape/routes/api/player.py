"""The API of a room's player: pairing, reports, its own session file, and nothing else."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request
from marshmallow import Schema, fields, validate

from library.store import writing
from playlists import shelf
from soundscape import reports, rooms
from soundscape.errors import NotAllowed
from soundscape.parts import parts
from soundscape.ranges import serve_file
from soundscape.rights import caller, right
from soundscape.routes.api.common import WORD, in_ranges, operations
from soundscape.security import slows_down
from soundscape.stores import rooms as store
from soundscape.wished import Report

blueprint = operations("player", "What a room's player may do")

STATES = ("empty", "loading", "ready", "bed", "playing", "quiet", "stopped")
KINDS = (
    "sound_on",
    "sound_off",
    "bedside_quiet",
    "bedside_resume",
    "bedside_level",
    "bedside_end",
    "ready",
    "reloaded",
    "needs_tap",
    "ended",
)
MOMENT = validate.Range(min=0, max=1 << 52)
SECONDS = validate.Range(min=0.0, max=1e6)
DECIBELS = validate.Range(min=-200.0, max=20.0)


class PairSchema(Schema):
    """The code that the desk shows."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{6}\Z"))


class RoomNameSchema(Schema):
    """A room as its player needs it."""

    room_id = fields.String(required=True)
    name = fields.String(required=True)


class PairedSchema(Schema):
    """A token for this room only, said once."""

    token = fields.String(required=True)
    room = fields.Nested(RoomNameSchema, required=True)


class HoldsSchema(Schema):
    """What of a mixdown is on the device, verified."""

    mixdown_id = fields.String(required=True, validate=validate.Length(max=32))
    bytes_verified = fields.Integer(required=True, validate=MOMENT)
    bytes = fields.Integer(required=True, validate=MOMENT)


class EventSchema(Schema):
    """Something that happened on the device."""

    event_id = fields.String(required=True, validate=validate.Regexp(r"^[0-9A-Za-z-]{8,64}$"))
    at_ms = fields.Integer(required=True, validate=MOMENT)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    session_id = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=32))
    position_s = fields.Float(allow_none=True, load_default=None, validate=SECONDS)
    mixdown_id = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=32))
    value = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)


class BatteryField(fields.Field[Any]):
    """A share of 0 to 1, or the word "unknown"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if value == "unknown" or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1):
            return value
        raise self.make_error("validator_failed")


class ReportSchema(Schema):
    """What the player does and hears."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    revision = fields.Integer(required=True, validate=MOMENT)
    position_s = fields.Float(allow_none=True, load_default=None, validate=SECONDS)
    level_dbfs = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    gain_db = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    holds = fields.Nested(HoldsSchema)
    battery = BatteryField(
        load_default="unknown",
        metadata={"oneOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "enum": ["unknown"]}]},
    )
    needs_tap = fields.Boolean(load_default=False)
    clock_ms = fields.Integer(load_default=0, validate=MOMENT)
    problems = fields.List(
        fields.String(validate=validate.Regexp(WORD)), load_default=list, validate=validate.Length(max=16)
    )
    events = fields.List(fields.Nested(EventSchema), load_default=list, validate=validate.Length(max=200))


class RoomLimitsSchema(RoomNameSchema):
    """The room's own limits."""

    cap_db = fields.Float(required=True)
    quiet_db = fields.Float(required=True)


class AnswerSchema(Schema):
    """What is wished now, and which events need not be told again."""

    server_ms = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    room = fields.Nested(RoomLimitsSchema, required=True)
    wished = fields.Raw(required=True, metadata={"type": "object"})
    acknowledged = fields.List(fields.String(), required=True)


class ManifestSchema(Schema):
    """What a device checks its copy by: SHA-256 of the file and of each chunk, in hex."""

    file = fields.String(required=True)
    bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    chunk_bytes = fields.Integer(required=True)
    chunks = fields.List(fields.String(), required=True)
    samples = fields.Integer(required=True)
    total_s = fields.Float(required=True)


@blueprint.route("/player/pair", methods=["POST"])
@slows_down(HTTPStatus.FORBIDDEN)
@right("public", csrf=False)
@blueprint.arguments(PairSchema)
@blueprint.response(201, PairedSchema)
def pair(wanted: dict[str, Any]) -> Any:
    """Exchange a code for a token of its room. The first tablet gets it; one paired before loses its right."""
    with writing(parts().engine) as connection:
        token, room = rooms.pair(connection, wanted["code"], parts().clock())
    return {"token": token, "room": room}


@blueprint.route("/player/report", methods=["POST"])
@right("device")
@blueprint.arguments(ReportSchema)
@blueprint.response(200, AnswerSchema)
def report(told: dict[str, Any]) -> Any:
    """Tell what the player does, and learn what is wished."""
    found = msgspec.convert(told, Report)
    with writing(parts().engine) as connection:
        room = reports.take(connection, store.device(connection, caller().device_id), found, parts().clock())
    return {
        "server_ms": parts().clock(),
        "revision": room.revision,
        "room": room,
        "wished": msgspec.to_builtins(room.wished),
        "acknowledged": [event.event_id for event in found.events],
    }


@blueprint.route("/player/events", methods=["GET"])
@right("device")
@blueprint.response(200, content_type="text/event-stream")
def events() -> Response:
    """A line at each change of the wished state; it only wakes the next report."""
    return Response(parts().wakes.stream([f"room-{caller().room_id}"]), mimetype="text/event-stream")


@blueprint.route("/player/mixdowns/<mixdown_id>", methods=["GET"])
@right("device")
@in_ranges(blueprint)
def mixdown(mixdown_id: str) -> Response:
    """The session file that this room is to hold, in ranges."""
    found, mime = _own(mixdown_id)
    return serve_file(found.path, mime=mime, etag=found.manifest.sha256, request=request)


@blueprint.route("/player/mixdowns/<mixdown_id>/manifest", methods=["GET"])
@right("device")
@blueprint.response(200, ManifestSchema)
def manifest(mixdown_id: str) -> Any:
    """The hashes of the file and its chunks."""
    found, _ = _own(mixdown_id)
    return found.manifest


def _own(mixdown_id: str) -> tuple[shelf.ShelvedMixdown, str]:
    """The file that this room is to hold, and no other, with its MIME type."""
    with parts().engine.connect() as connection:
        wished = store.get(connection, caller().room_id).wished.mixdown
        if wished is None or wished.mixdown_id != mixdown_id:
            raise NotAllowed(f"This room is not to play the file {mixdown_id!r}.")
        return shelf.mixdown(connection, mixdown_id), wished.mime
