"""The API of measuring: how it stands, pausing it, one file next, trying again."""

from typing import Any

from marshmallow import Schema, fields, validate
from msgspec.structs import asdict

from library.audio import readable
from library.listing import FailedFile
from library.store import writing
from library.waiting import Waiting
from soundscape import jobs, measuring
from soundscape.file_names import file_id
from soundscape.parts import parts
from soundscape.rights import caller, right
from soundscape.routes.api.common import Truth, operations
from soundscape.routes.api.jobs import JobSchema

blueprint = operations("measuring", "Measuring the library")

FILE = validate.Regexp(r"^(?:[0-9a-f]{2}){1,4096}\Z")
MOST_AT_ONCE = 500


class FileSchema(Schema):
    """A file of the server, by the bytes of its path in hex."""

    file = fields.String(required=True, validate=FILE)


class AgainSchema(Schema):
    """Files that failed; all of them where none is named."""

    files = fields.List(fields.String(validate=FILE), load_default=list, validate=validate.Length(max=MOST_AT_ONCE))


class PausedSchema(Schema):
    """Whether measuring rests."""

    paused = Truth(required=True)


class BegunSchema(Schema):
    """The job that does it, or null where there is nothing to do."""

    job_id = fields.String(required=True, allow_none=True)


class CountsSchema(Schema):
    """Tracks measured by the present version, tracks measured by an older one, files that failed."""

    measured = fields.Integer(required=True)
    stale = fields.Integer(required=True)
    failed = fields.Integer(required=True)


class SettingSchema(Schema):
    """Who paused it, and when."""

    changed_by = fields.String(required=True)
    changed_ms = fields.Integer(required=True)


class WaitingSchema(FileSchema):
    """A file that waits; ``wished`` where a person asked for it to come before others."""

    path = fields.String(required=True)
    wished = fields.Boolean(required=True)


class FailedSchema(FileSchema):
    """A file that failed, and why. ``in_use``: what an older version measured of it stays in use."""

    path = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    in_use = fields.Boolean(required=True)


class StaleSchema(Schema):
    """A track that an older version measured."""

    track_id = fields.String(required=True)
    title = fields.String(required=True)
    analysis_version = fields.Integer(required=True)


class MeasuringSchema(Schema):
    """How measuring stands; ``left_s`` null where it is not known. Of each list the first 50."""

    paused = fields.Nested(SettingSchema, required=True, allow_none=True)
    working = fields.Boolean(required=True)
    counts = fields.Nested(CountsSchema, required=True)
    waiting = fields.Integer(required=True)
    left_s = fields.Float(required=True, allow_none=True)
    first = fields.List(fields.Nested(WaitingSchema), required=True)
    failed = fields.List(fields.Nested(FailedSchema), required=True)
    stale = fields.List(fields.Nested(StaleSchema), required=True)
    jobs = fields.List(fields.Nested(JobSchema), required=True)


@blueprint.route("/measuring", methods=["GET"])
@right("keep_library")
@blueprint.response(200, MeasuringSchema)
def show() -> Any:
    """What is measured, waits, failed or is stale."""
    with parts().engine.connect() as connection:
        found = measuring.overview(connection, parts().clock())
    named = {"first": [_named(file) for file in found.first], "failed": [_named(file) for file in found.failed]}
    return asdict(found) | named


def _named(file: Waiting | FailedFile) -> dict[str, Any]:
    """A file as the API spells it: its name for programs, its path for people."""
    return asdict(file) | {"file": file_id(file.path), "path": readable(file.path)}


@blueprint.route("/measuring/paused", methods=["PUT"])
@right("keep_library")
@blueprint.arguments(PausedSchema)
@blueprint.response(204)
def pause(wanted: dict[str, Any]) -> None:
    """Let measuring rest, also over restarts, or go on."""
    here = parts()
    with writing(here.engine) as connection:
        measuring.set_paused(connection, wanted["paused"], by=caller().actor, now_ms=here.clock())


@blueprint.route("/measuring/next", methods=["POST"])
@right("keep_library")
@blueprint.arguments(FileSchema)
@blueprint.response(204)
def next_(wanted: dict[str, Any]) -> None:
    """Measure a file that waits before all others."""
    here = parts()
    with writing(here.engine) as connection:
        measuring.next_(connection, wanted["file"], by=caller().actor, now_ms=here.clock())


@blueprint.route("/measuring/again", methods=["POST"])
@right("keep_library")
@blueprint.arguments(AgainSchema)
@blueprint.response(202, BegunSchema)
def again(wanted: dict[str, Any]) -> Any:
    """Try files again that failed."""
    here = parts()
    with writing(here.engine) as connection:
        job_id = measuring.again(connection, wanted["files"], by=caller().actor, now_ms=here.clock())
    jobs.enqueue(job_id)
    return {"job_id": job_id}


@blueprint.route("/measuring/stale", methods=["POST"])
@right("keep_library")
@blueprint.response(202, BegunSchema)
def stale() -> Any:
    """Measure again what an older version measured; it begins by itself when the service starts."""
    here = parts()
    with writing(here.engine) as connection:
        job_id = measuring.begin(connection, by=caller().actor, now_ms=here.clock())
    if job_id is not None:
        jobs.enqueue(job_id)
    return {"job_id": job_id}
