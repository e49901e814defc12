"""Any query as a feed: what is searched for, and what was found as entries. Pure."""

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
from feeds.model.entries import Feed, Member, Membership, MemberState, Site, UpdateReason
from feeds.model.papers import Paper
from feeds.model.summaries import Summary
from feeds.model.terms import And, InCategory, Node, Or
from feeds.model.topics import MAX_ENTRIES, Topic
from feeds.model.variants import PLAIN, Variant
from feeds.query import parser
from feeds.text import clean, squeeze

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


def compose_search(
    search: Search, found: Sequence[Found], site: Site, born_at: datetime, variant: Variant = PLAIN
) -> Feed:
    """What a search found as a feed; an entry's dates are when the paper came, and when its version did.

    :param found: newest first
    :param born_at: the feed's date while nothing is found
    """
    topic = Topic(slug=SEARCH, title=search.title, categories=search.categories, entries=MAX_ENTRIES)
    members = [_as_member(one) for one in found if variant.since is None or one.revised_at >= variant.since]
    feed = composing.compose_feed(topic, members, site, None, born_at, variant=variant)
    named = hashlib.sha256(search.options.encode()).hexdigest()[:16]
    return replace(
        feed,
        id=composing.tag_uri(site, f"search/{named}"),
        subtitle="Everything that this wire has read and that matches, newest first",
        home_url=f"{site.base_url}/",
        address=f"{site.base_url}/feeds/{SEARCH}",
        entries=tuple(replace(entry, announce_type=None) for entry in feed.entries),  # no announcement let it in
        options="&".join(filter(None, [search.options, variant.options])),
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
