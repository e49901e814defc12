"""Publishing a topic: fixing what it shows, the ordered (entry, revision) list and its date.

Bytes are made when they are first asked for, from the rows as they are at one moment, so that a document is never
half of one state and half of another. A generation names a publication; memory keeps its documents by that number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.errors import NotFoundError
from feeds.model.archives import number_of
from feeds.model.documents import Publication
from feeds.model.entries import Likeness
from feeds.model.topics import Order, Topic
from feeds.planning import Plan, plan_publication, rearrange
from feeds.similarity import compare_with
from feeds.store import archives, curation, papers, publications, standings, subscriptions, topics
from feeds.store.engine import Connection

#: A topic ordered by likeness goes by so many of its pinned and starred papers, those that joined last.
_MOST_LIKED = 50


@dataclass(frozen=True)
class Published:
    """What publishing a topic came to."""

    changed: bool
    next_at: datetime | None  #: when a waiting paper is published without its tldr; None: nothing waits


def publish_topic(connection: Connection, slug: str, now: datetime) -> Published:
    """Make what the topic holds its current publication, in the caller's transaction.

    Nothing changes where the list, its reasons, the definition and where the archive begins are those of the
    current one; where something does, everybody who subscribed is owed it.

    :raises NotFoundError: where there is no such topic
    """
    stored = topics.find_topic(connection, slug)
    if stored is None:
        raise NotFoundError("There is no such topic.")
    limit = stored.topic.entries
    newest = standings.list_standings(connection, slug, limit, now)
    plan = plan_publication(newest, now, standings.list_pinned(connection, slug, now), limit)
    likeness = _rank(connection, stored.topic, plan)
    entries = rearrange(plan, likeness).entries
    standings.release(connection, slug, now)
    current = publications.find_publication(connection, slug)
    made = Publication(
        slug,
        current.generation + 1 if current else 1,
        entries,
        topics.definition_digest(stored.topic),
        _published_at(now, current),
        likeness,
        _find_archive(connection, slug, entries),
    )
    if current and _is_same(made, current):
        return Published(False, plan.next_at)
    publications.save_publication(connection, made)
    subscriptions.owe_deliveries(connection, slug, now)
    return Published(True, plan.next_at)


def _rank(connection: Connection, topic: Topic, plan: Plan) -> dict[str, Likeness]:
    """How like the pinned and starred papers those are that are not pinned; nothing where order is by position."""
    if topic.order is not Order.SIMILARITY:
        return {}
    liked = curation.list_liked(connection, topic.slug, _MOST_LIKED)
    window = [arxiv_id for arxiv_id, _ in plan.entries[plan.pinned :]]
    known = papers.find_papers(connection, {*liked, *window})
    return compare_with([known[arxiv_id] for arxiv_id in liked], [known[arxiv_id] for arxiv_id in window])


def _find_archive(connection: Connection, slug: str, entries: Sequence[tuple[str, int]]) -> int | None:
    """Where the archive begins: it changes as well when what stands below the window is published late, hidden or
    shown again."""
    newest = archives.find_newest_beyond(connection, slug, frozenset(arxiv_id for arxiv_id, _ in entries))
    return None if newest is None else number_of(newest)


def _is_same(made: Publication, current: Publication) -> bool:
    return replace(made, generation=current.generation, published_at=current.published_at) == current


def _published_at(now: datetime, current: Publication | None) -> datetime:
    """Now, but in another second than the last one: Last-Modified has whole seconds (RFC 9110, 8.8.2)."""
    if current is None or current.published_at.replace(microsecond=0) < now.replace(microsecond=0):
        return now
    return current.published_at.replace(microsecond=0) + timedelta(seconds=1)
