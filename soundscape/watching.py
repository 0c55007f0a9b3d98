"""When did an alarm begin, and when was it over? Written into the session's log, whether or not anybody looks.

A report is looked at when it comes. A player that is lost sends none, so one thread of the server looks as well, once
a second; it writes only where something has begun or ended, and so wakes every desk, also one in a hidden tab.
"""

import threading
from collections.abc import Collection

import msgspec
import sqlalchemy as sa

from library.clock import Clock
from library.store import writing
from soundscape.conditions import conditions
from soundscape.stores import alarms, pulse
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as session_store
from soundscape.stores.rooms import Device, Room
from soundscape.stores.sessions import Session

LOOK_EVERY_S = 1.0
"""Lost after 6 s, noticed within 1, shown within 1 more: within the 8 s of docs/live.md (judgement)."""
UNSEEN = frozenset({"lost", "no_tablet"})
"""While nothing is heard of a player, nobody knows whether what was wrong before still is."""


def note(connection: sa.Connection, room: Room, device: Device | None, session: Session | None, now_ms: int) -> None:
    """Write down what has begun and what is over in a room with a session."""
    if session is None:
        return
    found = {condition.code: condition.words for condition in conditions(room, device, session, now_ms)}
    before, number = alarms.going_on(connection, session.session_id)
    began, ended = _changed(before, found)
    rows: list[tuple[str, dict[str, object]]] = [(alarms.ENDED, {"code": code}) for code in ended]
    rows += [(alarms.BEGAN, {"code": code, "words": found[code]}) for code in began]
    for place, (kind, detail) in enumerate(rows, start=number):
        alarms.put(connection, session.session_id, place, kind, detail, now_ms)
    if rows:
        pulse.raise_(connection, "desk")
    _lapse(connection, room, found)


def note_all(connection: sa.Connection, now_ms: int) -> None:
    """The same for every room with a session."""
    for room, device, session in _in_session(connection):
        note(connection, room, device, session, now_ms)


def due(connection: sa.Connection, now_ms: int) -> bool:
    """Whether something has begun or ended that is not written down yet; this only reads."""
    for room, device, session in _in_session(connection):
        found = [condition.code for condition in conditions(room, device, session, now_ms)]
        before, _ = alarms.going_on(connection, session.session_id)
        if any(_changed(before, found)):
            return True
    return False


class Watch:
    """The thread that looks while the server runs."""

    def __init__(self, engine: sa.Engine, clock: Clock, every_s: float = LOOK_EVERY_S) -> None:
        self._engine, self._clock, self._every_s = engine, clock, every_s
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._run, name="alarms", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(self._every_s):
            try:
                self._look()
            except (sa.exc.OperationalError, sa.exc.TimeoutError):  # locked, or no connection is free: a second later
                continue

    def _look(self) -> None:
        with self._engine.connect() as connection:
            wanted = due(connection, self._clock())
        if wanted:
            with writing(self._engine) as connection:
                note_all(connection, self._clock())


def _changed(before: frozenset[str], found: Collection[str]) -> tuple[list[str], list[str]]:
    """Which alarms have begun, in the order in which they were found, and which are over."""
    over = before - frozenset(found)
    if not UNSEEN.isdisjoint(found):
        over &= UNSEEN
    return [code for code in found if code not in before], sorted(over)


def _in_session(connection: sa.Connection) -> list[tuple[Room, Device | None, Session]]:
    devices, running = room_store.devices(connection), session_store.open_sessions(connection)
    return [
        (room, devices.get(room.room_id), running[room.room_id])
        for room in room_store.list_open(connection)
        if room.room_id in running
    ]


def _lapse(connection: sa.Connection, room: Room, found: Collection[str]) -> None:
    """Somebody looks after an alarm until it is over: when it comes back it is a new one."""
    seen = room.acknowledged
    if seen is None or not UNSEEN.isdisjoint(found):
        return
    left = tuple(code for code in seen.alarms if code in found)
    if left != seen.alarms:
        after = msgspec.structs.replace(seen, alarms=left) if left else None
        room_store.put(connection, msgspec.structs.replace(room, acknowledged=after))
