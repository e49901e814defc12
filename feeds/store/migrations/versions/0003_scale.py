"""Topics at ten thousand: the search index, curation, and what publishing asks for quickly."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

UTC = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: As in feeds/store/search_index; the tokens are our own, so the engines' tokenizers only cut at spaces.
FTS5 = """
CREATE VIRTUAL TABLE search_index USING fts5(
    title, abstract, author, comment, journal, caps_title, caps_abstract, caps_comment, facts,
    columnsize = 0,
    tokenize = "ascii tokenchars '_''.'"
)
"""


def upgrade() -> None:
    op.add_column("papers", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("papers", sa.Column("changed_at", UTC, nullable=True))
    op.execute("UPDATE papers SET changed_at = seen_at")
    op.create_index("ix_papers_changed_at", "papers", ["changed_at"])
    op.add_column("summaries", sa.Column("status", sa.Text(), nullable=False, server_default="ok"))
    op.add_column("summaries", sa.Column("failed", JSON, nullable=False, server_default="[]"))
    op.create_index("ix_summaries_made_at", "summaries", ["made_at"])
    rejected = sa.text("status = 'rejected'")
    op.create_index(
        "ix_summaries_rejected", "summaries", ["made_at"], sqlite_where=rejected, postgresql_where=rejected
    )
    op.add_column("topics", sa.Column("trouble", sa.Text(), nullable=True))
    op.add_column("memberships", sa.Column("left_at", UTC, nullable=True))
    op.add_column("publications", sa.Column("likeness", JSON, nullable=True))
    op.create_table(
        "old_slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["topic"], ["topics.slug"], name="fk_old_slugs_topic_topics", onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("slug", name="pk_old_slugs"),
    )
    _note_old_slugs()
    waiting = sa.text("released_at IS NULL")
    op.create_index(
        "ix_memberships_waiting", "memberships", ["topic"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "curation",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("arxiv_id", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("institution", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=True),
        sa.Column("updated_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["topic"], ["topics.slug"], name="fk_curation_topic_topics", onupdate="CASCADE"),
        sa.PrimaryKeyConstraint("topic", "arxiv_id", name="pk_curation"),
    )
    op.create_table(
        "curation_events",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("arxiv_id", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("undone_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["topic"], ["topics.slug"], name="fk_curation_events_topic_topics", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_curation_events"),
    )
    op.create_index("ix_curation_events_topic_arxiv_id_id", "curation_events", ["topic", "arxiv_id", "id"])
    op.create_table(
        "indexed_papers",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("arxiv_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("overfull", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["arxiv_id"], ["papers.arxiv_id"], name="fk_indexed_papers_arxiv_id_papers"),
        sa.PrimaryKeyConstraint("number", name="pk_indexed_papers"),
        sa.UniqueConstraint("arxiv_id", name="uq_indexed_papers_arxiv_id"),
    )
    overfull = sa.text("overfull")
    op.create_index(
        "ix_indexed_papers_overfull", "indexed_papers", ["number"],
        sqlite_where=overfull, postgresql_where=overfull,
    )  # fmt: skip
    op.execute(  # numbered by when they came; no index holds them yet, so every search looks at them itself
        "INSERT INTO indexed_papers (arxiv_id, digest, overfull) "
        "SELECT arxiv_id, '', true FROM papers ORDER BY seen_at, arxiv_id"
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FTS5)
    else:
        op.create_table(
            "search_index",
            sa.Column("number", sa.BigInteger(), nullable=False),
            sa.Column("words", postgresql.TSVECTOR(), nullable=False),
            sa.PrimaryKeyConstraint("number", name="pk_search_index"),
        )
        # Kept in the row itself: else the planner takes the table for small, and reads all of it.
        op.execute("ALTER TABLE search_index ALTER COLUMN words SET STORAGE MAIN")
        op.create_index("ix_search_index_words", "search_index", ["words"], postgresql_using="gin")
        _order_by_code_points()


def _order_by_code_points() -> None:
    """Texts are ordered as on SQLite, whatever the collation of the database; later columns name it themselves."""
    inspector = sa.inspect(op.get_bind())
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        texts = [c["name"] for c in inspector.get_columns(table) if isinstance(c["type"], sa.Text)]
        if texts:
            op.execute(
                f'ALTER TABLE "{table}" ' + ", ".join(f'ALTER "{name}" TYPE text COLLATE "C"' for name in texts)
            )


def _note_old_slugs() -> None:
    """What stands under ``formerly`` in the definitions that are there."""
    connection = op.get_bind()
    topics = sa.table("topics", sa.column("slug", sa.Text()), sa.column("definition", JSON))
    old_slugs = sa.table("old_slugs", sa.column("slug", sa.Text()), sa.column("topic", sa.Text()))
    rows = connection.execute(sa.select(topics.c.slug, topics.c.definition)).all()
    held = {row.slug for row in rows}
    led = {old: row.slug for row in rows for old in row.definition["formerly"] if old not in held}
    if led:
        connection.execute(sa.insert(old_slugs), [{"slug": old, "topic": slug} for old, slug in led.items()])
