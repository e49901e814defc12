"""Atom 1.0 (RFC 4287), through feedgen."""

from __future__ import annotations

from collections.abc import Iterator

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feeds import __version__
from feeds.model import documents
from feeds.model.channels import Channel, Item
from feeds.render.feedgen_extras import WireEntryExtension, WireExtension

#: The other formats, not as alternates: newsboat takes the last alternate for the feed's page, others the first.
_OTHERS = {"rss": documents.RSS_TYPE, "json": documents.JSON_FEED}


def render_atom(channel: Channel) -> bytes:
    """A channel as an Atom document. The same channel gives the same bytes, always."""
    generator = FeedGenerator()
    generator.register_extension("wire", WireExtension, WireEntryExtension, atom=True, rss=False)
    generator.id(channel.id)
    generator.title(channel.title)
    generator.subtitle(channel.subtitle)
    generator.updated(channel.updated_at)
    generator.language(channel.language)
    generator.link(list(_links(channel)))
    generator.rights(channel.rights)
    generator.icon(channel.icon_url)
    generator.logo(channel.logo_url)
    generator.generator("Preprint Wire", version=__version__)
    generator.wire.describe(channel)
    for item in channel.items:
        _add_entry(generator, item)
    body: bytes = generator.atom_str(pretty=True)
    return body


def _links(channel: Channel) -> Iterator[dict[str, str]]:
    yield {"href": channel.url("atom"), "rel": "self", "type": documents.ATOM_TYPE}
    yield {"href": channel.home_url, "rel": "alternate", "type": "text/html"}
    for extension, media_type in _OTHERS.items():
        if extension in channel.extensions:
            yield {"href": channel.url(extension), "rel": "related", "type": media_type}
    if channel.hub_url:
        yield {"href": channel.hub_url, "rel": "hub"}
    if history := channel.history:
        archives = {"current": history.current, "prev-archive": history.previous, "next-archive": history.next}
        yield from (
            {"href": href, "rel": rel, "type": documents.ATOM_TYPE} for rel, href in archives.items() if href
        )


def _add_entry(generator: FeedGenerator, item: Item) -> None:
    entry: FeedEntry = generator.add_entry(order="append")
    entry.id(item.id)
    entry.title(item.title)
    entry.published(item.published_at)
    entry.updated(item.updated_at)
    entry.author([{"name": name} for name in item.authors])
    entry.content(item.content, type="html")
    if item.summary:
        entry.summary(item.summary, type="text")
    for category in item.categories:
        extra = {"label": category.label} if category.label else {}
        entry.category(term=category.term, scheme=category.scheme, **extra)
    entry.rights(item.rights)
    entry.wire.describe(item)
