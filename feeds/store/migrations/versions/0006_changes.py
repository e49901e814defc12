"""Changes: every membership and topic bears the number and the time of its last change."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

UTC = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Topics first, by when they were last defined; then papers, by when they last changed or left.
NUMBER_TOPICS = """
UPDATE topics SET changed_at = topics.defined_at, change_number = numbered.number
FROM (SELECT slug, row_number() OVER (ORDER BY defined_at, slug) AS number FROM topics) AS numbered
WHERE topics.slug = numbered.slug
"""
DATE_MEMBERSHIPS = """
UPDATE memberships SET changed_at = CASE WHEN left_at > updated_at THEN left_at ELSE updated_at END
"""
NUMBER_MEMBERSHIPS = """
UPDATE memberships SET change_number = numbered.number + (SELECT count(*) FROM topics)
FROM (
    SELECT topic, arxiv_id, row_number() OVER (ORDER BY changed_at, topic, position) AS number FROM memberships
) AS numbered
WHERE memberships.topic = numbered.topic AND memberships.arxiv_id = numbered.arxiv_id
"""


def upgrade() -> None:
    for table in ("topics", "memberships"):
        op.add_column(table, sa.Column("change_number", SERIAL, nullable=False, server_default="0"))
        op.add_column(table, sa.Column("changed_at", UTC, nullable=True))
    for statement in (NUMBER_TOPICS, DATE_MEMBERSHIPS, NUMBER_MEMBERSHIPS):
        op.execute(statement)
    op.create_index("ix_topics_change_number", "topics", ["change_number"])
    op.create_index("ix_memberships_change_number", "memberships", ["change_number"])
    op.create_index("ix_memberships_topic_change_number", "memberships", ["topic", "change_number"])
    op.create_index("ix_memberships_changed_at", "memberships", ["changed_at"])
