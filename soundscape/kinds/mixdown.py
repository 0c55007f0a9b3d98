"""The job that makes a list's session file and puts it on the shelf, ready for the rooms that wait for it."""

import os

import msgspec
import sqlalchemy as sa

from library.catalogue import Catalogue
from library.store import writing
from playlists import shelf
from playlists.manifest import Manifest, manifest_path
from playlists.mixdown import mixdown
from playlists.playlist import Playlist
from playlists.shelf import Shelved
from soundscape import sessions
from soundscape.running import Done, Running
from soundscape.stores import pulse
from soundscape.stores.jobs import Arguments

FOLDER = "mixdowns"


def make_mixdown(job: Running, arguments: Arguments) -> Done:
    """Render the list ``arguments["playlist_id"]``; the result is ``{mixdown_id, revision}``.

    A list that was changed since the job was asked for is rendered as it is now, and the result says its revision; a
    version that was signed off (``arguments["signed"]``) exactly as it was. One whose file is there already is not
    rendered again.
    """
    with job.engine.connect() as connection:
        shelved = wanted(connection, arguments)
        found = shelf.mixdown_of(connection, shelved.playlist_id, shelved.revision)
    if found is not None and found.path.exists():
        with writing(job.engine) as connection:
            mixdown_id = found.mixdown_id
            _hand_over(connection, shelved, mixdown_id, job.clock())
    else:
        mixdown_id = _render(job, shelved)
    result: dict[str, object] = {"mixdown_id": mixdown_id, "revision": shelved.revision}
    return Done(result, f"The session file of {shelved.title} is ready.")


def wanted(connection: sa.Connection, arguments: Arguments) -> Shelved:
    """The list as it is now, or the signed version that a job names."""
    playlist_id = str(arguments["playlist_id"])
    if arguments.get("signed"):
        return shelf.at(connection, playlist_id, int(str(arguments["revision"])))
    return shelf.get(connection, playlist_id)


def _render(job: Running, shelved: Shelved) -> str:
    """Render and store, or leave nothing behind; also nothing of an attempt whose worker was killed."""
    folder = job.data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{job.job_id}-{job.attempt}.m4a"
    for left in folder.glob(f".{job.job_id}-*"):
        left.unlink(missing_ok=True)
    stored = False
    try:
        facts = mixdown(
            shelved.playlist,
            _files(job, shelved.playlist),
            out,
            target_lufs=job.config.target_lufs,
            progress=lambda share: job.tell(share, f"Making the session file of {shelved.title}"),
        )
        manifest = msgspec.json.decode(manifest_path(out).read_bytes(), type=Manifest)
        with writing(job.engine) as connection:
            mixdown_id = shelf.put_mixdown(
                connection,
                playlist_id=shelved.playlist_id,
                playlist_revision=shelved.revision,
                playlist=msgspec.structs.replace(shelved.playlist, mixdown=facts),
                path=out,
                manifest=manifest,
                now_ms=job.clock(),
            )
            _hand_over(connection, shelved, mixdown_id, job.clock())
        stored = True
    finally:
        if not stored:
            manifest_path(out).unlink(missing_ok=True)
            out.unlink(missing_ok=True)
    return mixdown_id


def _hand_over(connection: sa.Connection, shelved: Shelved, mixdown_id: str, now_ms: int) -> None:
    sessions.mixdown_ready(connection, shelved.playlist_id, shelved.revision, mixdown_id, now_ms)
    pulse.raise_(connection, "playlists", "desk")


def _files(job: Running, playlist: Playlist) -> dict[str, str]:
    """The first of each track's files that is there; else any, for the mixdown to name as gone."""
    catalogue = Catalogue(job.engine)
    tracks = [catalogue.track(track_id) for track_id in {item.track_id for item in playlist.items}]
    return {
        track.track_id: next((path for path in track.paths if os.path.exists(path)), track.paths[0])  # noqa: PTH110
        for track in tracks
        if track.paths
    }
