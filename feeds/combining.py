"""Puts feeds together that are no topic's own: several topics as one, and any query. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from feeds import composing
from feeds.errors import BadRequestError, QueryError
from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.calendar import eastern_date
from feeds.model.curation import NONE
from feeds.model.entries import Entry, Feed, Member, Membership, MemberState, Site, UpdateReason
from feeds.model.papers import Paper
from feeds.model.summaries import Summary
from feeds.model.terms import And, InCategory, Node, Or
from feeds.model.topics import MAX_ENTRIES, Topic
from feeds.query import parser
from feeds.text import clean, squeeze

MAX_TOPICS = 20
MAX_QUERY = 1000
MAX_CATEGORIES = 20
#: What stands for a topic's slug in a search; no topic can be called so.
SEARCH = "search"


@dataclass(frozen=True)
class Search:
    """What is searched for."""

    query: str  #: as it was written, on one line; "" for everything in the categories
    categories: tuple[str, ...]
    tree: Node

    @property
    def title(self) -> str:
        return "Search: " + " ".join(filter(None, [self.query, *(f"cat:{name}" for name in self.categories)]))

    @property
    def options(self) -> str:
        """As the options of an address; the same for the same search."""
        query = [("q", self.query)] if self.query else []
        return urlencode(query + [("cat", name) for name in self.categories])


@dataclass(frozen=True)
class Found:
    """A paper that a search found, with what its entry is made of."""

    paper: Paper
    matched: tuple[str, ...]
    number: int  #: rises with the time that papers came
    seen_at: datetime  #: when it came
    revised_at: datetime  #: when its current version came
    summaries: tuple[Summary, ...]


def read_search(query: str, categories: Iterable[str]) -> Search:
    """Read what somebody searches for.

    :param categories: arXiv's, any of which will do
    :raises BadRequestError: where it makes no sense; what was sent is not repeated, it is anyone's text
    """
    text = squeeze(clean(query))
    if len(query) > MAX_QUERY:
        raise BadRequestError(f"A query has at most {MAX_QUERY} characters.")
    names = sorted({_read_category(name) for name in categories})
    if len(names) > MAX_CATEGORIES:
        raise BadRequestError(f"At most {MAX_CATEGORIES} categories can be asked for.")
    parts: list[Node] = [_read_query(text)] if text else []
    if names:
        wanted = tuple(InCategory(name, f"cat:{name}") for name in names)
        parts.append(wanted[0] if len(wanted) == 1 else Or(wanted))
    if not parts:
        raise BadRequestError("There is nothing to search for: give q or cat.")
    return Search(text, tuple(names), parts[0] if len(parts) == 1 else And(tuple(parts)))


def _read_query(text: str) -> Node:
    try:
        return parser.parse(text)
    except QueryError as error:
        expected = error.problem[error.problem.rfind("expected") :] if "expected" in error.problem else ""
        told = f"; {expected}" if expected else ""
        raise BadRequestError(f"The query cannot be read at position {error.position}{told}.") from error


def _read_category(text: str) -> str:
    name = taxonomy.find_name(text)
    if name is None:
        raise BadRequestError("cat is an arXiv category like cs.CL, or an archive like cs.")
    return taxonomy.canonical(name)


def merge_feeds(feeds: Sequence[Feed], site: Site, limit: int) -> Feed:
    """Several topics as one feed, each paper once: as it stands in the topic that it joined first.

    Pinned ones come first, then the newest.

    :param feeds: composed, one a topic
    :param limit: how many entries at most
    """
    ordered = sorted(feeds, key=lambda feed: feed.slug)
    shown: dict[str, Entry] = {}
    for entry in sorted((entry for feed in ordered for entry in feed.entries), key=lambda e: e.published_at):
        known = shown.get(entry.id)
        shown[entry.id] = entry if known is None else _merge(known, entry)
    newest = sorted(shown.values(), key=lambda entry: (entry.published_at, entry.id), reverse=True)
    pinned_first = sorted(newest, key=lambda entry: not entry.curation.pinned)
    slug = "+".join(feed.slug for feed in ordered)
    return Feed(
        id=composing.tag_uri(site, "combined/" + "+".join(feed.id.rpartition("/")[2] for feed in ordered)),
        slug=slug,
        title=" + ".join(feed.title for feed in ordered),
        subtitle=f"{len(ordered)} topics in one feed, each paper once",
        updated_at=max(feed.updated_at for feed in ordered),
        home_url=f"{site.base_url}/",
        feed_url=f"{site.base_url}/feeds/{slug}.atom",
        rights=ordered[0].rights,
        entries=tuple(replace(entry, likeness=None) for entry in pinned_first[:limit]),  # it stands elsewhere here
    )


def _merge(first: Entry, other: Entry) -> Entry:
    """One paper's entry in two topics: all its reasons to be here, the newest change, what any editor said."""
    newest = other if other.updated_at > first.updated_at else first
    said = other if first.curation == NONE else first
    return replace(
        first,
        updated_at=newest.updated_at,
        updated_reason=newest.updated_reason,
        matched=tuple(dict.fromkeys(first.matched + other.matched)),
        listed_in=tuple(dict.fromkeys(first.listed_in + other.listed_in)),
        curation=said.curation,
        tags=said.tags,
    )


def compose_search(search: Search, found: Sequence[Found], site: Site, born_at: datetime) -> Feed:
    """What a search found as a feed; an entry's dates are when the paper came, and when its version did.

    :param found: newest first
    :param born_at: the feed's date while nothing is found
    """
    topic = Topic(slug=SEARCH, title=search.title, categories=search.categories, entries=MAX_ENTRIES)
    members = [_as_member(one) for one in found]
    feed = composing.compose_feed(topic, members, site, None, born_at)
    named = hashlib.sha256(search.options.encode()).hexdigest()[:16]
    return replace(
        feed,
        id=composing.tag_uri(site, f"search/{named}"),
        subtitle="Everything that this wire has read and that matches, newest first",
        home_url=f"{site.base_url}/",
        feed_url=f"{site.base_url}/feeds/{SEARCH}.atom?{search.options}",
    )


def _as_member(one: Found) -> Member:
    replaced = one.revised_at > one.seen_at
    membership = Membership(
        topic=SEARCH,
        arxiv_id=one.paper.arxiv_id,
        position=one.number,
        joined_at=one.seen_at,
        version=one.paper.version,
        announced_on=eastern_date(one.seen_at),
        announce_type=AnnounceType.NEW,
        matched=one.matched,
        state=MemberState.IN,
        updated_at=max(one.revised_at, one.seen_at),
        updated_reason=UpdateReason.NEW_VERSION if replaced else None,
        revision=1,
        hold_until=one.seen_at,
        released_at=one.seen_at,
    )
    return Member(one.paper, membership, one.summaries)


def read_slugs(name: str) -> list[str]:
    """The topics of a combined feed's name.

    :raises BadRequestError: for too many
    """
    slugs = sorted(set(name.split("+")))
    if len(slugs) > MAX_TOPICS:
        raise BadRequestError(f"At most {MAX_TOPICS} topics can be put together.")
    return slugs
