"""Composes a topic's feed from what the store has: pure, no clock, no database, no format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feeds.maths import to_plain
from feeds.model import identifiers, taxonomy
from feeds.model.code_links import find_code_links
from feeds.model.documents import Publication
from feeds.model.entries import Category, Entry, Feed, Likeness, Link, Member, Site
from feeds.model.papers import Paper
from feeds.model.summaries import READING_PARTS, Kind
from feeds.model.topics import Topic
from feeds.model.variants import PLAIN, Variant

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
    variant: Variant = PLAIN,
) -> Feed:
    """Put a topic's feed together.

    :param members: what is published, in the order of the feed
    :param publication: the current one; None before the first
    :param created_at: the feed's date while nothing was published
    :param origin: the slug the topic was made under, where it bears another now: the feed's id never changes
    :param variant: how the members were chosen
    """
    published_at = publication.published_at if publication else created_at
    likeness = publication.likeness if publication else {}
    entries = tuple(compose_entry(topic, member, site, likeness.get(member.paper.arxiv_id)) for member in members)
    return Feed(
        id=tag_uri(site, f"topics/{origin or topic.slug}"),
        slug=topic.slug,
        title=topic.title,
        subtitle=topic.description or topic.title,
        updated_at=max([published_at, *(entry.updated_at for entry in entries)]),
        home_url=f"{site.base_url}/topics/{topic.slug}",
        address=f"{site.base_url}/feeds/{topic.slug}",
        rights=f"{ACKNOWLEDGEMENT} {DISCLAIMER}",
        entries=entries,
        language=variant.language or topic.language,
        options=variant.options,
    )


def tag_uri(site: Site, specific: str) -> str:
    """An id under our own authority (RFC 4151)."""
    return f"tag:{site.authority},{site.authority_on}:{specific}"


def compose_entry(topic: Topic, member: Member, site: Site, likeness: Likeness | None = None) -> Entry:
    """Put one entry together.

    :param likeness: why it stands where it does, in a topic ordered by it
    """
    paper, membership = member.paper, member.membership
    return Entry(
        id=identifiers.entry_id(paper.arxiv_id),
        title=to_plain(paper.title).strip() or paper.title.strip() or paper.arxiv_id,  # no format takes none
        published_at=membership.joined_at,
        updated_at=membership.updated_at,
        updated_reason=membership.updated_reason,
        links=_links(paper),
        categories=tuple(Category(term, taxonomy.label(term)) for term in paper.categories),
        paper=paper,
        tldr=_find_text(member, Kind.TLDR),
        summaries=member.summaries,
        contributions=_find_points(member),
        reading=_find_parts(member),
        translation=_find_text(member, Kind.TRANSLATION),
        matched=membership.matched,
        listed_in=_listed_in(topic, paper),
        curation=member.curation,
        tags=tuple(Category(tag, tag, tag_uri(site, "tags")) for tag in member.curation.tags),
        likeness=likeness,
        announce_type=membership.announce_type,
        announced_on=membership.announced_on,
    )


def _listed_in(topic: Topic, paper: Paper) -> tuple[str, ...]:
    counting = paper.categories[:1] if topic.primary_only else paper.categories
    return tuple(name for name in topic.categories if taxonomy.any_belongs(counting, [name]))


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


def _find_text(member: Member, kind: Kind) -> str | None:
    summary = member.find_summary(kind)
    return summary.data if summary and isinstance(summary.data, str) else None


def _find_points(member: Member) -> tuple[str, ...]:
    summary = member.find_summary(Kind.CONTRIBUTIONS)
    return tuple(summary.data) if summary and isinstance(summary.data, list) else ()


def _find_parts(member: Member) -> tuple[tuple[str, str], ...]:
    summary = member.find_summary(Kind.READING)
    if summary is None or not isinstance(summary.data, dict):
        return ()
    return tuple((part, summary.data[part]) for part in READING_PARTS if summary.data.get(part))
