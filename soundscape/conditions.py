"""What is wrong in a room, if anything: derived from its last report and the clock, never stored.

Each condition says what is the case and what to do, in words for somebody who stands at the desk. When one began and
ended is written down by `watching.py`.
"""

from library.track import Record
from soundscape.findings import same_day
from soundscape.stores.rooms import Device, Room
from soundscape.stores.sessions import Session
from soundscape.wished import Report

LOST_MS = 6_000
"""No report for this long is a lost player (DESIGN "Live"): three reports missed."""
SILENT_MS = 6_000
OFF_MS = 6_000
SLOW_START_MS = 10_000
"""Judgement: a ready player has faded in by then."""
LOW, VERY_LOW = 0.2, 0.1
"""Shares of the battery: below the first it must be charging, below the second it must not be at all."""
JUMPED_MS = 60_000
DRIFTS_PPM = 5_000.0


class Condition(Record, frozen=True, kw_only=True):
    """Something that needs a person. ``urgent``: at once, so the desk says it with sound as well."""

    code: str
    words: str
    advice: str
    urgent: bool = True


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
    started = session.started_ms is not None and session.state == "started"
    return [
        *_cannot_sound(report),
        *(_plays_wrongly(room, report, session, now_ms) if started else []),
        *_ails(report, reported_ms),
        *_unchecked(room, session),
    ]


def _unchecked(room: Room, session: Session) -> list[Condition]:
    if session.started_ms is None or same_day(room.checked_ms, session.started_ms):
        return []
    words = "This room was not checked today."
    return [_condition("unchecked", words, "Listen in the room whether both sides are heard.", urgent=False)]


def _cannot_sound(report: Report) -> list[Condition]:
    found = []
    if report.needs_tap:
        words = "The tablet needs a tap before it may play."
        found.append(_condition("needs_tap", words, "Go into the room and tap its screen."))
    if "output_lost" in report.problems:
        words = "The headphones went, and the tablet plays nothing into the room."
        advice = "Put them back, then press Play here again, on the tablet or here."
        found.append(_condition("output", words, advice))
    return found


def _plays_wrongly(room: Room, report: Report, session: Session, now_ms: int) -> list[Condition]:
    found = []
    noted = report.noted
    over = session.started_ms is not None and now_ms > session.started_ms + session.total_s * 1000
    pressed_ms = session.started_ms if room.wished.pressed_ms is None else room.wished.pressed_ms
    late = pressed_ms is not None and now_ms - pressed_ms > SLOW_START_MS
    if noted.silent_since_ms is not None and now_ms - noted.silent_since_ms > SILENT_MS:
        words = "The tablet says that it plays, but its output is silent."
        found.append(_condition("silent", words, "Check the headphones and the tablet's own volume."))
    elif _off_level(report, now_ms):
        found.append(_condition("level", _level_words(report), "Listen in the room. If it is not right, end gently."))
    heard = report.state in ("playing", "quiet") or (report.state == "bed" and noted.fallback != 0)
    if not heard and late and not over:
        words = "No music plays, although the infusion has started."
        found.append(_condition("no_music", words, "Look at the tablet. If it is loading, music begins by itself."))
    if heard and noted.fallback:
        stands_in = "a standing list" if noted.fallback == 1 else "the arrival music"
        words = f"A file broke on the tablet: {stands_in} plays instead of the planned music."
        found.append(_condition("fallback", words, "The music goes on. Assign the list again when there is time."))
    elif _wrong_list(room, report):
        words = "The tablet plays another list than the one assigned."
        found.append(_condition("wrong_list", words, "Look at the tablet; pair it again if it does not change."))
    return found


def _off_level(report: Report, now_ms: int) -> bool:
    since_ms = report.noted.off_since_ms
    return (since_ms is not None and now_ms - since_ms > OFF_MS) or "over_level" in report.problems


def _level_words(report: Report) -> str:
    if "over_level" in report.problems:
        return "The tablet was louder than planned and has turned itself down."
    off_db = report.noted.off_db
    return f"The music is {abs(off_db):.0f} dB {'louder' if off_db > 0 else 'softer'} than planned."


def _wrong_list(room: Room, report: Report) -> bool:
    wished = room.wished.mixdown
    if wished is None or report.state != "playing":
        return False
    if report.mixdown_id is not None:
        return report.mixdown_id not in own_files(room)
    return report.holds is not None and report.holds.mixdown_id != wished.mixdown_id


def own_files(room: Room) -> frozenset[str]:
    """The mixdowns that a room's session is to play, one after the other."""
    first = room.wished.mixdown
    return frozenset(file.mixdown_id for file in (first, *(leg.mixdown for leg in room.wished.then)) if file)


def _ails(report: Report, reported_ms: int) -> list[Condition]:
    """What has not stopped the music yet."""
    found = []
    if "no_storage" in report.problems:
        words = "The tablet cannot keep the music: its browser allows no storage, or has no more room."
        advice = "Leave private browsing, free some space, or use another tablet."
        found.append(_condition("storage", words, advice))
    elif "evicted" in report.problems:
        words = "The tablet's browser deleted music that it had kept."
        advice = "It fetches it again by itself. Free some space on it after the session."
        found.append(_condition("storage", words, advice))
    if "broken_file" in report.problems and not report.noted.fallback:
        words = "The tablet's browser cannot play the session's file, or the file broke on it."
        found.append(
            _condition("broken_file", words, "It fetches it again by itself. If this stays, use another tablet.")
        )
    battery = report.battery
    if battery != "unknown" and (battery < VERY_LOW or (battery < LOW and report.charging is not True)):
        words = f"The tablet's battery is at {battery * 100:.0f} %."
        found.append(_condition("low_battery", words, "Put it on its charger now, and see that it charges."))
    clock = _clock_words(report, reported_ms)
    if clock:
        advice = "The music keeps its own time. Set the tablet to take its time from the network, after the session."
        found.append(_condition("clock", clock, advice))
    return found


def _clock_words(report: Report, reported_ms: int) -> str:
    ahead_ms = report.noted.clock_ahead_ms
    if ahead_ms is not None and report.clock_ms:
        jumped_ms = report.clock_ms - reported_ms - ahead_ms
        if abs(jumped_ms) > JUMPED_MS:
            way = "ahead" if jumped_ms > 0 else "back"
            return f"The tablet's clock was set {way} by {abs(jumped_ms) // 1000} s during the session."
    if "clock_set" in report.problems:
        return "The tablet's clock was set during the session."
    if report.drift_ppm is not None and abs(report.drift_ppm) > DRIFTS_PPM:
        return f"The tablet's sound runs {abs(report.drift_ppm) / 10_000:.1f} % too {_way(report.drift_ppm)}."
    return ""


def _way(drift_ppm: float) -> str:
    return "fast" if drift_ppm > 0 else "slow"


def _not_heard_words(reported_ms: int | None, now_ms: int) -> str:
    if reported_ms is None:
        return "The tablet has not reported yet."
    seconds = (now_ms - reported_ms) // 1000
    return f"Nothing heard from the tablet for {f'{seconds} s' if seconds < 120 else f'{seconds // 60} minutes'}."


def _condition(code: str, words: str, advice: str, *, urgent: bool = True) -> Condition:
    return Condition(code=code, words=words, advice=advice, urgent=urgent)
