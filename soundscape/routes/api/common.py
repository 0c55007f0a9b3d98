"""What the API's blueprints share: how one is made, and schemas that several use."""

from flask_smorest import Blueprint
from marshmallow import ValidationError, fields, validate

VISIBLE = r"\S"


def operations(name: str, description: str) -> Blueprint:
    """A blueprint of the JSON API."""
    return Blueprint(f"api_{name}", __name__, url_prefix="/api/v1", description=description)


def plain_text(value: str) -> None:
    """A name that people read: something visible, and no control characters."""
    if not value.strip() or not value.isprintable():
        raise ValidationError("Letters, digits and spaces; not empty.")


def name_field(longest: int, *, required: bool = False) -> fields.String:
    """A name of an account, a room or a list."""
    return fields.String(
        required=required,
        validate=[validate.Length(min=1, max=longest), plain_text],
        metadata={"pattern": VISIBLE},
    )
