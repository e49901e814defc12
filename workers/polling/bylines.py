"""Tells the authors of a byline apart from one another and from their affiliations."""

from __future__ import annotations

import re

from feeds.model.papers import Author
from feeds.text import clean, squeeze
from workers.metadata import clean_name, cleaned

_COLLABORATION = re.compile(r"(?P<group>[^:()]*\bCollaboration)\s*:\s*(?P<first>.+)")
_AND = re.compile(r"\band\b\s*")
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
_OTHERS = re.compile(r"(?:and\s+)?et\.?\s+al\.?(?:ia)?", re.IGNORECASE)
#: A list of affiliations at the end, ``((1) One, (2) Two)``, and what refers to it, ``(1,2)`` or ``(1 and 2)``.
_NOTE = re.compile(r"\(\s*(?P<note>\(\s*(?:\d{1,2}|[a-z])\s*\).*)\)\s*")
_NUMBERED = re.compile(r"\(\s*(\d{1,2}|[a-z])\s*\)\.?\s*")
_REFERENCES = re.compile(r"(?:\d{1,2}|[a-z])(?:\s*(?:,|and)\s*(?:\d{1,2}|[a-z]))*")


def parse_authors(creator: str) -> list[Author]:
    """Split ``dc:creator``: all authors in one string, with commas also inside their affiliations.

    ``First Last (affiliation, affiliation), ...``; a name that opens a collaboration's list is parted from it.
    """
    authors: list[Author] = []
    for piece in _split_outside_parentheses(clean(creator)):
        name, _, affiliation = piece.partition("(")
        if found := _COLLABORATION.fullmatch(name.strip()):
            authors.append(Author(cleaned(found["group"])))
            name = found["first"]
        name = clean_name(name)
        affiliation = cleaned(affiliation.rstrip().removesuffix(")"))
        if name:
            authors.append(Author(name, affiliation or None))
    return authors


def parse_byline(text: str) -> list[Author]:
    """Split a byline as its submitter wrote it.

    Beside what :func:`parse_authors` knows: "and", "et al.", ", Jr.", and affiliations that are numbered and
    listed at the end (info.arxiv.org/help/prep.html, "Author(s)").
    """
    text = squeeze(clean(text))
    text, affiliations = _part_note(text)
    authors: list[Author] = []
    for author in parse_authors(_commas_for_and(text)):
        if _SUFFIX.fullmatch(author.name) and authors:
            before = authors.pop()
            author = Author(f"{before.name} {author.name}", author.affiliation or before.affiliation)
        if not _OTHERS.fullmatch(author.name):
            authors.append(Author(author.name, _resolve(author.affiliation, affiliations)))
    return authors


def _part_note(text: str) -> tuple[str, dict[str, str]]:
    """The byline without the list at its end, and that list."""
    start = _last_group(text)
    found = _NOTE.fullmatch(text, start) if start is not None else None
    if start is None or found is None:
        return text, {}
    _, *pieces = _NUMBERED.split(found["note"])
    listed = zip(pieces[::2], pieces[1::2], strict=False)
    return text[:start], {number: cleaned(name.strip(" ,;.")) for number, name in listed}


def _last_group(text: str) -> int | None:
    """Where the parenthesis opens that ends the text."""
    if not text.endswith(")"):
        return None
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0:
            return at
    return None


def _resolve(affiliation: str | None, listed: dict[str, str]) -> str | None:
    """An affiliation, or what the numbers in its place refer to."""
    if not affiliation or not listed or not _REFERENCES.fullmatch(affiliation):
        return affiliation
    numbers = re.findall(r"\w+", affiliation.replace("and", ","))
    return ", ".join(listed[number] for number in numbers if listed.get(number)) or None


def _commas_for_and(text: str) -> str:
    """The byline with a comma for each "and" between two authors."""
    pieces: list[str] = []
    depth = last = 0
    for at, sign in enumerate(text):
        depth = max(0, depth + (sign == "(") - (sign == ")"))
        if depth == 0 and sign in " )," and (found := _AND.match(text, at + 1)):
            pieces += [text[last : at + 1], ","]
            last = found.end()
    return "".join([*pieces, text[last:]])


def _split_outside_parentheses(text: str) -> list[str]:
    """Cut at commas; a parenthesis that never closes does not swallow what follows."""
    pieces: list[str] = []
    start = depth = 0
    for at, sign in enumerate(text):
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(0, depth - 1)
        elif sign == "," and depth == 0:
            pieces.append(text[start:at])
            start = at + 1
    rest = text[start:]
    return [*pieces, *(rest.split(",") if depth else [rest])]
