"""A topic's archive documents: all that was ever published, with tombstones for what left (RFC 5005, RFC 6721).

An archive document is linked as soon as something in its range is no longer in the subscription document, so that
both together are complete at any time; the newest one fills up until its range is given out.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from feeds import composing
from feeds.errors import NotFoundError
from feeds.model.archives import number_of, positions_of
from feeds.model.channels import Channel, History, Tombstone
from feeds.model.entries import Feed, Member, MemberState, Site
from feeds.model.identifiers import entry_id
from feeds.model.variants import Variant
from feeds.publishing.current import Current, choose
from feeds.render.channels import make_channel
from feeds.store import archives, memberships, topics
from feeds.store.archives import Archived
from feeds.store.engine import Connection
from feeds.store.topics import StoredTopic


def link_archive(connection: Connection, current: Current, site: Site, variant: Variant) -> History | None:
    """Where a subscription document's archive begins; None where all is in the document, or not all is wanted."""
    if variant.limit is not None or variant.since is not None or current.publication is None:
        return None
    shown = frozenset(arxiv_id for arxiv_id, _ in current.publication.entries)
    newest = archives.find_newest_beyond(connection, current.slug, shown)
    if newest is None:
        return None
    return History(previous=_address(site, current.slug, number_of(newest), variant))


@dataclass(frozen=True)
class Archive:
    """An archive document, as far as the database is needed."""

    stored: StoredTopic
    number: int
    rows: tuple[Archived, ...]
    is_full: bool  #: all positions of its range are given out
    edited_at: datetime | None

    @property
    def state(self) -> Hashable:
        """Names what is shown."""
        return self.stored.defined_at, self.rows, self.is_full

    @property
    def modified_at(self) -> datetime:
        """When anything in it last changed."""
        times = (self.stored.defined_at, self.edited_at, *(row.changed_at for row in self.rows))
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
        return replace(channel, extensions=("atom",), history=history, tombstones=self._tombstones(variant))

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
    return Archive(stored, number, rows, given > last, archives.last_edited(connection, slug))


def _address(site: Site, slug: str, number: int | None, variant: Variant) -> str:
    """Where an archive document is, or the subscription document, written in the same way but whole."""
    options = replace(variant, limit=None, since=None).options
    path = slug if number is None else f"{slug}/archive/{number}"
    return f"{site.base_url}/feeds/{path}.atom" + (f"?{options}" if options else "")
