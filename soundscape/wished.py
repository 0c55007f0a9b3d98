"""What is asked of a room's player, and what it reports: the records of docs/service.md "Room and player"."""

from typing import Literal

import msgspec

from library.track import Record
from soundscape.checked import CheckDetail

Mode = Literal["empty", "hold", "play", "end"]
Playing = Literal["empty", "loading", "ready", "bed", "playing", "quiet", "stopped"]
END_FADE_S = 20.0
"""Judgement: slow enough that the end of the music is not an event."""


class SessionFacts(Record, frozen=True, kw_only=True):
    """As much of the session as a player needs."""

    session_id: str
    code: str
    infusion_s: float
    tail_s: float


class MixdownFile(Record, frozen=True, kw_only=True):
    """The file to hold."""

    mixdown_id: str
    url: str
    manifest_url: str
    sha256: str
    bytes: int
    total_s: float
    mime: str


class Leg(Record, frozen=True, kw_only=True):
    """From the clock's second ``at_s`` on the music is at second ``from_s + (clock - at_s)`` of this file."""

    change_id: str
    at_s: float
    from_s: float
    cross_s: float
    mixdown: MixdownFile


class StandingList(Record, frozen=True, kw_only=True):
    """Music for whoever comes, when nothing else can be had."""

    name: str
    infusion_s: float
    tail_s: float
    mixdown: MixdownFile


class Standing(Record, frozen=True, kw_only=True):
    """What every room holds beside its session's file."""

    bed: MixdownFile | None = None
    lists: tuple[StandingList, ...] = ()


class Wished(Record, frozen=True, kw_only=True):
    """The wished state of a room. Absolute throughout: applied twice it is the same."""

    mode: Mode = "empty"
    session: SessionFacts | None = None
    mixdown: MixdownFile | None = None
    then: tuple[Leg, ...] = ()
    """What the music goes on with, rising by ``at_s``; what sounded stays."""
    paused: bool = False
    """Whether the infusion's clock stands."""
    arrival: bool = False
    """A session is planned: the bed plays until it is started."""
    started_ms: int | None = None
    pressed_ms: int | None = None
    """When "infusion started" was pressed, which may be later than the start itself."""
    quiet: bool = False
    level_db: float = -6.0
    end_ms: int | None = None
    end_fade_s: float = END_FADE_S
    output_ms: int | None = None
    """When the desk last said that music may sound again where headphones had gone."""
    changed_ms: int = 0
    """When the desk last pressed; a bedside press from before that, told late, no longer counts."""


class Holds(Record, frozen=True, kw_only=True):
    """What of a mixdown is on the device, verified."""

    mixdown_id: str
    bytes_verified: int
    bytes: int


class PlayerEvent(Record, frozen=True, kw_only=True):
    """Something that happened on the device, told until it is acknowledged."""

    event_id: str
    at_ms: int
    kind: str
    session_id: str | None = None
    """The session that it happened in; without it, the one of its time."""
    position_s: float | None = None
    mixdown_id: str | None = None
    value: float | None = None
    detail: CheckDetail | None = None
    """What was found, of a ``checked`` alone."""


class Noted(Record, frozen=True, kw_only=True):
    """What only several reports together say of a player."""

    session_id: str | None = None
    """The session in which it counts."""
    silent_since_ms: int | None = None
    off_since_ms: int | None = None
    """Since when what is heard is not as loud as planned."""
    off_db: float = 0.0
    """By how much it is louder than planned, or softer."""
    clock_ahead_ms: int | None = None
    """How far the device's clock was ahead when the session was first reported in."""
    fallback: int = 0
    """Which music stands in for the planned one: 1 a standing list, 2 the bed, 0 none."""


class Report(Record, frozen=True, kw_only=True):
    """What a player says that it does and hears."""

    state: Playing
    revision: int
    position_s: float | None = None
    level_dbfs: float | None = None
    gain_db: float | None = None
    holds: Holds | None = None
    mixdown_id: str | None = None
    """The file that sounds."""
    change_id: str | None = None
    """The leg that sounds; none in the first."""
    files: tuple[Holds, ...] = ()
    """All that is on the device."""
    lag_s: float | None = None
    """How far the music is behind the clock."""
    drift_ppm: float | None = None
    """How much faster the device's sound runs than the server's clock."""
    battery: float | Literal["unknown"] = "unknown"
    charging: bool | Literal["unknown"] = "unknown"
    needs_tap: bool = False
    clock_ms: int = 0
    problems: tuple[str, ...] = ()
    events: tuple[PlayerEvent, ...] = ()
    noted: Noted = Noted()
    """Kept by the server between reports (noted.py); what a player says of it is not taken."""


def text(value: object) -> str:
    """A record as the JSON that is stored."""
    return msgspec.json.encode(value).decode()
