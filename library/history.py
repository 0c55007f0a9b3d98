"""What was measured of a track and decided about it over time: rows are only ever added. All SQL about them.

Times are milliseconds since 1970 UTC; ``None`` where the time was not kept, for what is older than the history.
"""

from typing import Any

import msgspec
import sqlalchemy as sa

from library.store import metadata
from library.track import Analysis, Pulse, Record, Status, Verdict, VocalVerdict

analysis_history_table = sa.Table(
    "analysis_history",
    metadata,
    sa.Column("analysis_history_id", sa.Integer, primary_key=True),
    sa.Column("track_id", sa.String(64), sa.ForeignKey("track.track_id"), nullable=False, index=True),
    sa.Column("analysis_version", sa.Integer, nullable=False),
    sa.Column("measured_ms", sa.BigInteger, nullable=True, index=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("numbers", sa.Text, nullable=False),
)
decision_history_table = sa.Table(
    "decision_history",
    metadata,
    sa.Column("decision_history_id", sa.Integer, primary_key=True),
    sa.Column("track_id", sa.String(64), sa.ForeignKey("track.track_id"), nullable=False, index=True),
    sa.Column("status", sa.String(16), nullable=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_by", sa.String(80), nullable=False),
    sa.Column("decided_ms", sa.BigInteger, nullable=False),
)


class Numbers(Record, frozen=True, kw_only=True):
    """The headline of an analysis, without its curves; a field that an old version did not have is ``None``."""

    duration_s: float | None = None
    energy: float | None = None
    tempo_bpm: float | None = None
    tempo_alternative_bpm: float | None = None
    tempo_confidence: float | None = None
    pulse: Pulse | None = None
    vocals: VocalVerdict | None = None
    vocal_share: float | None = None
    voice_probability: float | None = None
    """That there is one at all; of the segment in which it is likeliest, where the whole has none."""
    startle_lu: float | None = None
    quiet_spans: int = 0
    damaged_places: int = 0
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    true_peak_dbtp: float | None = None
    key: str | None = None
    key_confidence: float | None = None
    brightness_hz: float | None = None
    onset_rate_hz: float | None = None
    unknown: dict[str, str] = msgspec.field(default_factory=dict)


class PastAnalysis(Record, frozen=True, kw_only=True):
    """What a track measured like at some time, and what was made of it then."""

    analysis_version: int
    measured_ms: int | None
    verdict: Verdict
    numbers: Numbers


class PastDecision(Record, frozen=True, kw_only=True):
    """What a person decided; ``status`` ``None`` is a decision taken back."""

    status: Status | None
    reason: str
    decided_by: str
    decided_ms: int


def numbers_of(analysis: Analysis) -> Numbers:
    """The headline of an analysis."""
    found = {name: getattr(analysis, name) for name in Numbers.__struct_fields__ if name in Analysis.__struct_fields__}
    return Numbers(
        **found
        | {
            "vocals": analysis.vocals.verdict,
            "vocal_share": analysis.vocals.share,
            "voice_probability": analysis.vocals.voice_probability,
            "startle_lu": None if analysis.startle is None else analysis.startle.score,
            "quiet_spans": len(analysis.quiet_spans),
            "damaged_places": len(analysis.damaged_at_s),
        }
    )


def put_analysis(
    connection: sa.Connection, track_id: str, analysis: Analysis, verdict: Verdict, *, at_ms: int, anew: bool = False
) -> None:
    """Add what was measured; the same found again, as of a copy of the file, is not noted twice.

    ``anew``: it is another analysis, even if its headline is the same.
    """
    values = {
        "analysis_version": analysis.analysis_version,
        "status": verdict.status,
        "reasons": _text(verdict.reasons),
        "numbers": _text(numbers_of(analysis)),
    }
    last = connection.execute(_analyses(track_id).limit(1)).first()
    if last is None or anew or any(last._mapping[name] != value for name, value in values.items()):
        row = sa.insert(analysis_history_table)
        connection.execute(row.values(track_id=track_id, measured_ms=at_ms, **values))


def put_decision(
    connection: sa.Connection, track_id: str, *, status: Status | None, reason: str, by: str, at_ms: int
) -> None:
    """Add a decision, or that one was taken back."""
    values = {"status": status, "reason": reason, "decided_by": by, "decided_ms": at_ms}
    connection.execute(sa.insert(decision_history_table).values(track_id=track_id, **values))


def analyses(connection: sa.Connection, track_id: str) -> list[PastAnalysis]:
    """Every analysis of a track, the present one first."""
    return [_past(row) for row in connection.execute(_analyses(track_id))]


def before(connection: sa.Connection, track_id: str, version: int) -> PastAnalysis | None:
    """What the last version before this one measured, if any did."""
    query = _analyses(track_id).where(analysis_history_table.c.analysis_version < version).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _past(row)


def decisions(connection: sa.Connection, track_id: str) -> list[PastDecision]:
    """Every decision about a track, the newest first."""
    table = decision_history_table
    query = sa.select(table).where(table.c.track_id == track_id).order_by(table.c.decision_history_id.desc())
    return [
        PastDecision(status=row.status, reason=row.reason, decided_by=row.decided_by, decided_ms=row.decided_ms)
        for row in connection.execute(query)
    ]


def _analyses(track_id: str) -> sa.Select[Any]:
    table = analysis_history_table
    return sa.select(table).where(table.c.track_id == track_id).order_by(table.c.analysis_history_id.desc())


def last_measured() -> sa.Select[Any]:
    """For each track the number of its present analysis, ``last``, which another one never has."""
    table = analysis_history_table
    return sa.select(table.c.track_id, sa.func.max(table.c.analysis_history_id).label("last")).group_by(
        table.c.track_id
    )


def _past(row: sa.Row[Any]) -> PastAnalysis:
    return PastAnalysis(
        analysis_version=row.analysis_version,
        measured_ms=row.measured_ms,
        verdict=Verdict(status=row.status, reasons=msgspec.json.decode(row.reasons, type=tuple[str, ...])),
        numbers=msgspec.json.decode(row.numbers, type=Numbers),
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
