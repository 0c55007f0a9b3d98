"""The desk: what each room's card says. It shows what the player reports, not what was asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from library.listing import title_in
from library.verdict import clock
from playlists import shelf
from playlists.arc import Template, named
from playlists.errors import BadRequest
from playlists.playlist import Item, Playlist
from playlists.sketch import arc_sketch
from soundscape import legs, sessions, withdrawn
from soundscape.conditions import LOST_MS, Condition, conditions, own_files
from soundscape.live_card import LiveCard, live_card
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as session_store
from soundscape.stores.rooms import Device, Room
from soundscape.stores.sessions import Session
from soundscape.wished import Report

STEP_DB = 2.0
"""A press on louder or softer: clearly heard, never a surprise (judgement)."""
WORDS = {
    "empty": ("○", "Waiting", ""),
    "loading": ("↓", "Loading", ""),
    "ready": ("✓", "Ready", "good"),
    "bed": ("●", "Arrival music", "good"),
    "playing": ("●", "Playing", "good"),
    "quiet": ("◐", "Quiet, so that you can talk", "warn"),
    "stopped": ("■", "Stopped", ""),
}
Pill = tuple[str, str, str]
"""Sign, word and kind of a state."""


@dataclass(frozen=True)
class Card:
    """One room as the desk shows it."""

    room: Room
    device: Device | None
    session: Session | None
    title: str
    pill: Pill
    alarms: list[Condition]
    looked_after_by: str
    sentence: str
    now_s: float | None
    """Seconds since "infusion started", by the clock."""
    sketch: str
    level_dbfs: float | None
    louder_db: float
    softer_db: float
    live: LiveCard | None
    """What may be asked of a session that plays, and what came of it."""

    @property
    def urgent(self) -> list[Condition]:
        """What needs a person at once, and is said with sound."""
        return [alarm for alarm in self.alarms if alarm.urgent]

    @property
    def report(self) -> Report | None:
        """What the player last said."""
        return self.device.report if self.device else None


def cards(connection: sa.Connection, templates: Mapping[str, Template], now_ms: int) -> list[Card]:
    """Every room in use, by name, so that none changes its place."""
    devices = room_store.devices(connection)
    running = session_store.open_sessions(connection)
    return [
        _card(connection, templates, room, devices.get(room.room_id), running.get(room.room_id), now_ms)
        for room in room_store.list_open(connection)
    ]


def phases_of(playlist: Playlist, templates: Mapping[str, Template]) -> list[tuple[str, float, float]]:
    """The phases behind a list's arc; one without a name where its template is no longer known."""
    try:
        arc = named(playlist.template, templates).scaled(playlist.infusion_s, playlist.tail_s)
    except BadRequest:
        return [("", 0.0, playlist.total_s)]
    return [(phase.name, phase.start, phase.end) for phase in arc.phases]


def _card(
    connection: sa.Connection,
    templates: Mapping[str, Template],
    room: Room,
    device: Device | None,
    session: Session | None,
    now_ms: int,
) -> Card:
    alarms = conditions(room, device, session, now_ms)
    playlist, title = _list_of(connection, session)
    live = None if session is None else live_card(connection, session, room, device, now_ms)
    playlist = playlist if live is None else live.playlist
    report = _fresh(device, now_ms)
    position_s = _position_s(room, device, report, now_ms)
    started_ms = session.started_ms if session else None
    level = room.wished.level_db
    return Card(
        room=room,
        device=device,
        session=session,
        title=title,
        pill=_pill(device, report, session, alarms),
        alarms=alarms,
        looked_after_by=_looked_after_by(room, alarms),
        sentence=_sentence(connection, session, playlist, report, position_s),
        now_s=None if started_ms is None else (now_ms - started_ms) / 1000,
        sketch="" if playlist is None else arc_sketch(playlist, phases_of(playlist, templates), at_s=position_s),
        level_dbfs=report.level_dbfs if report else None,
        louder_db=sessions.within(level + STEP_DB, room.cap_db),
        softer_db=sessions.within(level - STEP_DB, room.cap_db),
        live=live,
    )


def _list_of(connection: sa.Connection, session: Session | None) -> tuple[Playlist | None, str]:
    """What the room plays: the list as it was when its file was made."""
    if session is None:
        return None, ""
    shelved = shelf.get(connection, session.playlist_id)
    if session.playlist_revision is not None:
        shelved = shelf.at(connection, session.playlist_id, session.playlist_revision)
    if session.mixdown_id is None:
        return shelved.playlist, shelved.title
    return shelf.mixdown(connection, session.mixdown_id).playlist, shelved.title


def _fresh(device: Device | None, now_ms: int) -> Report | None:
    """The last report, unless it is too old to say anything about now."""
    if device is None or device.reported_ms is None or now_ms - device.reported_ms > LOST_MS:
        return None
    return device.report


def _position_s(room: Room, device: Device | None, report: Report | None, now_ms: int) -> float | None:
    """The second of the session that is heard; None where nothing is, or music that stands in for the session's."""
    if device is None or device.reported_ms is None or report is None or report.position_s is None:
        return None
    other = report.mixdown_id is not None and report.mixdown_id not in own_files(room)
    if other or report.state not in ("playing", "quiet"):
        return None
    moved_s = (now_ms - device.reported_ms) / 1000
    leg = legs.sounding(room.wished, report)
    return report.position_s + moved_s + (0.0 if leg is None else leg.at_s - leg.from_s)


def _pill(device: Device | None, report: Report | None, session: Session | None, alarms: list[Condition]) -> Pill:
    if any(alarm.urgent for alarm in alarms):
        return ("▲", "Needs you", "alarm")
    if device is None:
        return ("○", "No tablet", "")
    if report is None:
        return ("○", "Not connected", "")
    if session is None and report.state == "empty":
        return ("○", "Free", "")
    if report.state == "loading" and report.holds is not None and report.holds.bytes:
        return ("↓", f"Loading, {report.holds.bytes_verified * 100 // report.holds.bytes} %", "")
    return WORDS[report.state]


def _looked_after_by(room: Room, alarms: list[Condition]) -> str:
    """Who looks after the alarms, if somebody does after all that there are now."""
    seen = room.acknowledged
    return seen.by if seen and {alarm.code for alarm in alarms} <= set(seen.alarms) else ""


def _sentence(
    connection: sa.Connection,
    session: Session | None,
    playlist: Playlist | None,
    report: Report | None,
    position_s: float | None,
) -> str:
    if session is None or playlist is None:
        return "Choose a list to begin."
    minutes = f"{session.total_s / 60:.0f} minutes"
    if session.state == "planned" and (refused := withdrawn.refused_in(connection, playlist)):
        return f"It cannot be started: it holds {'; and '.join(map(withdrawn.words, refused))}. Assign another list."
    if session.mixdown_id is None:
        return "The session file is being made. The music begins by itself when it is on the tablet."
    if session.state == "planned":
        if report is not None and report.state == "ready":
            return f"All {minutes} are on the tablet."
        return f"The tablet fetches the {minutes} of music."
    if position_s is None:
        return "The clock runs."
    here, onward = _around(playlist, position_s)
    if here is None:
        return "The music has come to its end."
    words = f"{here.phase.capitalize()}: {title_in(connection, here.track_id)}"
    if onward is None:
        return f"{words}, until {clock(playlist.total_s)}."
    return f"{words}, next {title_in(connection, onward.track_id)} in {clock(max(0.0, onward.start_s - position_s))}."


def _around(playlist: Playlist, position_s: float) -> tuple[Item | None, Item | None]:
    """The piece at a place, and the one after it; the later of two that cross."""
    if position_s >= playlist.total_s:
        return None, None
    begun = [item for item in playlist.items if item.start_s <= position_s]
    here = begun[-1] if begun else playlist.items[0]
    place = playlist.items.index(here)
    return here, playlist.items[place + 1] if place + 1 < len(playlist.items) else None
