"""What did the room really hear? Read from a session's log: what the player said of its sound, and who pressed what.

A *span* is sound that the player told of: from its ``sound_on`` to its ``sound_off``. A player that fell silent without
a word was heard until the last moment for which there is evidence: a report that it played (``last_heard``), or a press
at its screen. What is not certain is not called heard.

Events count by their own time, however late or in whatever order they came. Pure. Times are ms since 1970 UTC as
``*_ms``, positions and lengths in seconds; a position is one in the session file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from library.track import Record
from playlists.playlist import Item, Playlist
from soundscape.alarms import Alarm, alarms_in
from soundscape.stores.sessions import LogRow, Session

SHORTEST_GAP_S = 0.5
"""Judgement: a shorter silence between two spans is the player finding its place, not an interruption."""
LATE_S = 5.0
"""Judgement: a report's 2 s and a ramp of 3 s pass between the press and the music."""
LOST_S = 6.0
"""As the desk has it (docs/service.md): after so long without a report nobody knows that the room plays."""
NEAR_S = 2.0
"""Judgement: what is told so soon before or after a silence belongs to it; two clocks do not agree better."""

Why = Literal["reloaded", "needs_tap", "lost", "late", "unknown"]
EVIDENCE = ("last_heard", "bedside_quiet", "bedside_resume", "bedside_level", "bedside_end")


class Span(Record, frozen=True, kw_only=True):
    """Sound without a break. ``certain`` is false where the player never said that it ended."""

    from_ms: int
    to_ms: int
    from_s: float
    to_s: float
    mixdown_id: str
    certain: bool

    @property
    def seconds(self) -> float:
        """How long it was heard, by the wall clock."""
        return (self.to_ms - self.from_ms) / 1000


class Interruption(Record, frozen=True, kw_only=True):
    """Silence while music should have been heard."""

    from_ms: int
    to_ms: int
    seconds: float
    why: Why


class PieceHeard(Record, frozen=True, kw_only=True):
    """A piece as far as it was heard: first and last moment, and how many of its seconds, each counted once."""

    track_id: str
    from_ms: int
    to_ms: int
    at_s: float
    """When it began, on the session's clock."""
    heard_s: float
    length_s: float


class Stretch(Record, frozen=True, kw_only=True):
    """The music was quiet, so that staff could talk. ``to_ms`` is None while it still is."""

    from_ms: int
    to_ms: int | None
    by: str


class LevelChange(Record, frozen=True, kw_only=True):
    """Somebody made it louder or softer; gains in dB."""

    at_ms: int
    from_db: float | None
    to_db: float
    by: str


class SessionRecord(Record, frozen=True, kw_only=True):
    """All that is known of what was heard in a session."""

    session_id: str
    code: str
    started_ms: int | None
    until_ms: int | None
    """Until when music should have been heard, as far as the clock has come."""
    heard_s: float
    spans: tuple[Span, ...]
    interruptions: tuple[Interruption, ...]
    pieces: tuple[PieceHeard, ...]
    quiet: tuple[Stretch, ...]
    levels: tuple[LevelChange, ...]
    alarms: tuple[Alarm, ...]


def made(session: Session, log: Iterable[LogRow], playlists: Mapping[str, Playlist], now_ms: int) -> SessionRecord:
    """The record of a session.

    Parameters
    ----------
    session
        The session, running or over.
    log
        Its rows, in any order.
    playlists
        What each session file plays, by ``mixdown_id``; of a file that is missing here no pieces are named.
    now_ms
        Nothing is heard after it.
    """
    rows = sorted((row for row in log if row.at_ms <= now_ms), key=lambda row: row.at_ms)
    spans = heard_spans(rows)
    until_ms = _until(session, now_ms)
    return SessionRecord(
        session_id=session.session_id,
        code=session.code,
        started_ms=session.started_ms,
        until_ms=until_ms,
        heard_s=sum(span.seconds for span in spans),
        spans=spans,
        interruptions=() if until_ms is None else _interruptions(session, spans, rows, until_ms),
        pieces=_pieces(session, spans, playlists),
        quiet=_quiet(rows, until_ms),
        levels=_levels(rows),
        alarms=alarms_in(rows),
    )


def heard_spans(rows: Sequence[LogRow]) -> tuple[Span, ...]:
    """The spans of sound in rows that are ordered by time; none overlaps another."""
    spans: list[Span] = []
    on: LogRow | None = None
    evidence: LogRow | None = None
    for row in rows:
        if row.kind == "sound_on" and row.detail.get("mixdown_id"):
            spans += _span(on, evidence, certain=False)
            on, evidence = row, None
        elif row.kind == "sound_off":
            spans += _span(on, row, certain=True)
            on, evidence = None, None
        elif row.kind in EVIDENCE and on is not None:
            evidence = row
    return (*spans, *_span(on, evidence, certain=False))


def _span(on: LogRow | None, off: LogRow | None, *, certain: bool) -> list[Span]:
    """The span between two rows, or nothing where no time lies between them."""
    if on is None or off is None or off.at_ms <= on.at_ms:
        return []
    from_s = _number(on, "position_s") or 0.0
    # No more music is heard than time passes, whatever position was told.
    most_s = from_s + (off.at_ms - on.at_ms) / 1000
    to_s = _number(off, "position_s")
    return [
        Span(
            from_ms=on.at_ms,
            to_ms=off.at_ms,
            from_s=from_s,
            to_s=most_s if to_s is None else min(most_s, max(from_s, to_s)),
            mixdown_id=str(on.detail["mixdown_id"]),
            certain=certain,
        )
    ]


def _until(session: Session, now_ms: int) -> int | None:
    """Until when there should have been music: the end that was pressed, or the clock's, or now."""
    if session.started_ms is None:
        return None
    over_ms = session.started_ms + round(session.total_s * 1000)
    return min(over_ms, now_ms if session.ended_ms is None else session.ended_ms)


def _interruptions(
    session: Session, spans: Sequence[Span], rows: Sequence[LogRow], until_ms: int
) -> tuple[Interruption, ...]:
    """The silences between the start and ``until_ms``, longer than what a start, a jump or a report takes."""
    begin_ms = max([session.started_ms or 0, *(row.at_ms for row in rows if row.kind == "started")])
    gaps = []
    reached_ms, told = begin_ms, True
    for span in spans:
        shortest_s = SHORTEST_GAP_S if reached_ms > begin_ms else LATE_S
        gaps.append((reached_ms, min(span.from_ms, until_ms), shortest_s, told))
        reached_ms, told = max(reached_ms, span.to_ms), span.certain
    gaps.append((reached_ms, until_ms, LOST_S, told))
    return tuple(
        Interruption(from_ms=from_ms, to_ms=to_ms, seconds=(to_ms - from_ms) / 1000, why=why)
        for from_ms, to_ms, shortest_s, told in gaps
        if to_ms - from_ms > shortest_s * 1000
        for why in [_why(rows, from_ms, to_ms, late=from_ms == begin_ms, told=told)]
    )


def _why(rows: Sequence[LogRow], from_ms: int, to_ms: int, *, late: bool, told: bool) -> Why:
    """What the player said about a silence; the first of these that fits."""
    said = {row.kind for row in rows if from_ms - NEAR_S * 1000 <= row.at_ms <= to_ms + NEAR_S * 1000}
    if "needs_tap" in said:
        return "needs_tap"
    if "reloaded" in said:
        return "reloaded"
    if late:
        return "late"
    return "unknown" if told else "lost"


def _pieces(session: Session, spans: Sequence[Span], playlists: Mapping[str, Playlist]) -> tuple[PieceHeard, ...]:
    found = []
    for mixdown_id in dict.fromkeys(span.mixdown_id for span in spans):
        of_file = [span for span in spans if span.mixdown_id == mixdown_id]
        playlist = playlists.get(mixdown_id)
        pieces = [_piece(session, of_file, item) for item in (playlist.items if playlist else ())]
        found += [piece for piece in pieces if piece is not None]
    return _joined(sorted(found, key=lambda piece: piece.from_ms))


def _joined(pieces: Sequence[PieceHeard]) -> tuple[PieceHeard, ...]:
    """A piece that one file began and the next one went on with is one."""
    joined: list[PieceHeard] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is None or last.track_id != piece.track_id or piece.from_ms - last.to_ms > NEAR_S * 1000:
            joined.append(piece)
            continue
        joined[-1] = msgspec.structs.replace(
            last,
            to_ms=max(last.to_ms, piece.to_ms),
            heard_s=min(last.heard_s + piece.heard_s, max(last.length_s, piece.length_s)),
            length_s=max(last.length_s, piece.length_s),
        )
    return tuple(joined)


def _piece(session: Session, spans: Sequence[Span], item: Item) -> PieceHeard | None:
    length_s = item.to_s - item.from_s
    parts = []
    for span in spans:
        from_s, to_s = max(span.from_s, item.start_s), min(span.to_s, item.start_s + length_s)
        if to_s > from_s:
            parts.append((from_s, to_s, _wall_ms(span, from_s), _wall_ms(span, to_s)))
    if not parts:
        return None
    from_ms = min(part[2] for part in parts)
    return PieceHeard(
        track_id=item.track_id,
        from_ms=from_ms,
        to_ms=max(part[3] for part in parts),
        at_s=max(0.0, (from_ms - (session.started_ms or from_ms)) / 1000),
        heard_s=_covered_s([(part[0], part[1]) for part in parts]),
        length_s=length_s,
    )


def _wall_ms(span: Span, position_s: float) -> int:
    """When a position within a span was heard. A player that stalled for a moment is taken as evenly slower."""
    share = (position_s - span.from_s) / (span.to_s - span.from_s)
    return span.from_ms + round(share * (span.to_ms - span.from_ms))


def _covered_s(parts: Iterable[tuple[float, float]]) -> float:
    """The seconds that lie in at least one part: what was repeated after a reload counts once."""
    covered_s, reached_s = 0.0, float("-inf")
    for from_s, to_s in sorted(parts):
        covered_s += max(0.0, to_s - max(from_s, reached_s))
        reached_s = max(reached_s, to_s)
    return covered_s


def _quiet(rows: Sequence[LogRow], until_ms: int | None) -> tuple[Stretch, ...]:
    stretches: list[Stretch] = []
    since: LogRow | None = None
    for row in rows:
        if row.kind in ("quiet", "bedside_quiet"):
            since = since or row
        elif since is not None and row.kind in ("resumed", "bedside_resume", "ended", "aborted", "bedside_end"):
            stretches.append(Stretch(from_ms=since.at_ms, to_ms=row.at_ms, by=since.source))
            since = None
    if since is not None:
        over = until_ms is not None and any(row.kind in ("ended", "aborted") for row in rows)
        stretches.append(Stretch(from_ms=since.at_ms, to_ms=until_ms if over else None, by=since.source))
    return tuple(stretches)


def _levels(rows: Sequence[LogRow]) -> tuple[LevelChange, ...]:
    changes: list[LevelChange] = []
    for row in rows:
        to_db = {"level": _number(row, "to_db"), "bedside_level": _number(row, "value")}.get(row.kind)
        if to_db is not None:
            from_db = _number(row, "from_db")
            if from_db is None and changes:
                from_db = changes[-1].to_db
            changes.append(LevelChange(at_ms=row.at_ms, from_db=from_db, to_db=to_db, by=row.source))
    return tuple(changes)


def _number(row: LogRow, key: str) -> float | None:
    value = row.detail.get(key)
    return float(value) if isinstance(value, int | float) else None
