"""The API of a room's player: pairing, reports, its own session file, and nothing else."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request
from marshmallow import Schema, fields, validate

from library.store import writing
from playlists import shelf
from soundscape import reports, room_checks, rooms, standing
from soundscape.errors import NotAllowed
from soundscape.parts import parts
from soundscape.ranges import serve_file
from soundscape.rights import caller, right
from soundscape.routes.api.check_schemas import (
    BATTERY,
    CHARGING,
    DECIBELS,
    MOMENT,
    SECONDS,
    BatteryField,
    ChargingField,
    CheckDetailSchema,
    CheckOrderSchema,
)
from soundscape.routes.api.common import WORD, Truth, in_ranges, operations
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
    "bedside_extend",
    "bedside_bring_back",
    "bedside_skip",
    "bedside_pause",
    "bedside_go_on",
    "bedside_start",
    "fallback",
    "output_lost",
    "output_back",
    "checked",
    "over_level",
    "ready",
    "reloaded",
    "needs_tap",
    "ended",
)


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
    detail = fields.Nested(CheckDetailSchema, allow_none=True, load_default=None)


class ReportSchema(Schema):
    """What the player does and hears."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    revision = fields.Integer(required=True, validate=MOMENT)
    position_s = fields.Float(allow_none=True, load_default=None, validate=SECONDS)
    level_dbfs = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    gain_db = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    holds = fields.Nested(HoldsSchema)
    mixdown_id = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=32))
    change_id = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=64))
    files = fields.List(fields.Nested(HoldsSchema), load_default=list, validate=validate.Length(max=64))
    lag_s = fields.Float(allow_none=True, load_default=None, validate=validate.Range(min=-1e6, max=1e6))
    drift_ppm = fields.Float(allow_none=True, load_default=None, validate=validate.Range(min=-1e6, max=1e6))
    battery = BatteryField(load_default="unknown", metadata=BATTERY)
    charging = ChargingField(load_default="unknown", metadata=CHARGING)
    needs_tap = Truth(load_default=False)
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
    standing = fields.Raw(required=True, metadata={"type": "object"})
    check = fields.Nested(CheckOrderSchema, required=True, allow_none=True)
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
    levels_dbfs = fields.List(fields.Float(), required=True, allow_none=True)


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
        room = room_checks.take(connection, room, found.events, parts().clock())
        beside = standing.now(connection)
    return {
        "server_ms": parts().clock(),
        "revision": room.revision,
        "room": room,
        "wished": msgspec.to_builtins(room.wished),
        "standing": msgspec.to_builtins(beside),
        "check": msgspec.to_builtins(room_checks.order(room, parts().clock())),
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
    """A file that this room is to hold, and no other, with its MIME type."""
    with parts().engine.connect() as connection:
        wished = store.get(connection, caller().room_id).wished
        beside = standing.now(connection)
        files = [wished.mixdown, *(leg.mixdown for leg in wished.then), beside.bed]
        files += [each.mixdown for each in beside.lists]
        mime = next((file.mime for file in files if file is not None and file.mixdown_id == mixdown_id), None)
        if mime is None:
            raise NotAllowed(f"This room is not to play the file {mixdown_id!r}.")
        return shelf.mixdown(connection, mixdown_id), mime
