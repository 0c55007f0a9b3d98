"""Use cases of scanning: ask for one, and tell how those asked for lately went."""

from pathlib import Path

import sqlalchemy as sa

from library.audio import readable
from soundscape import jobs
from soundscape.file_names import file_id, path_of
from soundscape.stores import audit
from soundscape.stores.jobs import Arguments, Job


def ask(connection: sa.Connection, folder: Path, *, by: str, now_ms: int) -> str:
    """Ask for a scan and return its job's id; one of the same folder that waits already will do.

    One that runs will not do: it has looked for files already.
    """
    arguments = _arguments(folder)
    for job in jobs.under_way(connection):
        if (job.kind, job.state, job.arguments) == ("scan", "queued", arguments):
            return job.job_id
    job_id = jobs.submit(connection, "scan", arguments, by=by, now_ms=now_ms)
    audit.record(connection, now_ms, by, "scan asked for", readable(folder), after={"job_id": job_id})
    return job_id


def folder_of(arguments: Arguments) -> Path:
    """The folder that a scan was asked for."""
    file = arguments.get("file")
    return Path(str(arguments["folder"]) if file is None else path_of(str(file)))


def shown(connection: sa.Connection) -> list[Job]:
    """Scans that wait or run, and the one that ended last."""
    return jobs.shown(connection, ("scan",))


def _arguments(folder: Path) -> Arguments:
    """``folder`` for people; where its name is no text, ``file`` is what is scanned."""
    arguments: Arguments = {"folder": readable(folder)}
    return arguments if arguments["folder"] == str(folder) else arguments | {"file": file_id(str(folder))}
