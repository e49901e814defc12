"""Our extension of feedgen: it owns an entry's links and foreign elements.

feedgen 1.0.0 drops ``rel``, ``type`` and ``title`` of Atom entry links (lkiesow/python-feedgen#135), so entries
get their links here and never through ``FeedEntry.link``.
"""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from feeds.model.entries import Link

ARXIV = "http://arxiv.org/schemas/atom"


class WireExtension(BaseExtension):  # type: ignore[misc]
    """The feed's part: the namespace."""

    def extend_ns(self) -> dict[str, str]:
        return {"arxiv": ARXIV}


class WireEntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """The entry's part."""

    def __init__(self) -> None:
        self._links: tuple[Link, ...] = ()
        self._foreign: dict[str, str] = {}

    def links(self, links: tuple[Link, ...]) -> None:
        """All links of the entry (RFC 4287, section 4.2.7)."""
        self._links = links

    def arxiv(self, **elements: str | None) -> None:
        """Elements in arXiv's own namespace, as its query API names them."""
        self._foreign = {name: text for name, text in elements.items() if text}

    def extend_atom(self, entry: Any) -> Any:
        for link in self._links:
            # A bare name: feedgen writes Atom's namespace as a plain attribute.
            element = etree.SubElement(entry, "link", href=link.href, rel=link.rel, type=link.type)
            if link.title:
                element.set("title", link.title)
        for name, text in self._foreign.items():
            etree.SubElement(entry, f"{{{ARXIV}}}{name}").text = text
        return entry
