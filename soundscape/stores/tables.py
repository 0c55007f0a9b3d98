"""The tables of the service, on the one metadata. Times are milliseconds since 1970 UTC, as ``*_ms``.

No column anywhere holds a name, a birth date or free text about a patient; docs/privacy.md lists every field.
Secrets (tokens, codes) are stored as SHA-256 in hex; passwords as argon2id.
"""

import sqlalchemy as sa

from library.store import metadata

ID = sa.String(32)


def reference(column: str, *, nullable: bool = False) -> sa.Column[str]:
    """A column that names a row of another table: ``reference("room.room_id")`` is ``room_id``."""
    return sa.Column(column.split(".")[1], ID, sa.ForeignKey(column), nullable=nullable, index=True)


account_table = sa.Table(
    "account",
    metadata,
    sa.Column("account_id", ID, primary_key=True),
    sa.Column("name", sa.String(64), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("signed_in_from_ms", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
"""Sign-ins older than ``signed_in_from_ms`` are void: raised by a new password, a new role, or being closed."""

one_time_table = sa.Table(
    "one_time_login",
    metadata,
    sa.Column("secret_hash", sa.String(64), primary_key=True),
    reference("account.account_id"),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("used_ms", sa.BigInteger, nullable=True),
)

audit_table = sa.Table(
    "audit",
    metadata,
    sa.Column("audit_id", sa.Integer, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(160), nullable=False),
    sa.Column("before", sa.Text, nullable=True),
    sa.Column("after", sa.Text, nullable=True),
)

job_table = sa.Table(
    "job",
    metadata,
    sa.Column("job_id", ID, primary_key=True),
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

worker_table = sa.Table(
    "worker",
    metadata,
    sa.Column("queue", sa.String(8), primary_key=True),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("seen_ms", sa.BigInteger, nullable=False),
)

pulse_table = sa.Table(
    "pulse",
    metadata,
    sa.Column("topic", sa.String(64), primary_key=True),
    sa.Column("counter", sa.BigInteger, nullable=False),
)
"""Raised in the transaction of each change; readers wake on it (events.py). A lost one is harmless."""

room_table = sa.Table(
    "room",
    metadata,
    sa.Column("room_id", ID, primary_key=True),
    sa.Column("name", sa.String(64), nullable=False, unique=True),
    sa.Column("cap_db", sa.Float, nullable=False),
    sa.Column("quiet_db", sa.Float, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("wished", sa.Text, nullable=False),
    sa.Column("acknowledged", sa.Text, nullable=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("closed_ms", sa.BigInteger, nullable=True),
    sa.Column("checked_ms", sa.BigInteger, nullable=True),
    sa.Column("last_check", sa.Text, nullable=True),
)

pairing_table = sa.Table(
    "pairing",
    metadata,
    sa.Column("code_hash", sa.String(64), primary_key=True),
    reference("room.room_id"),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("used_ms", sa.BigInteger, nullable=True),
)

device_table = sa.Table(
    "device",
    metadata,
    sa.Column("device_id", ID, primary_key=True),
    reference("room.room_id"),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("paired_ms", sa.BigInteger, nullable=False),
    sa.Column("revoked_ms", sa.BigInteger, nullable=True),
    sa.Column("report", sa.Text, nullable=True),
    sa.Column("reported_ms", sa.BigInteger, nullable=True),
    sa.Column("bytes_s", sa.Float, nullable=True),
)
"""``bytes_s``: how fast it was last seen to download."""

session_table = sa.Table(
    "session",
    metadata,
    sa.Column("session_id", ID, primary_key=True),
    sa.Column("code", sa.String(8), nullable=False, unique=True),
    reference("room.room_id"),
    reference("playlist.playlist_id"),
    sa.Column("playlist_revision", sa.Integer, nullable=True),
    reference("mixdown.mixdown_id", nullable=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("infusion_s", sa.Float, nullable=False),
    sa.Column("tail_s", sa.Float, nullable=False),
    sa.Column("created_by", sa.String(80), nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("started_ms", sa.BigInteger, nullable=True),
    sa.Column("ended_ms", sa.BigInteger, nullable=True),
    sa.Column("paused_ms", sa.BigInteger, nullable=True),
    sa.Column("paused_from_s", sa.Float, nullable=True),
    sa.Column("paused_s", sa.Float, nullable=False, server_default="0"),
)
"""``paused_ms``: since when the infusion's clock stands. ``paused_from_s``: how long the infusion was to take when it
was paused. ``paused_s``: how long it stood before, in all."""

session_log_table = sa.Table(
    "session_log",
    metadata,
    sa.Column("log_id", sa.Integer, primary_key=True),
    reference("session.session_id"),
    sa.Column("event_id", sa.String(64), nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("received_ms", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(96), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.UniqueConstraint("session_id", "event_id"),
)

change_table = sa.Table(
    "session_change",
    metadata,
    sa.Column("change_id", sa.String(64), primary_key=True),
    reference("session.session_id"),
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

standing_table = sa.Table(
    "standing",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("playlist_id", ID, sa.ForeignKey("playlist.playlist_id"), nullable=False),
    sa.Column("mixdown_id", ID, sa.ForeignKey("mixdown.mixdown_id"), nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("infusion_s", sa.Float, nullable=False),
    sa.Column("tail_s", sa.Float, nullable=False),
    sa.Column("made_ms", sa.BigInteger, nullable=False),
)
"""The bed, and a standing list by template: what every room holds beside its session's file. ``file`` is its
`wished.MixdownFile`, as it is handed out in the answer to every report."""

preview_table = sa.Table(
    "preview",
    metadata,
    sa.Column("preview_id", ID, primary_key=True),
    sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("code", sa.String(8), nullable=False, unique=True),
    sa.Column("veiled", sa.Boolean, nullable=False),
    reference("playlist.playlist_id", nullable=True),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("revoked_ms", sa.BigInteger, nullable=True),
    sa.Column("created_by", sa.String(80), nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
"""``playlist_id`` is the list that was chosen, if one was."""

preview_list_table = sa.Table(
    "preview_list",
    metadata,
    sa.Column("preview_id", ID, sa.ForeignKey("preview.preview_id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    reference("playlist.playlist_id"),
)

preview_vote_table = sa.Table(
    "preview_vote",
    metadata,
    sa.Column("preview_id", ID, sa.ForeignKey("preview.preview_id"), primary_key=True),
    sa.Column("track_id", sa.String(64), primary_key=True),
    sa.Column("vote", sa.String(8), nullable=False),
)
"""No time of the vote and no trace of listening is kept."""

setting_table = sa.Table(
    "setting",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("changed_by", sa.String(80), nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
)
"""What staff switch on and off while the service runs; what a file settles is in `config`."""

connection_table = sa.Table(
    "connection",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("client_id", sa.String(253), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("connected_by", sa.String(80), nullable=False),
    sa.Column("connected_ms", sa.BigInteger, nullable=False),
    sa.Column("renewed_ms", sa.BigInteger, nullable=False),
)
"""A service elsewhere that the clinic lets us ask. ``sealed`` opens with a key that is not in the database."""

connecting_table = sa.Table(
    "connecting",
    metadata,
    sa.Column("state_hash", sa.String(64), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)
"""A connection that somebody has begun. ``sealed`` is the verifier (RFC 7636); the row goes when it is used."""

import_table = sa.Table(
    "import",
    metadata,
    sa.Column("import_id", ID, primary_key=True),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("creator", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("remarks", sa.Text, nullable=False),
    sa.Column("job_id", ID, nullable=True),
    sa.Column("created_by", sa.String(80), nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("matched_with", sa.String(64), nullable=True),
)
"""``source`` is "file" or "spotify", ``name`` the file's name or the address. Without ``job_id`` a command read it.
``matched_with`` is the fingerprint of the library that its lines were matched with; null until it was read."""

import_entry_table = sa.Table(
    "import_entry",
    metadata,
    sa.Column("import_id", ID, sa.ForeignKey("import.import_id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("answer_key", sa.String(128), nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
)
"""``found`` is what matching says of the line, without what people said."""

answer_table = sa.Table(
    "answer",
    metadata,
    sa.Column("answer_key", sa.String(128), primary_key=True),
    sa.Column("track_id", sa.String(64), nullable=True),
    sa.Column("answered_by", sa.String(80), nullable=False),
    sa.Column("answered_ms", sa.BigInteger, nullable=False),
)
"""Which track of the library a line of a list from elsewhere is, as a person said; null: none of them."""
