"""Writes listings in the shape of arXiv's Atom feeds: for the sample, and for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from feeds.model.calendar import eastern_midnight

_HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">\n'
)


@dataclass(frozen=True)
class Item:
    """One listing item."""

    arxiv_id: str = "2604.00001"
    version: int = 1
    type: str = "new"
    title: str = "A title"
    abstract: str = "We present a paper. It is invented."
    authors: str = "Ada One, Bob Two"
    categories: tuple[str, ...] = ("cs.CV",)
    licence: str = "http://creativecommons.org/licenses/by/4.0/"


def write_listing(items: Sequence[Item] = (), name: str = "cs.CV", day: date = date(2026, 4, 17)) -> bytes:
    """A listing as arXiv builds it on a day."""
    built = eastern_midnight(day)
    head = (
        f"{_HEAD}  <id>http://rss.arxiv.org/atom/{name}</id>\n"
        f"  <title>{name} updates on arXiv.org</title>\n"
        f"  <updated>{built:%Y-%m-%dT%H:%M}:02+00:00</updated>\n"
        f'  <link href="http://rss.arxiv.org/atom/{name}" rel="self" type="application/atom+xml"/>\n'
        f"  <subtitle>{name} updates on the arXiv.org e-print archive.</subtitle>\n"
    )
    return (head + "".join(_entry(item, day) for item in items) + "</feed>").encode()


def _entry(item: Item, day: date) -> str:
    offset = eastern_midnight(day).hour
    categories = "".join(f'    <category term="{term}"/>\n' for term in item.categories)
    return (
        "  <entry>\n"
        f"    <id>oai:arXiv.org:{item.arxiv_id}v{item.version}</id>\n"
        f"    <title>{escape(item.title)}</title>\n"
        f"    <updated>{day}T04:00:02.011100+00:00</updated>\n"
        f'    <link href="https://arxiv.org/abs/{item.arxiv_id}" rel="alternate" type="text/html"/>\n'
        f"    <summary>arXiv:{item.arxiv_id}v{item.version} Announce Type: {item.type} \n"
        f"Abstract: {escape(item.abstract)}</summary>\n"
        f"{categories}"
        f"    <published>{day}T00:00:00-{offset:02d}:00</published>\n"
        f"    <arxiv:announce_type>{item.type}</arxiv:announce_type>\n"
        f"    <dc:rights>{item.licence}</dc:rights>\n"
        f"    <dc:creator>{escape(item.authors)}</dc:creator>\n"
        "  </entry>\n"
    )
