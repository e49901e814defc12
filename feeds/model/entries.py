"""An entry: a paper in one feed. A feed: composed, before it has bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.curation import NONE, Curation
from feeds.model.papers import Paper
from feeds.model.summaries import Kind, Summary


class MemberState(StrEnum):
    """Where a paper stands in a topic."""

    IN = "in"
    HIDDEN = "hidden"
    EVICTED = "evicted"


class UpdateReason(StrEnum):
    """Why an entry's ``updated`` moved; the only reasons there are."""

    NEW_VERSION = "new version"
    SUMMARY = "summary arrived"
    WITHDRAWN = "withdrawn"
    EDITOR = "editor's change"


@dataclass(frozen=True)
class Membership:
    """A paper's place in a topic."""

    topic: str
    arxiv_id: str
    position: int  #: unique in the topic, rises, never reused
    joined_at: datetime
    version: int  #: the announcement that let it in: its version, day and type
    announced_on: date
    announce_type: AnnounceType
    matched: tuple[str, ...]  #: the parts of the query that let it in, as written
    state: MemberState
    updated_at: datetime
    updated_reason: UpdateReason | None
    revision: int  #: rises with every change of what the entry shows
    hold_until: datetime  #: published without its tldr from then on
    released_at: datetime | None  #: when it was first published
    left_at: datetime | None = None  #: when it was hidden or evicted


@dataclass(frozen=True)
class Member:
    """All that one entry is made of, as the store has it at one moment."""

    paper: Paper
    membership: Membership
    summaries: tuple[Summary, ...]  #: one a kind, the best that there is
    curation: Curation = NONE

    def find_summary(self, kind: Kind) -> Summary | None:
        """The summary of a kind, where there is one."""
        return next((summary for summary in self.summaries if summary.kind is kind), None)


@dataclass(frozen=True)
class Likeness:
    """Why a paper stands where it does in a topic ordered by likeness."""

    score: float  #: cosine, from 0 to 1
    to: str  #: the arXiv id of the pinned or starred paper that it is most like; its own where it is starred itself
    title: str  #: of that paper
    words: tuple[str, ...]  #: that count most of those both have


@dataclass(frozen=True)
class Link:
    href: str
    rel: str
    type: str
    title: str | None = None


@dataclass(frozen=True)
class Category:
    term: str
    label: str | None
    scheme: str = taxonomy.SCHEME  #: a URI


@dataclass(frozen=True)
class Entry:
    """A paper as a reader meets it, in no format yet."""

    id: str
    title: str  #: plain Unicode
    published_at: datetime
    updated_at: datetime
    updated_reason: UpdateReason | None
    links: tuple[Link, ...]
    categories: tuple[Category, ...]  #: arXiv's
    paper: Paper
    tldr: str | None
    summaries: tuple[Summary, ...]  #: that the entry shows, with how they came about
    matched: tuple[str, ...]
    listed_in: tuple[str, ...]  #: the topic's categories that the paper has, for a topic without a query
    curation: Curation = NONE
    tags: tuple[Category, ...] = ()  #: the editor's
    likeness: Likeness | None = None  #: where it stands there because of it
    contributions: tuple[str, ...] = ()
    reading: tuple[
        tuple[str, str], ...
    ] = ()  #: (part, text), in the order of :data:`feeds.model.summaries.READING_PARTS`
    translation: str | None = None  #: the abstract in the topic's language
    announce_type: AnnounceType | None = None  #: of the announcement that let it in; None: it came by a search
    announced_on: date | None = None


@dataclass(frozen=True)
class Feed:
    """A topic, composed: every format is made from this."""

    id: str
    slug: str
    title: str
    subtitle: str
    updated_at: datetime
    home_url: str  #: the topic's page
    address: str  #: of the feed, without a format's ending
    rights: str
    entries: tuple[Entry, ...]
    language: str = "en"  #: of the summaries, BCP 47
    options: str = ""  #: of the address, "" without any


@dataclass(frozen=True)
class Site:
    """Who publishes: what addresses and ids are made of."""

    base_url: str  #: public address, no slash at its end
    authority: str  #: of our ``tag:`` URIs, fixed at first start
    authority_on: str  #: the day since when it is ours, "2026-11-20"

    @property
    def born_at(self) -> datetime:
        """The date of what has none of its own: midnight of that day, UTC."""
        return datetime.combine(date.fromisoformat(self.authority_on), time.min, UTC)

    @property
    def hub_url(self) -> str:
        """Where to subscribe to feeds (WebSub)."""
        return f"{self.base_url}/hub"

    @property
    def icon_url(self) -> str:
        """A small square picture of us."""
        return f"{self.base_url}/static/icon.png"

    @property
    def logo_url(self) -> str:
        """A picture twice as wide as high."""
        return f"{self.base_url}/static/logo.png"
