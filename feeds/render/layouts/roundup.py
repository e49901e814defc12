"""The layout ``roundup``: what an editor says of papers, in the editor's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from feeds.model import identifiers
from feeds.model.entries import Entry, Feed
from feeds.render.layouts import markdown
from feeds.render.layouts.commentary import write_commentary
from feeds.render.layouts.front_matter import name, quote, write_front_matter
from feeds.render.layouts.phrases import labels

_CATEGORY = "arXiv"


def render_roundup(feed: Feed, section: str = "") -> bytes:
    """The post; papers of which the editor says nothing are not in it.

    :param section: the topic's
    """
    said = [
        (entry, text) for entry in _in_order(feed.entries) if (text := write_commentary(entry.curation.note or ""))
    ]
    tags = dict.fromkeys(tag for entry, _ in said for tag in entry.curation.tags)
    front = write_front_matter(
        {
            "title": quote(feed.title),
            "date": f"{feed.updated_at:%Y-%m-%d %H:%M:%S}",
            "categories": name(section or _CATEGORY),
            "tags": list(tags),
            "mathjax": "false",
        }
    )
    blocks = [front, markdown.open_line(markdown.escape_linking(_lead(feed))), "<!--more-->"]
    blocks += ["\n\n".join(_write_paper(entry, text)) for entry, text in said]
    return ("\n\n".join([*blocks, markdown.escape_linking(feed.rights)]) + "\n").encode()


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The editor's places first; the others stay as they stand in the feed."""
    return sorted(entries, key=lambda e: (e.curation.order is None, e.curation.order or 0))


def _lead(feed: Feed) -> str:
    if feed.subtitle and feed.subtitle != feed.title:
        return feed.subtitle
    return labels(feed.language).about.format(title=feed.title)


def _write_paper(entry: Entry, text: str) -> Iterator[str]:
    yield f"### {' '.join(_headline(entry))}"
    yield markdown.link(entry.title, identifiers.abstract_url(entry.paper.arxiv_id))
    yield text


def _headline(entry: Entry) -> Iterator[str]:
    said = entry.curation
    yield f"{identifiers.sort_key(entry.paper.arxiv_id)[0]}"
    if said.tags:
        yield markdown.code(", ".join(said.tags))
    if said.institution:
        yield markdown.escape(said.institution)
    if said.rating:
        yield "☆" * said.rating
