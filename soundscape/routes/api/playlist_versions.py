"""The API of a list's past and of its seams: undo, redo, sign off, what differs, and ten seconds around a seam."""

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from library.store import writing
from playlists import revisions, shelf
from soundscape import seam_sound, versions
from soundscape.parts import parts
from soundscape.ranges import serve_file
from soundscape.rights import caller, right
from soundscape.routes.api.common import in_ranges, operations
from soundscape.routes.api.playlist_schemas import PlaylistSchema, RevisionSchema, note_field
from soundscape.routes.api.playlists import maker

blueprint = operations("playlist_versions", "Versions of playlists: undo, redo, sign off, compare; hear a seam")

STEPS = ("change", "undo", "redo")
NUMBERS = validate.Range(min=1, max=2**31)


class BringBackSchema(RevisionSchema):
    """The revision that was seen, and the one that the list shall equal."""

    wanted = fields.Integer(required=True, strict=True, validate=NUMBERS)


class SignSchema(RevisionSchema):
    """The revision that is signed off, with words about it."""

    note = note_field()


class ChangeSchema(Schema):
    """One change of a list."""

    revision = fields.Integer(required=True)
    step = fields.String(required=True, validate=validate.OneOf(STEPS))
    what = fields.String(required=True)
    changed_by = fields.String(required=True)
    changed_ms = fields.Integer(required=True)


class VersionSchema(Schema):
    """A revision that was signed off."""

    version = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    signed_by = fields.String(required=True)
    signed_ms = fields.Integer(required=True)
    note = fields.String(required=True)


class PastSchema(Schema):
    """What was done to a list and signed off of it, the oldest first; ``undo`` and ``redo`` say what would come back,
    null where nothing can."""

    revisions = fields.List(fields.Nested(ChangeSchema), required=True)
    versions = fields.List(fields.Nested(VersionSchema), required=True)
    undo = fields.Integer(required=True, allow_none=True)
    redo = fields.Integer(required=True, allow_none=True)


class BetweenQuery(Schema):
    """Two revisions of a list."""

    before = fields.Integer(required=True, validate=NUMBERS)
    after = fields.Integer(required=True, validate=NUMBERS)


class CameSchema(Schema):
    """A piece that only one of the two plays; places count from 1."""

    track_id = fields.String(required=True)
    place = fields.Integer(required=True)


class MovedSchema(Schema):
    """A piece of both."""

    track_id = fields.String(required=True)
    from_place = fields.Integer(required=True)
    to_place = fields.Integer(required=True)


class LongerSchema(Schema):
    """A piece of both that lasts longer; shorter where ``by_s`` is below zero."""

    track_id = fields.String(required=True)
    by_s = fields.Float(required=True)


class ArcChangeSchema(Schema):
    """The largest difference of the wished intensity, and where it is."""

    most = fields.Float(required=True)
    at_s = fields.Float(required=True)


class DifferenceSchema(Schema):
    """What differs from one revision to the other."""

    came = fields.List(fields.Nested(CameSchema), required=True)
    went = fields.List(fields.Nested(CameSchema), required=True)
    moved = fields.List(fields.Nested(MovedSchema), required=True)
    longer = fields.List(fields.Nested(LongerSchema), required=True)
    infusion_by_s = fields.Float(required=True)
    tail_by_s = fields.Float(required=True)
    arc = fields.Nested(ArcChangeSchema, required=True, allow_none=True)
    nothing = fields.Boolean(required=True)


class SeamQuery(Schema):
    """Of which revision; the list as it is now where it is left out."""

    revision = fields.Integer(load_default=None, validate=NUMBERS)


@blueprint.route("/playlists/<playlist_id>/revisions", methods=["GET"])
@right("see_playlists")
@blueprint.response(200, PastSchema)
def past(playlist_id: str) -> Any:
    """What was done to a list, by whom and when, and which of it is signed off."""
    with parts().engine.connect() as connection:
        changes = versions.changes_of(connection, playlist_id)
        steps = revisions.steps_of(changes)
        signed = revisions.versions_of(connection, playlist_id)
    return {"revisions": changes, "versions": signed, "undo": steps.undo, "redo": steps.redo}


@blueprint.route("/playlists/<playlist_id>/revisions/<int:revision>", methods=["GET"])
@right("see_playlists")
@blueprint.response(200, PlaylistSchema)
def one_revision(playlist_id: str, revision: int) -> Any:
    """A list as it was."""
    with parts().engine.connect() as connection:
        return shelf.at(connection, playlist_id, revision)


@blueprint.route("/playlists/<playlist_id>/difference", methods=["GET"])
@right("see_playlists")
@blueprint.arguments(BetweenQuery, location="query")
@blueprint.response(200, DifferenceSchema)
def difference(wanted: dict[str, Any], playlist_id: str) -> Any:
    """What differs between two revisions of a list."""
    with parts().engine.connect() as connection:
        return versions.compare(connection, playlist_id, wanted["before"], wanted["after"])


@blueprint.route("/playlists/<playlist_id>/undo", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(RevisionSchema)
@blueprint.response(200, PlaylistSchema)
def undo(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Take the last change back."""
    return versions.undo(maker(), playlist_id, wanted["revision"])


@blueprint.route("/playlists/<playlist_id>/redo", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(RevisionSchema)
@blueprint.response(200, PlaylistSchema)
def redo(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Bring back what was undone last."""
    return versions.redo(maker(), playlist_id, wanted["revision"])


@blueprint.route("/playlists/<playlist_id>/bring-back", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(BringBackSchema)
@blueprint.response(200, PlaylistSchema)
def bring_back(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Make the list what it was at an earlier revision."""
    return versions.bring_back(maker(), playlist_id, wanted["revision"], wanted["wanted"])


@blueprint.route("/playlists/<playlist_id>/sign", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(SignSchema)
@blueprint.response(200, VersionSchema)
def sign(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Sign the list off as it is now; rooms play the newest version that was signed off."""
    note = wanted.get("note", "").strip()
    with writing(parts().engine) as connection:
        version, _ = versions.sign(
            connection, playlist_id, wanted["revision"], note=note, by=caller().actor, now_ms=parts().clock()
        )
    return version


@blueprint.route("/media/playlists/<playlist_id>/seams/<int:number>", methods=["GET"])
@right("see_playlists")
@blueprint.arguments(SeamQuery, location="query")
@in_ranges(blueprint)
def seam(wanted: dict[str, Any], playlist_id: str, number: int) -> Response:
    """The sound around a seam, 5 s before its crossfade to 5 s after it; 1 is between the first two pieces."""
    here = parts()
    with here.engine.connect() as connection:
        now = shelf.get(connection, playlist_id)
        revision = now.revision if wanted["revision"] is None else wanted["revision"]
        shelved = shelf.at(connection, playlist_id, revision)
    path = seam_sound.seam_sound(shelved.playlist, number, here.catalogue, here.data)
    return serve_file(path, mime="audio/mp4", etag=path.stem, request=request, names_bytes=False)
