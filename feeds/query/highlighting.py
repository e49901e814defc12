"""Where in a text the words of a query stand: what is shown in bold. Pure, and of one mind with ``matching``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from feeds.model.terms import And, Field, Node, Or, Phrase, QueryWord
from feeds.query import words

#: Fields in which a point is no more than a space (see ``words.split``).
_POINTLESS = (Field.AUTHOR, Field.JOURNAL)
_RUN = re.compile(r"\s|\S+")
_ELLIPSIS = "…"

#: From the first sign to the one after the last.
Span = tuple[int, int]


@dataclass(frozen=True)
class Snippet:
    """A part of a text, with the spans that lie in it."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class _Word:
    word: words.TextWord
    start: int
    end: int


def find_spans(query: Node, text: str, field: Field, among: Container[str] | None = None) -> tuple[Span, ...]:
    """The places of a query's phrases in a text; a phrase is one, those that overlap are joined.

    What NOT excludes is never among them.

    :param text: as it is shown; the spans count its own signs
    :param field: which one the text is: title, abstract, comment, authors or journal
    :param among: only phrases that are written like one of these, as ``matching.match`` gives them
    """
    phrases = [
        leaf
        for leaf in _phrases(query)
        if leaf.field in _fields_of(field) and (among is None or leaf.written in among)
    ]
    if not phrases:
        return ()
    there = _locate(text, points_count=field not in _POINTLESS)
    return tuple(_joined(sorted(span for phrase in phrases for span in _occurrences(phrase.words, there))))


def cut_snippet(text: str, spans: Sequence[Span], length: int = 240) -> Snippet:
    """The part of a text around its first span, cut where words end.

    :param length: about so many signs
    """
    first = spans[0][0] if spans else 0
    start = 0 if len(text) <= length or first < length // 2 else _space_before(text, first - length // 4)
    end = len(text) if len(text) - start <= length else _space_before(text, start + length)
    if spans:
        end = max(end, spans[0][1])
    head, tail = _ELLIPSIS * (start > 0), _ELLIPSIS * (end < len(text))
    inside = (span for span in spans if start <= span[0] and span[1] <= end)
    shift = len(head) - start
    return Snippet(head + text[start:end] + tail, tuple((a + shift, b + shift) for a, b in inside))


def _phrases(node: Node) -> Iterator[Phrase]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _phrases(part)
        case Phrase():
            yield node
        case _:
            return  # what is excluded; a category or an id, which stand in no text


def _fields_of(field: Field) -> tuple[Field, ...]:
    """The fields of a query by which this text is looked at."""
    return (field, Field.ANY) if field in (Field.TITLE, Field.ABSTRACT) else (field,)


def _occurrences(phrase: Sequence[QueryWord], there: Sequence[_Word]) -> Iterator[Span]:
    for first, word in enumerate(there):
        if not _is_form(phrase[0], word):
            continue
        some = there[first : first + len(phrase)]
        beside = all(a.word.position + 1 == b.word.position for a, b in pairwise(some))
        if beside and len(some) == len(phrase) and all(map(_is_form, phrase, some)):
            yield word.start, some[-1].end


def _is_form(wanted: QueryWord, found: _Word) -> bool:
    spelling = found.word.cased if wanted.acronym else found.word.folded
    return any(spelling.startswith(form) if wanted.prefix else spelling == form for form in wanted.forms)


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """The spans, in order, with those that overlap made one."""
    reached: Span | None = None
    for start, end in spans:
        if reached and start < reached[1]:
            reached = reached[0], max(reached[1], end)
            continue
        if reached:
            yield reached
        reached = start, end
    if reached:
        yield reached


def _locate(text: str, *, points_count: bool) -> list[_Word]:
    """The words of a text, each with where it stands in it."""
    if not points_count:
        text = text.replace(".", " ")
    bare, origins = _plain_with_origins(text)
    return [_Word(word, origins[at][0], origins[at + len(word.cased) - 1][1]) for word, at in words.locate(bare)]


def _plain_with_origins(text: str) -> tuple[str, list[Span]]:
    """The plain text, and for each of its signs what it was made of.

    Sign by sign, each with its accents, wherever that makes the same text; else, where Unicode joins neighbours
    (Korean letters make syllables), by runs between spaces.
    """
    bare = words.plain(text)
    for units in (list(_signs(text)), [found.span() for found in _RUN.finditer(text)]):
        pieces = [words.plain(text[start:end]) for start, end in units]
        if "".join(pieces) == bare:
            break
    return bare, [unit for unit, piece in zip(units, pieces, strict=True) for _ in piece]


def _signs(text: str) -> Iterator[Span]:
    starts = [at for at, sign in enumerate(text) if not at or unicodedata.category(sign)[0] != "M"]
    yield from pairwise([*starts, len(text)] if text else [])


def _space_before(text: str, at: int) -> int:
    """The start of the word that stands there, or the place itself in a very long one."""
    found = text.rfind(" ", max(0, at - 40), at)
    return found + 1 if found >= 0 else at
