"""A paper: an arXiv id with the facts of its current version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from feeds.text import squeeze


@dataclass(frozen=True)
class Author:
    """One author, as the paper names them."""

    name: str
    affiliation: str | None = None


@dataclass(frozen=True)
class Paper:
    """What is known of a paper now. Facts only: nothing here says what we did about it."""

    arxiv_id: str  #: without version
    version: int
    title: str
    abstract: str
    authors: tuple[Author, ...]
    categories: tuple[str, ...]  #: primary first, arXiv categories only
    licence: str | None = None  #: a URI
    comment: str | None = None
    doi: str | None = None
    journal_ref: str | None = None
    classes: tuple[str, ...] = ()  #: MSC and ACM classes
    submitted_at: datetime | None = None  #: first version
    revised_at: datetime | None = None  #: this version
    withdrawn: bool = False

    @property
    def primary(self) -> str | None:
        return self.categories[0] if self.categories else None

    @property
    def text_hash(self) -> str:
        return text_hash(self.title, self.abstract)


def with_affiliations(told: tuple[Author, ...], known: tuple[Author, ...]) -> tuple[Author, ...]:
    """The authors as they are told, with known affiliations where these tell none, and the names are the same."""
    if any(author.affiliation for author in told) or [a.name for a in told] != [a.name for a in known]:
        return told
    return known


def text_hash(title: str, abstract: str) -> str:
    """Names a text that summaries are made of; white space does not count."""
    return hashlib.sha256(f"{squeeze(title)}\n{squeeze(abstract)}".encode()).hexdigest()
