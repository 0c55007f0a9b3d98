"""Use cases of a session's music as a list at Spotify, for listening at home: ask for it, see what came of it.

A piece's page at Spotify is asked for by the ISRC of its tags, or is known from a list that was brought in, in a line
that is this very track. The list's title is the same for everybody: nobody types one, so that nothing about a patient
goes there.
"""

from collections.abc import Callable, Collection, Mapping

import sqlalchemy as sa

from playlists.exchange.entry import Entry
from soundscape import imports, jobs
from soundscape.records import Told
from soundscape.secret import legible
from soundscape.spotify.address import track_uri
from soundscape.stores import audit
from soundscape.stores import imports as import_store
from soundscape.stores import jobs as job_store
from soundscape.stores import sessions as session_store
from soundscape.stores.jobs import Arguments, Job

KIND = "take_home"
TITLE = "Music to take home"
MARK_LENGTH = 8
AT_AN_END = ("spotify_list_changed", "no_such_spotify_list", "spotify_not_allowed", "nothing_for_spotify")
"""After these a new list is begun: with the one that was begun it cannot go on, since it is gone, is another's now, or
belongs to an account that is no longer the connected one."""


def ask(connection: sa.Connection, session_id: str, *, by: str, now_ms: int) -> str:
    """Ask for a session's list, as a job, and return its id: the one under way, or a new one, which goes on with what
    an attempt before it has begun.

    Raises
    ------
    NoSuch
    """
    session = session_store.get(connection, session_id)
    before = last(connection, session_id)
    if before is not None and before.state in ("queued", "running"):
        return before.job_id
    arguments: Arguments = {"session_id": session_id, "mark": legible(MARK_LENGTH)}
    if before is not None and before.state != "done" and before.error_code not in AT_AN_END:
        arguments = before.arguments
    job_id = jobs.submit(connection, KIND, arguments, by=by, now_ms=now_ms)
    audit.record(connection, now_ms, by, "take-home list asked for", session.code, after={"job_id": job_id})
    return job_id


def last(connection: sa.Connection, session_id: str) -> Job | None:
    """The newest job that writes, or wrote, this session's list."""
    return job_store.newest(connection, KIND, "session_id", session_id)


def entries(told: Told, pages: Mapping[str, str], isrcs: Mapping[str, str | None]) -> tuple[Entry, ...]:
    """What was heard, each piece with its page at Spotify and its ISRC where these are known."""
    return tuple(
        Entry(
            title=title,
            artist=artist,
            length_s=piece.heard_s,
            page=pages.get(piece.track_id),
            isrc=isrcs.get(piece.track_id),
        )
        for piece, title, artist in told.taken_home()
    )


def known_pages(connection: sa.Connection, track_ids: Collection[str], tell: Callable[[], None]) -> dict[str, str]:
    """The page at Spotify of each of these tracks, as far as a list that was brought in has it; the newest list first.

    ``tell`` is called before each list; it may raise to stop.
    """
    found: dict[str, str] = {}
    for one in import_store.list_all(connection):
        if found.keys() >= set(track_ids):
            break
        tell()
        for line in imports.lines_of(connection, one.import_id):
            if line.verdict == "owned" and line.page is not None and track_uri(line.page):
                found.setdefault(line.candidates[0].track_id, line.page)
    return found
