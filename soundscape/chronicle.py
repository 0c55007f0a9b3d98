"""What happened in a session, as sentences with their times: for people who look back. Pure."""

from collections.abc import Callable
from typing import Literal

from library.track import Record
from library.verdict import clock
from soundscape.alarms import alarm_words, names
from soundscape.record import Interruption, SessionRecord
from soundscape.stores.sessions import LogRow

Kind = Literal["press", "alarm", "music", "piece", "interruption"]
Names = Callable[[str], tuple[str, str]]
WHY = {
    "reloaded": "The player was loaded again.",
    "needs_tap": "The tablet waited for a tap.",
    "lost": "The tablet stopped answering; since when exactly is not known.",
    "late": "The music began late.",
    "unknown": "Why is not known.",
}


class Moment(Record, frozen=True, kw_only=True):
    """Something that happened. ``into_s`` is the session's clock, None before it was started."""

    at_ms: int
    into_s: float | None
    kind: Kind
    words: str


def moments(record: SessionRecord, log: tuple[LogRow, ...], names: Names) -> list[Moment]:
    """All of it in the order of its time."""
    found = [(row.at_ms, "press", words) for row in log if (words := _press(row))]
    found += [(row.at_ms, "alarm", words) for row in log if (words := alarm_words(row))]
    found += [(span.from_ms, "music", "The music began.") for span in record.spans[:1]]
    for piece in record.pieces:
        title, artist = names(piece.track_id)
        found.append((piece.from_ms, "piece", f"{title} · {artist}" if artist else title))
    found += [(gap.from_ms, "interruption", interruption_words(gap)) for gap in record.interruptions]
    for gap in record.interruptions:
        back = next((span for span in record.spans if span.from_ms == gap.to_ms), None)
        if back is not None and back is not record.spans[0]:
            found.append((back.from_ms, "music", f"The music was back, at {clock(back.from_s)} of the list."))
    for span in record.spans[-1:]:
        found.append((span.to_ms, "music", "The last sound that is certain." if not span.certain else "Silence."))
    return [
        Moment(at_ms=at_ms, into_s=_into_s(record, at_ms), kind=kind, words=words)  # type: ignore[arg-type]
        for at_ms, kind, words in sorted(found, key=lambda moment: moment[0])
    ]


def interruption_words(gap: Interruption) -> str:
    """``No music for 12 seconds. The player was loaded again.``"""
    return f"No music for {lasting(gap.seconds)}. {WHY[gap.why]}"


def lasting(seconds: float) -> str:
    """``0.8 seconds``, ``12 seconds``, ``4:05 minutes``."""
    if seconds < 10:
        return f"{seconds:.1f} seconds"
    return f"{seconds:.0f} seconds" if seconds < 60 else f"{clock(seconds)} minutes"


def level(gain_db: object) -> str:
    """``−6 dB``."""
    return f"{gain_db:.0f} dB".replace("-", "−") if isinstance(gain_db, int | float) else "unknown"


def _into_s(record: SessionRecord, at_ms: int) -> float | None:
    if record.started_ms is None or at_ms < record.started_ms:
        return None
    return (at_ms - record.started_ms) / 1000


def _press(row: LogRow) -> str:
    """A press at the desk or the bedside in words; nothing for what the player told of itself."""
    who = row.source
    detail = row.detail
    if row.kind == "started":
        ago = detail.get("minutes_ago")
        back = f", {ago:g} minutes after it" if isinstance(ago, int | float) and ago else ""
        return f"{who} pressed Infusion started{back}."
    if row.kind == "ended":
        return _ended(who)
    if row.kind == "level":
        louder = "louder" if _more(detail) else "softer"
        return f"{who} made it {louder}: {level(detail.get('from_db'))} to {level(detail.get('to_db'))}."
    if row.kind == "acknowledged":
        return f"{who} looks after it: {names(detail.get('alarms'))}."
    if row.kind.startswith("change"):
        return _change(row)
    return {
        "assigned": f"{who} assigned {detail.get('playlist', 'a list')}.",
        "quiet": f"{who} made it quiet, to talk.",
        "resumed": f"{who} brought the music back from quiet.",
        "aborted": f"{who} set the session aside.",
        "bedside_quiet": "Quiet was pressed at the bedside.",
        "bedside_resume": "The music was brought back from quiet at the bedside.",
        "bedside_level": f"The level was set to {level(detail.get('value'))} at the bedside.",
        "bedside_end": "End gently was pressed at the bedside.",
        "play_here": f"{who} pressed Play here again.",
        "output_back": "Play here again was pressed at the bedside.",
        "ready": "The whole file was on the tablet.",
    }.get(row.kind, "")


ASKED = {
    "bring_back": "asked to bring the music back",
    "skip": "skipped the piece",
    "pause": "paused the infusion",
    "go_on": "let the infusion go on",
    "replace": "asked for another list",
}
CAME = {
    "extend": "The longer music",
    "bring_back": "The tail",
    "skip": "The next piece",
    "pause": "The music for the pause",
    "go_on": "The music after the pause",
    "replace": "The other list",
    "keep_end": "What keeps the planned end after the skip",
}


def _change(row: LogRow) -> str:
    """What was planned of a live change, and what came of it."""
    detail, kind = row.detail, str(row.detail.get("change"))
    what = CAME.get(kind, "The change")
    if row.kind == "change":
        minutes = detail.get("minutes")
        asked = f"asked for {minutes:g} minutes more" if isinstance(minutes, int | float) else ASKED.get(kind, kind)
        return f"{row.source} {asked}: planned for {_at(detail.get('at_s'))}."
    if row.kind == "change_moved":
        return f"{what} was put off to {_at(detail.get('to_s'))}. {detail.get('why')}"
    if row.kind == "change_done":
        late_s = detail.get("late_s")
        late = f", {lasting(late_s)} after it was first planned" if isinstance(late_s, float) and late_s >= 10 else ""
        return f"{what} was heard{late}."
    return f"{what} did not come. {detail.get('why')}"


def _at(at_s: object) -> str:
    return clock(float(at_s)) if isinstance(at_s, int | float) else "a time unknown"


def _ended(who: str) -> str:
    if who == "soundscape":
        return "The session was over."
    return "" if who.startswith("tablet of ") else f"{who} ended the music gently."


def _more(detail: dict[str, object]) -> bool:
    before, after = detail.get("from_db"), detail.get("to_db")
    return isinstance(before, int | float) and isinstance(after, int | float) and after > before
