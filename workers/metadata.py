"""What arXiv's interfaces say alike of a paper, cleaned: texts, categories apart from classes, DOIs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from feeds.text import clean, decode_tex_accents, squeeze

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[A-Za-z]+)*)?")
#: The DOI Handbook, section 2.2: a directory indicator, a registrant, any suffix.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,4}/\S+", re.ASCII)
_LONGEST_DOI_FIELD = 1000
_AND = re.compile(r"\Aand\s+(?=\S)")
_CLASS_SEPARATOR = re.compile(r"[;,]")


def cleaned(text: str | None) -> str:
    """A foreign text on one line, TeX's accents as letters."""
    return squeeze(decode_tex_accents(clean(text or "")))


def clean_name(text: str | None) -> str:
    """An author's name; the "and" before the last author often stays with it."""
    return _AND.sub("", cleaned(text))


def split_categories(terms: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """arXiv's categories, each once and in their order; and the MSC and ACM classes that came among them."""
    terms = [squeeze(term) for term in terms]
    categories = [term for term in terms if _CATEGORY.fullmatch(term)]
    classes = [term for term in terms if not _CATEGORY.fullmatch(term)]
    return tuple(dict.fromkeys(categories)), split_classes(classes)


def split_classes(texts: Iterable[str]) -> tuple[str, ...]:
    """The classes in fields like ``14J32, 32Q25`` and ``I.2.7; F.1.1``, each once.

    arXiv's OAI interface writes "None" for a class that is not there.
    """
    pieces = (cleaned(piece) for text in texts for piece in _CLASS_SEPARATOR.split(text))
    return tuple(dict.fromkeys(piece for piece in pieces if piece and piece != "None"))


def find_doi(text: str | None) -> str | None:
    """The first DOI in a field: papers with an erratum have two, and authors write anything."""
    found = _DOI.search(clean(text or "")[:_LONGEST_DOI_FIELD])
    return found[0].rstrip(".,;") if found else None
