"""Whether a paper matches a query, and by which of its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

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
                return any(taxonomy.belongs(category, name) for category in self._categories)
            case HasId(arxiv_id):
                return self.paper.arxiv_id == arxiv_id
            case Phrase(phrase, Field.ANY):
                return self._index(Field.TITLE).has(phrase) or self._index(Field.ABSTRACT).has(phrase)
            case Phrase(phrase, field):
                return self._index(field).has(phrase)

    @cached_property
    def _categories(self) -> tuple[str, ...]:
        return tuple(self.paper.categories)

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
        self._folded: dict[str, list[int]] = defaultdict(list)
        self._cased: dict[str, list[int]] = defaultdict(list)
        for word in text:
            self._folded[word.folded].append(word.position)
            self._cased[word.cased].append(word.position)

    def has(self, phrase: Iterable[QueryWord]) -> bool:
        ends: set[int] | None = None
        for word in phrase:
            here = self._positions(word)
            ends = set(here) if ends is None else {at for at in here if at - 1 in ends}
            if not ends:
                return False
        return True

    def _positions(self, word: QueryWord) -> list[int]:
        index = self._cased if word.acronym else self._folded
        if word.prefix:
            (start,) = word.forms
            return [at for form, places in index.items() if form.startswith(start) for at in places]
        return [at for form in word.forms for at in index.get(form, ())]
