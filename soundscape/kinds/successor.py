"""The job that makes the file which a playing session goes on with: a changed list from a seam in the future on.

It is in the queue `live`, where no session file and no scan is ever before it. Of a change that was asked for in a room
it also finds the list, and tells the room of the file; else it only makes the file.
"""

import msgspec
import sqlalchemy as sa

from library.catalogue import Catalogue
from library.errors import LibraryError
from library.store import writing
from playlists import shelf
from playlists.errors import PlaylistError
from playlists.shelf import Shelved, ShelvedMixdown
from soundscape import planning
from soundscape.config import templates_of
from soundscape.kinds.session_file import render
from soundscape.legs import file_at
from soundscape.onward import rest_of
from soundscape.ready import Ready
from soundscape.running import Done, JobCancelled, Running
from soundscape.scene import Scene, scene_of
from soundscape.stores import changes as change_store
from soundscape.stores import pulse
from soundscape.stores import sessions as session_store
from soundscape.stores.changes import Change
from soundscape.stores.jobs import Arguments


def make_successor(job: Running, arguments: Arguments) -> Done:
    """Render a list from a second of the session on; the result is ``{mixdown_id, revision, from_s, sound_s}``.

    ``arguments``: ``playlist_id`` and ``revision``; then ``change_id``, of a change that says the rest, or ``from_s``
    (whole samples at 48 kHz) and ``follows``, the id of the session file that plays until then: the new one
    joins at its level, without a ramp from silence.
    """
    if "change_id" in arguments:
        return _of_change(job, arguments)
    from_s = float(str(arguments["from_s"]))
    with job.engine.connect() as connection:
        shelved = _listed(connection, arguments)
        follows = shelf.mixdown(connection, str(arguments["follows"])).manifest
    mixdown_id = render(
        job,
        shelved,
        _words(shelved),
        lambda connection, _: pulse.raise_(connection, "desk"),
        from_s=from_s,
        follows=follows,
    )
    return _done(shelved, mixdown_id, from_s)


def _of_change(job: Running, arguments: Arguments) -> Done:
    change_id = str(arguments["change_id"])
    try:
        with writing(job.engine) as connection:
            scene, change = _scene(job, connection, change_id)
            change, base = planning.begin(scene, change)
            shelved = _listed(connection, arguments)
            request = shelf.at(connection, change.source_id, change.source_revision).request
            follows = _follows(scene, change)
        wanted = msgspec.structs.replace(request, infusion_s=change.infusion_s, tail_s=change.tail_s)
        tracks = Ready(Catalogue(job.engine)).now() if job.ready is None else job.ready.now()
        playlist, words = rest_of(tracks, wanted, base, change.at_s, templates_of(job.data))
        shelved = msgspec.structs.replace(shelved, playlist=playlist)

        def made(connection: sa.Connection, mixdown_id: str) -> None:
            scene, now = _scene(job, connection, change_id)
            planning.ready(scene, now, mixdown_id, words)

        from_s = change.at_s
        mixdown_id = render(job, shelved, _words(shelved), made, from_s=from_s, follows=follows.manifest)
    except (PlaylistError, LibraryError) as refusal:
        with writing(job.engine) as connection:
            scene, change = _scene(job, connection, change_id)
            planning.fail(scene, change, str(refusal))
        raise
    return _done(shelved, mixdown_id, from_s)


def _scene(job: Running, connection: sa.Connection, change_id: str) -> tuple[Scene, Change]:
    """The change as it is now, as long as it is this job that makes its file."""
    change = change_store.find(connection, change_id)
    if change is None or change.job_id != job.job_id or not change.under_way:
        raise JobCancelled
    session = session_store.get(connection, change.session_id)
    return scene_of(connection, session, job.clock()), change


def _follows(scene: Scene, change: Change) -> ShelvedMixdown:
    """The file that sounds until then."""
    file, _ = file_at(scene.wished, change.at_s)
    return scene.first_file() if file is None else shelf.mixdown(scene.connection, file.mixdown_id)


def _listed(connection: sa.Connection, arguments: Arguments) -> Shelved:
    return shelf.at(connection, str(arguments["playlist_id"]), int(str(arguments["revision"])))


def _words(shelved: Shelved) -> str:
    return f"Making what follows in {shelved.title}"


def _done(shelved: Shelved, mixdown_id: str, from_s: float) -> Done:
    result: dict[str, object] = {
        "mixdown_id": mixdown_id,
        "revision": shelved.revision,
        "from_s": from_s,
        "sound_s": shelved.playlist.total_s - from_s,
    }
    return Done(result, f"What follows in {shelved.title} is ready.")
