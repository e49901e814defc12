"""CSV: a topic's papers as a table for spreadsheets and scripts (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from feeds.clock import format_rfc3339
from feeds.maths import to_plain
from feeds.model import identifiers
from feeds.model.entries import Entry, Feed
from feeds.render.layouts.ordering import code_urls, day_of
from feeds.text import squeeze

#: Spreadsheets run a cell that begins so as a formula (OWASP, "CSV injection"); some read the wide forms alike.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def _line(text: str) -> str:
    return squeeze(to_plain(text))


#: The columns, in order. Part of what scripts rely on: more may follow at the end.
COLUMNS: dict[str, Callable[[Entry], object]] = {
    "id": lambda entry: entry.paper.arxiv_id,
    "version": lambda entry: entry.paper.version,
    "title": lambda entry: _line(entry.paper.title),
    "authors": lambda entry: "; ".join(author.name for author in entry.paper.authors),
    "categories": lambda entry: " ".join(entry.paper.categories),
    "announced_on": lambda entry: day_of(entry).isoformat(),
    "published_at": lambda entry: format_rfc3339(entry.published_at),
    "updated_at": lambda entry: format_rfc3339(entry.updated_at),
    "tldr": lambda entry: _line(entry.tldr or ""),
    "abstract": lambda entry: _line(entry.paper.abstract),
    "comment": lambda entry: _line(entry.paper.comment or ""),
    "doi": lambda entry: entry.paper.doi or "",
    "journal_ref": lambda entry: entry.paper.journal_ref or "",
    "licence": lambda entry: entry.paper.licence or "",
    "url": lambda entry: identifiers.abstract_url(entry.paper.arxiv_id),
    "pdf": lambda entry: identifiers.pdf_url(entry.paper.arxiv_id),
    "code": lambda entry: " ".join(code_urls(entry)),
    "withdrawn": lambda entry: "true" if entry.paper.withdrawn else "false",
    "rating": lambda entry: "" if entry.curation.rating is None else entry.curation.rating,
    "tags": lambda entry: ", ".join(entry.curation.tags),
    "institution": lambda entry: entry.curation.institution or "",
    "note": lambda entry: entry.curation.note or "",  # in its lines: it is Markdown
}


def render_csv(feed: Feed) -> bytes:
    """A header, and a row a paper in the feed's order."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_disarm(str(read(entry)).strip()) for read in COLUMNS.values()] for entry in feed.entries)
    return written.getvalue().encode()


def _disarm(text: str) -> str:
    """What would be a formula gets an apostrophe, which spreadsheets take for "this is text"."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
