"""Use cases of assigning: plan a session in a room with a signed version, and give it its file when that is made.

As in :mod:`soundscape.sessions`, all that a press changes is one transaction.
"""

from typing import Literal

import msgspec
import sqlalchemy as sa

from playlists import revisions, shelf
from playlists.revisions import Version
from playlists.shelf import ShelvedMixdown
from soundscape import jobs, session_files, versions, withdrawn
from soundscape.errors import Busy, NotSignedOff
from soundscape.mixdown_file import as_file
from soundscape.secret import legible, new_id
from soundscape.session_log import note
from soundscape.sessions import close, finish, overdue, wish
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as store
from soundscape.stores.rooms import Room
from soundscape.stores.sessions import Session
from soundscape.wished import SessionFacts, Wished

SignOff = Literal["never", "first", "now"]
"""Whether assigning signs the list off: never, if no version is signed off yet, or as it is now."""


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
    make_way(connection, room, by=by, now_ms=now_ms)
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
    wished = Wished(level_db=room.wished.level_db, session=_facts(session), arrival=True, changed_ms=now_ms)
    wish(connection, room, wished if found is None else _holding(wished, found))
    note(
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
        said = versions.ON_ASSIGNING
        return versions.sign(connection, playlist_id, now.revision, note=said, by=by, now_ms=now_ms)[0]
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
            wish(connection, room, _holding(room.wished, found))
    for wanted in sorted(missing):
        arguments: dict[str, object] = {"playlist_id": playlist_id, "revision": wanted, "signed": True}
        jobs.submit(connection, "mixdown", arguments, by="soundscape", now_ms=now_ms)


def new_code(connection: sa.Connection) -> str:
    """Four letters and digits that no session had: all that names one."""
    known = store.codes(connection)
    while (code := legible(4)) in known:
        pass
    return code


def make_way(connection: sa.Connection, room: Room, *, by: str, now_ms: int) -> None:
    """End what is over by the clock, set aside what was planned; refuse while music plays.

    Raises
    ------
    Busy
    """
    if room.closed_ms is not None:
        raise Busy(f"{room.name} is out of use.")
    before = store.of_room(connection, room.room_id)
    if before is None:
        return
    if before.state == "planned":
        close(connection, before, "aborted", by=by, now_ms=now_ms)
    elif overdue(before, now_ms):
        finish(connection, before, round((before.started_ms or now_ms) + before.total_s * 1000), now_ms)
    else:
        raise Busy(f"Session {before.code} runs in {room.name}. End it first.")


def _facts(session: Session) -> SessionFacts:
    return SessionFacts(
        session_id=session.session_id, code=session.code, infusion_s=session.infusion_s, tail_s=session.tail_s
    )


def _holding(wished: Wished, found: ShelvedMixdown) -> Wished:
    """The wish to hold this file."""
    return msgspec.structs.replace(
        wished, mode="hold" if wished.mode == "empty" else wished.mode, mixdown=as_file(found)
    )
