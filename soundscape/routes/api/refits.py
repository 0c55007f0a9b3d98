"""The API of refits: lock, longer or shorter, another arc, move; and sets of lists."""

from typing import Any

import msgspec
from marshmallow import Schema, fields, validate

from playlists import shelf
from playlists.arc import MAX_INFUSION_S, MAX_TAIL_S, MIN_INFUSION_S
from playlists.playlist import Request
from playlists.sets import MOST_LISTS
from soundscape import lists, refits
from soundscape.parts import parts
from soundscape.rights import right
from soundscape.routes.api import playlist_schemas as schemas
from soundscape.routes.api.common import VISIBLE, Truth, name_field, operations
from soundscape.routes.api.playlists import maker
from soundscape.routes.api.policy_schemas import MOST_PIECES

blueprint = operations("refits", "Playlists: lock pieces, change length or arc with little else changed, sets")


class LockSchema(schemas.RemoveSchema):
    """The piece, and whether it shall be locked."""

    locked = Truth(required=True)


class MoveSchema(schemas.RemoveSchema):
    """The piece and its new place, from 1."""

    place = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MOST_PIECES))


class RefitSchema(schemas.RevisionSchema):
    """What is asked now; what is left out stays as it was. A tail of null takes the template's own."""

    template = fields.String(validate=[validate.Length(min=1, max=64), validate.Regexp(VISIBLE)])
    infusion_min = fields.Float(validate=validate.Range(min=MIN_INFUSION_S / 60, max=MAX_INFUSION_S / 60))
    tail_min = fields.Float(allow_none=True, validate=validate.Range(min=0.0, max=MAX_TAIL_S / 60))
    points = schemas.points_field()


class SetsSchema(schemas.NewListSchema):
    """What is asked of each list; the title gets a number."""

    title = name_field(schemas.TITLE_LONGEST - 3, required=True)
    count = fields.Integer(required=True, strict=True, validate=validate.Range(min=2, max=MOST_LISTS))


class KeptSetSchema(Schema):
    """The lists, and the share of the session in which two of them play the same: 0.0 is nothing in common."""

    lists = fields.List(fields.Nested(schemas.PlaylistSchema), required=True)
    overlap_mean = fields.Float(required=True, attribute="found.overlap_mean")
    overlap_most = fields.Float(required=True, attribute="found.overlap_most")
    dearest = fields.Float(required=True, attribute="found.dearest")


@blueprint.route("/playlists/<playlist_id>/lock", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(LockSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def lock(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Keep a piece at its time through every later refit, or let it go again."""
    return lists.set_lock(maker(), playlist_id, wanted["revision"], wanted["track_id"], locked=wanted["locked"])


@blueprint.route("/playlists/<playlist_id>/move", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(MoveSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def move(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Take a piece to another place; the others adapt."""
    return refits.move(maker(), playlist_id, wanted["revision"], wanted["track_id"], wanted["place"])


@blueprint.route("/playlists/<playlist_id>/refit", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(RefitSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def refit(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Another length or arc, with as few pieces changed as is worth it."""
    with parts().engine.connect() as connection:
        before = shelf.get(connection, playlist_id)
    return lists.change_request(maker(), playlist_id, wanted["revision"], _asked(wanted, before.request))


@blueprint.route("/playlists/sets", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(SetsSchema)
@blueprint.response(201, KeptSetSchema)
def build_sets(asked: dict[str, Any]) -> Any:
    """Build several lists with as little in common as the cost allows, and keep them."""
    title, note = asked["title"].strip(), asked.get("note", "").strip()
    return refits.build_sets(maker(), schemas.request_of(asked), asked["count"], title=title, note=note)


def _asked(wanted: dict[str, Any], before: Request) -> Request:
    now: dict[str, Any] = {}
    if "infusion_min" in wanted:
        now["infusion_s"] = wanted["infusion_min"] * 60.0
    if "tail_min" in wanted:
        now["tail_s"] = None if wanted["tail_min"] is None else wanted["tail_min"] * 60.0
    if "template" in wanted and wanted["template"] != before.template:
        now |= {"template": wanted["template"], "points": None}  # points are in the old template's minutes
    if "points" in wanted:
        now["points"] = schemas.points_of(wanted["points"])
    return msgspec.structs.replace(before, **now)
