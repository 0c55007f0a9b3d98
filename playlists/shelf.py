"""All SQL about playlists and mixdowns."""

import sqlalchemy as sa

from library.store import FilePath, metadata

playlist_table = sa.Table(
    "playlist",
    metadata,
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
"""``request`` and ``body`` are `playlists.playlist.Request` and `Playlist` as JSON. ``offered``: a copy that belongs to
one patient's preview, kept off the staff's list."""

mixdown_table = sa.Table(
    "mixdown",
    metadata,
    sa.Column("mixdown_id", sa.String(32), primary_key=True),
    sa.Column("playlist_id", sa.String(32), sa.ForeignKey("playlist.playlist_id"), nullable=False, index=True),
    sa.Column("playlist_revision", sa.Integer, nullable=False),
    sa.Column("playlist", sa.Text, nullable=False),
    sa.Column("path", FilePath, nullable=False),
    sa.Column("manifest", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
"""A finished session file with the list it plays: later changes of the list leave it as it is. Never deleted while a
session names it."""
