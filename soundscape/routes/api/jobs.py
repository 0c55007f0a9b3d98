"""The API of jobs: what is being done, how far it is, and stopping it."""

from typing import Any

from marshmallow import Schema, fields, validate
from msgspec.structs import replace

from library.store import writing
from soundscape import jobs
from soundscape.errors import NotAllowed
from soundscape.parts import parts
from soundscape.rights import caller, right
from soundscape.routes.api.common import operations
from soundscape.stores.jobs import Job

blueprint = operations("jobs", "Work that takes a while")

STATES = ("queued", "running", "done", "failed", "cancelled")
NEEDS = {
    "scan": "keep_library",
    "measure": "keep_library",
    "mixdown": "see_playlists",
    "refit": "see_playlists",
    "successor": "see_playlists",
    "standing": "see_playlists",
    "import": "keep_playlists",
    "take_home": "run_sessions",
    "match": "keep_playlists",
}
"""Who may stop a job of each kind, and read what it says: of a session's music only who runs sessions."""


class JobSchema(Schema):
    """A job; ``progress`` is 0 to 1, ``message`` what it does just now."""

    job_id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    progress = fields.Float(required=True)
    message = fields.String(required=True)
    result = fields.Raw(required=True, allow_none=True)
    error_code = fields.String(required=True, allow_none=True)
    error_message = fields.String(required=True, allow_none=True)
    created_by = fields.String(required=True)
    created_ms = fields.Integer(required=True)
    started_ms = fields.Integer(required=True, allow_none=True)
    ended_ms = fields.Integer(required=True, allow_none=True)


class JobsSchema(Schema):
    """The newest jobs, and whether somebody does them."""

    worker_running = fields.Boolean(required=True)
    jobs = fields.List(fields.Nested(JobSchema), required=True)


@blueprint.route("/jobs", methods=["GET"])
@right("see_library")
@blueprint.response(200, JobsSchema)
def list_jobs() -> Any:
    """The newest jobs."""
    with parts().engine.connect() as connection:
        running = jobs.worker_seen(connection, parts().clock())
        return {"worker_running": running, "jobs": [_shown(job) for job in jobs.list_recent(connection)]}


@blueprint.route("/jobs/<job_id>", methods=["GET"])
@right("see_library")
@blueprint.response(200, JobSchema)
def one_job(job_id: str) -> Any:
    """One job."""
    with parts().engine.connect() as connection:
        return _shown(jobs.get(connection, job_id))


@blueprint.route("/jobs/<job_id>/cancel", methods=["POST"])
@right("see_library")
@blueprint.response(200, JobSchema)
def cancel(job_id: str) -> Any:
    """Stop a job; what it has stored stays."""
    with writing(parts().engine) as connection:
        job = jobs.get(connection, job_id)
        if not caller().may(NEEDS[job.kind]):
            raise NotAllowed("Your account does not have the right to stop this. Ask an administrator.")
        return jobs.cancel(connection, job_id, by=caller().actor, now_ms=parts().clock())


def _shown(job: Job) -> Job:
    """Of a job whose kind the caller has no right to, how far it is and nothing of what it says."""
    if caller().may(NEEDS[job.kind]):
        return job
    return replace(job, message="", result=None, error_message=None)
