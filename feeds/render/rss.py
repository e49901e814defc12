"""RSS 2.0, by the RSS Advisory Board's profile (rssboard.org/rss-profile).

Not through feedgen: of the links of a channel it writes only ``self``, and for each date it changes the whole
process's locale, which is not safe in a server with threads.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from lxml import etree
from markupsafe import escape

from feeds import __version__
from feeds.model import documents
from feeds.model.channels import Channel, Item
from feeds.render.paper_elements import DUBLIN_CORE, NAMESPACES, add_paper_elements

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
_ICON_SIZE = "144"  # pixels; the most that the specification allows


def render_rss(channel: Channel) -> bytes:
    """A channel as an RSS document. The same channel gives the same bytes, always."""
    rss = etree.Element("rss", version="2.0", nsmap={"atom": ATOM, "content": CONTENT, **NAMESPACES})
    root = etree.SubElement(rss, "channel")
    _add(root, "title", channel.title)
    _add(root, "link", channel.home_url)
    _add(root, "description", channel.subtitle)
    _add(root, "language", channel.language)
    _add(root, "copyright", channel.rights)
    _add(root, "lastBuildDate", _date(channel.updated_at))
    _add(root, "generator", f"Preprint Wire {__version__}")
    _add(root, "docs", "https://www.rssboard.org/rss-specification")
    _add_icon(root, channel)
    _add_link(root, channel.url("rss"), "self", documents.RSS_TYPE)
    if channel.hub_url:
        _add_link(root, channel.hub_url, "hub")
    for item in channel.items:
        _add_item(root, item)
    return etree.tostring(rss, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add_item(channel: etree._Element, item: Item) -> None:
    """The summary comes before the content: some readers show what they meet first."""
    element = etree.SubElement(channel, "item")
    _add(element, "title", item.title)
    _add(element, "link", next((link.href for link in item.links if link.rel == "alternate"), None))
    _add(element, "description", str(escape(item.summary)) if item.summary else None)  # HTML, by the profile
    _add(element, f"{{{CONTENT}}}encoded", item.content)
    for name in item.authors:
        _add(element, f"{{{DUBLIN_CORE}}}creator", name)
    for category in item.categories:
        etree.SubElement(element, "category", domain=category.scheme).text = category.term
    etree.SubElement(element, "guid", isPermaLink="false").text = item.id
    _add(element, "pubDate", _date(item.published_at))
    _add(element, f"{{{ATOM}}}updated", item.updated_at.isoformat())
    if item.source:
        etree.SubElement(element, "source", url=item.source.url).text = item.source.title
    _add(element, f"{{{DUBLIN_CORE}}}rights", item.rights)
    add_paper_elements(element, item)


def _add_icon(channel_element: etree._Element, channel: Channel) -> None:
    if channel.icon_url:
        image = etree.SubElement(channel_element, "image")
        _add(image, "url", channel.icon_url)
        _add(image, "title", channel.title)
        _add(image, "link", channel.home_url)
        _add(image, "width", _ICON_SIZE)
        _add(image, "height", _ICON_SIZE)


def _add_link(parent: etree._Element, href: str, rel: str, media_type: str | None = None) -> None:
    element = etree.SubElement(parent, f"{{{ATOM}}}link", href=href, rel=rel)
    if media_type:
        element.set("type", media_type)


def _add(parent: etree._Element, name: str, text: str | None) -> None:
    if text is not None:
        etree.SubElement(parent, name).text = text


def _date(at: datetime) -> str:
    """RFC 822, with four digits a year, as the profile wants it."""
    return format_datetime(at.astimezone(UTC), usegmt=True)
