"""The door by which the API makes, edits and retires topics, and tells of them. The file's are the file's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from feeds.errors import ConflictError
from feeds.model.topics import MAX_TOPICS, Topic
from feeds.publishing.current import find_known
from feeds.store import owed, topics
from feeds.store.engine import Connection, Store
from feeds.store.owed import Work
from feeds.store.topics import MemberCounts, StoredTopic


class TopicState(StrEnum):
    """How a topic is."""

    LIVE = "live"  #: it takes papers
    PAUSED = "paused"  #: its query cannot be read any more
    UNLISTED = "unlisted"  #: its line is gone from the file; it goes on as it was
    RETIRED = "retired"  #: its feed answers 410


@dataclass(frozen=True)
class TopicReport:
    """A topic as the API tells of it."""

    stored: StoredTopic
    counts: MemberCounts

    @property
    def state(self) -> TopicState:
        return state_of(self.stored)


def state_of(stored: StoredTopic) -> TopicState:
    """How a topic is."""
    if stored.topic.retired:
        return TopicState.RETIRED
    if stored.trouble:
        return TopicState.PAUSED
    return TopicState.LIVE if stored.listed else TopicState.UNLISTED


def find_report(store: Store, slug: str) -> TopicReport:
    """A topic, retired or not.

    :raises NotFoundError: where there is none
    :raises MovedError: where the slug is an old one
    """
    with store.read() as connection:
        return _report(connection, find_known(connection, slug))


def list_reports(store: Store, after: str, limit: int) -> list[TopicReport]:
    """Some topics, by slug, beginning after one."""
    with store.read() as connection:
        page = topics.list_page(connection, after, limit)
        counts = topics.count_members(connection, [stored.topic.slug for stored in page])
    return [TopicReport(stored, counts[stored.topic.slug]) for stored in page]


def create_topic(store: Store, topic: Topic, now: datetime) -> TopicReport:
    """Make a topic, or rename one to it.

    :raises ConflictError: where its slug is taken, or one of its old slugs, or there are too many topics
    """
    with store.write() as connection:
        if known := topics.find_topic(connection, topic.slug):
            taken = ConflictError(f"There is a topic {topic.slug} already; PUT edits it.")
            raise _is_files(topic.slug) if known.is_files else taken
        return _save(connection, topic, None, now)


def put_topic(store: Store, topic: Topic, now: datetime) -> tuple[TopicReport, bool]:
    """Make a topic, or give the one of its slug this definition.

    :returns: the topic, and whether it is new
    :raises ConflictError: as :func:`create_topic`; and where the topic is the file's
    """
    with store.write() as connection:
        known = topics.find_topic(connection, topic.slug)
        return _save(connection, topic, known, now), known is None


def retire_topic(store: Store, slug: str, now: datetime) -> TopicReport:
    """End a topic: its feed answers 410 from then on. A retired one stays as it is.

    :raises NotFoundError: where there is none
    :raises MovedError: where the slug is an old one
    :raises ConflictError: where the topic is the file's
    """
    with store.write() as connection:
        known = find_known(connection, slug)
        return _save(connection, replace(known.topic, retired=True), known, now)


def _save(connection: Connection, topic: Topic, known: StoredTopic | None, now: datetime) -> TopicReport:
    if known and known.is_files:
        raise _is_files(topic.slug)
    _check_slugs(connection, topic, is_new=known is None)
    if known is None and topics.count_topics(connection) >= MAX_TOPICS:
        raise ConflictError(f"There are {MAX_TOPICS} topics already; a wire carries no more.")
    if topics.save_topic(connection, topic, now):
        owed.owe(connection, Work.PUBLISH, [topic.slug], now)
        owed.owe(connection, Work.DIGEST, [topic.slug], now)
    return _report(connection, find_known(connection, topic.slug))


def _check_slugs(connection: Connection, topic: Topic, *, is_new: bool) -> None:
    """No slug leads to two topics; a new topic may be one of ours under another slug, which then goes along.

    :raises ConflictError: where one is taken
    """
    renamed = ""
    for old in topic.formerly:
        holder = topics.find_topic(connection, old)
        if holder and holder.is_files:
            raise _is_files(old)
        if holder and (renamed or not is_new):
            raise ConflictError(f'formerly: "{old}" is a topic itself.')
        renamed = old if holder else renamed
    for slug in (topic.slug, *topic.formerly):
        owner = topics.find_renamed(connection, slug)
        if owner not in (None, topic.slug, renamed):
            raise ConflictError(f'"{slug}" leads to the topic {owner}, which once went by it.')


def _is_files(slug: str) -> ConflictError:
    return ConflictError(f"{slug} is defined in the topics file; edit it there.")


def _report(connection: Connection, stored: StoredTopic) -> TopicReport:
    slug = stored.topic.slug
    return TopicReport(stored, topics.count_members(connection, [slug])[slug])
