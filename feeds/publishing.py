"""The one door between what is stored and what is sent.

:func:`publish_topic` fixes what a topic shows: the ordered (entry, revision) list and its date. Bytes are made
when they are first asked for, from the rows as they are at one moment, so that a document is never half of one
state and half of another. A generation names a publication; memory keeps its documents by that number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from feeds import composing, searching
from feeds.cache import DocumentCache
from feeds.combining import merge_feeds, read_slugs
from feeds.errors import GoneError, MovedError, NotFoundError
from feeds.model import documents
from feeds.model.documents import Document, Publication
from feeds.model.entries import Feed, Likeness, Member, Site
from feeds.model.summaries import OWN_LANGUAGE, Kind
from feeds.model.topics import Order, Topic
from feeds.planning import Plan, plan_publication, rearrange
from feeds.render.atom import render_atom
from feeds.render.incidents import render_incidents
from feeds.render.opml import render_opml
from feeds.search_feeds import Found, Search, compose_search
from feeds.searching import Hit
from feeds.similarity import compare_with
from feeds.store import curation, incidents, memberships, papers, publications, standings, summaries, topics
from feeds.store.engine import Connection, Store
from feeds.store.topics import StoredTopic

#: Formats by file name ending: how they are made, and their media type.
FORMATS: dict[str, tuple[Callable[[Feed], bytes], str]] = {"atom": (render_atom, documents.ATOM)}


_INCIDENTS_SHOWN = 100
#: A topic ordered by likeness goes by so many of its pinned and starred papers, those that joined last.
_MOST_LIKED = 50


@dataclass(frozen=True)
class Published:
    """What publishing a topic came to."""

    changed: bool
    next_at: datetime | None  #: when a waiting paper is published without its tldr; None: nothing waits


def publish_topic(connection: Connection, slug: str, now: datetime) -> Published:
    """Make what the topic holds its current publication, in the caller's transaction.

    Nothing changes where the list, its reasons and the definition are those of the current one.

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
    definition = topics.definition_digest(stored.topic)
    if current and (current.entries, current.definition, current.likeness) == (entries, definition, likeness):
        return Published(False, plan.next_at)
    generation = current.generation + 1 if current else 1
    published_at = _published_at(now, current)
    made = Publication(slug, generation, entries, definition, published_at, likeness)
    publications.save_publication(connection, made)
    return Published(True, plan.next_at)


def _rank(connection: Connection, topic: Topic, plan: Plan) -> dict[str, Likeness]:
    """How like the pinned and starred papers those are that are not pinned; nothing where order is by position."""
    if topic.order is not Order.SIMILARITY:
        return {}
    liked = curation.list_liked(connection, topic.slug, _MOST_LIKED)
    window = [arxiv_id for arxiv_id, _ in plan.entries[plan.pinned :]]
    known = papers.find_papers(connection, {*liked, *window})
    return compare_with([known[arxiv_id] for arxiv_id in liked], [known[arxiv_id] for arxiv_id in window])


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

    @property
    def site(self) -> Site:
        """Who publishes."""
        return self._site

    def find_document(self, slug: str, extension: str) -> Document:
        """The document of a topic in a format.

        :param extension: one of :data:`FORMATS`
        :raises NotFoundError: where there is no such topic
        :raises GoneError: where it was retired
        :raises MovedError: where the slug is an old one
        """
        render, media_type = FORMATS[extension]
        with self._store.read() as connection:
            current = _load_current(connection, find_served(connection, slug))
            key = (slug, extension, current.state)
            if document := self._cache.find(key):
                return document
            members = current.find_members(connection)
        body = render(self._compose(current, members))
        document = Document(body, media_type, current.modified_at.replace(microsecond=0), current.awaiting)
        if current.is_made_of(members):
            self._cache.save(key, document)
        return document

    def find_combined(self, name: str, extension: str) -> Document:
        """The document of several topics as one feed.

        :param name: their slugs, with ``+`` between
        :raises NotFoundError: where one of them is unknown
        :raises GoneError: where all were retired
        :raises MovedError: where one has another slug now
        :raises BadRequestError: for too many
        """
        render, media_type = FORMATS[extension]
        with self._store.read() as connection:
            parts = [_load_current(connection, stored) for stored in _find_all_served(connection, name)]
            key = (extension, tuple((part.stored.topic.slug, part.state) for part in parts))
            if document := self._cache.find(key):
                return document
            members = [part.find_members(connection) for part in parts]
        feeds = [self._compose(part, some) for part, some in zip(parts, members, strict=True)]
        limit = max(part.stored.topic.entries for part in parts)
        document = Document(
            render(merge_feeds(feeds, self._site, limit)),
            media_type,
            max(part.modified_at for part in parts).replace(microsecond=0),
            any(part.awaiting for part in parts),
        )
        if all(part.is_made_of(some) for part, some in zip(parts, members, strict=True)):
            self._cache.save(key, document)
        return document

    def find_search(self, search: Search, extension: str, limit: int) -> Document:
        """What a search finds, as a document.

        :param limit: how many entries at most
        """
        render, media_type = FORMATS[extension]
        with self._store.read() as connection:
            hits = searching.search(connection, search.tree, limit)
            key = (search, extension, limit, tuple((hit.paper.arxiv_id, hit.revision) for hit in hits))
            modified_at = papers.last_changed(connection) or self._born_at()
            if document := self._cache.find(key):
                return replace(document, last_modified=modified_at.replace(microsecond=0))
            found = _complete_hits(connection, hits)
        body = render(compose_search(search, found, self._site, self._born_at()))
        awaiting = not all(one.summaries for one in found)
        document = Document(body, media_type, modified_at.replace(microsecond=0), awaiting)
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
            current = _load_current(connection, find_served(connection, slug))
            members = current.find_members(connection)
        return TopicView(current.stored, self._compose(current, members), current.awaiting)

    def _compose(self, current: _Current, members: Sequence[Member]) -> Feed:
        stored = current.stored
        return composing.compose_feed(
            stored.topic, members, self._site, current.publication, stored.created_at, stored.origin
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


def find_served(connection: Connection, slug: str) -> StoredTopic:
    """A topic that is served.

    :raises NotFoundError: where there is none
    :raises GoneError: where it was retired
    :raises MovedError: where the slug is an old one
    """
    stored = topics.find_topic(connection, slug)
    if stored is None:
        if now_at := topics.find_renamed(connection, slug):
            raise MovedError(now_at)
        raise NotFoundError("There is no such topic.")  # what was asked for is not repeated: it is anyone's text
    if stored.topic.retired:
        raise GoneError("This topic was retired.")
    return stored


def _find_all_served(connection: Connection, name: str) -> list[StoredTopic]:
    """The topics of a combined feed, but for those that were retired.

    :raises MovedError: where one has another slug now, or all are one, with the name that goes by it
    """
    found: list[StoredTopic] = []
    slugs = read_slugs(name)
    if len(slugs) == 1 and slugs[0]:
        raise MovedError(slugs[0])
    for slug in slugs:
        try:
            found.append(find_served(connection, slug))
        except MovedError as moved:
            raise MovedError("+".join(sorted({moved.slug, *slugs} - {slug}))) from None
        except GoneError:
            continue
    if not found:
        raise GoneError("These topics were retired.")
    return found


@dataclass(frozen=True)
class _Current:
    """What a topic publishes at the moment of a transaction."""

    stored: StoredTopic
    publication: Publication | None
    awaiting: bool

    @property
    def state(self) -> tuple[int, datetime, bool]:
        """Names what is shown: the publication, what is said of the topic, and whether more is on its way."""
        return self.publication.generation if self.publication else 0, self.stored.defined_at, self.awaiting

    @property
    def modified_at(self) -> datetime:
        """When what is shown last changed: what is in it, or what is said of the topic."""
        if self.publication is None:
            return self.stored.created_at
        return max(self.publication.published_at, self.stored.defined_at)

    def find_members(self, connection: Connection) -> list[Member]:
        """All that is published, in its order."""
        entries = self.publication.entries if self.publication else ()
        return memberships.find_members(connection, self.stored.topic.slug, [arxiv_id for arxiv_id, _ in entries])

    def is_made_of(self, members: Sequence[Member]) -> bool:
        """Whether the rows still are what the publication lists; else a newer one is on its way."""
        if self.publication is None or self.publication.definition != topics.definition_digest(self.stored.topic):
            return False
        return self.publication.entries == tuple((m.paper.arxiv_id, m.membership.revision) for m in members)


def _load_current(connection: Connection, stored: StoredTopic) -> _Current:
    slug = stored.topic.slug
    publication = publications.find_publication(connection, slug)
    return _Current(stored, publication, standings.is_awaiting(connection, slug))


def _complete_hits(connection: Connection, hits: Sequence[Hit]) -> list[Found]:
    """What the entries of a search are made of beside the papers."""
    revised = papers.find_revised(connection, [hit.paper.arxiv_id for hit in hits])
    hashes = [hit.paper.text_hash for hit in hits]
    best = summaries.find_best(connection, [Kind.TLDR], OWN_LANGUAGE, hashes)
    return [
        Found(
            paper=hit.paper,
            matched=hit.matched,
            number=hit.number,
            seen_at=hit.seen_at,
            revised_at=revised.get(hit.paper.arxiv_id, hit.seen_at),
            summaries=tuple(best.get(hit.paper.text_hash, ())),
        )
        for hit in hits
    ]
