"""Our extension of feedgen: what it does not write of Atom, or writes without its attributes.

feedgen 1.0.0 drops ``rel``, ``type`` and ``title`` of Atom entry links (lkiesow/python-feedgen#135) and knows
only the title and one link of a source, so entries get both here, never through ``FeedEntry.link`` and ``source``.
"""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from feeds.model.channels import Channel, Item, Source
from feeds.model.documents import ATOM_TYPE
from feeds.model.entries import Link
from feeds.render.paper_elements import NAMESPACES, add_paper_elements

HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


class WireExtension(BaseExtension):  # type: ignore[misc]
    """The feed's part: namespaces, history, tombstones."""

    _channel: Channel

    def describe(self, channel: Channel) -> None:
        """To be called before the feed is written."""
        self._channel = channel

    def extend_ns(self) -> dict[str, str]:
        used = dict(NAMESPACES)
        if self._channel.is_archive:
            used["fh"] = HISTORY
        if self._channel.tombstones:
            used["at"] = TOMBSTONES
        return used

    def extend_atom(self, feed: Any) -> Any:
        if self._channel.is_archive:
            etree.SubElement(feed, f"{{{HISTORY}}}archive")
        for tombstone in self._channel.tombstones:
            when = tombstone.left_at.isoformat()
            etree.SubElement(feed, f"{{{TOMBSTONES}}}deleted-entry", ref=tombstone.id, when=when)
        return feed


class WireEntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """The entry's part: links, its source, and what arXiv's own feeds tell of a paper."""

    _item: Item

    def describe(self, item: Item) -> None:
        """To be called before the entry is written."""
        self._item = item

    def extend_atom(self, entry: Any) -> Any:
        for link in self._item.links:
            _add_link(entry, link)
        if self._item.source:
            _add_source(entry, self._item.source)
        add_paper_elements(entry, self._item)
        return entry


def _add_link(parent: etree._Element, link: Link) -> None:
    # A bare name: feedgen writes Atom's namespace as a plain attribute.
    element = etree.SubElement(parent, "link", href=link.href, rel=link.rel, type=link.type)
    if link.title:
        element.set("title", link.title)


def _add_source(entry: etree._Element, source: Source) -> None:
    """RFC 4287, section 4.2.11."""
    element = etree.SubElement(entry, "source")
    etree.SubElement(element, "id").text = source.id
    etree.SubElement(element, "title").text = source.title
    etree.SubElement(element, "updated").text = source.updated_at.isoformat()
    _add_link(element, Link(source.url, "self", ATOM_TYPE))
