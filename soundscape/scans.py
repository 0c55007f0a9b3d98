"""Use cases of scanning: ask for one, and tell how those asked for lately went."""

from pathlib import Path

import sqlalchemy as sa

from soundscape import jobs
from soundscape.stores import audit
from soundscape.stores.jobs import Job


def ask(connection: sa.Connection, folder: Path, *, by: str, now_ms: int) -> str:
    """Ask for a scan and return its job's id; one of the same folder that waits already will do.

    One that runs will not do: it has looked for files already.
    """
    arguments: dict[str, object] = {"folder": str(folder)}
    for job in jobs.under_way(connection):
        if (job.kind, job.state, job.arguments) == ("scan", "queued", arguments):
            return job.job_id
    job_id = jobs.submit(connection, "scan", arguments, by=by, now_ms=now_ms)
    audit.record(connection, now_ms, by, "scan asked for", str(folder), after={"job_id": job_id})
    return job_id


def shown(connection: sa.Connection) -> list[Job]:
    """Scans that wait or run, and the one that ended last."""
    return jobs.shown(connection, ("scan",))
