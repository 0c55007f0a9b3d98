"""What the API's blueprints share: how one is made, and schemas that several use."""

from flask_smorest import Blueprint
from marshmallow import ValidationError, fields, validate

NO_CONTROL = r"\x00-\x1f\x7f-\x9f"
VISIBLE = rf"^[^{NO_CONTROL}]*[^\s{NO_CONTROL}][^{NO_CONTROL}]*$"
"""A name that people read: something visible, and no control characters."""
WORD = r"^[a-z_]{1,32}$"
"""A code of ours."""


def operations(name: str, description: str) -> Blueprint:
    """A blueprint of the JSON API."""
    return Blueprint(f"api_{name}", __name__, url_prefix="/api/v1", description=description)


def whole_characters(value: str) -> None:
    """JSON can hold half of a character; no database can."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("Half of a character.") from error


def name_field(longest: int, *, required: bool = False) -> fields.String:
    """A name of an account, a room or a list."""
    return fields.String(
        required=required,
        validate=[
            validate.Length(min=1, max=longest),
            validate.Regexp(VISIBLE, error="Letters, digits and spaces."),
            whole_characters,
        ],
    )
