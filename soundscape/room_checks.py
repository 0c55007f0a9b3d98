"""Use cases of room checks: asked for at the desk, run by the room's tablet, finished by somebody who listened.

A check counts from when both its parts are there: what the tablet measured, and what a person heard.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec
import sqlalchemy as sa

from soundscape.checked import ByHand, CheckOrder, RoomCheck
from soundscape.errors import WrongState
from soundscape.secret import new_id
from soundscape.stores import audit
from soundscape.stores import rooms as store
from soundscape.stores import sessions as session_store
from soundscape.stores.rooms import Room
from soundscape.wished import PlayerEvent

OLD_MS = 10 * 60 * 1000
"""An order that the tablet did not follow so long is not followed any more (docs/live.md)."""
State = Literal["none", "asked", "unanswered", "listened", "done"]


def ask(connection: sa.Connection, room_id: str, *, by: str, now_ms: int) -> RoomCheck:
    """Let the room's tablet check itself; a check that has not been answered yet is replaced.

    Raises
    ------
    WrongState
        If there is no tablet, or a session runs.
    """
    room = store.get(connection, room_id)
    if room_id not in store.devices(connection):
        raise WrongState(f"{room.name} has no tablet. Pair one first.")
    session = session_store.of_room(connection, room_id)
    if session is not None and session.state == "started":
        raise WrongState(f"Session {session.code} runs in {room.name}. Check the room before or after it.")
    check = RoomCheck(check_id=new_id(), asked_ms=now_ms, by=by)
    store.put(connection, msgspec.structs.replace(room, last_check=check))
    audit.record(connection, now_ms, by, "room check asked", room.name)
    return check


def order(room: Room, now_ms: int) -> CheckOrder | None:
    """What the tablet is still to run."""
    check = room.last_check
    if check is None or check.detail is not None or now_ms - check.asked_ms > OLD_MS:
        return None
    return CheckOrder(check_id=check.check_id, asked_ms=check.asked_ms)


def take(connection: sa.Connection, room: Room, events: Iterable[PlayerEvent], now_ms: int) -> Room:
    """What the tablet found, if it says so; an answer to an older order, or told twice, changes nothing."""
    for detail in (event.detail for event in events):
        check = room.last_check
        if detail is None or check is None or check.check_id != detail.check_id or check.detail is not None:
            continue
        room = _put(connection, room, msgspec.structs.replace(check, detail=detail, found_ms=now_ms), now_ms)
        audit.record(connection, now_ms, f"tablet of {room.name}", "room checked", room.name)
    return room


def say_by_hand(
    connection: sa.Connection, room_id: str, check_id: str, said: tuple[bool, bool, bool], *, by: str, now_ms: int
) -> RoomCheck:
    """What somebody in the room heard on the left and on the right, and whether do-not-disturb is on.

    Raises
    ------
    WrongState
        If there is another check by now.
    """
    room = store.get(connection, room_id)
    check = room.last_check
    if check is None or check.check_id != check_id:
        raise WrongState("There is another check by now. Listen again and say it of that one.")
    left, right, reminder = said
    after = msgspec.structs.replace(
        check, by_hand=ByHand(left=left, right=right, reminder=reminder, by=by, at_ms=now_ms)
    )
    _put(connection, room, after, now_ms)
    audit.record(
        connection, now_ms, by, "room check said", room.name, after={"left": left, "right": right, "silent": reminder}
    )
    return after


def state(room: Room, now_ms: int) -> State:
    """How far the last check of a room has come."""
    check = room.last_check
    if check is None:
        return "none"
    if check.detail is None:
        return "asked" if order(room, now_ms) else "unanswered"
    return "done" if check.by_hand is not None else "listened"


def _put(connection: sa.Connection, room: Room, check: RoomCheck, now_ms: int) -> Room:
    whole = check.detail is not None and check.by_hand is not None
    after = msgspec.structs.replace(room, last_check=check, checked_ms=now_ms if whole else room.checked_ms)
    store.put(connection, after)
    return after
