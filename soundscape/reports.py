"""What a room's player reports becomes the room's truth: its state, what was heard, and presses at the bedside."""

import msgspec
import sqlalchemy as sa

from playlists import shelf
from playlists.errors import PlaylistError
from soundscape import changes, following, lead, session_log, sessions, walk_in, watching
from soundscape.changes import Asked
from soundscape.conditions import own_files
from soundscape.errors import DeviceRevoked, NoSuch, ServiceError
from soundscape.noted import noted
from soundscape.scene import Scene
from soundscape.stores import audit, pulse
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as session_store
from soundscape.stores.changes import Kind
from soundscape.stores.rooms import Device, Room
from soundscape.stores.sessions import Session
from soundscape.wished import Noted, PlayerEvent, Report, Wished

FAR_MS = 24 * 3600 * 1000
"""Judgement: an event that claims to be a day away from now is the fault of a clock, and is dated by its arrival."""
EARLY_MS = 30_000
"""Judgement: music that is said to be over this long before its time was broken off; the desk is to see an alarm."""
STALE_SKIP_MS = 30_000
"""Judgement: a piece that somebody wished away so long ago is another one by now."""
CHANGES: dict[str, Kind] = {
    "bedside_extend": "extend",
    "bedside_bring_back": "bring_back",
    "bedside_skip": "skip",
    "bedside_pause": "pause",
    "bedside_go_on": "go_on",
}
HEARD = ("playing", "quiet", "bed")


def take(connection: sa.Connection, device: Device, report: Report, now_ms: int) -> Room:
    """Store a report and what it tells of; returns the room with what is wished of it now.

    Raises
    ------
    DeviceRevoked
        If the device was revoked or replaced while its report waited for the database.
    """
    if device.revoked_ms is not None:
        raise DeviceRevoked("This player no longer belongs to a room. Pair it again on the Rooms page.")
    room = room_store.get(connection, device.room_id)
    before = device.report
    report = msgspec.structs.replace(report, noted=_noted(connection, room, before, report, now_ms))
    passed_s = (now_ms - (device.reported_ms or now_ms)) / 1000
    bytes_s = lead.seen_bytes_s(device.bytes_s, before, report, passed_s)
    device = msgspec.structs.replace(device, report=report, reported_ms=now_ms, bytes_s=bytes_s)
    room_store.put_report(connection, device.device_id, report, now_ms, bytes_s)
    for event in report.events:
        _take_event(connection, room, _dated(event, now_ms), now_ms)
    session = session_store.of_room(connection, room.room_id)
    started = session is not None and session.state == "started"
    if session is not None and started and report.state in HEARD and report.position_s is not None:
        detail: dict[str, object] = {"position_s": report.position_s}
        session_store.put_last_heard(connection, session.session_id, now_ms, detail)
    if session is not None and started:
        room = room_store.get(connection, room.room_id)
        following.follow(Scene(connection, session, room, device, now_ms), report)
    if before is None or _shown(before) != _shown(report):
        pulse.raise_(connection, "desk")
    room = room_store.get(connection, room.room_id)
    watching.note(connection, room, device, session, now_ms)
    return room_store.get(connection, room.room_id)


def _noted(connection: sa.Connection, room: Room, before: Report | None, report: Report, now_ms: int) -> Noted:
    session, own = room.wished.session, own_files(room)
    playing = report.mixdown_id or (room.wished.mixdown.mixdown_id if room.wished.mixdown else None)
    return noted(
        before,
        report,
        now_ms,
        session_id=None if session is None else session.session_id,
        own=own,
        levels=shelf.levels_of(connection, playing) if playing in own else None,
    )


def _session_of(connection: sa.Connection, room: Room, event: PlayerEvent) -> Session | None:
    """The session that an event names, if it is one of this room; else the one of its time."""
    if event.session_id is None:
        return session_store.at(connection, room.room_id, event.at_ms)
    try:
        named = session_store.get(connection, event.session_id)
    except NoSuch:  # the server was put back to an older state
        return None
    return named if named.room_id == room.room_id else None


def _take_event(connection: sa.Connection, room: Room, event: PlayerEvent, now_ms: int) -> None:
    if event.kind == "bedside_start":
        walk_in.begin(connection, room, event, now_ms)
        return
    session = _session_of(connection, room, event)
    if session is None:
        return
    source = f"tablet of {room.name}"
    fresh = session_store.put_log(
        connection,
        session.session_id,
        event.event_id,
        at_ms=event.at_ms,
        received_ms=now_ms,
        source=source,
        kind=event.kind,
        detail={"position_s": event.position_s, "mixdown_id": event.mixdown_id, "value": event.value},
    )
    if not fresh:
        return
    if event.kind == "ended" and sessions.overdue(session, now_ms + EARLY_MS):
        sessions.finish(connection, session, event.at_ms, now_ms)
    elif event.kind.startswith("bedside_"):
        audit.record(
            connection, now_ms, source, event.kind.replace("_", " "), session.code, after={"value": event.value}
        )
        _press(connection, room.room_id, session.session_id, event, now_ms)


def _press(connection: sa.Connection, room_id: str, session_id: str, event: PlayerEvent, now_ms: int) -> None:
    """A press at the bedside, told late or at once: it counts unless the desk pressed after it or it is over.

    An end always counts: whatever the desk pressed since, it did not begin the music again.
    """
    room = room_store.get(connection, room_id)
    wished = room.wished
    if wished.session is None or wished.session.session_id != session_id:
        return
    if event.kind == "bedside_end":
        sessions.end_at_bedside(connection, session_id, event.at_ms, now_ms)
        return
    if event.kind in CHANGES:
        _change(connection, room, session_id, event, now_ms)
        return
    if event.at_ms < wished.changed_ms:
        return
    after = _pressed(wished, event, room.cap_db)
    if after != wished:
        room_store.put(connection, msgspec.structs.replace(room, wished=after, revision=room.revision + 1))


def _change(connection: sa.Connection, room: Room, session_id: str, event: PlayerEvent, now_ms: int) -> None:
    """A live change from the bedside; one that makes no sense any more is noted with why."""
    if event.kind == "bedside_skip" and now_ms - event.at_ms > STALE_SKIP_MS:
        return
    asked = Asked(change_id=event.event_id, kind=CHANGES[event.kind], minutes=event.value)
    source = f"tablet of {room.name}"
    try:
        changes.ask(connection, session_id, asked, by=source, now_ms=now_ms, at_ms=event.at_ms)
    except (ServiceError, PlaylistError) as refusal:
        session = session_store.get(connection, session_id)
        detail: dict[str, object] = {"change": asked.kind, "why": str(refusal)}
        session_log.note(connection, session, "change_failed", by=source, now_ms=now_ms, detail=detail)


def _pressed(wished: Wished, event: PlayerEvent, cap_db: float) -> Wished:
    if event.kind == "bedside_quiet":
        return msgspec.structs.replace(wished, quiet=True)
    if event.kind == "bedside_resume":
        return msgspec.structs.replace(wished, quiet=False)
    if event.kind == "bedside_level" and event.value is not None:
        return msgspec.structs.replace(wished, level_db=sessions.within(event.value, cap_db))
    return wished


def _dated(event: PlayerEvent, now_ms: int) -> PlayerEvent:
    if abs(event.at_ms - now_ms) <= FAR_MS:
        return event
    return msgspec.structs.replace(event, at_ms=now_ms)


def _shown(report: Report) -> tuple[object, ...]:
    """What the desk shows at once; times and levels it fetches by itself."""
    return (report.state, report.needs_tap, report.problems, report.noted.silent_since_ms is None)
