"""The tables. Facts (papers, versions, announcements) are kept apart from what we did about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without zone is never stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
Serial = BigInteger().with_variant(Integer(), "sqlite")


def _required(name: str, type_: Any, *args: Any, **options: Any) -> Column[Any]:
    return Column(name, type_, *args, nullable=False, **options)


#: Written once at the first start: the authority of our ``tag:`` URIs. Beside it, notes about the whole wire.
site = Table("site", metadata, Column("name", Text, primary_key=True), _required("value", Text))

papers = Table(
    "papers", metadata,
    Column("arxiv_id", Text, primary_key=True),
    _required("version", Integer),
    _required("title", Text),
    _required("abstract", Text),
    _required("authors", Json),  # [{name, affiliation}]
    _required("categories", Json),  # [primary, ...]
    Column("licence", Text),
    Column("comment", Text),
    Column("doi", Text),
    Column("journal_ref", Text),
    _required("classes", Json),  # MSC and ACM classes, as the authors gave them
    Column("submitted_at", Utc),
    Column("revised_at", Utc),
    _required("withdrawn", Boolean),
    _required("text_hash", Text),
    _required("seen_at", Utc),
    _required("revision", Integer, server_default="1"),  # rises with every change of what is shown of it
    Column("changed_at", Utc),  # when that last was
    Index(None, "text_hash"),
    Index(None, "changed_at"),
)  # fmt: skip

versions = Table(
    "versions", metadata,
    Column("arxiv_id", Text, ForeignKey("papers.arxiv_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    _required("text_hash", Text),
    _required("announced_on", Date),
    _required("seen_at", Utc),
)  # fmt: skip

announcements = Table(
    "announcements", metadata,
    Column("arxiv_id", Text, ForeignKey("papers.arxiv_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("listing", Text, primary_key=True),
    Column("announced_on", Date, primary_key=True),
    _required("type", Text),
    _required("source", Text),
    _required("approximate", Boolean),
    _required("seen_at", Utc),
    Index(None, "listing", "announced_on"),
)  # fmt: skip

listings = Table(
    "listings", metadata,
    Column("name", Text, primary_key=True),
    Column("listing_on", Date),  # the day it bore when last read
    Column("guids", Text),  # digest of its guid set then
    Column("etag", Text),
    Column("last_modified", Text),
    _required("failures", Integer),  # in a row
    Column("visited_at", Utc),
    _required("split", Boolean),  # an archive too large for one listing: its categories are polled
)  # fmt: skip

visits = Table(
    "visits", metadata,
    Column("id", Serial, primary_key=True),
    _required("listing", Text, ForeignKey("listings.name")),
    _required("visited_at", Utc),
    _required("outcome", Text),
    Column("reason", Text),
    Column("listing_on", Date),
    _required("items", Integer),
    _required("announced", Integer),  # announcements that were news
    _required("size", Integer),  # bytes of the body
    Index(None, "listing", "id"),
    Index(None, "visited_at"),
    Index(None, "listing_on"),
)  # fmt: skip

days = Table(
    "days", metadata,
    Column("listing", Text, ForeignKey("listings.name"), primary_key=True),
    Column("day", Date, primary_key=True),
    _required("outcome", Text),
    Column("reason", Text),
    _required("counts", Json),  # announcements by type
    _required("source", Text),  # how it is known
    _required("updated_at", Utc),
    Index(None, "day"),
)  # fmt: skip

topics = Table(
    "topics", metadata,
    Column("slug", Text, primary_key=True),
    _required("origin", Text, unique=True),  # the slug it was made under: its feed's id outlives a new slug
    _required("definition", Json),
    _required("source", Text),  # file, api
    _required("listed", Boolean),  # False: its line is gone from the file; it is served as it was
    _required("next_position", Integer),
    Column("last_joined_at", Utc),
    Column("trouble", Text),  # why it is paused: its query does not parse any more
    _required("created_at", Utc),
    _required("defined_at", Utc),
    _required("change_number", Serial, server_default="0"),  # of its last change, among all of topics and papers
    Column("changed_at", Utc),  # when that was
    Index(None, "change_number"),
)  # fmt: skip

#: Where the old slugs of topics lead; a topic that is renamed takes them along.
old_slugs = Table(
    "old_slugs", metadata,
    Column("slug", Text, primary_key=True),
    _required("topic", Text, ForeignKey("topics.slug", onupdate="CASCADE")),
)  # fmt: skip

memberships = Table(
    "memberships", metadata,
    Column("topic", Text, ForeignKey("topics.slug", onupdate="CASCADE"), primary_key=True),
    Column("arxiv_id", Text, ForeignKey("papers.arxiv_id"), primary_key=True),
    _required("position", Integer),
    _required("joined_at", Utc),
    _required("version", Integer),  # version, day and type of the announcement that let it in
    _required("announced_on", Date),
    _required("announce_type", Text),
    _required("matched", Json),  # parts of the query, as written
    _required("state", Text),
    _required("updated_at", Utc),
    Column("updated_reason", Text),
    _required("revision", Integer),
    _required("hold_until", Utc),
    Column("released_at", Utc),
    Column("left_at", Utc),  # when it was hidden or evicted
    _required("change_number", Serial, server_default="0"),  # of its last change, or its leaving
    Column("changed_at", Utc),  # when that was
    UniqueConstraint("topic", "position"),
    Index(None, "arxiv_id"),
    Index(None, "change_number"),
    Index(None, "topic", "change_number"),
    Index(None, "changed_at"),
    Index(
        "ix_memberships_waiting", "topic",
        sqlite_where=text("released_at IS NULL"), postgresql_where=text("released_at IS NULL"),
    ),
)  # fmt: skip

#: What editors said of a paper in a topic. The paper may not be known yet: it is fetched where one was added.
curation = Table(
    "curation", metadata,
    Column("topic", Text, ForeignKey("topics.slug", onupdate="CASCADE"), primary_key=True),
    Column("arxiv_id", Text, primary_key=True),
    _required("pinned", Boolean),
    _required("hidden", Boolean),
    Column("rating", Integer),  # 0 to 3 stars; null: not rated
    _required("tags", Json),
    Column("institution", Text),
    Column("note", Text),  # Markdown, as the editor wrote it
    Column("order", Integer),
    Column("added_by", Text),  # the editor who added a paper that the query missed
    _required("updated_at", Utc),
)  # fmt: skip

#: Every act of an editor, for ever.
curation_events = Table(
    "curation_events", metadata,
    Column("id", Serial, primary_key=True),
    _required("topic", Text, ForeignKey("topics.slug", onupdate="CASCADE")),
    _required("arxiv_id", Text),
    _required("at", Utc),
    _required("editor", Text),
    _required("act", Text),
    _required("before", Json),  # the fields it changed, as they were
    _required("after", Json),
    Column("reason", Text),  # why, where the wire did it itself
    Column("undone_by", Serial),  # the event that took it back
    Index(None, "topic", "arxiv_id", "id"),
)  # fmt: skip

#: The papers in the search index, by a number that rises with the time they came. The index itself is each
#: engine's own (``search_index``; feeds/store/search) and not described here.
indexed_papers = Table(
    "indexed_papers", metadata,
    Column("number", Serial, primary_key=True),
    _required("arxiv_id", Text, ForeignKey("papers.arxiv_id"), unique=True),
    _required("digest", Text),  # of what the index keeps of it
    _required("overfull", Boolean),  # the index cannot hold all of its text: always looked at itself
    Index(
        "ix_indexed_papers_overfull", "number",
        sqlite_where=text("overfull"), postgresql_where=text("overfull"),
    ),
)  # fmt: skip

summaries = Table(
    "summaries", metadata,
    Column("text_hash", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("prompt_version", Text, primary_key=True),
    Column("summarizer", Text, primary_key=True),
    Column("data", JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")),
    Column("model", Text),
    _required("source", Text),
    Column("source_version", Integer),
    _required("tokens", Integer),
    _required("made_at", Utc),
    _required("status", Text, server_default="ok"),
    _required("failed", Json, server_default="[]"),  # the rules that a model's replies broke
    Index(None, "made_at"),
    Index(
        "ix_summaries_rejected", "made_at",
        sqlite_where=text("status = 'rejected'"), postgresql_where=text("status = 'rejected'"),
    ),
)  # fmt: skip

publications = Table(
    "publications", metadata,
    Column("topic", Text, ForeignKey("topics.slug", onupdate="CASCADE"), primary_key=True),
    Column("generation", Integer, primary_key=True),
    _required("entries", Json),  # [[arXiv id, revision], ...] as they stand in the feed
    _required("definition", Text),  # digest of the topic's definition
    Column("likeness", Json),  # {arXiv id: {score, to, words}} where the topic is ordered by it
    Column("archive", Integer),  # number of the newest archive document with something that is not shown
    _required("published_at", Utc),
)  # fmt: skip

#: How far a topic's digests are cut. A topic without a row has had no cut yet: its first window begins with it.
digest_cuts = Table(
    "digest_cuts", metadata,
    Column("topic", Text, ForeignKey("topics.slug", onupdate="CASCADE"), primary_key=True),
    Column("period", Text, primary_key=True),  # daily, weekly
    _required("begun_at", Utc),  # what was published before then is in none
    Column("cut_at", Utc),  # the last one, also where its window was empty
    Column("day", Date),  # of the last cut, in its zone
    _required("number", Integer),  # of the last digest
)  # fmt: skip

digests = Table(
    "digests", metadata,
    Column("topic", Text, ForeignKey("topics.slug", onupdate="CASCADE"), primary_key=True),
    Column("period", Text, primary_key=True),
    Column("number", Integer, primary_key=True),  # rises by one
    _required("day", Date),  # on which the window ends, in its zone
    _required("starts_at", Utc),
    _required("ends_at", Utc),  # the cut
    _required("zone", Text),  # as the topic's rule was then
    _required("basis", Text),
    _required("papers", Integer),
    _required("made_at", Utc),
    UniqueConstraint("topic", "period", "day"),
)  # fmt: skip

#: Which paper is in which digest of a period: in one, ever.
digest_entries = Table(
    "digest_entries", metadata,
    Column("topic", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("arxiv_id", Text, ForeignKey("papers.arxiv_id"), primary_key=True),
    _required("number", Integer),
    _required("place", Integer),  # from 0
    Column("carried_from", Date),  # when it was announced or submitted, where that belongs to an earlier window
    Column("said", Json),  # what editors had said of it by the cut; null: nothing
    ForeignKeyConstraint(
        ["topic", "period", "number"], ["digests.topic", "digests.period", "digests.number"], onupdate="CASCADE"
    ),
    UniqueConstraint("topic", "period", "number", "place"),
)  # fmt: skip

#: What was asked of the hub, and not confirmed by the callback yet.
verifications = Table(
    "verifications", metadata,
    Column("key", Text, primary_key=True),
    _required("subscription", Text, unique=True),  # of which only the last request counts
    _required("mode", Text),
    _required("callback", Text),
    _required("host", Text),  # of the callback
    _required("topic_url", Text),
    _required("lease_seconds", Integer),
    Column("secret", Text),
    Column("etag", Text),  # names what the feed showed then
    _required("requested_at", Utc),
    Index(None, "host"),
)  # fmt: skip

#: Who is told of a feed's changes, and until when.
subscriptions = Table(
    "subscriptions", metadata,
    Column("key", Text, primary_key=True),  # digest of callback and address of the feed
    _required("callback", Text),
    _required("host", Text),
    _required("topic_url", Text),
    Column("secret", Text),
    _required("expires_at", Utc),  # by the wire's clock
    Index(None, "host"),
    Index(None, "expires_at"),
)  # fmt: skip

#: The topics that a subscription's feed is made of.
subscribed_topics = Table(
    "subscribed_topics", metadata,
    Column("topic", Text, ForeignKey("topics.slug", onupdate="CASCADE"), primary_key=True),
    Column("subscription", Text, ForeignKey("subscriptions.key", ondelete="CASCADE"), primary_key=True),
    Index(None, "subscription"),
)  # fmt: skip

#: What a subscription has got so far.
deliveries = Table(
    "deliveries", metadata,
    Column("subscription", Text, ForeignKey("subscriptions.key", ondelete="CASCADE"), primary_key=True),
    Column("etag", Text),  # names the bytes that were last taken
    _required("failures", Integer),  # given up in a row
)  # fmt: skip

#: What an operator should know of: opened when found, closed when it is over.
incidents = Table(
    "incidents", metadata,
    Column("id", Serial, primary_key=True),
    _required("kind", Text),
    _required("subject", Text),  # a listing, a day, a kind of work
    _required("text", Text),
    _required("opened_at", Utc),
    Column("closed_at", Utc),
    Index(None, "closed_at"),
)  # fmt: skip

#: Work that must happen. ``due_at`` goes by the wire's clock; lease, backoff and dispatch by the machine's.
owed = Table(
    "owed", metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _required("state", Text),  # pending, running, dead
    _required("due_at", Utc),
    Column("not_before", Utc),  # backoff
    _required("asked", Integer),  # rises with every time it was owed
    _required("attempt", Integer),  # rises with every claim: the fence
    Column("lease_until", Utc),
    Column("dispatch", Text),  # the job that was last enqueued for it
    Column("dispatched_at", Utc),
    _required("failures", Integer),  # in a row
    Column("reason", Text),
    Index(None, "state", "due_at"),
)  # fmt: skip
