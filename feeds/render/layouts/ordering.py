"""In which order layouts list papers, and the addresses that they give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from feeds.model import identifiers
from feeds.model.entries import Entry


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """By the day of the announcement that let a paper in, then by when it joined: a new version changes neither."""
    return sorted(entries, key=lambda entry: (day_of(entry), entry.published_at, entry.id), reverse=True)


def day_of(entry: Entry) -> date:
    """The day of a paper's announcement, by arXiv's calendar."""
    return entry.announced_on or entry.published_at.date()


def versioned_id(entry: Entry) -> str:
    """``2604.14193v2``."""
    return f"{entry.paper.arxiv_id}v{entry.paper.version}"


def abstract_url(entry: Entry) -> str:
    """The abstract page of the version that is shown."""
    return identifiers.abstract_url(versioned_id(entry))


def pdf_url(entry: Entry) -> str:
    """The PDF of the version that is shown."""
    return identifiers.pdf_url(versioned_id(entry))


def code_urls(entry: Entry) -> list[str]:
    """Where the paper's code is, as far as it says so."""
    return [link.href for link in entry.links if link.title == "Code"]
