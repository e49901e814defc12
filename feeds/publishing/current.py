"""What a topic publishes at the moment of a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds import composing
from feeds.combining import read_slugs
from feeds.errors import GoneError, MovedError, NotFoundError
from feeds.model.documents import Publication
from feeds.model.entries import Feed, Member, Site
from feeds.model.variants import Variant
from feeds.store import memberships, publications, standings, topics
from feeds.store.engine import Connection
from feeds.store.topics import StoredTopic


@dataclass(frozen=True)
class Current:
    """A topic, with its current publication."""

    stored: StoredTopic
    publication: Publication | None
    awaiting: bool

    @property
    def slug(self) -> str:
        return self.stored.topic.slug

    @property
    def state(self) -> tuple[int, datetime, bool]:
        """Names what is shown: the publication, what is said of the topic, and whether more is on its way."""
        return self.publication.generation if self.publication else 0, self.stored.defined_at, self.awaiting

    @property
    def modified_at(self) -> datetime:
        """When what is shown last changed: what is in it, or what is said of the topic."""
        if self.publication is None:
            return self.stored.defined_at
        return max(self.publication.published_at, self.stored.defined_at)

    def find_members(self, connection: Connection, variant: Variant) -> list[Member]:
        """What is published, in its order, as far as it is wanted."""
        entries = self.publication.entries if self.publication else ()
        wanted = [arxiv_id for arxiv_id, _ in entries]
        if variant.since is None:
            wanted = wanted[: variant.limit]
        found = memberships.find_members(connection, self.slug, wanted, variant.language)
        return choose(found, variant)

    def is_made_of(self, members: Sequence[Member], variant: Variant) -> bool:
        """Whether the rows still are what the publication lists; else a newer one is on its way."""
        if self.publication is None or self.publication.definition != topics.definition_digest(self.stored.topic):
            return False
        listed = dict(self.publication.entries)
        whole = variant.since is not None or len(members) == len(self.publication.entries[: variant.limit])
        return whole and all(listed.get(m.paper.arxiv_id) == m.membership.revision for m in members)

    def compose(self, members: Sequence[Member], site: Site, variant: Variant) -> Feed:
        """The topic's feed."""
        stored = self.stored
        return composing.compose_feed(
            stored.topic, members, site, self.publication, stored.created_at, stored.origin, variant
        )


def choose(members: Sequence[Member], variant: Variant) -> list[Member]:
    """Those that are wanted: what came or changed since, and no more than the limit."""
    since = variant.since
    fresh = [member for member in members if since is None or member.membership.updated_at >= since]
    return fresh[: variant.limit]


def load_current(connection: Connection, stored: StoredTopic) -> Current:
    """A topic as it is published now."""
    slug = stored.topic.slug
    publication = publications.find_publication(connection, slug)
    return Current(stored, publication, standings.is_awaiting(connection, slug))


def find_served(connection: Connection, slug: str) -> StoredTopic:
    """A topic that is served.

    :raises NotFoundError: where there is none
    :raises GoneError: where it was retired
    :raises MovedError: where the slug is an old one
    """
    stored = find_known(connection, slug)
    if stored.topic.retired:
        raise GoneError("This topic was retired.")
    return stored


def find_known(connection: Connection, slug: str) -> StoredTopic:
    """A topic, retired or not.

    :raises NotFoundError: where there is none
    :raises MovedError: where the slug is an old one
    """
    stored = topics.find_topic(connection, slug)
    if stored is None:
        if now_at := topics.find_renamed(connection, slug):
            raise MovedError(now_at)
        raise NotFoundError("There is no such topic.")  # what was asked for is not repeated: it is anyone's text
    return stored


def find_all_served(connection: Connection, name: str) -> list[StoredTopic]:
    """The topics of a combined feed, but for those that were retired; which see :func:`find_all_known`."""
    return [stored for stored in find_all_known(connection, name) if not stored.topic.retired]


def find_all_known(connection: Connection, name: str) -> list[StoredTopic]:
    """The topics of a combined feed, by slug, of which one at least is served.

    :param name: their slugs, with ``+`` between
    :raises NotFoundError: where one of them is unknown
    :raises GoneError: where all were retired
    :raises MovedError: where one has another slug now, or all are one, with the name that goes by it
    :raises BadRequestError: for too many
    """
    found: list[StoredTopic] = []
    slugs = read_slugs(name)
    if len(slugs) == 1 and slugs[0]:
        raise MovedError(slugs[0])
    for slug in slugs:
        try:
            found.append(find_known(connection, slug))
        except MovedError as moved:
            raise MovedError("+".join(sorted({moved.slug, *slugs} - {slug}))) from None
    if all(stored.topic.retired for stored in found):
        raise GoneError("These topics were retired.")
    return found
