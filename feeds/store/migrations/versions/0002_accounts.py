"""The accounted-for day: how a day is known, incidents; and classes apart from categories."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

UTC = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("papers", sa.Column("classes", JSON, nullable=False, server_default="[]"))
    op.add_column("days", sa.Column("source", sa.Text(), nullable=False, server_default="listing"))
    op.add_column("listings", sa.Column("split", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_visits_visited_at", "visits", ["visited_at"])
    op.create_index("ix_visits_listing_on", "visits", ["listing_on"])
    op.create_table(
        "incidents",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("closed_at", UTC, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.execute(  # the papers that are here were never completed
        "INSERT INTO owed (kind, key, state, due_at, asked, attempt, failures) "
        "SELECT 'complete', arxiv_id, 'pending', seen_at, 1, 0, 0 FROM papers WHERE submitted_at IS NULL"
    )
    op.create_index("ix_incidents_closed_at", "incidents", ["closed_at"])
