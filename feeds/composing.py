"""Composes a topic's feed from what the store has: pure, no clock, no database, no format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feeds.model import identifiers, taxonomy
from feeds.model.code_links import find_code_links
from feeds.model.documents import Publication
from feeds.model.entries import Category, Entry, Feed, Link, Member, Site
from feeds.model.papers import Paper
from feeds.model.summaries import EMBEDDED, Summary
from feeds.model.topics import Topic

#: Asked for by arXiv (info.arxiv.org/help/api/index.html and its brand guidelines); stays visible everywhere.
ACKNOWLEDGEMENT = "Thank you to arXiv for use of its open access interoperability."
DISCLAIMER = (
    "This service was not reviewed or approved by, nor does it necessarily express or reflect "
    "the policies or opinions of, arXiv."
)


def compose_feed(
    topic: Topic,
    members: Sequence[Member],
    site: Site,
    publication: Publication | None,
    created_at: datetime,
    origin: str | None = None,
) -> Feed:
    """Put a topic's feed together.

    :param members: what is published, in the order of the feed
    :param publication: the current one; None before the first
    :param created_at: the feed's date while nothing was published
    :param origin: the slug the topic was made under, where it bears another now: the feed's id never changes
    """
    published_at = publication.published_at if publication else created_at
    entries = tuple(_compose_entry(topic, member) for member in members)
    return Feed(
        id=tag_uri(site, f"topics/{origin or topic.slug}"),
        slug=topic.slug,
        title=topic.title,
        subtitle=topic.description or topic.title,
        updated_at=max([published_at, *(entry.updated_at for entry in entries)]),
        home_url=f"{site.base_url}/topics/{topic.slug}",
        feed_url=f"{site.base_url}/feeds/{topic.slug}.atom",
        rights=f"{ACKNOWLEDGEMENT} {DISCLAIMER}",
        entries=entries,
    )


def tag_uri(site: Site, specific: str) -> str:
    """An id under our own authority (RFC 4151)."""
    return f"tag:{site.authority},{site.authority_on}:{specific}"


def _compose_entry(topic: Topic, member: Member) -> Entry:
    paper, membership = member.paper, member.membership
    return Entry(
        id=identifiers.entry_id(paper.arxiv_id),
        title=paper.title,
        published_at=membership.joined_at,
        updated_at=membership.updated_at,
        updated_reason=membership.updated_reason,
        links=_links(paper),
        categories=tuple(Category(term, taxonomy.label(term)) for term in paper.categories),
        paper=paper,
        tldr=str(member.tldr.data) if member.tldr else None,
        provenance=_provenance(member.tldr, paper.version) if member.tldr else None,
        matched=membership.matched,
        listed_in=tuple(name for name in topic.categories if taxonomy.any_belongs(paper.categories, [name])),
    )


def _links(paper: Paper) -> tuple[Link, ...]:
    links = [
        Link(identifiers.abstract_url(paper.arxiv_id), "alternate", "text/html", "Abstract"),
        Link(identifiers.pdf_url(paper.arxiv_id), "related", "application/pdf", "PDF"),
        Link(identifiers.html_url(paper.arxiv_id), "related", "text/html", "HTML"),
    ]
    links += [Link(url, "related", "text/html", "Code") for url in find_code_links(paper.comment, paper.abstract)]
    if paper.licence and paper.licence.startswith(("http://", "https://")):
        links.append(Link(paper.licence, "license", "text/html"))
    return tuple(links)


def _provenance(summary: Summary, version: int) -> str:
    made_of = "the abstract" if summary.source == "abstract" else "the full text"
    if summary.summarizer == EMBEDDED:
        return f"Summary picked by machine from {made_of} of v{version}, in the authors' own words"
    return f"Summary written by machine ({summary.model}) from {made_of} of v{version}"
