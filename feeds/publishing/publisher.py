"""Hands out feeds and documents, made once and kept in memory by what they are made of."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from feeds import composing, searching
from feeds.cache import DocumentCache, name_briefly
from feeds.combining import keep_name, merge_feeds
from feeds.model import documents
from feeds.model.digests import Period
from feeds.model.documents import Document
from feeds.model.entries import Feed, Site
from feeds.model.summaries import OWN_LANGUAGE, Kind
from feeds.model.topics import Topic
from feeds.model.variants import PLAIN, Variant
from feeds.publishing.archives import link_archive, load_archive
from feeds.publishing.current import find_all_known, find_served, load_current
from feeds.publishing.digests import load_feed
from feeds.publishing.making import make_document
from feeds.render.channels import make_channel
from feeds.render.incidents import make_incidents_channel
from feeds.render.opml import render_opml
from feeds.search_feeds import Found, Search, compose_search
from feeds.searching import Hit
from feeds.store import incidents, memberships, papers, summaries, topics
from feeds.store.engine import Connection, Store
from feeds.store.topics import StoredTopic

_INCIDENTS_SHOWN = 100


@dataclass(frozen=True)
class TopicView:
    """A topic as pages show it: the same feed that the formats are made of."""

    topic: StoredTopic
    feed: Feed
    awaiting: bool
    modified_at: datetime  #: when what is shown last changed


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

    def find_document(self, slug: str, extension: str, variant: Variant = PLAIN) -> Document:
        """The document of a topic in a format.

        :param extension: one of :data:`feeds.render.formats.FORMATS`
        :raises NotFoundError: where there is no such topic
        :raises GoneError: where it was retired
        :raises MovedError: where the slug is an old one
        """
        with self._store.read() as connection:
            current = load_current(connection, find_served(connection, slug))
            key = (slug, extension, current.state, variant)
            if document := self._cache.find(key):
                return document
            members = current.find_members(connection, variant)
        channel = make_channel(current.compose(members, self._site, variant), self._site, variant)
        channel = replace(channel, history=link_archive(current, self._site, variant))
        document = make_document(channel, extension, current.modified_at, current.awaiting)
        return self._keep(key, document, current.is_made_of(members, variant))

    def find_archive(self, slug: str, number: int, variant: Variant = PLAIN) -> Document:
        """An archive document of a topic, as Atom.

        :param number: from 1 on
        :raises NotFoundError: where there is no such topic, or no such document yet
        :raises GoneError: where the topic was retired
        :raises MovedError: where the slug is an old one
        """
        with self._store.read() as connection:
            archive = load_archive(connection, find_served(connection, slug), number)
            key = ("archive", slug, number, archive.state, variant)
            if document := self._cache.find(key):
                return replace(document, last_modified=archive.modified_at.replace(microsecond=0))
            members = archive.find_members(connection, variant)
        channel = archive.make_channel(members, self._site, variant)
        return self._keep(key, make_document(channel, "atom", archive.modified_at), True)

    def find_digest(self, slug: str, period: Period, extension: str, variant: Variant = PLAIN) -> Document:
        """The digests of a topic, newest first, as a document.

        :param variant: its limit is one of digests
        :raises NotFoundError: where there is no such topic
        :raises GoneError: where it was retired
        :raises MovedError: where the slug is an old one
        """
        with self._store.read() as connection:
            feed = load_feed(connection, slug, period, variant)
            key = (slug, extension, feed.state, variant)
            if document := self._cache.find(key):
                return document
            channel = feed.make_channel(connection, self._site, variant)
        document = make_document(channel, extension, feed.modified_at)
        return self._keep(key, replace(document, news_at=feed.next_at), True)

    def find_combined(self, name: str, extension: str, variant: Variant = PLAIN) -> Document:
        """The document of several topics as one feed.

        :param name: their slugs, with ``+`` between
        :raises NotFoundError: where one of them is unknown
        :raises GoneError: where all were retired
        :raises MovedError: where one has another slug now
        :raises BadRequestError: for too many
        """
        whole = replace(variant, limit=None)  # the limit is the merged feed's
        with self._store.read() as connection:
            known = find_all_known(connection, name)
            parts = [load_current(connection, stored) for stored in known if not stored.topic.retired]
            defined = tuple((stored.topic.slug, stored.defined_at) for stored in known)
            key = (extension, defined, tuple(part.state for part in parts), variant)
            if document := self._cache.find(key):
                return document
            members = [part.find_members(connection, whole) for part in parts]
        pairs = list(zip(parts, members, strict=True))
        limit = variant.limit or max(part.stored.topic.entries for part in parts)
        merged = merge_feeds([part.compose(some, self._site, whole) for part, some in pairs], self._site, limit)
        named = keep_name(merged, self._site, {stored.topic.slug: stored.origin for stored in known})
        feed = replace(named, options=variant.options)
        modified_at = max(*(part.modified_at for part in parts), *(stored.defined_at for stored in known))
        awaiting = any(part.awaiting for part in parts)
        document = make_document(make_channel(feed, self._site, variant), extension, modified_at, awaiting)
        return self._keep(key, document, all(part.is_made_of(some, whole) for part, some in pairs))

    def find_search(self, search: Search, extension: str, variant: Variant) -> Document:
        """What a search finds, as a document.

        :param variant: with a limit
        """
        with self._store.read() as connection:
            hits = searching.search(connection, search.tree, variant.limit or 1)
            state = name_briefly([(hit.paper.arxiv_id, hit.revision) for hit in hits])
            key = (search, extension, variant, state)
            modified_at = (papers.last_changed(connection) or self._site.born_at).replace(microsecond=0)
            if document := self._cache.find(key):
                return replace(document, last_modified=modified_at)
            found = complete_hits(connection, hits, variant.language or OWN_LANGUAGE)
        feed = compose_search(search, found, self._site, self._site.born_at, variant)
        awaiting = not all(one.summaries for one in found)
        channel = replace(make_channel(feed, self._site, variant), hub_url=None)  # nobody is told of new finds
        return self._keep(key, make_document(channel, extension, modified_at, awaiting), True)

    def find_opml(self) -> Document:
        """All topics that are served, as a subscription list."""
        with self._store.read() as connection:
            stored = topics.list_topics(connection)
        served = _in_order(item.topic for item in stored if not item.topic.retired)
        modified_at = max((item.defined_at for item in stored), default=self._site.born_at)
        body = render_opml(served, self._site, modified_at)
        return Document(body, documents.OPML, modified_at.replace(microsecond=0))

    def find_incidents(self) -> Document:
        """What went wrong, as a feed."""
        with self._store.read() as connection:
            newest = incidents.list_incidents(connection, limit=_INCIDENTS_SHOWN)
        born_at = self._site.born_at
        feed_id = composing.tag_uri(self._site, "incidents")
        channel = make_incidents_channel(newest, self._site, feed_id, born_at)
        return make_document(channel, "atom", channel.updated_at)

    def find_topic(self, slug: str, variant: Variant = PLAIN) -> TopicView:
        """The topic composed, for a page.

        :param variant: what of it is shown, in which language
        :raises NotFoundError: as :meth:`find_document`, which see for the others
        """
        with self._store.read() as connection:
            current = load_current(connection, find_served(connection, slug))
            members = current.find_members(connection, variant)
        feed = current.compose(members, self._site, variant)
        return TopicView(current.stored, feed, current.awaiting, current.modified_at)

    def list_topics(self) -> list[TopicLine]:
        """All topics that are served, by section and title."""
        with self._store.read() as connection:
            counts = memberships.count_members(connection)
            joined = memberships.last_joined(connection)
            stored = topics.list_topics(connection)
        served = _in_order(item.topic for item in stored if not item.topic.retired)
        return [TopicLine(topic, counts.get(topic.slug, 0), joined.get(topic.slug)) for topic in served]

    def _keep(self, key: Hashable, document: Document, lasting: bool) -> Document:
        """Keep a document in memory, unless it was made of rows that a newer publication is about to show."""
        if lasting:
            self._cache.save(key, document)
        return document


def _in_order(served: Iterable[Topic]) -> list[Topic]:
    return sorted(served, key=lambda topic: (topic.section.casefold(), topic.title.casefold()))


def complete_hits(connection: Connection, hits: Sequence[Hit], language: str) -> list[Found]:
    """What the entries of a search are made of beside the papers."""
    revised = papers.find_revised(connection, [hit.paper.arxiv_id for hit in hits])
    hashes = [hit.paper.text_hash for hit in hits]
    best = summaries.find_best(connection, [Kind.TLDR], language, hashes)
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
