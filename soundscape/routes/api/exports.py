"""The API of handing a list on: as a list for other players, or as marks in its session file. For staff alone."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from playlists import shelf
from soundscape import exports
from soundscape.parts import parts
from soundscape.rights import right
from soundscape.routes.api.common import operations
from soundscape.routes.api.imports import FILE, attached

blueprint = operations("exports", "Lists for elsewhere")


class ExportQuery(Schema):
    """How the list shall be written. ``paths`` says how its files are named: not at all, so that it may leave the
    house, or for players that reach them, absolute or relative to the folder that they all lie in."""

    format = fields.String(load_default="m3u8", validate=validate.OneOf(exports.FORMATS))
    paths = fields.String(load_default="names", validate=validate.OneOf(exports.PATHS))


@blueprint.route("/playlists/<playlist_id>/export", methods=["GET"])
@right("see_playlists")
@blueprint.arguments(ExportQuery, location="query")
@blueprint.response(200, FILE, content_type="*/*")
def export(wanted: dict[str, Any], playlist_id: str) -> Response:
    """The list as a file."""
    here = parts()
    with here.engine.connect() as connection:
        shelved = shelf.get(connection, playlist_id)
    return attached(exports.written(here.catalogue, shelved, wanted["format"], wanted["paths"]))
