"""The job that makes the file which a playing session goes on with: a changed list from a seam in the future on.

It is in the queue `live`, where no session file and no scan is ever before it. Taking the file over is the room's part.
"""

from playlists import shelf
from soundscape.kinds.session_file import render
from soundscape.running import Done, Running
from soundscape.stores import pulse
from soundscape.stores.jobs import Arguments


def make_successor(job: Running, arguments: Arguments) -> Done:
    """Render a revision of a list from a second of the session on; the result is ``{mixdown_id, revision, from_s}``.

    ``arguments``: ``playlist_id``, ``revision``, ``from_s`` (a whole number of samples at 48 kHz), and ``follows``, the
    id of the session file that plays until then: the new one joins at its level, without a ramp from silence.
    """
    from_s = float(str(arguments["from_s"]))
    with job.engine.connect() as connection:
        shelved = shelf.at(connection, str(arguments["playlist_id"]), int(str(arguments["revision"])))
        follows = shelf.mixdown(connection, str(arguments["follows"])).manifest
    words = f"Making what follows in {shelved.title}"
    mixdown_id = render(
        job, shelved, words, lambda connection, _: pulse.raise_(connection, "desk"), from_s=from_s, follows=follows
    )
    result: dict[str, object] = {"mixdown_id": mixdown_id, "revision": shelved.revision, "from_s": from_s}
    return Done(result, f"What follows in {shelved.title} is ready.")
