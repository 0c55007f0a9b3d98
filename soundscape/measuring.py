"""Use cases of measuring: pause it and let it go on, one file next, try again what failed, measure again what is stale.

A pause is kept: it holds through restarts until somebody ends it. Files are named as in `file_names`.
"""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from library import listing, progress, waiting
from library.audio import readable
from library.listing import FailedFile
from library.progress import Counts, Stale
from library.scan import UNREADABLE
from library.track import Record
from library.waiting import Waiting
from soundscape import jobs, scans
from soundscape.errors import NoSuch
from soundscape.file_names import file_id, path_of
from soundscape.stores import audit, pulse, settings
from soundscape.stores.jobs import Job
from soundscape.stores.settings import Setting

NAME, PAUSED, ON = "measuring", "paused", "on"
KINDS = ("scan", "measure")
BY_ITSELF = "soundscape"
MOST = 50
"""Rows of each list that a page shows (judgement: more is leafed through nowhere)."""
ALL = 10_000_000
"""More files than any library has."""


class Overview(Record, frozen=True, kw_only=True):
    """How the measuring stands."""

    paused: Setting | None
    working: bool
    """Whether somebody does the jobs."""
    jobs: list[Job]
    """Scans and measurings under way, and the one that ended last."""
    counts: Counts
    waiting: int
    left_s: float | None
    """Until nothing waits any more; None where it is not known, or nothing moves."""
    first: list[Waiting]
    failed: list[FailedFile]
    stale: list[Stale]


def overview(connection: sa.Connection, now_ms: int) -> Overview:
    """What the page of measuring shows."""
    shown = jobs.shown(connection, KINDS)
    under_way = [job for job in shown if job.ended_ms is None]
    owners = [job.job_id for job in under_way]
    paused, count, working = pause(connection), waiting.count(connection, owners), jobs.worker_seen(connection, now_ms)
    _, failed = listing.failed(connection, MOST)
    return Overview(
        paused=paused,
        working=working,
        jobs=shown,
        counts=progress.counts(connection),
        waiting=count,
        left_s=None if paused or not working else _left_s(connection, under_way, count),
        first=waiting.first(connection, owners, MOST),
        failed=failed,
        stale=progress.stale(connection, MOST),
    )


def pause(connection: sa.Connection) -> Setting | None:
    """The pause that holds, if one does."""
    found = settings.get(connection, NAME)
    return found if found is not None and found.value == PAUSED else None


def set_paused(connection: sa.Connection, paused: bool, *, by: str, now_ms: int) -> None:
    """Let measuring rest, or go on; as it stands already, nothing changes."""
    if (pause(connection) is not None) == paused:
        return
    settings.put(connection, NAME, PAUSED if paused else ON, by=by, at_ms=now_ms)
    audit.record(connection, now_ms, by, "measuring paused" if paused else "measuring goes on", "the library")
    pulse.raise_(connection, "jobs")


def begin(connection: sa.Connection, *, by: str, now_ms: int, after: str = "") -> str | None:
    """Ask for stale tracks to be measured again, if there are any and nobody has asked; return the job's id.

    ``after`` is a job that made way and asks for the rest of its own work, which is no news.
    """
    if any(is_for_stale(job) and job.job_id != after for job in _under_way(connection)):
        return None
    count = len(progress.stale_files(connection))
    if not count:
        return None
    job_id = jobs.submit(connection, "measure", {}, by=by, now_ms=now_ms)
    if not after:
        audit.record(connection, now_ms, by, "measuring again asked for", f"{count} tracks", after={"job_id": job_id})
    return job_id


def again(connection: sa.Connection, files: Sequence[str], *, by: str, now_ms: int) -> str:
    """Try files again that failed, or all of them where none is named; return the id of the (first) job.

    Raises
    ------
    NoSuch
        None of them has failed, or no longer.
    """
    wanted = {path_of(file) for file in files}
    _, failed = listing.failed(connection, ALL)
    found = [file for file in failed if not wanted or file.path in wanted]
    if not found:
        raise NoSuch("None of these files counts as failed any more. The page shows how it stands now.")
    paths = [file.path for file in found if file.code != UNREADABLE]
    job_ids = [
        scans.ask(connection, Path(file.path), by=by, now_ms=now_ms) for file in found if file.code == UNREADABLE
    ]
    if paths:
        arguments: dict[str, object] = {"files": [file_id(path) for path in paths]}
        job_ids.insert(0, jobs.submit(connection, "measure", arguments, by=by, now_ms=now_ms))
        subject = readable(paths[0])[:160] if len(paths) == 1 else f"{len(paths)} files"
        audit.record(connection, now_ms, by, "measuring again asked for", subject, after={"job_id": job_ids[0]})
    return job_ids[0]


def next_(connection: sa.Connection, file: str, *, by: str, now_ms: int) -> None:
    """Let a file that waits be the next.

    Raises
    ------
    NoSuch
        It does not wait any more.
    """
    path = path_of(file)
    if not waiting.wish(connection, path):
        raise NoSuch("This file does not wait any more: it is being measured, or was.")
    audit.record(connection, now_ms, by, "measured next", readable(path)[:160])
    pulse.raise_(connection, "jobs")


def is_for_stale(job: Job) -> bool:
    """Whether a job measures what is stale, and nothing that somebody named."""
    return job.kind == "measure" and not job.arguments


def tidy(connection: sa.Connection) -> None:
    """Take away what waits for jobs that have ended before they had measured it."""
    waiting.forget(connection, but=[job.job_id for job in _under_way(connection)])


def others_wait(connection: sa.Connection, job: Job) -> bool:
    """Whether work that is asked for waits in a job's queue: anything but what is stale."""
    return any(
        other.state == "queued" and other.queue == job.queue and not is_for_stale(other)
        for other in jobs.under_way(connection)
    )


def time_left(seconds: float) -> str:
    """``about 2 minutes``, ``about 3 hours``."""
    if seconds < 90:
        return "about a minute"
    return f"about {seconds / 60:.0f} minutes" if seconds < 5400 else f"about {seconds / 3600:.0f} hours"


def _under_way(connection: sa.Connection) -> list[Job]:
    return [job for job in jobs.under_way(connection) if job.kind in KINDS]


def _left_s(connection: sa.Connection, under_way: Sequence[Job], count: int) -> float | None:
    began = [job.started_ms for job in under_way if job.state == "running" and job.started_ms is not None]
    pace_s = progress.pace_s(connection, min(began)) if began and count else None
    return None if pace_s is None else pace_s * count
