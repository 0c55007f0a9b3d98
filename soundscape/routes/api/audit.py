"""The API of the audit trail. It is only ever read: rows are written with the change that they tell of."""

from typing import Any

from marshmallow import Schema, fields, validate

from soundscape.parts import parts
from soundscape.rights import right
from soundscape.routes.api.common import operations
from soundscape.stores import audit as store

blueprint = operations("audit", "Who did what, when")

NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f]*$"


class AuditQuerySchema(Schema):
    """Which rows: older than ``before_id``, of one actor, of one kind of action."""

    before_id = fields.Integer(load_default=None, validate=validate.Range(min=0, max=(1 << 31) - 1))
    actor = fields.String(load_default="", validate=[validate.Length(max=80), validate.Regexp(NO_CONTROL)])
    action = fields.String(load_default="", validate=[validate.Length(max=64), validate.Regexp(NO_CONTROL)])
    most = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class AuditRowSchema(Schema):
    """One action; ``before`` and ``after`` are what it changed, if it changed something."""

    audit_id = fields.Integer(required=True)
    at_ms = fields.Integer(required=True)
    actor = fields.String(required=True)
    action = fields.String(required=True)
    subject = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


@blueprint.route("/audit", methods=["GET"])
@right("see_audit")
@blueprint.arguments(AuditQuerySchema, location="query")
@blueprint.response(200, AuditRowSchema(many=True))
def rows(wanted: dict[str, Any]) -> Any:
    """The newest rows first."""
    with parts().engine.connect() as connection:
        return store.latest(connection, **wanted)
