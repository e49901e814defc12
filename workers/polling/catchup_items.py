"""Reads an item of a catch-up page: a ``dt`` and a ``dd``, whose parts are told by their classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.identifiers import parse_arxiv_id
from feeds.model.papers import Author
from feeds.text import squeeze
from workers.metadata import clean_name, cleaned, split_categories
from workers.polling.bylines import parse_byline

#: How headings and marks begin that tell a type.
SECTIONS = {"new": AnnounceType.NEW, "cross": AnnounceType.CROSS, "repl": AnnounceType.REPLACE}
_MARK = re.compile(r"\((cross|repl)", re.IGNORECASE)
_LABEL = re.compile(r"\A(?:Title|Authors?|Comments?|Journal-?ref|Subjects?)\s*:\s*", re.IGNORECASE)
_CODE = re.compile(r"\(([A-Za-z-]+(?:\.[A-Za-z-]+)?)\)\s*$")


@dataclass(frozen=True)
class CaughtUp:
    """A paper as the page tells it, cleaned. It tells neither version nor licence nor dates."""

    arxiv_id: str
    type: AnnounceType
    title: str
    abstract: str
    authors: tuple[Author, ...]
    categories: tuple[str, ...]  #: primary first
    comment: str | None
    journal_ref: str | None


def read_item(
    section: AnnounceType | None, term: etree._Element, description: etree._Element | None, listing: str
) -> CaughtUp:
    """Read an item.

    :param section: what the heading above it says, if there is one
    :raises ValueError: where it cannot be read
    """
    arxiv_id = _arxiv_id(term)
    if description is None:
        raise ValueError(f"{arxiv_id} is not described")
    title = _field(description, "list-title")
    categories = _categories(description)
    if not title or not categories:
        raise ValueError(f"{arxiv_id} has no {'subjects' if title else 'title'}")
    return CaughtUp(
        arxiv_id=arxiv_id,
        type=_type(section, term, arxiv_id, is_home=taxonomy.belongs(categories[0], listing)),
        title=title,
        abstract=_abstract(description),
        authors=tuple(_authors(description)),
        categories=categories,
        comment=_field(description, "list-comments") or None,
        journal_ref=_field(description, "list-journal-ref") or None,
    )


def _arxiv_id(term: etree._Element) -> str:
    for link in term.iter("a"):
        _, is_abstract, named = (link.get("href") or "").partition("/abs/")
        if is_abstract:
            return parse_arxiv_id(named.strip()).arxiv_id
    raise ValueError("an item without a link to its abstract")


def _type(section: AnnounceType | None, term: etree._Element, arxiv_id: str, *, is_home: bool) -> AnnounceType:
    """The heading's type, else the item's own mark; a replacement is crossed where its primary is elsewhere."""
    if section is None:
        marked = _MARK.search(squeeze(text_of(term)))
        if marked is None:
            raise ValueError(f"{arxiv_id} stands under no heading")
        section = SECTIONS[marked[1].lower()]
    return AnnounceType.REPLACE_CROSS if section is AnnounceType.REPLACE and not is_home else section


def _find(description: etree._Element, name: str) -> etree._Element | None:
    """The first element of a class."""
    for element in description.iter("*"):
        if name in (element.get("class") or "").split():
            return element
    return None


def _field(description: etree._Element, name: str) -> str:
    element = _find(description, name)
    return "" if element is None else _LABEL.sub("", cleaned(text_of(element)), count=1)


def _abstract(description: etree._Element) -> str:
    """Every paragraph of it; a title's and a comment's are no ``p``."""
    return cleaned(" ".join(text_of(paragraph) for paragraph in description.iter("p")))


def _categories(description: etree._Element) -> tuple[str, ...]:
    subjects = _find(description, "list-subjects")
    if subjects is None:
        return ()
    primary = _find(subjects, "primary-subject")
    first = [] if primary is None else [text_of(primary)]
    coded = (_CODE.search(squeeze(subject)) for subject in [*first, *text_of(subjects).split(";")])
    return split_categories(code[1] for code in coded if code)[0]


def _authors(description: etree._Element) -> Iterator[Author]:
    """Each author is a link; a byline without links is split."""
    element = _find(description, "list-authors")
    if element is None:
        return
    names = [clean_name(text_of(link)) for link in element.iter("a")]
    if names:
        yield from (Author(name) for name in names if name)
        return
    byline = _LABEL.sub("", squeeze(text_of(element)), count=1)
    if not byline.startswith("("):  # "(author list is unavailable)"
        yield from parse_byline(byline)


def text_of(element: etree._Element) -> str:
    return "".join(str(piece) for piece in element.itertext())
