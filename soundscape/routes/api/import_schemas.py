"""What the API of lists from elsewhere takes and gives."""

from typing import Any, get_args

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from soundscape.building import Use
from soundscape.exports import LIST_FORMATS
from soundscape.imports import Matched, Seen, title_of
from soundscape.routes.api.common import name_field
from soundscape.routes.api.playlist_schemas import TITLE_LONGEST, AskedSchema, PlaylistSchema, note_field
from soundscape.routes.api.policy_schemas import track_id_field

VERDICTS = ("owned", "doubtful", "missing")
STATES = ("waiting", "reading", "ready", "failed", "stopped")
NO_SOUND = "This line has no sound here: only what it says of the piece was read."
MOST_PLACE = 10**6


class ListFileSchema(Schema):
    """A list, as a browser's form sends it."""

    file = Upload(required=True)


class AddressSchema(Schema):
    """A list at an address: a Spotify playlist. Only its words are read, never its sound."""

    url = fields.String(required=True, validate=[validate.Length(min=1, max=500), validate.Regexp(r"^[!-~]+$")])


class ImportSchema(Schema):
    """A list that was brought in; ``job_id`` is the job that reads it, and ``problem`` why it could not."""

    import_id = fields.String(required=True)
    source = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    problem = fields.String(required=True, allow_none=True)
    remarks = fields.List(fields.String(), required=True)
    job_id = fields.String(required=True, allow_none=True)
    entries = fields.Integer(required=True)
    created_by = fields.String(required=True)
    created_ms = fields.Integer(required=True)


class CandidateSchema(Schema):
    """A track that a line may mean; ``listen`` is its sound."""

    track_id = fields.String(required=True)
    title = fields.String(required=True)
    artist = fields.String(required=True)
    album = fields.String(required=True)
    length_s = fields.Float(required=True)
    score = fields.Float(required=True)
    reasons = fields.List(fields.String(), required=True)
    listen = fields.String(required=True)


class SoundSchema(Schema):
    """The line's own sound: where to hear it here, or in words that it has none and the page about it."""

    listen = fields.String(required=True, allow_none=True)
    words = fields.String(required=True)
    page = fields.String(required=True, allow_none=True)


class AnsweredSchema(Schema):
    """What a person said of a line."""

    track_id = fields.String(required=True, allow_none=True)
    answered_by = fields.String(required=True)
    answered_ms = fields.Integer(required=True)


class LineSchema(Schema):
    """A line of a list, and what it means; what a list does not say is empty or null."""

    place = fields.Integer(required=True)
    title = fields.String(required=True)
    artist = fields.String(required=True)
    album = fields.String(required=True)
    length_s = fields.Float(required=True, allow_none=True)
    isrc = fields.String(required=True, allow_none=True)
    recording_id = fields.String(required=True, allow_none=True)
    location = fields.String(required=True, allow_none=True)
    missing = fields.String(required=True, allow_none=True)
    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    candidates = fields.List(fields.Nested(CandidateSchema), required=True)
    sound = fields.Nested(SoundSchema, required=True)
    answer = fields.Nested(AnsweredSchema, required=True, allow_none=True)


class VerdictCountsSchema(Schema):
    """How many lines are of each verdict."""

    owned = fields.Integer(required=True)
    doubtful = fields.Integer(required=True)
    missing = fields.Integer(required=True)


class SeenSchema(ImportSchema):
    """A list with its lines. ``stale``: the library has changed since they were matched."""

    stale = fields.Boolean(required=True)
    counts = fields.Nested(VerdictCountsSchema, required=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)


class MatchingSchema(Schema):
    """The job that matches lists again."""

    job_id = fields.String(required=True)


class MatchAnswerSchema(Schema):
    """Which track a line is; null says that it is none of the library."""

    place = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MOST_PLACE))
    track_id = track_id_field(required=True, allow_none=True)


class BuildSchema(AskedSchema):
    """A new list with what is owned of this one: all of it, or as much as fits."""

    title = name_field(TITLE_LONGEST, required=True)
    note = note_field()
    use = fields.String(load_default="preferred", validate=validate.OneOf(get_args(Use)))


class BuiltSchema(PlaylistSchema):
    """The list that was built; ``left_out`` says in words what of the other is not in it."""

    left_out = fields.List(fields.String(), required=True)


class FormatQuery(Schema):
    """How the list shall be written."""

    format = fields.String(load_default="m3u8", validate=validate.OneOf(LIST_FORMATS))


def import_answer(found: Any, state: str, problem: str | None, entries: int) -> dict[str, Any]:
    """A list without its lines."""
    facts = {name: getattr(found, name) for name in found.__struct_fields__}
    return facts | {"title": title_of(found), "state": state, "problem": problem, "entries": entries}


def seen_answer(shown: Seen) -> dict[str, Any]:
    """A list with its lines."""
    problem = None if shown.job is None else shown.job.error_message
    facts = import_answer(shown.found, shown.state, problem, len(shown.lines))
    return facts | {"stale": shown.stale, "counts": shown.counts, "lines": [line_answer(line) for line in shown.lines]}


def listen(track_id: str) -> str:
    """Where staff hear a track."""
    return f"/api/v1/media/tracks/{track_id}"


def line_answer(line: Matched) -> dict[str, Any]:
    """A line, and what it means."""
    entry = line.line.entry
    said = ("title", "artist", "album", "length_s", "isrc", "recording_id", "location", "missing")
    own = line.own_track_id
    return {
        **{name: getattr(entry, name) for name in said},
        "place": line.line.place,
        "verdict": line.verdict,
        "candidates": [
            {**{name: getattr(choice, name) for name in choice.__struct_fields__}, "listen": listen(choice.track_id)}
            for choice in line.candidates
        ],
        "sound": {
            "listen": None if own is None else listen(own),
            "words": NO_SOUND if own is None else "",
            "page": line.page,
        },
        "answer": line.answer,
    }
