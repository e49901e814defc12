"""The first schema: facts, topics and memberships, summaries, publications, owed work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

UTC = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "listings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("listing_on", sa.Date(), nullable=True),
        sa.Column("guids", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("visited_at", UTC, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_listings"),
    )
    op.create_table(
        "owed",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.Column("not_before", UTC, nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTC, nullable=True),
        sa.Column("dispatch", sa.Text(), nullable=True),
        sa.Column("dispatched_at", UTC, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_owed"),
    )
    op.create_index("ix_owed_state_due_at", "owed", ["state", "due_at"])
    op.create_table(
        "papers",
        sa.Column("arxiv_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("categories", JSON, nullable=False),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("doi", sa.Text(), nullable=True),
        sa.Column("journal_ref", sa.Text(), nullable=True),
        sa.Column("submitted_at", UTC, nullable=True),
        sa.Column("revised_at", UTC, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("seen_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("arxiv_id", name="pk_papers"),
    )
    op.create_index("ix_papers_text_hash", "papers", ["text_hash"])
    op.create_table(
        "site",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_site"),
    )
    op.create_table(
        "summaries",
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("prompt_version", sa.Text(), nullable=False),
        sa.Column("summarizer", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=True),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint(
            "text_hash", "kind", "language", "prompt_version", "summarizer", name="pk_summaries"
        ),
    )
    op.create_table(
        "topics",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("next_position", sa.Integer(), nullable=False),
        sa.Column("last_joined_at", UTC, nullable=True),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("defined_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_topics"),
        sa.UniqueConstraint("origin", name="uq_topics_origin"),
    )
    op.create_table(
        "announcements",
        sa.Column("arxiv_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["arxiv_id"], ["papers.arxiv_id"], name="fk_announcements_arxiv_id"),
        sa.PrimaryKeyConstraint("arxiv_id", "version", "listing", "announced_on", name="pk_announcements"),
    )
    op.create_index("ix_announcements_listing_announced_on", "announcements", ["listing", "announced_on"])
    op.create_table(
        "days",
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["listing"], ["listings.name"], name="fk_days_listing"),
        sa.PrimaryKeyConstraint("listing", "day", name="pk_days"),
    )
    op.create_index("ix_days_day", "days", ["day"])
    op.create_table(
        "memberships",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("arxiv_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("joined_at", UTC, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("announce_type", sa.Text(), nullable=False),
        sa.Column("matched", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("updated_reason", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("hold_until", UTC, nullable=False),
        sa.Column("released_at", UTC, nullable=True),
        sa.ForeignKeyConstraint(["arxiv_id"], ["papers.arxiv_id"], name="fk_memberships_arxiv_id"),
        sa.ForeignKeyConstraint(["topic"], ["topics.slug"], name="fk_memberships_topic", onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("topic", "arxiv_id", name="pk_memberships"),
        sa.UniqueConstraint("topic", "position", name="uq_memberships_topic_position"),
    )
    op.create_index("ix_memberships_arxiv_id", "memberships", ["arxiv_id"])
    op.create_table(
        "publications",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("entries", JSON, nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("published_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["topic"], ["topics.slug"], name="fk_publications_topic", onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("topic", "generation", name="pk_publications"),
    )
    op.create_table(
        "versions",
        sa.Column("arxiv_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("seen_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["arxiv_id"], ["papers.arxiv_id"], name="fk_versions_arxiv_id"),
        sa.PrimaryKeyConstraint("arxiv_id", "version", name="pk_versions"),
    )
    op.create_table(
        "visits",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("visited_at", UTC, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("listing_on", sa.Date(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["listing"], ["listings.name"], name="fk_visits_listing"),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_listing_id", "visits", ["listing", "id"])
