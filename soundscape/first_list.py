"""Something to assign from the first minute: a 40-minute list with its session file, where there is no list yet."""

from collections.abc import Callable
from pathlib import Path

from library.catalogue import Catalogue
from library.store import open_store, sqlite_url, writing
from playlists import shelf
from playlists.arc import load_templates
from playlists.fit import fit
from playlists.playlist import Request
from playlists.shelf import Shelved
from soundscape import jobs
from soundscape.config import load_config
from soundscape.errors import ServiceError
from soundscape.parts import now_ms
from soundscape.stores import audit
from soundscape.worker import Settings, Worker

TITLE = "First list"
NOTE = "Calm music from the whole library. It begins softly, rises slowly and comes to rest."
BY = "first start"


class NoSessionFile(ServiceError):
    """The first list's session file could not be made."""

    code = "no_session_file"


def prepare_first_list(
    data: Path, *, minutes: float = 40.0, tail_minutes: float = 15.0, tick: Callable[[float, str], None]
) -> Shelved | None:
    """Build a list, put it on the shelf and make its session file; do nothing and return None where a list is there.

    Parameters
    ----------
    data
        The data directory, with its library scanned.
    minutes, tail_minutes
        Infusion and recovery.
    tick
        Told how far the session file is, 0..1, and in words.

    Raises
    ------
    Infeasible
        If the cleared tracks do not make such a list; nothing was stored.
    NoSessionFile
        The list is kept; its file is made when it is first assigned.
    """
    config = load_config(data)
    engine = open_store(config.database_url or sqlite_url(data))
    try:
        with engine.connect() as connection:
            if shelf.list_all(connection):
                return None
        request = Request(infusion_s=minutes * 60.0, tail_s=tail_minutes * 60.0)
        playlist = fit(list(Catalogue(engine).tracks()), request, templates=load_templates(None))
        with writing(engine) as connection:
            playlist_id = shelf.put_new(
                connection,
                title=TITLE,
                note=NOTE,
                request=request,
                playlist=playlist,
                offered=False,
                by=BY,
                now_ms=now_ms(),
            )
            audit.record(connection, now_ms(), BY, "list built", f"{TITLE} ({playlist_id})")
            arguments: dict[str, object] = {"playlist_id": playlist_id, "revision": 1}
            job_id = jobs.submit(connection, "mixdown", arguments, by=BY, now_ms=now_ms())
        Worker(Settings(data=data, config=config, queue="files", watch=tick)).do(job_id)
        with engine.connect() as connection:
            job = jobs.get(connection, job_id)
            if job.state == "failed":
                raise NoSessionFile(f"The first list has no session file yet: {job.error_message}")
            return shelf.get(connection, playlist_id)
    finally:
        engine.dispose()
