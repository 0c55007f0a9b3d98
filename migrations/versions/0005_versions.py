"""Every revision of a list is kept, some are signed off, and a session says which one it plays.

The histories of lists begin with the state they are in. No version is signed off by this: that is for a person.
Sessions planned or played before name no revision; the file that they name says what they play.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

PLAYLIST = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "playlist_revision",
        sa.Column("playlist_id", PLAYLIST, sa.ForeignKey("playlist.playlist_id"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("what", sa.String(80), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "playlist_version",
        sa.Column("playlist_id", PLAYLIST, sa.ForeignKey("playlist.playlist_id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("signed_by", sa.String(80), nullable=False),
        sa.Column("signed_ms", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.UniqueConstraint("playlist_id", "revision"),
    )
    op.add_column("session", sa.Column("playlist_revision", sa.Integer, nullable=True))
    op.get_bind().execute(
        sa.text(
            "INSERT INTO playlist_revision (playlist_id, revision, step, what, changed_by, changed_ms, title, note, "
            "request, body) SELECT playlist_id, revision, 'change', 'kept before revisions were', created_by, "
            "changed_ms, title, note, request, body FROM playlist"
        )
    )
