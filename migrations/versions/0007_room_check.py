"""When a room was last checked, and what was found."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("room", sa.Column("checked_ms", sa.BigInteger, nullable=True))
    op.add_column("room", sa.Column("last_check", sa.Text, nullable=True))
