"""Changes of a session that sounds, a clock that can stand still, and what rooms hold beside their session's file."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "session_change",
        sa.Column("change_id", sa.String(64), primary_key=True),
        sa.Column("session_id", ID, sa.ForeignKey("session.session_id"), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("minutes", sa.Float, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at_s", sa.Float, nullable=False),
        sa.Column("first_at_s", sa.Float, nullable=False),
        sa.Column("infusion_s", sa.Float, nullable=False),
        sa.Column("tail_s", sa.Float, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("source_revision", sa.Integer, nullable=False),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("mixdown_ids", sa.Text, nullable=False),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("moved", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("asked_by", sa.String(96), nullable=False),
        sa.Column("asked_ms", sa.BigInteger, nullable=False),
        sa.Column("sent_ms", sa.BigInteger, nullable=True),
        sa.Column("done_ms", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "standing",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("playlist_id", ID, sa.ForeignKey("playlist.playlist_id"), nullable=False),
        sa.Column("mixdown_id", ID, sa.ForeignKey("mixdown.mixdown_id"), nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("infusion_s", sa.Float, nullable=False),
        sa.Column("tail_s", sa.Float, nullable=False),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
    )
    op.add_column("session", sa.Column("paused_ms", sa.BigInteger, nullable=True))
    op.add_column("session", sa.Column("paused_from_s", sa.Float, nullable=True))
    op.add_column("session", sa.Column("paused_s", sa.Float, nullable=False, server_default="0"))
    op.add_column("device", sa.Column("bytes_s", sa.Float, nullable=True))
