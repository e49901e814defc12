"""A topic's archive documents: all that was ever published, with tombstones for what left (RFC 5005, RFC 6721).

An archive document is linked as soon as something in its range is no longer in the subscription document, so that
both together are complete at any time; the newest one fills up until its range is given out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from feeds import composing
from feeds.cache import name_briefly
from feeds.errors import NotFoundError
from feeds.model.archives import positions_of
from feeds.model.channels import Channel, History, Tombstone
from feeds.model.entries import Feed, Member, MemberState, Site
from feeds.model.identifiers import entry_id
from feeds.model.variants import Variant
from feeds.publishing.current import Current, choose
from feeds.render.channels import make_channel
from feeds.store import archives, changes, memberships, topics
from feeds.store.archives import Archived
from feeds.store.engine import Connection
from feeds.store.topics import StoredTopic


def link_archive(current: Current, site: Site, variant: Variant) -> History | None:
    """Where a subscription document's archive begins; None where all is in the document, or not all is wanted."""
    number = current.publication.archive if current.publication else None
    if number is None or variant.limit is not None or variant.since is not None:
        return None
    return History(previous=_address(site, current.slug, number, variant))


@dataclass(frozen=True)
class Archive:
    """An archive document, as far as the database is needed."""

    stored: StoredTopic
    number: int
    rows: tuple[Archived, ...]
    is_full: bool  #: all positions of its range are given out
    beyond_at: datetime | None  #: when what stands beyond its range last changed it, or later

    @property
    def state(self) -> str:
        """Names what is shown."""
        return name_briefly((self.stored.defined_at, self.rows, self.is_full))

    @property
    def modified_at(self) -> datetime:
        """When anything in it last changed."""
        times = (self.stored.defined_at, self.beyond_at, *(row.changed_at for row in self.rows))
        return max(at for at in times if at is not None)

    def find_members(self, connection: Connection, variant: Variant) -> list[Member]:
        """Those that are in the topic still, as far as they are wanted."""
        wanted = [row.arxiv_id for row in self.rows if row.state is MemberState.IN]
        found = memberships.find_members(connection, self.stored.topic.slug, wanted, variant.language)
        return choose(found, variant)

    def make_channel(self, members: list[Member], site: Site, variant: Variant) -> Channel:
        """The document, before it has bytes."""
        channel = make_channel(self._compose(members, site, variant), site, variant)
        slug = self.stored.topic.slug
        history = History(
            previous=_address(site, slug, self.number - 1, variant) if self.number > 1 else None,
            next=_address(site, slug, self.number + 1, variant) if self.is_full else None,
            current=_address(site, slug, None, variant),
        )
        stones = self._tombstones(variant)
        return replace(channel, extensions=("atom",), hub_url=None, history=history, tombstones=stones)

    def _compose(self, members: list[Member], site: Site, variant: Variant) -> Feed:
        topic, origin = self.stored.topic, self.stored.origin
        feed = composing.compose_feed(topic, members, site, None, self.stored.created_at, origin, variant)
        changed = [row.left_at or row.changed_at for row in self.rows]
        return replace(
            feed,
            updated_at=max([feed.updated_at, *changed]),
            address=f"{feed.address}/archive/{self.number}",
        )

    def _tombstones(self, variant: Variant) -> tuple[Tombstone, ...]:
        gone = [Tombstone(entry_id(row.arxiv_id), row.left_at) for row in self.rows if row.left_at]
        return tuple(one for one in gone if variant.since is None or one.left_at >= variant.since)


def load_archive(connection: Connection, stored: StoredTopic, number: int) -> Archive:
    """An archive document's rows.

    :raises NotFoundError: where its range has not begun
    """
    slug = stored.topic.slug
    first, last = positions_of(number)
    given = topics.find_next_position(connection, slug) - 1
    if number < 1 or first > given:
        raise NotFoundError("There is no such archive document; the feed links to those that there are.")
    rows = tuple(archives.list_archived(connection, slug, first, last))
    is_whole = len(rows) == min(given, last) - first + 1
    return Archive(stored, number, rows, given > last, _find_beyond_at(connection, slug, last, is_whole=is_whole))


def _find_beyond_at(connection: Connection, slug: str, last: int, *, is_whole: bool) -> datetime | None:
    """When what stands beyond a range last changed its document, or later.

    The first position beyond it brings the link to the next document. Who left and came back stands at a newer
    position, and nothing here tells when the tombstone went.

    :param is_whole: whether all are there that the range was given to
    """
    if is_whole:
        return archives.find_begun_at(connection, slug, last + 1)
    return changes.last_changed(connection, slug)


def _address(site: Site, slug: str, number: int | None, variant: Variant) -> str:
    """Where an archive document is, or the subscription document, written in the same way but whole."""
    options = replace(variant, limit=None, since=None).options
    path = slug if number is None else f"{slug}/archive/{number}"
    return f"{site.base_url}/feeds/{path}.atom" + (f"?{options}" if options else "")
