"""What the API of playlists takes and gives. Times in seconds; what people type in minutes says so in its name."""

from typing import Any

from marshmallow import Schema, fields, validate

from playlists.arc import MAX_INFUSION_S, MAX_TAIL_S, MIN_INFUSION_S, MOST_POINTS
from playlists.playlist import Request
from soundscape.routes.api.common import VISIBLE, name_field
from soundscape.routes.api.policy_schemas import MOST_PIECES, AskedPolicySchema, PolicySchema, policy_of, track_id_field

TITLE_LONGEST, NOTE_LONGEST = 120, 2000
MOST_MINUTE = (MAX_INFUSION_S + MAX_TAIL_S) / 60
SEED_MOST = 2**31 - 1

FILE_WORDS = ("none", "gone", "waiting", "making", "failed", "stopped", "ready")


LINES = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"
"""Text with line ends and no other control characters."""


def note_field() -> fields.String:
    """The clinic's words about the music."""
    said = "Letters, digits, spaces and line ends only."
    return fields.String(validate=[validate.Length(max=NOTE_LONGEST), validate.Regexp(LINES, error=said)])


def _revision() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**31))


def points_field(**more: Any) -> Any:
    """An arc that a person drew."""
    place = fields.Float(validate=validate.Range(min=0.0, max=MOST_MINUTE))
    said = "The wished arc as [minute, intensity] in the template's minutes; null takes the template's own."
    return fields.List(
        fields.List(place, validate=validate.Length(equal=2)),
        allow_none=True,
        validate=validate.Length(min=2, max=MOST_POINTS),
        metadata={"description": said},
        **more,
    )


def points_of(sent: list[list[float]] | None) -> tuple[tuple[float, float], ...] | None:
    """The points as a request has them."""
    return None if sent is None else tuple((minute, energy) for minute, energy in sent)


class AskedSchema(AskedPolicySchema):
    """What is asked of a list. What is left out takes its default: the whole request is sent, never a part of it."""

    template = fields.String(load_default="iv40", validate=[validate.Length(min=1, max=64), validate.Regexp(VISIBLE)])
    infusion_min = fields.Float(
        required=True, validate=validate.Range(min=MIN_INFUSION_S / 60, max=MAX_INFUSION_S / 60)
    )
    tail_min = fields.Float(load_default=None, allow_none=True, validate=validate.Range(min=0.0, max=MAX_TAIL_S / 60))
    points = points_field(load_default=None)
    seed = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=0, max=SEED_MOST)
    )


class NewListSchema(AskedSchema):
    """A new list."""

    title = name_field(TITLE_LONGEST, required=True)
    note = note_field()


class RebuildSchema(AskedSchema):
    """A list to be chosen anew."""

    revision = _revision()


class RevisionSchema(Schema):
    """The revision that was seen."""

    revision = _revision()


class DescribeSchema(RevisionSchema):
    """What can be changed without touching the music."""

    title = name_field(TITLE_LONGEST)
    note = note_field()


class RemoveSchema(RevisionSchema):
    """The piece to take out."""

    track_id = track_id_field(required=True)


class ReplaceSchema(RemoveSchema):
    """The piece to take out and the track to put in its place."""

    by = track_id_field(required=True)


class ReorderSchema(RevisionSchema):
    """Every piece of the list in its new place."""

    order = fields.List(track_id_field(), required=True, validate=validate.Length(min=1, max=MOST_PIECES))


class ReplacementsQuery(Schema):
    """The piece that shall go."""

    track_id = track_id_field(required=True)


class ReplacementSchema(Schema):
    """A track for a piece's place. ``cost_difference`` below zero fits better."""

    track_id = fields.String(required=True)
    title = fields.String(required=True)
    cost_difference = fields.Float(required=True)
    why = fields.String(required=True)
    ends_early = fields.Boolean(required=True)


class PhaseSchema(Schema):
    """A stretch of a template, in minutes."""

    name = fields.String(required=True)
    start_min = fields.Float(required=True, attribute="start")
    end_min = fields.Float(required=True, attribute="end")


class TemplateSchema(Schema):
    """An arc before it is scaled; ``points`` are [minute, intensity]."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    infusion_min = fields.Float(required=True)
    tail_min = fields.Float(required=True)
    phases = fields.List(fields.Nested(PhaseSchema), required=True)
    points = fields.List(fields.List(fields.Float()), required=True)


class CurveSchema(Schema):
    """Evenly spaced values."""

    hop_s = fields.Float(required=True)
    values = fields.List(fields.Float(), required=True)


class AlternativeSchema(Schema):
    """A track that was not taken for a place; with it the list would cost ``costs_more`` more."""

    track_id = fields.String(required=True)
    title = fields.String(required=True)
    costs_more = fields.Float(required=True)


class ItemSchema(Schema):
    """A piece's place; ``from_s`` and ``to_s`` count in the track, ``start_s`` in the session."""

    track_id = fields.String(required=True)
    start_s = fields.Float(required=True)
    from_s = fields.Float(required=True)
    to_s = fields.Float(required=True)
    fade_in_s = fields.Float(required=True)
    fade_out_s = fields.Float(required=True)
    gain_curve = fields.Nested(CurveSchema, required=True)
    phase = fields.String(required=True)
    why = fields.String(required=True)
    alternatives = fields.List(fields.Nested(AlternativeSchema), required=True)


class ArcSchema(Schema):
    """Wished and achieved intensity."""

    hop_s = fields.Float(required=True)
    wished = fields.List(fields.Float(), required=True)
    achieved = fields.List(fields.Float(), required=True)


class MusicSchema(Schema):
    """The list as `build --json` says it; ``gap`` is null where nothing is proved."""

    infusion_s = fields.Float(required=True)
    tail_s = fields.Float(required=True)
    template = fields.String(required=True)
    seed = fields.Integer(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)
    total_s = fields.Float(required=True)
    cost = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    bound = fields.Float(required=True, allow_none=True)
    gap = fields.Float(required=True, allow_none=True)
    arc = fields.Nested(ArcSchema, required=True)
    notes = fields.List(fields.String(), required=True)


class RequestSchema(Schema):
    """What was asked."""

    infusion_s = fields.Float(required=True)
    tail_s = fields.Float(required=True, allow_none=True)
    template = fields.String(required=True)
    points = fields.List(fields.List(fields.Float()), required=True, allow_none=True)
    seed = fields.Integer(required=True)
    policy = fields.Nested(PolicySchema, required=True)


class SummarySchema(Schema):
    """A list without its music."""

    playlist_id = fields.String(required=True)
    title = fields.String(required=True)
    note = fields.String(required=True)
    revision = fields.Integer(required=True)
    created_by = fields.String(required=True)
    created_ms = fields.Integer(required=True)
    changed_ms = fields.Integer(required=True)
    archived_ms = fields.Integer(required=True, allow_none=True)


class PlaylistSchema(SummarySchema):
    """A list: what was asked, and the music that came of it."""

    request = fields.Nested(RequestSchema, required=True)
    playlist = fields.Nested(MusicSchema, required=True)


class ListedSchema(SummarySchema):
    """A list among others."""

    infusion_s = fields.Float(required=True, attribute="playlist.infusion_s")
    tail_s = fields.Float(required=True, attribute="playlist.tail_s")
    total_s = fields.Float(required=True, attribute="playlist.total_s")
    pieces = fields.Function(lambda shelved: len(shelved.playlist.items), metadata={"type": "integer"})


class SessionFileSchema(Schema):
    """How it stands with a session file: the file, or the job that makes it."""

    state = fields.String(required=True, validate=validate.OneOf(FILE_WORDS))
    mixdown_id = fields.String(required=True, allow_none=True)
    job_id = fields.String(required=True, allow_none=True)


def request_of(asked: dict[str, Any], before: Request | None = None) -> Request:
    """The request that these fields ask for; what they cannot say stays as it was."""
    known = before or Request(infusion_s=0.0)
    return Request(
        infusion_s=asked["infusion_min"] * 60.0,
        tail_s=None if asked["tail_min"] is None else asked["tail_min"] * 60.0,
        template=asked["template"],
        points=points_of(asked["points"]),
        seed=known.seed if asked["seed"] is None else asked["seed"],
        policy=policy_of(asked, known.policy),
    )
