"""Makes the channel of a feed: what all formats write, with each entry's content as HTML."""

from __future__ import annotations

from feeds.maths import to_plain
from feeds.model.calendar import eastern_midnight
from feeds.model.channels import Channel, Item, Source
from feeds.model.entries import Entry, Feed, Site
from feeds.model.licences import describe_licence
from feeds.model.variants import Byline, Variant
from feeds.render.content import render_content
from feeds.render.phrases import phrases
from feeds.render.remarks import write_byline

#: RFC 4287, section 4.1.2: no entry without an author.
NOBODY = ("arXiv",)


def make_channel(feed: Feed, site: Site, variant: Variant) -> Channel:
    """A feed of papers as a channel.

    :param variant: how it is wanted: bylines and formulas go by it; what is in the feed was chosen before
    """
    return Channel(
        id=feed.id,
        title=feed.title,
        subtitle=feed.subtitle,
        updated_at=feed.updated_at,
        home_url=feed.home_url,
        address=feed.address,
        items=tuple(_make_item(entry, feed.language, variant) for entry in feed.entries),
        options=feed.options,
        language=feed.language,
        rights=feed.rights,
        icon_url=site.icon_url,
        logo_url=site.logo_url,
        hub_url=site.hub_url,
    )


def _make_item(entry: Entry, language: str, variant: Variant) -> Item:
    return Item(
        id=entry.id,
        title=entry.title,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        authors=_name_authors(entry, language, variant.authors),
        content=render_content(entry, language, variant.maths),
        links=entry.links,
        summary=to_plain(entry.tldr or "").strip() or None,
        categories=entry.categories + entry.tags,
        source=_find_source(entry),
        rights=describe_licence(entry.paper.licence) if entry.paper.licence else None,
        paper=entry.paper,
        announce_type=entry.announce_type,
    )


def _name_authors(entry: Entry, language: str, byline: Byline) -> tuple[str, ...]:
    names = tuple(author.name for author in entry.paper.authors if author.name.strip())
    if byline is Byline.JOINED and names:
        return (write_byline(names, phrases(language)),)
    return names or NOBODY


def _find_source(entry: Entry) -> Source | None:
    """arXiv's listing that announced the paper, as arXiv itself names it, with the day's date."""
    listing = next(iter(entry.listed_in), entry.paper.primary)
    if listing is None or entry.announced_on is None:
        return None
    return Source(
        id=f"http://rss.arxiv.org/atom/{listing}",
        title=f"{listing} updates on arXiv.org",
        url=f"https://rss.arxiv.org/atom/{listing}",
        updated_at=eastern_midnight(entry.announced_on),
    )
