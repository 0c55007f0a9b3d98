"""Use cases of sessions: start, quiet, louder, end. Each is absolute and idempotent, and stored before sent.

A press changes the session, the room's wished state and its revision, the session's log and the audit trail in one
transaction; the room's player learns of it from the answer to its next report, or is woken for one. How a session comes
to be planned: :mod:`soundscape.assigning`.
"""

import msgspec
import sqlalchemy as sa

from playlists import shelf
from playlists.playlist import Playlist
from soundscape import changes, withdrawn
from soundscape.errors import WrongState
from soundscape.session_log import note
from soundscape.stores import audit
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as store
from soundscape.stores.rooms import Acknowledged, Room
from soundscape.stores.sessions import Session
from soundscape.wished import Wished

ABORT_FADE_S = 5.0
"""Judgement: a session begun by mistake is not faded for long, but never cut."""
LOWEST_DB = -40.0
"""The softest level that can be wished; below it a player might as well be silent."""


def start(connection: sa.Connection, session_id: str, minutes_ago: float, *, by: str, now_ms: int) -> Session:
    """Start the clock now, or some minutes ago. It stands whether the player answers or not.

    Where the file is still being made, the music joins at the clock's place as soon as it is there.

    Raises
    ------
    WrongState
        If the session is over, or no music would be left.
    HoldsRefused
        If a piece of its version was refused since it was assigned.
    """
    session = store.get(connection, session_id)
    if session.state == "started":
        return session
    if session.state != "planned":
        raise WrongState(f"Session {session.code} is over. Assign a list to begin another.")
    if minutes_ago * 60 >= session.total_s:
        raise WrongState(f"The music lasts {session.total_s / 60:g} minutes and would be over. Say fewer minutes.")
    withdrawn.must_hold_none(connection, _playlist_of(connection, session), f"The list of session {session.code}")
    started_ms = now_ms - round(minutes_ago * 60_000)
    after = msgspec.structs.replace(session, state="started", started_ms=started_ms)
    store.put(connection, after)
    room = room_store.get(connection, session.room_id)
    times = {"started_ms": started_ms, "pressed_ms": now_ms, "changed_ms": now_ms}
    wish(connection, room, msgspec.structs.replace(room.wished, mode="play", arrival=False, **times))
    note(connection, after, "started", by=by, now_ms=now_ms, detail={"minutes_ago": minutes_ago})
    return after


def set_quiet(connection: sa.Connection, session_id: str, quiet: bool, *, by: str, now_ms: int) -> Session:
    """Ramp down so that staff can talk, or back. Clock and music run on.

    Raises
    ------
    WrongState
    """
    session, room = _running(connection, session_id)
    if room.wished.quiet != quiet:
        wish(connection, room, msgspec.structs.replace(room.wished, quiet=quiet, changed_ms=now_ms))
        note(connection, session, "quiet" if quiet else "resumed", by=by, now_ms=now_ms)
    return session


def set_level(connection: sa.Connection, session_id: str, level_db: float, *, by: str, now_ms: int) -> Session:
    """Louder or softer: the gain in dB, held within the room's cap.

    Raises
    ------
    WrongState
    """
    session = store.get(connection, session_id)
    if session.state not in ("planned", "started"):
        raise WrongState(f"Session {session.code} is over; its level can no longer be changed.")
    room = room_store.get(connection, session.room_id)
    level_db = within(level_db, room.cap_db)
    if room.wished.level_db != level_db:
        wish(connection, room, msgspec.structs.replace(room.wished, level_db=level_db, changed_ms=now_ms))
        detail: dict[str, object] = {"from_db": room.wished.level_db, "to_db": level_db}
        note(connection, session, "level", by=by, now_ms=now_ms, detail=detail)
    return session


def end(connection: sa.Connection, session_id: str, *, by: str, now_ms: int) -> Session:
    """End the music gently. Ending what is over changes nothing.

    Raises
    ------
    WrongState
        If the session has not started: there is nothing to end.
    """
    session = store.get(connection, session_id)
    if session.state == "planned":
        raise WrongState(f"Session {session.code} has not started. Set it aside instead.")
    if session.state != "started":
        return session
    return close(connection, session, "ended", by=by, now_ms=now_ms)


def end_at_bedside(connection: sa.Connection, session_id: str, at_ms: int, now_ms: int) -> None:
    """Staff ended the music on the room's own screen, perhaps a while ago: the player has begun its fade by itself."""
    session = store.get(connection, session_id)
    if session.state == "started":
        changes.drop_all(connection, session, now_ms)
        room = room_store.get(connection, session.room_id)
        store.put(connection, msgspec.structs.replace(session, state="ended", ended_ms=at_ms))
        wish(
            connection,
            room,
            msgspec.structs.replace(room.wished, mode="end", end_ms=at_ms, quiet=False, changed_ms=now_ms),
        )


def abort(connection: sa.Connection, session_id: str, *, by: str, now_ms: int) -> Session:
    """Set a session aside: one that is planned, or that was started by mistake."""
    session = store.get(connection, session_id)
    if session.state not in ("planned", "started"):
        return session
    return close(connection, session, "aborted", by=by, now_ms=now_ms)


def finish(connection: sa.Connection, session: Session, at_ms: int, now_ms: int) -> None:
    """The player has played to the end."""
    if session.state == "started":
        changes.drop_all(connection, session, now_ms)
        store.put(connection, msgspec.structs.replace(session, state="ended", ended_ms=at_ms))
        note(connection, session, "ended", by="soundscape", now_ms=now_ms)
        room = room_store.get(connection, session.room_id)
        wish(connection, room, Wished(level_db=room.wished.level_db, changed_ms=now_ms))


def acknowledge(connection: sa.Connection, room_id: str, alarms: tuple[str, ...], *, by: str, now_ms: int) -> Room:
    """Somebody looks after what the room complains of."""
    room = room_store.get(connection, room_id)
    after = msgspec.structs.replace(room, acknowledged=Acknowledged(alarms=alarms, by=by, at_ms=now_ms))
    room_store.put(connection, after)
    session = store.of_room(connection, room_id)
    if session is not None:
        note(connection, session, "acknowledged", by=by, now_ms=now_ms, detail={"alarms": list(alarms)})
    else:
        audit.record(connection, now_ms, by, "alarms acknowledged", room.name, after={"alarms": list(alarms)})
    return after


def within(level_db: float, cap_db: float) -> float:
    """A level no louder than the cap and no softer than can be heard."""
    return min(max(level_db, LOWEST_DB), cap_db)


def overdue(session: Session, now_ms: int) -> bool:
    """Whether the music of a started session must be over by the clock."""
    return session.started_ms is not None and now_ms > session.started_ms + session.total_s * 1000


def close(connection: sa.Connection, session: Session, state: store.State, *, by: str, now_ms: int) -> Session:
    """End a session, or set it aside; started music fades and is never cut."""
    changes.drop_all(connection, session, now_ms)
    after = msgspec.structs.replace(session, state=state, ended_ms=now_ms)
    store.put(connection, after)
    room = room_store.get(connection, session.room_id)
    wished = Wished(level_db=room.wished.level_db, changed_ms=now_ms)
    if session.state == "started":
        fade_s = wished.end_fade_s if state == "ended" else ABORT_FADE_S
        wished = msgspec.structs.replace(
            room.wished, mode="end", quiet=False, end_ms=now_ms, end_fade_s=fade_s, changed_ms=now_ms
        )
    wish(connection, room, wished)
    note(connection, after, state, by=by, now_ms=now_ms)
    return after


def _running(connection: sa.Connection, session_id: str) -> tuple[Session, Room]:
    session = store.get(connection, session_id)
    if session.state != "started":
        raise WrongState(f"Session {session.code} is not running.")
    return session, room_store.get(connection, session.room_id)


def wish(connection: sa.Connection, room: Room, wished: Wished) -> None:
    """Wish something else of a room's player: a new revision.

    Who looks after an alarm does so over a press, and not into another session.
    """
    now = room_store.get(connection, room.room_id)  # an earlier step of this press may have raised its revision
    same = wished.session and now.wished.session and wished.session.session_id == now.wished.session.session_id
    seen = now.acknowledged if same else None
    room_store.put(
        connection, msgspec.structs.replace(now, wished=wished, revision=now.revision + 1, acknowledged=seen)
    )


def _playlist_of(connection: sa.Connection, session: Session) -> Playlist:
    """What a session plays, or will when its file is made."""
    if session.mixdown_id is not None:
        return shelf.mixdown(connection, session.mixdown_id).playlist
    now = shelf.get(connection, session.playlist_id)
    return shelf.at(connection, session.playlist_id, session.playlist_revision or now.revision).playlist
