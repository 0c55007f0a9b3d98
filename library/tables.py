"""The tables of tracks, on the one metadata, and what every writer of them needs.

A track outlives its files, and a person's decision outlives every measuring: each has a table of its own.
"""

import sqlalchemy as sa

from library.errors import UnknownTrack
from library.store import FilePath, metadata

track_table = sa.Table(
    "track",
    metadata,
    sa.Column("track_id", sa.String(64), primary_key=True),
    sa.Column("tags", sa.Text, nullable=False),
    sa.Column("analysis_version", sa.Integer, nullable=False, index=True),
    sa.Column("status", sa.String(16), nullable=False, index=True),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("artist", sa.String(200), nullable=False),
    sa.Column("words", sa.String(600), nullable=False),
    sa.Column("duration_s", sa.Float, nullable=False),
    sa.Column("energy", sa.Float, nullable=True),
    sa.Column("tempo_bpm", sa.Float, nullable=True),
    sa.Column("pulse", sa.String(16), nullable=True),
    sa.Column("vocals", sa.String(16), nullable=False),
    sa.Column("doubt", sa.Float, nullable=False),
)
"""``tags`` and the analysis are the truth; what stands after ``reasons`` repeats a little of it, so that ten thousand
tracks can be searched, sorted and leafed through without reading them (:mod:`library.listing`)."""
analysis_table = sa.Table(
    "analysis",
    metadata,
    sa.Column("track_id", sa.String(64), sa.ForeignKey("track.track_id"), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
"""Apart from the tracks, so that their rows stay short."""
file_table = sa.Table(
    "file",
    metadata,
    sa.Column("path", FilePath, primary_key=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("modified_ns", sa.BigInteger, nullable=False),
    sa.Column("track_id", sa.String(64), sa.ForeignKey("track.track_id"), nullable=True, index=True),
    sa.Column("error_code", sa.String(64), nullable=True),
    sa.Column("error_message", sa.Text, nullable=True),
    sa.Column("tried_version", sa.Integer, nullable=True),
)
"""``tried_version``: of the analysis that failed with this error. A file with a track *and* an error is one whose
measuring failed by our fault: the track keeps what an earlier version measured."""
decision_table = sa.Table(
    "decision",
    metadata,
    sa.Column("track_id", sa.String(64), sa.ForeignKey("track.track_id"), primary_key=True),
    sa.Column("status", sa.String(16), nullable=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("may_preview", sa.Boolean, nullable=True),
    sa.Column("decided_by", sa.String(80), nullable=False),
    sa.Column("decided_ms", sa.BigInteger, nullable=False),
)
"""What a person decided about a track; a later scan leaves it as it is."""

effective_status = sa.func.coalesce(decision_table.c.status, track_table.c.status)
"""The status that counts, in a query that joins the decisions."""
held = track_table.c.track_id.in_(sa.select(file_table.c.track_id))
"""Whether some file still holds the track: only then it is offered, listed and counted."""


def upsert(connection: sa.Connection, table: sa.Table, key: dict[str, str], values: dict[str, object]) -> None:
    """Update the row with this key, or insert it; portable, and safe because a database has one scanner at a time."""
    ((column, value),) = key.items()
    updated = connection.execute(sa.update(table).where(table.c[column] == value).values(**values))
    if not updated.rowcount:
        connection.execute(sa.insert(table).values(**key, **values))


def unknown(track_id: str) -> UnknownTrack:
    """What to raise where no track has this id."""
    return UnknownTrack(f"{track_id}: no such track in the catalogue. Scan the folder that holds it.")
