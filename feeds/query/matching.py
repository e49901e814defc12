"""Whether a paper matches a query, and by which of its parts."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import takewhile

from feeds.model import taxonomy
from feeds.model.papers import Paper
from feeds.model.terms import And, Field, HasId, InCategory, Node, Not, Or, Phrase, QueryWord
from feeds.query import words


def match(query: Node, paper: SearchablePaper) -> tuple[str, ...] | None:
    """Try a paper.

    :returns: the parts of the query that were found, as written and in its order; None where it does not
        match. What NOT excludes is never among them.
    """
    found = _find(query, paper)
    return None if found is None else tuple(dict.fromkeys(found))


def _find(node: Node, paper: SearchablePaper) -> list[str] | None:
    """What was found of a part that holds; None for one that does not."""
    match node:
        case And(parts):
            both = [_find(part, paper) for part in parts]
            return None if None in both else _joined(both)
        case Or(parts):
            either = [_find(part, paper) for part in parts]
            return _joined(either) if any(found is not None for found in either) else None
        case Not(part):
            return [] if _find(part, paper) is None else None
        case _:
            return [node.written] if paper.holds(node) else None


def _joined(found: Iterable[list[str] | None]) -> list[str]:
    return [written for part in found for written in part or ()]


class SearchablePaper:
    """A paper with its words taken apart, once for all queries tried on it."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._fields: dict[Field, _WordIndex] = {}

    def holds(self, leaf: Phrase | InCategory | HasId) -> bool:
        match leaf:
            case InCategory(name):
                return any(taxonomy.belongs(category, name) for category in self.paper.categories)
            case HasId(arxiv_id):
                return self.paper.arxiv_id == arxiv_id
            case Phrase(phrase, Field.ANY):
                return self._index(Field.TITLE).has(phrase) or self._index(Field.ABSTRACT).has(phrase)
            case Phrase(phrase, field):
                return self._index(field).has(phrase)

    def _index(self, field: Field) -> _WordIndex:
        if field not in self._fields:
            self._fields[field] = _WordIndex(self._words(field))
        return self._fields[field]

    def _words(self, field: Field) -> list[words.TextWord]:
        paper = self.paper
        match field:
            case Field.TITLE:
                return words.split(paper.title)
            case Field.ABSTRACT:
                return words.split(paper.abstract)
            case Field.COMMENT:
                return words.split(paper.comment or "")
            case Field.JOURNAL:
                return words.split(paper.journal_ref or "", points_count=False)
            case Field.AUTHOR:
                return words.split("; ".join(a.name for a in paper.authors), points_count=False)
            case Field.ANY:
                raise ValueError("title and abstract are two texts")


class _WordIndex:
    """Where each word of a text stands."""

    def __init__(self, text: list[words.TextWord]) -> None:
        self._folded = _Vocabulary((word.folded, word.position) for word in text)
        self._cased = _Vocabulary((word.cased, word.position) for word in text)
        self._known: dict[QueryWord, int] = {}

    def has(self, phrase: Iterable[QueryWord]) -> bool:
        """Whether the phrase's words stand one after the other.

        Sets of positions are numbers here, bit by bit: even a long phrase in a long text costs little.
        """
        ends = -1  # before the first word, anywhere will do
        for word in phrase:
            ends = (ends << 1) & self._positions(word)
            if not ends:
                return False
        return True

    def _positions(self, word: QueryWord) -> int:
        if word not in self._known:
            vocabulary = self._cased if word.acronym else self._folded
            bits = 0
            for form in word.forms:
                for at in vocabulary.starting_with(form) if word.prefix else vocabulary.of(form):
                    bits |= 1 << at
            self._known[word] = bits
        return self._known[word]


class _Vocabulary:
    """The words of a text in one spelling, each with its positions."""

    def __init__(self, text: Iterable[tuple[str, int]]) -> None:
        self._positions: dict[str, list[int]] = defaultdict(list)
        for word, position in text:
            self._positions[word].append(position)

    def of(self, word: str) -> Iterable[int]:
        return self._positions.get(word, ())

    def starting_with(self, prefix: str) -> Iterator[int]:
        rest = range(bisect_left(self._sorted, prefix), len(self._sorted))
        for word in takewhile(lambda word: word.startswith(prefix), (self._sorted[at] for at in rest)):
            yield from self._positions[word]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._positions)
