"""JSON Feed 1.1 (jsonfeed.org/version/1.1), with what is known of a paper under ``_arxiv``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from feeds.model import identifiers
from feeds.model.channels import Channel, Item
from feeds.model.papers import Paper

VERSION = "https://jsonfeed.org/version/1.1"
#: Tells what the fields of ``_arxiv`` mean.
ABOUT = "https://info.arxiv.org/help/api/user-manual.html"


def render_json(channel: Channel) -> bytes:
    """A channel as a JSON Feed. The same channel gives the same bytes, always."""
    feed = {
        "version": VERSION,
        "title": channel.title,
        "home_page_url": channel.home_url,
        "feed_url": channel.url("json"),
        "description": channel.subtitle,
        "icon": channel.icon_url,
        "favicon": channel.icon_url,
        "language": channel.language,
        "hubs": [{"type": "WebSub", "url": channel.hub_url}] if channel.hub_url else None,
        "items": [_show_item(item) for item in channel.items],
    }
    return json.dumps(_told(feed), ensure_ascii=False, separators=(",", ":")).encode()


def _show_item(item: Item) -> dict[str, Any]:
    authors = [{"name": name} for name in item.authors]
    shown = {
        "id": item.id,
        "url": next((link.href for link in item.links if link.rel == "alternate"), None),
        "title": item.title,
        "content_html": item.content,
        "summary": item.summary,
        "date_published": item.published_at.isoformat(),
        "date_modified": item.updated_at.isoformat(),
        "authors": authors,
        "author": authors[0],  # of version 1.0: some readers know no other
        "tags": _unique(category.term for category in item.categories),
        "_arxiv": _show_paper(item.paper, item) if item.paper else None,
    }
    return _told(shown)


def _show_paper(paper: Paper, item: Item) -> dict[str, Any]:
    shown = {
        "about": ABOUT,
        "id": paper.arxiv_id,
        "version": paper.version,
        "primary_category": paper.primary,
        "categories": list(paper.categories),
        "announce_type": item.announce_type,
        "doi": paper.doi,
        "journal_ref": paper.journal_ref,
        "comment": paper.comment,
        "licence": paper.licence,
        "pdf": identifiers.pdf_url(paper.arxiv_id),
        "html": identifiers.html_url(paper.arxiv_id),
        "code": [link.href for link in item.links if link.title == "Code"],
        "withdrawn": paper.withdrawn,
    }
    return _told(shown)


def _unique(tags: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tags))


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what there is nothing to say of: readers trip over null."""
    return {name: value for name, value in fields.items() if value is not None}
