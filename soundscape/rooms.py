"""Use cases of rooms: making, pairing, revoking."""

import secrets

import msgspec
import sqlalchemy as sa

from soundscape.errors import Busy, PairingRefused, Taken
from soundscape.secret import hashed, new_id, new_token
from soundscape.stores import audit
from soundscape.stores import rooms as store
from soundscape.stores import sessions as session_store
from soundscape.stores.rooms import Room
from soundscape.wished import Wished

CODE_MS = 10 * 60 * 1000
"""A code is good for ten minutes and one tablet (judgement)."""
CAP_DB, QUIET_DB = -6.0, 18.0
"""A new room's cap leaves half the digital range unused until somebody has listened in it (judgement)."""
LONGEST_NAME = 64
TRIES = 20


def make(connection: sa.Connection, name: str, *, cap_db: float = CAP_DB, by: str, now_ms: int) -> Room:
    """A new room.

    Raises
    ------
    Taken
    """
    if store.name_taken(connection, name):
        raise Taken(f"There is a room {name!r} already. Choose another name.")
    room = Room(
        room_id=new_id(),
        name=name,
        cap_db=cap_db,
        quiet_db=QUIET_DB,
        revision=1,
        wished=Wished(level_db=cap_db),
        acknowledged=None,
        created_ms=now_ms,
        closed_ms=None,
    )
    store.put_new(connection, room)
    audit.record(connection, now_ms, by, "room made", name, after={"cap_db": cap_db})
    return room


def change(
    connection: sa.Connection,
    room_id: str,
    *,
    name: str | None = None,
    cap_db: float | None = None,
    quiet_db: float | None = None,
    by: str,
    now_ms: int,
) -> Room:
    """Another name, cap or quiet. A level above a new cap is lowered with it.

    Raises
    ------
    Taken, Busy
    """
    before = _in_use(connection, room_id)
    name = before.name if name is None else name
    if name.lower() != before.name.lower() and store.name_taken(connection, name):
        raise Taken(f"There is a room {name!r} already. Choose another name.")
    cap_db = before.cap_db if cap_db is None else cap_db
    after = msgspec.structs.replace(
        before,
        name=name,
        cap_db=cap_db,
        quiet_db=before.quiet_db if quiet_db is None else quiet_db,
        revision=before.revision + 1,
        wished=msgspec.structs.replace(before.wished, level_db=min(before.wished.level_db, cap_db)),
    )
    store.put(connection, after)
    audit.record(connection, now_ms, by, "room changed", before.name, _facts(before), _facts(after))
    return after


def close(connection: sa.Connection, room_id: str, *, by: str, now_ms: int) -> None:
    """Take a room out of use; its records stay. Again does nothing.

    Raises
    ------
    Busy
    """
    room = store.get(connection, room_id)
    if room.closed_ms is not None:
        return
    _must_be_free(connection, room)
    store.revoke_devices(connection, room_id, now_ms)
    # The name is free for another room from now on.
    name = f"{room.name[: LONGEST_NAME - len(room_id) - 3]} ({room_id})"
    store.put(connection, msgspec.structs.replace(room, name=name, closed_ms=now_ms))
    audit.record(connection, now_ms, by, "room closed", room.name)


def new_code(connection: sa.Connection, room_id: str, *, by: str, now_ms: int) -> tuple[str, int]:
    """A six-digit code for one tablet, and until when; an older code of this room is void.

    Raises
    ------
    Busy
    """
    room = _in_use(connection, room_id)
    for _ in range(TRIES):
        code = f"{secrets.randbelow(1_000_000):06d}"
        if store.put_code(connection, room_id, hashed(code), now_ms + CODE_MS, now_ms):
            audit.record(connection, now_ms, by, "pairing code made", room.name)
            return code, now_ms + CODE_MS
    raise Busy("Every code tried is in use. Wait ten minutes and try again.")


def pair(connection: sa.Connection, code: str, now_ms: int) -> tuple[str, Room]:
    """The token for the tablet that names the code first, and its room. A tablet paired before loses its right.

    Raises
    ------
    PairingRefused
    """
    room_id = store.use_code(connection, hashed(code), now_ms)
    room = None if room_id is None else store.get(connection, room_id)
    if room is None or room.closed_ms is not None:
        raise PairingRefused("This code is wrong, used or too old. Make a new one on the Rooms page.")
    replaced = store.revoke_devices(connection, room.room_id, now_ms)
    if room.last_check is not None:  # that was of another tablet, or of this one before its browser forgot it
        store.put(connection, msgspec.structs.replace(room, checked_ms=None, last_check=None))
    token = new_token()
    store.put_device(connection, new_id(), room.room_id, hashed(token), now_ms)
    audit.record(connection, now_ms, f"tablet of {room.name}", "paired", room.name, after={"replaced": replaced})
    return token, room


def revoke(connection: sa.Connection, room_id: str, *, by: str, now_ms: int) -> None:
    """End the right of a room's tablet: it ramps down and forgets what it holds."""
    room = store.get(connection, room_id)
    if store.revoke_devices(connection, room_id, now_ms):
        audit.record(connection, now_ms, by, "tablet revoked", room.name)


def _in_use(connection: sa.Connection, room_id: str) -> Room:
    room = store.get(connection, room_id)
    if room.closed_ms is not None:
        raise Busy(f"{room.name} is out of use.")
    return room


def _must_be_free(connection: sa.Connection, room: Room) -> None:
    if session_store.of_room(connection, room.room_id) is not None:
        raise Busy(f"{room.name} has a session. End it first.")


def _facts(room: Room) -> dict[str, object]:
    return {"name": room.name, "cap_db": room.cap_db, "quiet_db": room.quiet_db}
