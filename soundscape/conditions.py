"""What is wrong in a room, if anything: derived from its last report and the clock, never stored.

Each condition says what is the case and what to do, in words for somebody who stands at the desk.
"""

from library.track import Record
from soundscape.stores.rooms import Device, Room
from soundscape.stores.sessions import Session
from soundscape.wished import Report

LOST_MS = 6_000
"""No report for this long is a lost player (DESIGN "Live"): three reports missed."""
SILENT_MS = 6_000
SLOW_START_MS = 10_000
"""Judgement: a ready player has faded in by then."""


class Condition(Record, frozen=True, kw_only=True):
    """Something that needs a person."""

    code: str
    words: str
    advice: str


def conditions(room: Room, device: Device | None, session: Session | None, now_ms: int) -> list[Condition]:
    """What needs a person in a room with a session; the gravest first. Without a session nothing does."""
    if session is None or session.state not in ("planned", "started"):
        return []
    if device is None:
        return [_condition("no_tablet", "No tablet is paired.", "Pair a tablet.")]
    report, reported_ms = device.report, device.reported_ms
    if report is None or reported_ms is None or now_ms - reported_ms > LOST_MS:
        advice = "It plays on by itself if it was playing. Look into the room, and at the tablet's network."
        return [_condition("lost", _not_heard_words(reported_ms, now_ms), advice)]
    return [
        *_needs(report),
        *(_plays_wrongly(room, report, session, now_ms) if session.state == "started" else []),
        *_holds_wrongly(report),
    ]


def _needs(report: Report) -> list[Condition]:
    if not report.needs_tap:
        return []
    return [
        _condition("needs_tap", "The tablet needs a tap before it may play.", "Go into the room and tap its screen.")
    ]


def _plays_wrongly(room: Room, report: Report, session: Session, now_ms: int) -> list[Condition]:
    found = []
    wished = room.wished.mixdown
    over = session.started_ms is not None and now_ms > session.started_ms + session.total_s * 1000
    pressed_ms = session.started_ms if room.wished.pressed_ms is None else room.wished.pressed_ms
    late = pressed_ms is not None and now_ms - pressed_ms > SLOW_START_MS
    if report.silent_since_ms is not None and now_ms - report.silent_since_ms > SILENT_MS:
        words = "The tablet says that it plays, but its output is silent."
        found.append(_condition("silent", words, "Check the headphones and the tablet's own volume."))
    if report.state not in ("playing", "quiet") and late and not over:
        words = "No music plays, although the infusion has started."
        found.append(_condition("no_music", words, "Look at the tablet. If it is loading, music begins by itself."))
    if wished and report.holds and report.state == "playing" and report.holds.mixdown_id != wished.mixdown_id:
        words = "The tablet plays another list than the one assigned."
        found.append(_condition("wrong_list", words, "Look at the tablet; pair it again if it does not change."))
    return found


def _holds_wrongly(report: Report) -> list[Condition]:
    if "no_storage" not in report.problems:
        return []
    words = "The tablet cannot keep the music: its browser allows no storage."
    return [_condition("no_storage", words, "Leave private browsing, free some space, or use another tablet.")]


def _not_heard_words(reported_ms: int | None, now_ms: int) -> str:
    if reported_ms is None:
        return "The tablet has not reported yet."
    seconds = (now_ms - reported_ms) // 1000
    return f"Nothing heard from the tablet for {f'{seconds} s' if seconds < 120 else f'{seconds // 60} minutes'}."


def _condition(code: str, words: str, advice: str) -> Condition:
    return Condition(code=code, words=words, advice=advice)
