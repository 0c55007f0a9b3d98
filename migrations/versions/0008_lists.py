"""Connections to services elsewhere that lists come from and go to."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "connection",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("client_id", sa.String(253), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("connected_by", sa.String(80), nullable=False),
        sa.Column("connected_ms", sa.BigInteger, nullable=False),
        sa.Column("renewed_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "connecting",
        sa.Column("state_hash", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )
