"""What is asked of a room's player, and what it reports: the records of docs/service.md "Room and player"."""

from typing import Literal

import msgspec

from library.track import Record

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


class Wished(Record, frozen=True, kw_only=True):
    """The wished state of a room. Absolute throughout: applied twice it is the same."""

    mode: Mode = "empty"
    session: SessionFacts | None = None
    mixdown: MixdownFile | None = None
    started_ms: int | None = None
    pressed_ms: int | None = None
    """When "infusion started" was pressed, which may be later than the start itself."""
    quiet: bool = False
    level_db: float = -6.0
    end_ms: int | None = None
    end_fade_s: float = END_FADE_S
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


class Report(Record, frozen=True, kw_only=True):
    """What a player says that it does and hears."""

    state: Playing
    revision: int
    position_s: float | None = None
    level_dbfs: float | None = None
    gain_db: float | None = None
    holds: Holds | None = None
    battery: float | Literal["unknown"] = "unknown"
    needs_tap: bool = False
    clock_ms: int = 0
    problems: tuple[str, ...] = ()
    events: tuple[PlayerEvent, ...] = ()
    silent_since_ms: int | None = None
    """Kept by the server: since when it is silent although it plays."""


def text(value: object) -> str:
    """A record as the JSON that is stored."""
    return msgspec.json.encode(value).decode()
