"""What a player may say of a room check, and of its battery in every report."""

from typing import Any

from marshmallow import Schema, fields, validate

from soundscape.routes.api.common import Truth

MOMENT = validate.Range(min=0, max=1 << 52)
COUNT = validate.Range(min=0, max=10_000)
SECONDS = validate.Range(min=0.0, max=1e6)
DECIBELS = validate.Range(min=-200.0, max=20.0)


class BatteryField(fields.Field[Any]):
    """A share of 0 to 1, or the word "unknown"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if value == "unknown" or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1):
            return value
        raise self.make_error("validator_failed")


class ChargingField(fields.Field[Any]):
    """True, false, or the word "unknown"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if value == "unknown" or isinstance(value, bool):
            return value
        raise self.make_error("validator_failed")


UNKNOWN = {"type": "string", "enum": ["unknown"]}
BATTERY = {"oneOf": [{"type": "number", "minimum": 0, "maximum": 1}, UNKNOWN]}
CHARGING = {"oneOf": [{"type": "boolean"}, UNKNOWN]}


class StorageSchema(Schema):
    """What the browser says of its storage, in bytes."""

    usage = fields.Integer(allow_none=True, load_default=None, validate=MOMENT)
    quota = fields.Integer(allow_none=True, load_default=None, validate=MOMENT)
    persisted = Truth(allow_none=True, load_default=None)


class NetworkSchema(Schema):
    """How fast answers came."""

    trips = fields.Integer(required=True, validate=COUNT)
    lost = fields.Integer(required=True, validate=COUNT)
    median_ms = fields.Float(allow_none=True, load_default=None, validate=SECONDS)
    worst_ms = fields.Float(allow_none=True, load_default=None, validate=SECONDS)


class CheckOrderSchema(Schema):
    """A check that the player is to run once."""

    check_id = fields.String(required=True)
    asked_ms = fields.Integer(required=True)


class CheckDetailSchema(Schema):
    """What was measured in a room check; null where nothing could be."""

    check_id = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{16}\Z"))
    left_dbfs = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    left_other_dbfs = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    right_dbfs = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    right_other_dbfs = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    cap_dbfs = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    cap_db = fields.Float(allow_none=True, load_default=None, validate=DECIBELS)
    storage = fields.Nested(StorageSchema, allow_none=True, load_default=None)
    wake_lock = Truth(allow_none=True, load_default=None)
    autoplay = Truth(allow_none=True, load_default=None)
    network = fields.Nested(NetworkSchema, allow_none=True, load_default=None)
    battery = BatteryField(load_default="unknown", metadata=BATTERY)
    charging = ChargingField(load_default="unknown", metadata=CHARGING)
    outputs = fields.Integer(allow_none=True, load_default=None, validate=COUNT)
