"""The session file of a list: is there one, is one being made, what went wrong, and asking for one.

At most one is made at a time of a list: who asks again gets the file or the job that is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from playlists import shelf
from playlists.shelf import Shelved, ShelvedMixdown
from soundscape import jobs, lists
from soundscape.errors import WrongState
from soundscape.stores import audit, pulse
from soundscape.stores.jobs import Job

Word = Literal["none", "gone", "waiting", "making", "failed", "stopped", "ready"]
LOOK_BACK = 200
"""Ended jobs looked through for the last attempt at a file; an older failure is no news."""


@dataclass(frozen=True)
class SessionFile:
    """How it stands with the file of a list as the list is now. ``gone``: it was made, but was deleted since."""

    word: Word
    mixdown: ShelvedMixdown | None = None
    job: Job | None = None


def recent_jobs(connection: sa.Connection) -> list[Job]:
    """The jobs in which `file_of` looks, to be read once for many lists."""
    return [job for job in jobs.list_recent(connection, LOOK_BACK) if job.kind == "mixdown"]


def file_of(connection: sa.Connection, shelved: Shelved, recent: Iterable[Job]) -> SessionFile:
    """How it stands with the session file of a list."""
    found = shelf.mixdown_of(connection, shelved.playlist_id, shelved.revision)
    if found is not None and found.path.exists():
        return SessionFile("ready", found)
    job = next((job for job in recent if _makes(job, shelved)), None)
    if job is None or job.state == "done":
        return SessionFile("none" if found is None else "gone")
    words: dict[str, Word] = {"queued": "waiting", "running": "making", "cancelled": "stopped", "failed": "failed"}
    return SessionFile(words[job.state], job=job)


def ask(
    connection: sa.Connection, playlist_id: str, *, version: int | None = None, by: str, now_ms: int
) -> tuple[SessionFile, str | None]:
    """Ask for a list's session file: of the list as it is now, or of ``version``, a revision that was signed off.

    Returns
    -------
    tuple
        How it stands with the file, and the new job if one was needed: enqueue it after the transaction.

    Raises
    ------
    UnknownPlaylist
    WrongState
        The list was archived and has no file.
    """
    shelved = shelf.get(connection, playlist_id) if version is None else shelf.at(connection, playlist_id, version)
    found = file_of(connection, shelved, recent_jobs(connection))
    if found.word in ("ready", "waiting", "making"):
        return found, None
    if shelved.archived_ms is not None:
        raise WrongState(f"The list {shelved.title!r} was archived. Build a new one.")
    arguments: dict[str, object] = {"playlist_id": playlist_id, "revision": shelved.revision}
    if version is not None:
        arguments["signed"] = True
    job_id = jobs.submit(connection, "mixdown", arguments, by=by, now_ms=now_ms)
    audit.record(connection, now_ms, by, "session file asked for", lists.subject(shelved), after=arguments)
    pulse.raise_(connection, "playlists")
    return SessionFile("waiting", job=jobs.get(connection, job_id)), job_id


def _makes(job: Job, shelved: Shelved) -> bool:
    """Whether a job is about this revision; one that has not begun takes the list as it finds it, unless signed off."""
    if job.arguments.get("playlist_id") != shelved.playlist_id:
        return False
    takes_newest = job.state == "queued" and not job.arguments.get("signed")
    return takes_newest or job.arguments.get("revision") == shelved.revision
