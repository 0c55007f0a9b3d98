"""Rendering a list, or the rest of it, into a file on the shelf: what the jobs that make session files share."""

import os
from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from library.catalogue import Catalogue
from library.store import writing
from library.track import Track
from playlists import shelf
from playlists.manifest import Manifest, manifest_path
from playlists.mixdown import mixdown
from playlists.playlist import Playlist
from playlists.shelf import Shelved
from soundscape.running import Running

FOLDER = "mixdowns"


def render(
    job: Running,
    shelved: Shelved,
    words: str,
    kept: Callable[[sa.Connection, str], None],
    *,
    from_s: float = 0.0,
    follows: Manifest | None = None,
) -> str:
    """Render and store, or leave nothing behind; also nothing of an attempt whose worker was killed.

    Parameters
    ----------
    words
        What the job says it is doing.
    kept
        Called with the new file's id in the transaction that stores it.
    from_s
        Only what is heard from this second of the session on.
    follows
        Of the file that a player will fade out of, if there is one: the new one joins at its level.
    """
    folder = job.data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{job.job_id}-{job.attempt}.m4a"
    for left in folder.glob(f".{job.job_id}-*"):
        left.unlink(missing_ok=True)
    tracks = _tracks(job, shelved.playlist)
    stored = False
    try:
        facts = mixdown(
            shelved.playlist,
            {track.track_id: _file(track) for track in tracks if track.paths},
            out,
            tracks=tracks,
            target_lufs=job.config.target_lufs,
            from_s=from_s,
            follows_on=follows is not None,
            gain_db=None if follows is None else follows.gain_db,
            # Chapters are a track of their own in the file; with it Chromium keeps 16 MiB of what it has played once it
            # was sent to a place, and a room's player always is.
            chapters=False,
            progress=lambda share: job.tell(share, words),
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
            kept(connection, mixdown_id)
        stored = True
    finally:
        if not stored:
            manifest_path(out).unlink(missing_ok=True)
            out.unlink(missing_ok=True)
    return mixdown_id


def _tracks(job: Running, playlist: Playlist) -> list[Track]:
    catalogue = Catalogue(job.engine)
    return [catalogue.track(track_id) for track_id in dict.fromkeys(item.track_id for item in playlist.items)]


def _file(track: Track) -> str:
    """The first of a track's files that is there; else any, for the mixdown to name as gone."""
    return next((path for path in track.paths if os.path.exists(path)), track.paths[0])  # noqa: PTH110 - bytes names
