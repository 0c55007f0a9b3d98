"""What did a person hear in earlier sessions? Found by the code of the last one, so that the next list is another.

A code stands for a session and for nobody: whoever knows that the same person comes again has it on their own paper.
What is kept of it is the pieces (`Policy.heard`), never the code.
"""

import sqlalchemy as sa

from playlists import shelf
from playlists.rules import MOST_SESSIONS
from playlists.shelf import Shelved
from soundscape import records
from soundscape.errors import WrongState
from soundscape.stores import sessions as store
from soundscape.stores.sessions import Session


def heard_after(connection: sa.Connection, code: str, now_ms: int) -> tuple[tuple[str, ...], ...]:
    """The pieces that a session played, then those of the sessions that its own list was built after, the newest first.

    Parameters
    ----------
    connection
        Of the service's database.
    code
        The session's four letters and digits; case and outer spaces do not matter.
    now_ms
        What a running session has played so far counts.

    Returns
    -------
    tuple
        Track ids by session, as in `playlists.playlist.Policy.heard`.

    Raises
    ------
    NoSuch
        No session has this code.
    WrongState
        The session has not begun.
    """
    session = store.by_code(connection, code.strip().upper())
    if session.started_ms is None:
        raise WrongState(f"Session {session.code} was never started, so nothing was heard in it.")
    before = _list_of(connection, session).request.policy.heard
    return (_played(connection, session, now_ms), *before)[:MOST_SESSIONS]


def _played(connection: sa.Connection, session: Session, now_ms: int) -> tuple[str, ...]:
    """What the room is known to have heard; where its player told of nothing, all that it was given to play."""
    heard = records.heard_tracks(connection, session, now_ms)
    return heard or tuple(item.track_id for item in _list_of(connection, session).playlist.items)


def _list_of(connection: sa.Connection, session: Session) -> Shelved:
    """The list in the version that the session plays."""
    if session.playlist_revision is None:
        return shelf.get(connection, session.playlist_id)
    return shelf.at(connection, session.playlist_id, session.playlist_revision)
