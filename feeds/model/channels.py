"""A channel: a feed as the formats write it, whatever its items are (papers, digests, incidents)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from feeds.model.announcements import AnnounceType
from feeds.model.entries import Category, Link
from feeds.model.papers import Paper

#: What every feed is offered in; the first is the one that we advise.
EXTENSIONS = ("atom", "rss", "json")


@dataclass(frozen=True)
class Source:
    """The feed that an item came from (RFC 4287, 4.2.11)."""

    id: str
    title: str
    url: str
    updated_at: datetime


@dataclass(frozen=True)
class Item:
    """One entry, ready to be written; all texts but ``content`` are plain."""

    id: str
    title: str  #: plain Unicode
    published_at: datetime
    updated_at: datetime
    authors: tuple[str, ...]  #: at least one
    content: str  #: HTML, safe wherever it is shown
    links: tuple[Link, ...] = ()
    summary: str | None = None
    categories: tuple[Category, ...] = ()
    source: Source | None = None
    rights: str | None = None  #: its licence
    paper: Paper | None = None  #: for elements and extensions that tell more of it
    announce_type: AnnounceType | None = None


@dataclass(frozen=True)
class Tombstone:
    """An entry that was in the feed and is no more (RFC 6721)."""

    id: str
    left_at: datetime


@dataclass(frozen=True)
class History:
    """Where a document stands among a feed's archive documents (RFC 5005, section 4)."""

    previous: str | None  #: address of the archive document before this one
    next: str | None = None  #: of the one after it
    current: str | None = None  #: of the subscription document; None: this is it


@dataclass(frozen=True)
class Channel:
    """A feed with all that its formats say of it."""

    id: str
    title: str
    subtitle: str
    updated_at: datetime
    home_url: str
    address: str  #: of the feed, without a format's ending
    items: tuple[Item, ...]
    options: str = ""  #: of the address, "" without any
    extensions: tuple[str, ...] = EXTENSIONS  #: the formats that are offered under the address
    language: str = "en"
    rights: str | None = None
    icon_url: str | None = None
    logo_url: str | None = None
    hub_url: str | None = None  #: where to subscribe (WebSub)
    history: History | None = None
    tombstones: tuple[Tombstone, ...] = field(default=())

    def url(self, extension: str) -> str:
        """Where the feed is, in a format."""
        return f"{self.address}.{extension}" + (f"?{self.options}" if self.options else "")

    @property
    def is_archive(self) -> bool:
        """Whether this is an archive document."""
        return self.history is not None and self.history.current is not None
