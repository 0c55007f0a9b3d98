"""The API of rooms: making, changing, pairing, revoking, and looking after alarms."""

from typing import Any

import msgspec
from marshmallow import Schema, fields, validate

from library.store import writing
from soundscape import output, room_checks, rooms, sessions
from soundscape.addresses import own_address
from soundscape.findings import findings
from soundscape.parts import parts
from soundscape.qr import qr_svg
from soundscape.rights import caller, right
from soundscape.routes.api.common import WORD, Truth, name_field, operations
from soundscape.stores import rooms as store
from soundscape.stores.rooms import Room

blueprint = operations("rooms", "Treatment rooms and their players")

CAP = validate.Range(min=-40.0, max=0.0)
QUIET = validate.Range(min=6.0, max=40.0)


class RoomSchema(Schema):
    """A room; gains in dB, the cap at most 0."""

    room_id = fields.String(required=True)
    name = fields.String(required=True)
    cap_db = fields.Float(required=True)
    quiet_db = fields.Float(required=True)
    revision = fields.Integer(required=True)


class ListedRoomSchema(RoomSchema):
    """A room, since when its tablet is paired, and when that was last heard from."""

    paired_ms = fields.Integer(required=True, allow_none=True)
    reported_ms = fields.Integer(required=True, allow_none=True)
    checked_ms = fields.Integer(required=True, allow_none=True)


class NewRoomSchema(Schema):
    """What a new room needs."""

    name = name_field(rooms.LONGEST_NAME, required=True)
    cap_db = fields.Float(load_default=rooms.CAP_DB, validate=CAP)


class ChangeRoomSchema(Schema):
    """What can be changed."""

    name = name_field(rooms.LONGEST_NAME)
    cap_db = fields.Float(validate=CAP)
    quiet_db = fields.Float(validate=QUIET)


class CodeSchema(Schema):
    """A code for one tablet, said once; the QR code is an SVG picture of ``address``."""

    code = fields.String(required=True)
    expires_ms = fields.Integer(required=True)
    address = fields.String(required=True)
    qr_svg = fields.String(required=True)


class AlarmsSchema(Schema):
    """The alarms that somebody looks after."""

    alarms = fields.List(fields.String(validate=validate.Regexp(WORD)), required=True, validate=validate.Length(max=16))


class ByHandSchema(Schema):
    """What a person says of a check."""

    left = Truth(required=True)
    right = Truth(required=True)
    reminder = Truth(required=True)


class FindingSchema(Schema):
    """One thing that was looked at: good, to see to (warn), or unknown."""

    how = fields.String(required=True)
    words = fields.String(required=True)


class RoomCheckSchema(Schema):
    """A room check: none, asked, unanswered, listened (nobody has said yet what was heard) or done."""

    check_id = fields.String(required=True, allow_none=True)
    asked_ms = fields.Integer(required=True, allow_none=True)
    checked_ms = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)


@blueprint.route("/rooms", methods=["GET"])
@right("run_sessions")
@blueprint.response(200, ListedRoomSchema(many=True))
def list_rooms() -> Any:
    """The rooms in use, and their tablets."""
    with parts().engine.connect() as connection:
        devices = store.devices(connection)
        return [
            {
                **msgspec.structs.asdict(room),
                "paired_ms": device.paired_ms if (device := devices.get(room.room_id)) else None,
                "reported_ms": device.reported_ms if device else None,
            }
            for room in store.list_open(connection)
        ]


@blueprint.route("/rooms", methods=["POST"])
@right("keep_rooms")
@blueprint.arguments(NewRoomSchema)
@blueprint.response(201, RoomSchema)
def make_room(wanted: dict[str, Any]) -> Any:
    """Make a room."""
    with writing(parts().engine) as connection:
        return rooms.make(
            connection,
            wanted["name"],
            cap_db=wanted["cap_db"],
            by=caller().actor,
            now_ms=parts().clock(),
        )


@blueprint.route("/rooms/<room_id>", methods=["PATCH"])
@right("keep_rooms")
@blueprint.arguments(ChangeRoomSchema)
@blueprint.response(200, RoomSchema)
def change_room(wanted: dict[str, Any], room_id: str) -> Any:
    """Change a room's name, cap or quiet."""
    with writing(parts().engine) as connection:
        return rooms.change(connection, room_id, **wanted, by=caller().actor, now_ms=parts().clock())


@blueprint.route("/rooms/<room_id>", methods=["DELETE"])
@right("keep_rooms")
@blueprint.response(204)
def close_room(room_id: str) -> None:
    """Take a room out of use; its records stay."""
    with writing(parts().engine) as connection:
        rooms.close(connection, room_id, by=caller().actor, now_ms=parts().clock())


@blueprint.route("/rooms/<room_id>/code", methods=["POST"])
@right("run_sessions")
@blueprint.response(201, CodeSchema)
def make_code(room_id: str) -> Any:
    """A six-digit code for one tablet, good for ten minutes. A tablet that pairs with it replaces the one before."""
    with writing(parts().engine) as connection:
        code, expires_ms = rooms.new_code(connection, room_id, by=caller().actor, now_ms=parts().clock())
    # In the fragment, which browsers send to nobody: the code is in no log.
    address = f"{own_address()}/room#{code}"
    return {"code": code, "expires_ms": expires_ms, "address": address, "qr_svg": qr_svg(address)}


@blueprint.route("/rooms/<room_id>/revoke", methods=["POST"])
@right("keep_rooms")
@blueprint.response(204)
def revoke(room_id: str) -> None:
    """End the right of the room's tablet: it ramps down and forgets what it holds."""
    with writing(parts().engine) as connection:
        rooms.revoke(connection, room_id, by=caller().actor, now_ms=parts().clock())


@blueprint.route("/rooms/<room_id>/acknowledge", methods=["POST"])
@right("run_sessions")
@blueprint.arguments(AlarmsSchema)
@blueprint.response(200, RoomSchema)
def acknowledge(wanted: dict[str, Any], room_id: str) -> Any:
    """Say that somebody looks after these alarms."""
    with writing(parts().engine) as connection:
        return sessions.acknowledge(
            connection, room_id, tuple(wanted["alarms"]), by=caller().actor, now_ms=parts().clock()
        )


@blueprint.route("/rooms/<room_id>/output", methods=["POST"])
@right("run_sessions")
@blueprint.response(200, RoomSchema)
def play_here(room_id: str) -> Any:
    """Let music sound again that stopped because its output, the headphones, went away."""
    with writing(parts().engine) as connection:
        return output.play_here(connection, room_id, by=caller().actor, now_ms=parts().clock())


@blueprint.route("/rooms/<room_id>/check", methods=["GET"])
@right("run_sessions")
@blueprint.response(200, RoomCheckSchema)
def see_check(room_id: str) -> Any:
    """How far the room's last check has come, and what was found."""
    with parts().engine.connect() as connection:
        room = store.get(connection, room_id)
    return _check_of(room)


@blueprint.route("/rooms/<room_id>/check", methods=["POST"])
@right("run_sessions")
@blueprint.response(201, RoomCheckSchema)
def ask_check(room_id: str) -> Any:
    """Let the room's tablet check itself: a tone left, then right, and what it can measure. It takes ten seconds."""
    with writing(parts().engine) as connection:
        room_checks.ask(connection, room_id, by=caller().actor, now_ms=parts().clock())
        return _check_of(store.get(connection, room_id))


@blueprint.route("/rooms/<room_id>/check/<check_id>", methods=["PUT"])
@right("run_sessions")
@blueprint.arguments(ByHandSchema)
@blueprint.response(200, RoomCheckSchema)
def say_check(wanted: dict[str, Any], room_id: str, check_id: str) -> Any:
    """Say what only somebody in the room knows: which sides were heard, and that nothing else will sound."""
    said = wanted["left"], wanted["right"], wanted["reminder"]
    with writing(parts().engine) as connection:
        room_checks.say_by_hand(connection, room_id, check_id, said, by=caller().actor, now_ms=parts().clock())
        return _check_of(store.get(connection, room_id))


def _check_of(room: Room) -> dict[str, Any]:
    check = room.last_check
    return {
        "check_id": None if check is None else check.check_id,
        "asked_ms": None if check is None else check.asked_ms,
        "checked_ms": room.checked_ms,
        "state": room_checks.state(room, parts().clock()),
        "findings": [] if check is None else findings(check),
    }
