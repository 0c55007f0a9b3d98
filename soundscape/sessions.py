"""Use cases of sessions: assign, start, quiet, louder, end. Each is absolute and idempotent, and stored before sent.

A press changes the session, the room's wished state and its revision, the session's log and the audit trail in one
transaction; the room's player learns of it from the answer to its next report, or is woken for one.
"""

from typing import Literal

import msgspec
import sqlalchemy as sa

from playlists import revisions, shelf
from playlists.playlist import Playlist
from playlists.revisions import Version
from playlists.shelf import ShelvedMixdown
from soundscape import jobs, session_files, versions, withdrawn
from soundscape.errors import Busy, NotSignedOff, WrongState
from soundscape.secret import legible, new_id
from soundscape.stores import audit
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as store
from soundscape.stores.rooms import Acknowledged, Room
from soundscape.stores.sessions import Session
from soundscape.wished import MixdownFile, SessionFacts, Wished

ABORT_FADE_S = 5.0
"""Judgement: a session begun by mistake is not faded for long, but never cut."""
SignOff = Literal["never", "first", "now"]
"""Whether assigning signs the list off: never, if no version is signed off yet, or as it is now."""
LOWEST_DB = -40.0
"""The softest level that can be wished; below it a player might as well be silent."""
MIME = {".m4a": "audio/mp4", ".opus": "audio/ogg", ".flac": "audio/flac", ".wav": "audio/wav"}


def assign(
    connection: sa.Connection, room_id: str, playlist_id: str, *, sign_off: SignOff = "never", by: str, now_ms: int
) -> tuple[Session, str | None]:
    """Plan a session in a room with the newest signed version of a list; what was planned there before is set aside.

    The copy that a patient chose in a preview is signed off by being assigned: nobody else will ever see it.

    Returns
    -------
    tuple
        The session, and the job that makes its file where there is none yet: enqueue it after the transaction.

    Raises
    ------
    Busy
        If a session runs in the room.
    NotSignedOff
        If no version of the list is signed off.
    HoldsRefused
        If a piece of that version was refused since.
    WrongState
        If the list was archived and has no file.
    """
    room = room_store.get(connection, room_id)
    _make_way(connection, room, by=by, now_ms=now_ms)
    version = _signed(connection, playlist_id, sign_off, by=by, now_ms=now_ms)
    shelved = shelf.at(connection, playlist_id, version.revision)
    withdrawn.must_hold_none(connection, shelved.playlist, f"Version {version.version} of the list {shelved.title!r}")
    file, job_id = session_files.ask(connection, playlist_id, version=version.revision, by=by, now_ms=now_ms)
    found = file.mixdown
    session = Session(
        session_id=new_id(),
        code=new_code(connection),
        room_id=room_id,
        playlist_id=playlist_id,
        playlist_revision=version.revision,
        mixdown_id=None if found is None else found.mixdown_id,
        state="planned",
        infusion_s=shelved.playlist.infusion_s,
        tail_s=shelved.playlist.tail_s,
        created_by=by,
        created_ms=now_ms,
    )
    store.put_new(connection, session)
    wished = Wished(level_db=room.wished.level_db, session=_facts(session), changed_ms=now_ms)
    _wish(connection, room, wished if found is None else _holding(wished, found))
    _note(
        connection,
        session,
        "assigned",
        by=by,
        now_ms=now_ms,
        detail={"playlist": shelved.title, "version": version.version},
    )
    return session, job_id


def _signed(connection: sa.Connection, playlist_id: str, sign_off: SignOff, *, by: str, now_ms: int) -> Version:
    """The version that a room plays, signed off just now if that is wished."""
    now = shelf.get(connection, playlist_id)
    known = revisions.versions_of(connection, playlist_id)
    if now.offered or sign_off == "now" or (sign_off == "first" and not known):
        note = versions.ON_ASSIGNING
        return versions.sign(connection, playlist_id, now.revision, note=note, by=by, now_ms=now_ms)[0]
    if not known:
        raise NotSignedOff(
            f"No version of the list {now.title!r} is signed off yet, and rooms play signed versions only. Open the "
            'list and press "Sign off", or ask somebody who keeps the lists to do so.'
        )
    return known[-1]


def mixdown_ready(connection: sa.Connection, playlist_id: str, revision: int, mixdown_id: str, now_ms: int) -> None:
    """Give a finished file to every session that waits for it; `revision` is the list's when it was made.

    One that waits for a version that sounds different gets another file instead.
    """
    now = shelf.get(connection, playlist_id)
    missing = set()
    for session in store.waiting_for(connection, playlist_id):
        wanted = session.playlist_revision or now.revision
        found = shelf.mixdown_of(connection, playlist_id, wanted)
        if found is None:
            missing.add(wanted)
            continue
        store.put(connection, msgspec.structs.replace(session, mixdown_id=found.mixdown_id))
        room = room_store.get(connection, session.room_id)
        if room.wished.session is not None and room.wished.session.session_id == session.session_id:
            _wish(connection, room, _holding(room.wished, found))
    for wanted in sorted(missing):
        arguments: dict[str, object] = {"playlist_id": playlist_id, "revision": wanted, "signed": True}
        jobs.submit(connection, "mixdown", arguments, by="soundscape", now_ms=now_ms)


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
    _wish(connection, room, msgspec.structs.replace(room.wished, mode="play", **times))
    _note(connection, after, "started", by=by, now_ms=now_ms, detail={"minutes_ago": minutes_ago})
    return after


def set_quiet(connection: sa.Connection, session_id: str, quiet: bool, *, by: str, now_ms: int) -> Session:
    """Ramp down so that staff can talk, or back. Clock and music run on.

    Raises
    ------
    WrongState
    """
    session, room = _running(connection, session_id)
    if room.wished.quiet != quiet:
        _wish(connection, room, msgspec.structs.replace(room.wished, quiet=quiet, changed_ms=now_ms))
        _note(connection, session, "quiet" if quiet else "resumed", by=by, now_ms=now_ms)
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
        _wish(connection, room, msgspec.structs.replace(room.wished, level_db=level_db, changed_ms=now_ms))
        detail: dict[str, object] = {"from_db": room.wished.level_db, "to_db": level_db}
        _note(connection, session, "level", by=by, now_ms=now_ms, detail=detail)
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
    return _end(connection, session, "ended", by=by, now_ms=now_ms)


def end_at_bedside(connection: sa.Connection, session_id: str, at_ms: int, now_ms: int) -> None:
    """Staff ended the music on the room's own screen, perhaps a while ago: the player has begun its fade by itself."""
    session = store.get(connection, session_id)
    if session.state == "started":
        room = room_store.get(connection, session.room_id)
        store.put(connection, msgspec.structs.replace(session, state="ended", ended_ms=at_ms))
        _wish(
            connection,
            room,
            msgspec.structs.replace(room.wished, mode="end", end_ms=at_ms, quiet=False, changed_ms=now_ms),
        )


def abort(connection: sa.Connection, session_id: str, *, by: str, now_ms: int) -> Session:
    """Set a session aside: one that is planned, or that was started by mistake."""
    session = store.get(connection, session_id)
    if session.state not in ("planned", "started"):
        return session
    return _end(connection, session, "aborted", by=by, now_ms=now_ms)


def finish(connection: sa.Connection, session: Session, at_ms: int, now_ms: int) -> None:
    """The player has played to the end."""
    if session.state == "started":
        store.put(connection, msgspec.structs.replace(session, state="ended", ended_ms=at_ms))
        _note(connection, session, "ended", by="soundscape", now_ms=now_ms)
        room = room_store.get(connection, session.room_id)
        _wish(connection, room, Wished(level_db=room.wished.level_db, changed_ms=now_ms))


def acknowledge(connection: sa.Connection, room_id: str, alarms: tuple[str, ...], *, by: str, now_ms: int) -> Room:
    """Somebody looks after what the room complains of."""
    room = room_store.get(connection, room_id)
    after = msgspec.structs.replace(room, acknowledged=Acknowledged(alarms=alarms, by=by, at_ms=now_ms))
    room_store.put(connection, after)
    session = store.of_room(connection, room_id)
    if session is not None:
        _note(connection, session, "acknowledged", by=by, now_ms=now_ms, detail={"alarms": list(alarms)})
    else:
        audit.record(connection, now_ms, by, "alarms acknowledged", room.name, after={"alarms": list(alarms)})
    return after


def within(level_db: float, cap_db: float) -> float:
    """A level no louder than the cap and no softer than can be heard."""
    return min(max(level_db, LOWEST_DB), cap_db)


def overdue(session: Session, now_ms: int) -> bool:
    """Whether the music of a started session must be over by the clock."""
    return session.started_ms is not None and now_ms > session.started_ms + session.total_s * 1000


def new_code(connection: sa.Connection) -> str:
    """Four letters and digits that no session had: all that names one."""
    known = store.codes(connection)
    while (code := legible(4)) in known:
        pass
    return code


def _make_way(connection: sa.Connection, room: Room, *, by: str, now_ms: int) -> None:
    """End what is over by the clock, set aside what was planned; refuse while music plays."""
    if room.closed_ms is not None:
        raise Busy(f"{room.name} is out of use.")
    before = store.of_room(connection, room.room_id)
    if before is None:
        return
    if before.state == "planned":
        _end(connection, before, "aborted", by=by, now_ms=now_ms)
    elif overdue(before, now_ms):
        finish(connection, before, round((before.started_ms or now_ms) + before.total_s * 1000), now_ms)
    else:
        raise Busy(f"Session {before.code} runs in {room.name}. End it first.")


def _end(connection: sa.Connection, session: Session, state: store.State, *, by: str, now_ms: int) -> Session:
    after = msgspec.structs.replace(session, state=state, ended_ms=now_ms)
    store.put(connection, after)
    room = room_store.get(connection, session.room_id)
    wished = Wished(level_db=room.wished.level_db, changed_ms=now_ms)
    if session.state == "started":
        fade_s = wished.end_fade_s if state == "ended" else ABORT_FADE_S
        wished = msgspec.structs.replace(
            room.wished, mode="end", quiet=False, end_ms=now_ms, end_fade_s=fade_s, changed_ms=now_ms
        )
    _wish(connection, room, wished)
    _note(connection, after, state, by=by, now_ms=now_ms)
    return after


def _running(connection: sa.Connection, session_id: str) -> tuple[Session, Room]:
    session = store.get(connection, session_id)
    if session.state != "started":
        raise WrongState(f"Session {session.code} is not running.")
    return session, room_store.get(connection, session.room_id)


def _wish(connection: sa.Connection, room: Room, wished: Wished) -> None:
    now = room_store.get(connection, room.room_id)  # an earlier step of this press may have raised its revision
    room_store.put(
        connection, msgspec.structs.replace(now, wished=wished, revision=now.revision + 1, acknowledged=None)
    )


def _playlist_of(connection: sa.Connection, session: Session) -> Playlist:
    """What a session plays, or will when its file is made."""
    if session.mixdown_id is not None:
        return shelf.mixdown(connection, session.mixdown_id).playlist
    now = shelf.get(connection, session.playlist_id)
    return shelf.at(connection, session.playlist_id, session.playlist_revision or now.revision).playlist


def _facts(session: Session) -> SessionFacts:
    return SessionFacts(
        session_id=session.session_id, code=session.code, infusion_s=session.infusion_s, tail_s=session.tail_s
    )


def _holding(wished: Wished, found: ShelvedMixdown) -> Wished:
    """The wish to hold this file."""
    address = f"/api/v1/player/mixdowns/{found.mixdown_id}"
    file = MixdownFile(
        mixdown_id=found.mixdown_id,
        url=address,
        manifest_url=f"{address}/manifest",
        sha256=found.manifest.sha256,
        bytes=found.manifest.bytes,
        total_s=found.manifest.total_s,
        mime=MIME[found.path.suffix],
    )
    return msgspec.structs.replace(wished, mode="hold" if wished.mode == "empty" else wished.mode, mixdown=file)


def _note(
    connection: sa.Connection,
    session: Session,
    kind: str,
    *,
    by: str,
    now_ms: int,
    detail: dict[str, object] | None = None,
) -> None:
    """The same fact for the session's record and for the audit trail."""
    store.put_log(
        connection,
        session.session_id,
        new_id(),
        at_ms=now_ms,
        received_ms=now_ms,
        source=by,
        kind=kind,
        detail=detail or {},
    )
    audit.record(connection, now_ms, by, f"session {kind}", session.code, after=detail)
