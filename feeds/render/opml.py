"""OPML 2.0 (opml.org/spec2.opml): all topics as one subscription list, in sections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import groupby

from lxml import etree

from feeds.model.entries import Site
from feeds.model.topics import Topic


def render_opml(topics: Sequence[Topic], site: Site, modified_at: datetime) -> bytes:
    """The subscription list.

    ``type`` is "rss" for Atom feeds too, as readers expect; ``version`` is left out, it knows only RSS.

    :param topics: ordered by section
    :param modified_at: when anything in the list last changed
    """
    opml = etree.Element("opml", version="2.0")
    head = etree.SubElement(opml, "head")
    etree.SubElement(head, "title").text = "Preprint Wire"
    etree.SubElement(head, "dateModified").text = format_datetime(modified_at.astimezone(UTC), usegmt=True)
    etree.SubElement(head, "docs").text = "https://opml.org/spec2.opml"
    body = etree.SubElement(opml, "body")
    for section, some in groupby(topics, key=lambda topic: topic.section):
        parent = etree.SubElement(body, "outline", text=section, title=section) if section else body
        for topic in some:
            _add(parent, topic, site)
    return etree.tostring(opml, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add(parent: etree._Element, topic: Topic, site: Site) -> None:
    outline = etree.SubElement(
        parent,
        "outline",
        text=topic.title,
        title=topic.title,
        type="rss",
        xmlUrl=f"{site.base_url}/feeds/{topic.slug}.atom",
        htmlUrl=f"{site.base_url}/topics/{topic.slug}",
    )
    if topic.description:
        outline.set("description", topic.description)
    outline.set("language", topic.language)
