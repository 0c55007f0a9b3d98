"""Lists from elsewhere, their lines, and what people said of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "import",
        sa.Column("import_id", sa.String(32), primary_key=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("creator", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("remarks", sa.Text, nullable=False),
        sa.Column("job_id", sa.String(32), nullable=True),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("matched_with", sa.String(64), nullable=True),
    )
    op.create_table(
        "import_entry",
        sa.Column("import_id", sa.String(32), sa.ForeignKey("import.import_id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("answer_key", sa.String(128), nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
    )
    op.create_table(
        "answer",
        sa.Column("answer_key", sa.String(128), primary_key=True),
        sa.Column("track_id", sa.String(64), nullable=True),
        sa.Column("answered_by", sa.String(80), nullable=False),
        sa.Column("answered_ms", sa.BigInteger, nullable=False),
    )
