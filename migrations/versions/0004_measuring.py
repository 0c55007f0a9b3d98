"""What was measured and decided over time, how urgently a person should look, and what waits to be measured.

The whole analysis moves into a table of its own: a row of tracks then is short, and ten thousand are leafed through
without reading their curves. Histories begin with the present state, whose time of measuring was not kept.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TRACK = sa.String(64)
NUMBERS = (
    "duration_s",
    "energy",
    "tempo_bpm",
    "tempo_alternative_bpm",
    "tempo_confidence",
    "pulse",
    "loudness_lufs",
    "loudness_range_lu",
    "true_peak_dbtp",
    "key",
    "key_confidence",
    "brightness_hz",
    "onset_rate_hz",
    "unknown",
)
NEEDED = ("loudness_lufs", "true_peak_dbtp", "energy", "startle", "music_from_s", "music_to_s")
LIMITS_LU = {"hit": (10.0, 15.0), "surge": (16.0, 25.0)}


def upgrade() -> None:
    _make_tables()
    connection = op.get_bind()
    connection.execute(sa.text("INSERT INTO analysis (track_id, body) SELECT track_id, analysis FROM track"))
    op.drop_column("track", "analysis")
    op.add_column("track", sa.Column("doubt", sa.Float, nullable=False, server_default="0"))
    op.add_column("file", sa.Column("tried_version", sa.Integer, nullable=True))
    op.create_index("ix_track_analysis_version", "track", ["analysis_version"])
    _fill(connection)


def _make_tables() -> None:
    op.create_table(
        "analysis",
        sa.Column("track_id", TRACK, sa.ForeignKey("track.track_id"), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "analysis_history",
        sa.Column("analysis_history_id", sa.Integer, primary_key=True),
        sa.Column("track_id", TRACK, sa.ForeignKey("track.track_id"), nullable=False, index=True),
        sa.Column("analysis_version", sa.Integer, nullable=False),
        sa.Column("measured_ms", sa.BigInteger, nullable=True, index=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("numbers", sa.Text, nullable=False),
    )
    op.create_table(
        "decision_history",
        sa.Column("decision_history_id", sa.Integer, primary_key=True),
        sa.Column("track_id", TRACK, sa.ForeignKey("track.track_id"), nullable=False, index=True),
        sa.Column("status", sa.String(16), nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("decided_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "waiting",
        sa.Column("path", sa.LargeBinary, primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False, index=True),
        sa.Column("place", sa.Integer, nullable=False, index=True),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
    )


def _fill(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO decision_history (track_id, status, reason, decided_by, decided_ms) "
            "SELECT track_id, status, reason, decided_by, decided_ms FROM decision WHERE status IS NOT NULL"
        )
    )
    history = sa.text(
        "INSERT INTO analysis_history (track_id, analysis_version, measured_ms, status, reasons, numbers) "
        "SELECT track_id, analysis_version, NULL, status, reasons, :numbers FROM track WHERE track_id = :track_id"
    )
    doubt = sa.text("UPDATE track SET doubt = :doubt WHERE track_id = :track_id")
    for track_id, status, reasons in connection.execute(sa.text("SELECT track_id, status, reasons FROM track")).all():
        body = sa.text("SELECT body FROM analysis WHERE track_id = :track_id")
        analysis = json.loads(connection.execute(body, {"track_id": track_id}).scalar_one())
        connection.execute(history, {"track_id": track_id, "numbers": json.dumps(_numbers(analysis))})
        connection.execute(doubt, {"track_id": track_id, "doubt": _doubt(analysis, status, len(json.loads(reasons)))})


def _numbers(analysis: dict[str, Any]) -> dict[str, object]:
    vocals, startle = analysis["vocals"], analysis["startle"]
    return {name: analysis[name] for name in NUMBERS if name in analysis} | {
        "vocals": vocals["verdict"],
        "vocal_share": vocals["share"],
        "voice_probability": max((segment["probability"] for segment in vocals.get("segments", ())), default=None),
        "startle_lu": None if startle is None else startle["score"],
        "quiet_spans": len(analysis["quiet_spans"]),
        "damaged_places": len(analysis.get("damaged_at_s", ())),
    }


def _doubt(analysis: dict[str, Any], status: str, reasons: int) -> float:
    """As `library.doubt` has it at this revision; the next measuring makes it anew."""
    if status == "cleared":
        return 0.0
    vocals, startle = analysis["vocals"], analysis["startle"] or {}
    likeliest = max((segment["probability"] for segment in vocals.get("segments", ())), default=0.5)
    voice = {"instrumental": 0.0, "unknown": 0.5}.get(vocals["verdict"], likeliest)
    rises = [(event["jump_lu"], *LIMITS_LU[event.get("kind", "hit")]) for event in startle.get("events", ())]
    sudden = min(2.0, max((max(0.0, (lu - review) / (refuse - review)) for lu, review, refuse in rises), default=0.0))
    unknown = min(1.0, 0.25 * sum(analysis[field] is None for field in NEEDED))
    damage = min(0.5, 0.1 * len(analysis.get("damaged_at_s", ())))
    return float(round(voice + sudden + unknown + damage + 0.02 * max(1, reasons), 4))
