"""What the API's blueprints share: how one is made, and schemas that several use."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from flask import Request
from flask_smorest import Blueprint
from marshmallow import Schema, fields, missing, validate
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import BadRequest

NO_CONTROL = r"\x00-\x1f\x7f-\x9f"
VISIBLE = rf"^[^{NO_CONTROL}]*[^\s{NO_CONTROL}][^{NO_CONTROL}]*$"
"""A name that people read: something visible, and no control characters."""
WORD = r"^[a-z_]{1,32}$"
"""A code of ours."""


class _StrictJson(FlaskParser):
    """Takes JSON as RFC 8259 wants it exchanged: no halves of characters, which no database can hold, no NaN.

    The standard library's reader lets both in, and fails on a body of brackets in a way that its callers do not expect.
    """

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body, or nothing where there is none."""
        if not is_json_request(req) or not (body := req.get_data()):
            return missing
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadRequest(f"The request's JSON cannot be read: {error}.") from error


class _Operations(Blueprint):  # type: ignore[misc] # flask_smorest has no types
    ARGUMENTS_PARSER = _StrictJson()


RANGE_ANSWERS = {
    206: "The asked range, or its first MiB",
    304: "What the client holds is still right",
    412: "The file is another one than the client wants",
    416: "No part of the range lies in the file",
}
View = TypeVar("View", bound=Callable[..., Any])


def operations(name: str, description: str) -> Blueprint:
    """A blueprint of the JSON API."""
    return _Operations(f"api_{name}", __name__, url_prefix="/api/v1", description=description)


class Truth(fields.Boolean):
    """JSON's own true or false, as the description says, and none of the words and numbers that may stand for them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class _Trimmed(fields.String):
    """Without the blanks around it, which nobody sees; they are taken off last, so that the description stays true."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **more: Any) -> Any:
        found = super().deserialize(value, attr, data, **more)
        return found.strip() if isinstance(found, str) else found


def name_field(longest: int, *, required: bool = False) -> fields.String:
    """A name of an account, a room or a list; blanks around it are taken off."""
    return _Trimmed(
        required=required,
        validate=[
            validate.Length(min=1, max=longest),
            validate.Regexp(VISIBLE, error="Letters, digits and spaces."),
        ],
    )


def in_ranges(blueprint: Blueprint) -> Callable[[View], View]:
    """Describe the answers of :func:`soundscape.ranges.serve_file`."""

    def describe(view: View) -> View:
        for status, words in RANGE_ANSWERS.items():
            view = blueprint.alt_response(status, description=words)(view)
        described: View = blueprint.response(200, {"type": "string", "format": "binary"}, content_type="audio/*")(view)
        return described

    return describe
