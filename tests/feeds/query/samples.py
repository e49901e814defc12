"""Papers to try queries on, all invented."""

from __future__ import annotations

from typing import Any

from feeds.model.papers import Author, Paper
from feeds.query import parser
from feeds.query.matching import SearchablePaper, match


def make_paper(*, authors: tuple[str, ...] = (), **facts: Any) -> Paper:
    """A paper with nothing in it but what is given."""
    empty: dict[str, Any] = {
        "arxiv_id": "2604.00001", "version": 1, "title": "", "abstract": "", "categories": ("cs.CV",)
    }  # fmt: skip
    return Paper(authors=tuple(Author(name) for name in authors), **{**empty, **facts})


def found(query: str, **facts: Any) -> tuple[str, ...] | None:
    """The parts of a query that such a paper holds."""
    return match(parser.parse(query), SearchablePaper(make_paper(**facts)))


def matches(query: str, text: str) -> bool:
    """Whether a query finds a paper by its abstract."""
    return found(query, abstract=text) is not None
