"""The one door between what is stored and what is sent.

:func:`publish_topic` fixes what a topic shows: the ordered (entry, revision) list and its date. Bytes are made
when they are first asked for, from the rows as they are at one moment, so that a document is never half of one
state and half of another. A generation names a publication; memory keeps its documents by that number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from feeds import composing
from feeds.cache import DocumentCache
from feeds.errors import GoneError, MovedError, NotFoundError
from feeds.model import documents
from feeds.model.documents import Document, Publication
from feeds.model.entries import Feed, Member, Site
from feeds.model.topics import Topic
from feeds.render.atom import render_atom
from feeds.render.incidents import render_incidents
from feeds.render.opml import render_opml
from feeds.store import incidents, memberships, publications, topics
from feeds.store.engine import Connection, Store
from feeds.store.memberships import Standing
from feeds.store.topics import StoredTopic

#: Formats by file name ending: how they are made, and their media type.
FORMATS: dict[str, tuple[Callable[[Feed], bytes], str]] = {"atom": (render_atom, documents.ATOM)}


_INCIDENTS_SHOWN = 100


@dataclass(frozen=True)
class Published:
    """What publishing a topic came to."""

    changed: bool
    next_at: datetime | None  #: when a waiting paper is published without its tldr; None: nothing waits


def publish_topic(connection: Connection, slug: str, now: datetime) -> Published:
    """Make what the topic holds its current publication, in the caller's transaction.

    Nothing changes where the list and the definition are those of the current one.

    :raises NotFoundError: where there is no such topic
    """
    stored = topics.find_topic(connection, slug)
    if stored is None:
        raise NotFoundError("There is no such topic.")
    standings = memberships.list_standings(connection, slug, stored.topic.entries, now)
    plan = plan_publication(standings, now)
    memberships.release(connection, slug, plan.released, now)
    current = publications.find_publication(connection, slug)
    definition = topics.definition_digest(stored.topic)
    if current and (current.entries, current.definition) == (plan.entries, definition):
        return Published(False, plan.next_at)
    generation = current.generation + 1 if current else 1
    published_at = _published_at(now, current)
    publications.save_publication(connection, Publication(slug, generation, plan.entries, definition, published_at))
    return Published(True, plan.next_at)


@dataclass(frozen=True)
class Plan:
    """What a publication would show."""

    entries: tuple[tuple[str, int], ...]
    released: tuple[str, ...]  #: shown for the first time
    next_at: datetime | None


def plan_publication(standings: Sequence[Standing], now: datetime) -> Plan:
    """Decide what is shown: whatever was shown before, has its tldr, or waited long enough for it."""
    shown = [s for s in standings if s.released or s.summarized or s.hold_until <= now]
    waiting = [s.hold_until for s in standings if not (s.released or s.summarized or s.hold_until <= now)]
    return Plan(
        entries=tuple((s.arxiv_id, s.revision) for s in shown),
        released=tuple(s.arxiv_id for s in shown if not s.released),
        next_at=min(waiting, default=None),
    )


def _published_at(now: datetime, current: Publication | None) -> datetime:
    """Now, but in another second than the last one: Last-Modified has whole seconds (RFC 9110, 8.8.2)."""
    if current is None or current.published_at.replace(microsecond=0) < now.replace(microsecond=0):
        return now
    return current.published_at.replace(microsecond=0) + timedelta(seconds=1)


@dataclass(frozen=True)
class TopicView:
    """A topic as pages show it: the same feed that the formats are made of."""

    topic: StoredTopic
    feed: Feed
    awaiting: bool


@dataclass(frozen=True)
class TopicLine:
    """A topic as the directory lists it."""

    topic: Topic
    papers: int
    last_joined_at: datetime | None


class Publisher:
    """Hands out feeds and documents. One for a process.

    :param site: who publishes
    """

    def __init__(self, store: Store, site: Site, cache: DocumentCache | None = None) -> None:
        self._store = store
        self._site = site
        self._cache = cache or DocumentCache()

    def find_document(self, slug: str, extension: str) -> Document:
        """The document of a topic in a format.

        :param extension: one of :data:`FORMATS`
        :raises NotFoundError: where there is no such topic
        :raises GoneError: where it was retired
        :raises MovedError: where the slug is an old one
        """
        render, media_type = FORMATS[extension]
        with self._store.read() as connection:
            stored = _find_served(connection, slug)
            publication = publications.find_publication(connection, slug)
            generation = publication.generation if publication else 0
            awaiting = memberships.is_awaiting(connection, slug)
            key = (slug, extension, generation, awaiting)
            if publication and (document := self._cache.find(key)):
                return document
            members = _find_published(connection, slug, publication)
        feed = self._compose(stored, members, publication)
        modified_at = publication.published_at if publication else stored.created_at
        document = Document(render(feed), media_type, modified_at.replace(microsecond=0), awaiting)
        if publication and _is_as_published(members, publication):
            self._cache.save(key, document)
        return document

    def find_opml(self) -> Document:
        """All topics that are served, as a subscription list."""
        with self._store.read() as connection:
            stored = topics.list_topics(connection)
        served = _in_order(item.topic for item in stored if not item.topic.retired)
        modified_at = max((item.defined_at for item in stored), default=self._born_at())
        return Document(render_opml(served, self._site), documents.OPML, modified_at.replace(microsecond=0))

    def find_incidents(self) -> Document:
        """What went wrong, as a feed."""
        with self._store.read() as connection:
            newest = incidents.list_incidents(connection, limit=_INCIDENTS_SHOWN)
        born_at = self._born_at()
        body = render_incidents(newest, self._site, composing.tag_uri(self._site, "incidents"), born_at)
        modified_at = max((incident.changed_at for incident in newest), default=born_at)
        return Document(body, documents.ATOM, modified_at.replace(microsecond=0))

    def _born_at(self) -> datetime:
        return datetime.combine(date.fromisoformat(self._site.authority_on), time.min, UTC)

    def find_topic(self, slug: str) -> TopicView:
        """The topic composed, for a page.

        :raises NotFoundError: as :meth:`find_document`, which see for the others
        """
        with self._store.read() as connection:
            stored = _find_served(connection, slug)
            publication = publications.find_publication(connection, slug)
            members = _find_published(connection, slug, publication)
            awaiting = memberships.is_awaiting(connection, slug)
        return TopicView(stored, self._compose(stored, members, publication), awaiting)

    def _compose(self, stored: StoredTopic, members: Sequence[Member], publication: Publication | None) -> Feed:
        return composing.compose_feed(
            stored.topic, members, self._site, publication, stored.created_at, stored.origin
        )

    def list_topics(self) -> list[TopicLine]:
        """All topics that are served, by section and title."""
        with self._store.read() as connection:
            counts = memberships.count_members(connection)
            joined = memberships.last_joined(connection)
            stored = topics.list_topics(connection)
        served = _in_order(item.topic for item in stored if not item.topic.retired)
        return [TopicLine(topic, counts.get(topic.slug, 0), joined.get(topic.slug)) for topic in served]


def _in_order(served: Iterable[Topic]) -> list[Topic]:
    return sorted(served, key=lambda topic: (topic.section.casefold(), topic.title.casefold()))


def _find_served(connection: Connection, slug: str) -> StoredTopic:
    stored = topics.find_topic(connection, slug)
    if stored is None:
        for other in topics.list_topics(connection):
            if slug in other.topic.formerly:
                raise MovedError(other.topic.slug)
        raise NotFoundError("There is no such topic.")  # what was asked for is not repeated: it is anyone's text
    if stored.topic.retired:
        raise GoneError("This topic was retired.")
    return stored


def _find_published(connection: Connection, slug: str, publication: Publication | None) -> list[Member]:
    if publication is None:
        return []
    return memberships.find_members(connection, slug, [arxiv_id for arxiv_id, _ in publication.entries])


def _is_as_published(members: Sequence[Member], publication: Publication) -> bool:
    """Whether the rows still are what the publication lists; else a newer one is on its way."""
    return publication.entries == tuple((m.paper.arxiv_id, m.membership.revision) for m in members)
