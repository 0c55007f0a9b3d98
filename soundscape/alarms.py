"""Which alarms were there in a session, when, and who looked after them? Read from its log. Pure.

Nothing is written when a session is over: an alarm without an end lasted until then.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from library.track import Record
from soundscape.stores.alarms import BEGAN, ENDED
from soundscape.stores.sessions import LogRow

NAMES = {
    "no_tablet": "no tablet",
    "lost": "tablet lost",
    "needs_tap": "needs a tap",
    "output": "headphones gone",
    "silent": "silent",
    "level": "wrong level",
    "no_music": "no music",
    "broken_file": "broken file",
    "fallback": "other music in place of a broken file",
    "wrong_list": "wrong list",
    "storage": "storage",
    "low_battery": "low battery",
    "clock": "clock wrong",
    "unchecked": "room not checked",
}
"""What they are called where people look back."""


class Alarm(Record, frozen=True, kw_only=True):
    """Something that needed a person. ``to_ms`` is None where it lasted until the session was over, or still does."""

    code: str
    from_ms: int
    to_ms: int | None = None
    acknowledged_ms: int | None = None
    by: str | None = None


def alarms_in(rows: Sequence[LogRow]) -> tuple[Alarm, ...]:
    """Each alarm from when it was noticed to when it was over, and who looked after it first; rows ordered by time."""
    over: list[Alarm] = []
    going_on: dict[str, Alarm] = {}
    for row in rows:
        code = str(row.detail.get("code"))
        if row.kind == BEGAN:
            going_on[code] = Alarm(code=code, from_ms=row.at_ms)
        elif row.kind == ENDED and code in going_on:
            over.append(replace(going_on.pop(code), to_ms=row.at_ms))
        elif row.kind == "acknowledged":
            for each in _codes(row.detail.get("alarms")):
                if each in going_on and going_on[each].by is None:
                    going_on[each] = replace(going_on[each], acknowledged_ms=row.at_ms, by=row.source)
    return tuple(sorted((*over, *going_on.values()), key=lambda alarm: alarm.from_ms))


def alarm_words(row: LogRow) -> str:
    """A row about an alarm as a sentence: what the desk said, or that it was over; else nothing."""
    name = names([row.detail.get("code")])
    if row.kind == BEGAN:
        return f"{name[:1].upper()}{name[1:]}. {row.detail.get('words', '')}"
    return f"Over: {name}." if row.kind == ENDED else ""


def names(codes: object) -> str:
    """``tablet lost, low battery``."""
    return ", ".join(NAMES.get(code, code) for code in _codes(codes)) or "an alarm"


def _codes(value: object) -> list[str]:
    return [str(code) for code in value] if isinstance(value, list) else []
