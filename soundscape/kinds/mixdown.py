"""The job that makes a list's session file and puts it on the shelf, ready for the rooms that wait for it."""

import sqlalchemy as sa

from library.store import writing
from playlists import shelf
from playlists.shelf import Shelved
from soundscape import assigning
from soundscape.kinds.session_file import render
from soundscape.running import Done, Running
from soundscape.stores import pulse
from soundscape.stores.jobs import Arguments


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
        words = f"Making the session file of {shelved.title}"
        mixdown_id = render(
            job, shelved, words, lambda connection, made: _hand_over(connection, shelved, made, job.clock())
        )
    result: dict[str, object] = {"mixdown_id": mixdown_id, "revision": shelved.revision}
    return Done(result, f"The session file of {shelved.title} is ready.")


def wanted(connection: sa.Connection, arguments: Arguments) -> Shelved:
    """The list as it is now, or the signed version that a job names."""
    playlist_id = str(arguments["playlist_id"])
    if arguments.get("signed"):
        return shelf.at(connection, playlist_id, int(str(arguments["revision"])))
    return shelf.get(connection, playlist_id)


def _hand_over(connection: sa.Connection, shelved: Shelved, mixdown_id: str, now_ms: int) -> None:
    assigning.mixdown_ready(connection, shelved.playlist_id, shelved.revision, mixdown_id, now_ms)
    pulse.raise_(connection, "playlists", "desk")
