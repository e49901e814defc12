"""Whether a paper matches a query, and by which of its parts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import takewhile

from feeds.model import taxonomy
from feeds.model.papers import Paper
from feeds.model.terms import And, Field, HasId, InCategory, Leaf, Node, Not, Or, Phrase, QueryWord
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
        case Phrase() | InCategory() | HasId():
            return [node.written] if paper.holds(node) else None
        case Or(parts):
            either = [found for part in parts if (found := _find(part, paper)) is not None]
            return [written for found in either for written in found] if either else None
        case And(parts):
            both: list[str] = []
            for part in parts:
                found = _find(part, paper)
                if found is None:
                    return None
                both += found
            return both
        case Not(part):
            return [] if _find(part, paper) is None else None


class SearchablePaper:
    """A paper with its words taken apart, once for all queries tried on it."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._texts: dict[Field, words.Text] = {}
        self._indexes: dict[Field, _WordIndex] = {}

    def holds(self, leaf: Leaf) -> bool:
        """Whether one of a query's leaves is found."""
        if isinstance(leaf, Phrase):
            return self._index(leaf.field).has(leaf.words)
        if isinstance(leaf, InCategory):
            return any(taxonomy.belongs(category, leaf.name) for category in self.paper.categories)
        return self.paper.arxiv_id == leaf.arxiv_id

    def text(self, field: Field) -> words.Text:
        """The words of a field's text; where title or abstract will do, those of the two, which never join."""
        if field not in self._texts:
            self._texts[field] = self._split(field)
        return self._texts[field]

    def _split(self, field: Field) -> words.Text:
        paper = self.paper
        match field:
            case Field.ANY:
                return words.read(f"{paper.title} | {paper.abstract}")
            case Field.TITLE:
                return words.read(paper.title)
            case Field.ABSTRACT:
                return words.read(paper.abstract)
            case Field.COMMENT:
                return words.read(paper.comment or "")
            case Field.JOURNAL:
                return words.read(paper.journal_ref or "", points_count=False)
            case Field.AUTHOR:
                return words.read("; ".join(author.name for author in paper.authors), points_count=False)

    def _index(self, field: Field) -> _WordIndex:
        if field not in self._indexes:
            self._indexes[field] = _WordIndex(self.text(field))
        return self._indexes[field]


class _WordIndex:
    """Where each word of a text stands."""

    def __init__(self, text: words.Text) -> None:
        self._text = text

    @cached_property
    def _folded(self) -> _Vocabulary:
        return _Vocabulary(self._text.folded, self._text.positions)

    @cached_property
    def _cased(self) -> _Vocabulary:
        return _Vocabulary(self._text.cased, self._text.positions)

    def has(self, phrase: Iterable[QueryWord]) -> bool:
        """Whether the phrase's words stand one after the other.

        Sets of positions are numbers here, bit by bit: even a long phrase in a long text costs little.
        """
        ends = -1  # before the first word, anywhere will do
        for word in phrase:
            ends = (ends << 1) & (self._cased if word.acronym else self._folded).positions(word)
            if not ends:
                return False
        return True


class _Vocabulary:
    """The words of a text in one spelling, each with its positions."""

    def __init__(self, spelt: Sequence[str], positions: Sequence[int]) -> None:
        self._at: dict[str, list[int]] = {}
        self._exact: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        for word, position in zip(spelt, positions, strict=True):
            if word in self._at:
                self._at[word].append(position)
            else:
                self._at[word] = [position]

    def positions(self, word: QueryWord) -> int:
        """Where a word stands, a bit for each position."""
        bits = 0
        for form in word.forms:
            if word.prefix:
                bits |= self._prefixed(form)
            elif form in self._at:
                if form not in self._exact:
                    self._exact[form] = _as_bits(self._at[form])
                bits |= self._exact[form]
        return bits

    def _prefixed(self, form: str) -> int:
        if form not in self._prefixes:
            self._prefixes[form] = _as_bits(at for word in self._starting_with(form) for at in self._at[word])
        return self._prefixes[form]

    def _starting_with(self, prefix: str) -> Iterator[str]:
        rest = range(bisect_left(self._sorted, prefix), len(self._sorted))
        return takewhile(lambda word: word.startswith(prefix), (self._sorted[at] for at in rest))

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._at)


def _as_bits(positions: Iterable[int]) -> int:
    """A number with these bits set; made byte by byte, for a number is copied at every change."""
    wanted = list(positions)
    bits = bytearray(max(wanted, default=0) // 8 + 1)
    for position in wanted:
        bits[position // 8] |= 1 << position % 8
    return int.from_bytes(bits, "little")
