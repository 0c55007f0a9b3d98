"""The service: accounts, audit, jobs, rooms, sessions, previews; playlists and mixdowns; decisions on tracks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=True),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("signed_in_from_ms", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer, primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("before", sa.Text, nullable=True),
        sa.Column("after", sa.Text, nullable=True),
    )
    op.create_table(
        "job",
        sa.Column("job_id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("queue", sa.String(8), nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=True),
        sa.Column("error_code", sa.String(64), nullable=True),
        sa.Column("error_message", sa.Text, nullable=True),
        sa.Column("cancel_wished", sa.Boolean, nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("started_ms", sa.BigInteger, nullable=True),
        sa.Column("ended_ms", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "playlist",
        sa.Column("playlist_id", sa.String(32), primary_key=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("offered", sa.Boolean, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("archived_ms", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "pulse",
        sa.Column("topic", sa.String(64), primary_key=True),
        sa.Column("counter", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "room",
        sa.Column("room_id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("cap_db", sa.Float, nullable=False),
        sa.Column("quiet_db", sa.Float, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("wished", sa.Text, nullable=False),
        sa.Column("acknowledged", sa.Text, nullable=True),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("closed_ms", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "worker",
        sa.Column("queue", sa.String(8), primary_key=True),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("track_id", sa.String(64), sa.ForeignKey("track.track_id"), primary_key=True),
        sa.Column("status", sa.String(16), nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("may_preview", sa.Boolean, nullable=True),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("decided_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "device",
        sa.Column("device_id", sa.String(32), primary_key=True),
        sa.Column("room_id", sa.String(32), sa.ForeignKey("room.room_id"), nullable=False, index=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("paired_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger, nullable=True),
        sa.Column("report", sa.Text, nullable=True),
        sa.Column("reported_ms", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "mixdown",
        sa.Column("mixdown_id", sa.String(32), primary_key=True),
        sa.Column("playlist_id", sa.String(32), sa.ForeignKey("playlist.playlist_id"), nullable=False, index=True),
        sa.Column("playlist_revision", sa.Integer, nullable=False),
        sa.Column("playlist", sa.Text, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "one_time_login",
        sa.Column("secret_hash", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("account.account_id"), nullable=False, index=True),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("used_ms", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "pairing",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("room_id", sa.String(32), sa.ForeignKey("room.room_id"), nullable=False, index=True),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("used_ms", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "preview",
        sa.Column("preview_id", sa.String(32), primary_key=True),
        sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("code", sa.String(8), nullable=False, unique=True),
        sa.Column("veiled", sa.Boolean, nullable=False),
        sa.Column("playlist_id", sa.String(32), sa.ForeignKey("playlist.playlist_id"), nullable=True, index=True),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger, nullable=True),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "preview_list",
        sa.Column("preview_id", sa.String(32), sa.ForeignKey("preview.preview_id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("playlist_id", sa.String(32), sa.ForeignKey("playlist.playlist_id"), nullable=False, index=True),
    )
    op.create_table(
        "preview_vote",
        sa.Column("preview_id", sa.String(32), sa.ForeignKey("preview.preview_id"), primary_key=True),
        sa.Column("track_id", sa.String(64), primary_key=True),
        sa.Column("vote", sa.String(8), nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("session_id", sa.String(32), primary_key=True),
        sa.Column("code", sa.String(8), nullable=False, unique=True),
        sa.Column("room_id", sa.String(32), sa.ForeignKey("room.room_id"), nullable=False, index=True),
        sa.Column("playlist_id", sa.String(32), sa.ForeignKey("playlist.playlist_id"), nullable=False, index=True),
        sa.Column("mixdown_id", sa.String(32), sa.ForeignKey("mixdown.mixdown_id"), nullable=True, index=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("infusion_s", sa.Float, nullable=False),
        sa.Column("tail_s", sa.Float, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("started_ms", sa.BigInteger, nullable=True),
        sa.Column("ended_ms", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "session_log",
        sa.Column("log_id", sa.Integer, primary_key=True),
        sa.Column("session_id", sa.String(32), sa.ForeignKey("session.session_id"), nullable=False, index=True),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("source", sa.String(96), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.UniqueConstraint("session_id", "event_id"),
    )
