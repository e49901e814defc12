"""WebSub: requests to the hub, subscriptions, and what was delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    on_server = op.get_bind().dialect.name == "postgresql"
    text = sa.Text(collation="C") if on_server else sa.Text()
    op.create_table(
        "verifications",
        sa.Column("key", text, nullable=False),
        sa.Column("subscription", text, nullable=False),
        sa.Column("mode", text, nullable=False),
        sa.Column("callback", text, nullable=False),
        sa.Column("host", text, nullable=False),
        sa.Column("topic_url", text, nullable=False),
        sa.Column("lease_seconds", sa.Integer(), nullable=False),
        sa.Column("secret", text, nullable=True),
        sa.Column("etag", text, nullable=True),
        sa.Column("requested_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_verifications"),
        sa.UniqueConstraint("subscription", name="uq_verifications_subscription"),
    )
    op.create_index("ix_verifications_host", "verifications", ["host"])
    op.create_table(
        "subscriptions",
        sa.Column("key", text, nullable=False),
        sa.Column("callback", text, nullable=False),
        sa.Column("host", text, nullable=False),
        sa.Column("topic_url", text, nullable=False),
        sa.Column("secret", text, nullable=True),
        sa.Column("expires_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_host", "subscriptions", ["host"])
    op.create_index("ix_subscriptions_expires_at", "subscriptions", ["expires_at"])
    op.create_table(
        "subscribed_topics",
        sa.Column("topic", text, nullable=False),
        sa.Column("subscription", text, nullable=False),
        sa.ForeignKeyConstraint(
            ["topic"], ["topics.slug"], name="fk_subscribed_topics_topic_topics", onupdate="CASCADE"
        ),
        _of_subscription("subscribed_topics"),
        sa.PrimaryKeyConstraint("topic", "subscription", name="pk_subscribed_topics"),
    )
    op.create_index("ix_subscribed_topics_subscription", "subscribed_topics", ["subscription"])
    op.create_table(
        "deliveries",
        sa.Column("subscription", text, nullable=False),
        sa.Column("etag", text, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        _of_subscription("deliveries"),
        sa.PrimaryKeyConstraint("subscription", name="pk_deliveries"),
    )


def _of_subscription(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_subscription_subscriptions"
    return sa.ForeignKeyConstraint(["subscription"], ["subscriptions.key"], name=name, ondelete="CASCADE")
