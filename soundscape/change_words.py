"""Live changes in words: what is planned, and what came of it. For the desk and the record. Pure.

``time_of`` turns ms since 1970 into the clinic's time of day.
"""

from collections.abc import Callable, Sequence

from library.track import Record
from soundscape.stores.changes import TAKEN_IN, Change

UNSURE_S = 20.0
"""Judgement: a crossing and some reports; a tablet that says nothing for longer is not heard."""
TimeOf = Callable[[int], str]
RECENT_MS = 5 * 60_000
"""Judgement: so long the desk says what came of a change; afterwards it is in the record."""


class Told(Record, frozen=True, kw_only=True):
    """A sentence of a change. ``wrong``: it did not come as it was wished."""

    words: str
    wrong: bool = False


def name_of(change: Change) -> str:
    """What was asked for."""
    if change.kind == "extend":
        return f"{change.minutes:g} minutes more"
    return {
        "bring_back": "Bring back",
        "skip": "Skip",
        "pause": "Pause of the infusion",
        "go_on": "Infusion goes on",
        "replace": "Another list",
        "keep_end": "The planned end after the skip",
    }[change.kind]


def planned(changes: Sequence[Change], started_ms: int, now_ms: int, time_of: TimeOf) -> list[Told]:
    """What is still to come: ``10 minutes more: joins at 14:32, in 4 minutes.``"""
    return [
        _to_come(change, _taken_in(changes[:place]), started_ms, now_ms, time_of)
        for place, change in enumerate(changes)
        if change.under_way
    ]


def happened(changes: Sequence[Change], started_ms: int, now_ms: int, time_of: TimeOf) -> list[Told]:
    """What came of the changes of the last minutes."""
    said = []
    for change in changes:
        over_ms = change.done_ms or (started_ms + round(change.at_s * 1000) if change.state == "failed" else 0)
        if change.state in ("done", "failed") and now_ms - max(over_ms, change.asked_ms) < RECENT_MS:
            said.append(outcome(change, started_ms, time_of))
    return said


def outcome(change: Change, started_ms: int, time_of: TimeOf) -> Told:
    """What came of a change, or how far it is."""
    name = name_of(change)
    if change.state == "done" and change.done_ms is not None:
        late_s = (change.done_ms - started_ms) / 1000 - change.first_at_s
        late = f", {_lasting(late_s)} after it was first planned" if late_s >= 10 else ", as planned"
        return Told(words=f"{name}: heard at {time_of(change.done_ms)}{late}.{_also(change)}", wrong=change.moved > 0)
    if change.state == "failed":
        return Told(words=f"{name}: not possible. {change.words}", wrong=True)
    if change.state == "dropped":
        return Told(words=f"{name}: {change.words[:1].lower()}{change.words[1:]}")
    return Told(words=f"{name}: planned for {time_of(started_ms + round(change.at_s * 1000))}.")


def _taken_in(before: Sequence[Change]) -> str:
    """`` with Skip and 10 minutes more``: what the changes just before wished, that is made together with it."""
    names: list[str] = []
    for change in reversed(before):
        if change.state != "dropped" or change.words != TAKEN_IN:
            break
        names.insert(0, name_of(change))
    return f", with {' and '.join(names)}" if names else ""


def _to_come(change: Change, more: str, started_ms: int, now_ms: int, time_of: TimeOf) -> Told:
    at_ms = started_ms + round(change.at_s * 1000)
    left_s = (at_ms - now_ms) / 1000
    when = "now" if left_s < 20 else f"at {time_of(at_ms)}, in {_lasting(left_s)}"
    if left_s < -UNSURE_S:
        words = f"{name_of(change)}{more}: was to join at {time_of(at_ms)}; the tablet has not said so yet."
        return Told(words=words, wrong=True)
    times = "once" if change.moved == 1 else f"{change.moved} times"
    put_off = f" Put off {times}." if change.moved else ""
    return Told(words=f"{name_of(change)}{more}: joins {when}.{put_off}{_also(change)}", wrong=change.moved > 0)


def _also(change: Change) -> str:
    """Why it was put off, or what could not be kept."""
    return f" {change.words}" if change.words else ""


def _lasting(seconds: float) -> str:
    """``40 s`` in steps of ten, from a minute and a half on whole minutes: nothing that changes every second."""
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} s"
    return f"{seconds / 60:.0f} minutes"
