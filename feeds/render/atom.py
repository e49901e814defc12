"""Atom 1.0 (RFC 4287), through feedgen."""

from __future__ import annotations

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feeds import __version__
from feeds.model import documents
from feeds.model.entries import Entry, Feed
from feeds.render.content import render_content
from feeds.render.feedgen_extras import WireEntryExtension, WireExtension


def render_atom(feed: Feed) -> bytes:
    """A feed as an Atom document. The same feed gives the same bytes, always."""
    generator = FeedGenerator()
    generator.register_extension("wire", WireExtension, WireEntryExtension, atom=True, rss=False)
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.subtitle)
    generator.updated(feed.updated_at)
    generator.language(feed.language)
    generator.link(
        [
            {"href": feed.feed_url, "rel": "self", "type": documents.ATOM_TYPE},
            {"href": feed.home_url, "rel": "alternate", "type": "text/html"},
        ]
    )
    generator.rights(feed.rights)
    generator.generator("Preprint Wire", version=__version__)
    for entry in feed.entries:
        _add_entry(generator, entry)
    body: bytes = generator.atom_str(pretty=True)
    return body


def _add_entry(generator: FeedGenerator, entry: Entry) -> None:
    item: FeedEntry = generator.add_entry(order="append")
    item.id(entry.id)
    item.title(entry.title)
    item.published(entry.published_at)
    item.updated(entry.updated_at)
    names = [author.name for author in entry.paper.authors if author.name.strip()]
    item.author([{"name": name} for name in names or ["arXiv"]])  # RFC 4287, 4.1.2: no entry without
    item.content(render_content(entry), type="html")
    if entry.tldr:
        item.summary(entry.tldr, type="text")
    for category in entry.categories + entry.tags:
        extra = {"label": category.label} if category.label else {}
        item.category(term=category.term, scheme=category.scheme, **extra)
    item.wire.links(entry.links)
    item.wire.arxiv(
        comment=entry.paper.comment,
        journal_ref=entry.paper.journal_ref,
        doi=entry.paper.doi,
    )
