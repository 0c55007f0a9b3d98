"""What the API says of itself at `/api/v1/openapi.json`, beyond what its views declare: refusals and rights."""

import re
from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields

from soundscape.answers import PROBLEM
from soundscape.rights import RIGHTS, needs_csrf, right_of

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class ProblemSchema(Schema):
    """Problem details, RFC 9457. ``code`` is a stable word for the cause."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)


def describe(app: Flask, api: Api) -> None:
    """Complete the description: refusals are problem details, and each operation says who may ask for it."""
    components = api.spec.components
    components.schemas.pop("Error", None)
    components.schema("Problem", schema=ProblemSchema)
    for schema in components.schemas.values():
        for field in schema.get("properties", {}).values():
            _only_null(field)
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for response in components.responses.values():
        if "content" in response:
            response["content"] = content
    components.security_scheme("staff", {"type": "apiKey", "in": "cookie", "name": "soundscape_session"})
    components.security_scheme("page", {"type": "apiKey", "in": "header", "name": "X-CSRFToken"})
    components.security_scheme("room", {"type": "http", "scheme": "bearer"})
    paths = api.spec.to_dict()["paths"]
    for rule in app.url_map.iter_rules():
        operations = paths.get(PARAMETER.sub(r"{\1}", rule.rule), {})
        for method in rule.methods or ():
            if method.lower() in operations:
                _describe_right(app, rule.endpoint, method, operations[method.lower()])


def _only_null(field: dict[str, Any]) -> None:
    """A nested record that may be missing is described as itself or null, not as itself or anything."""
    for other in field.get("anyOf", ()):
        if other == {"type": "object", "nullable": True}:
            other["enum"] = [None]


def _describe_right(app: Flask, endpoint: str, method: str, operation: dict[str, object]) -> None:
    view = app.view_functions[endpoint]
    needed = right_of(view) or ""
    if needed == "device":
        operation["security"] = [{"room": []}]
    elif needed != "public":
        proof: dict[str, list[str]] = {} if method == "GET" or not needs_csrf(view) else {"page": []}
        operation["security"] = [{"staff": [], **proof}]
        roles = ", ".join(sorted(role for role, rights in RIGHTS.items() if needed in rights))
        operation["description"] = f"For: {roles}."
