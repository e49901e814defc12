"""Digests: how far each topic's are cut, the digests, and which paper is in which."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

#: Ordered as on SQLite, whatever the collation of the database.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


def upgrade() -> None:
    op.create_table(
        "digest_cuts",
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("begun_at", UTC, nullable=False),
        sa.Column("cut_at", UTC, nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["topic"], ["topics.slug"], name="fk_digest_cuts_topic", onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("topic", "period", name="pk_digest_cuts"),
    )
    op.create_table(
        "digests",
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", UTC, nullable=False),
        sa.Column("ends_at", UTC, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("basis", TEXT, nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["topic"], ["topics.slug"], name="fk_digests_topic", onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("topic", "period", "number", name="pk_digests"),
        sa.UniqueConstraint("topic", "period", "day", name="uq_digests_topic_period_day"),
    )
    op.create_table(
        "digest_entries",
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("arxiv_id", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("carried_from", sa.Date(), nullable=True),
        sa.Column("said", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["topic", "period", "number"], ["digests.topic", "digests.period", "digests.number"],
            name="fk_digest_entries_topic_period_number", onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["arxiv_id"], ["papers.arxiv_id"], name="fk_digest_entries_arxiv_id"),
        sa.PrimaryKeyConstraint("topic", "period", "arxiv_id", name="pk_digest_entries"),
        sa.UniqueConstraint(
            "topic", "period", "number", "place", name="uq_digest_entries_topic_period_number_place"
        ),
    )  # fmt: skip
    op.add_column("publications", sa.Column("archive", sa.Integer(), nullable=True))
    _begin()


def _begin() -> None:
    """What was published before there were digests is in none, but for what came within a period of the last."""
    connection = op.get_bind()
    memberships = sa.table("memberships", sa.column("topic", sa.Text()), sa.column("released_at", UTC))
    cuts = sa.table(
        "digest_cuts", sa.column("topic", sa.Text()), sa.column("period", sa.Text()), sa.column("begun_at", UTC),
        sa.column("number", sa.Integer()),
    )  # fmt: skip
    newest = sa.func.max(memberships.c.released_at)
    last = connection.execute(sa.select(memberships.c.topic, newest).group_by(memberships.c.topic)).all()
    rows = [
        {"topic": topic, "period": period, "begun_at": released_at - length, "number": 0}
        for topic, released_at in last
        for period, length in PERIODS.items()
        if released_at is not None
    ]
    if rows:
        connection.execute(sa.insert(cuts), rows)
