"""RIS: a topic's papers for Zotero, EndNote and Mendeley.

A line a field, two letters, two spaces, a dash, a space (RIS format specification, 2001); CR LF ends each, and
no value holds a line's end.
"""

from __future__ import annotations

from collections.abc import Iterator

from feeds.maths import to_plain
from feeds.model import identifiers
from feeds.model.entries import Entry, Feed
from feeds.render.names import family_first
from feeds.render.references import describe, first_month, first_year, reference_key
from feeds.text import squeeze


def render_ris(feed: Feed) -> bytes:
    """A record a paper, in the feed's order; empty where there are none."""
    return "".join(f"{line}\r\n" for entry in feed.entries for line in [*_write_record(entry), ""]).encode()


def _write_record(entry: Entry) -> Iterator[str]:
    for tag, value in _fields(entry):
        if text := squeeze(value):
            yield f"{tag}  - {text}"
    yield "ER  - "


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    paper = entry.paper
    yield "TY", "JOUR" if paper.journal_ref else "UNPB"
    yield "ID", reference_key(paper)
    yield "TI", to_plain(paper.title)
    for author in paper.authors:
        yield "AU", family_first(author.name)
    yield "PY", str(first_year(paper))
    yield "DA", _write_date(entry)
    yield "JO", paper.journal_ref or ""
    yield "PB", "" if paper.journal_ref else "arXiv"
    yield "AN", reference_key(paper)
    yield "DO", paper.doi or ""
    yield "UR", identifiers.abstract_url(paper.arxiv_id)
    yield "L1", identifiers.pdf_url(paper.arxiv_id)
    for keyword in (*paper.categories, *entry.curation.tags):
        yield "KW", keyword
    yield "N1", to_plain(describe(paper))
    yield "AB", to_plain(paper.abstract)


def _write_date(entry: Entry) -> str:
    """``2026/04/17``; only the month where no more is known."""
    submitted = entry.paper.submitted_at
    if submitted:
        return f"{submitted:%Y/%m/%d}"
    year, month = first_month(entry.paper)
    return f"{year}/{month:02}"
