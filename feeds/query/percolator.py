"""Which topics a paper joins, found without trying every topic.

A query that can only match papers with certain words is tried on those alone: each of its alternatives gets
*anchors*, of which every paper that matches it holds one at least. What was touched is then judged exactly
(admission, matching), so an anchor may promise too much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, product

from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.papers import Paper
from feeds.model.terms import And, Field, HasId, InCategory, Node, Not, Or, Phrase, QueryWord
from feeds.model.topics import Topic
from feeds.query import words
from feeds.query.admission import CompiledTopic, compile_topics, needs_completion, takes
from feeds.query.indexing import keys_of
from feeds.query.matching import SearchablePaper, match

#: Roughly how many papers in a thousand hold an anchor. Only what is rarer than what counts.
_ID, _PAIR, _ACRONYM, _WORD, _BEGINNING, _SHORT, _CATEGORY = 0, 2, 5, 50, 100, 300, 200
_SHORT_LETTERS = 3
#: Beginnings are looked up by so many letters, or by all that they have.
_HEAD = 4

_TEXTS = {field: field for field in Field} | {Field.TITLE: Field.ANY, Field.ABSTRACT: Field.ANY}


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What a paper holds that a query may match."""

    where: Field | str  #: the text; "cat" and "id" for those
    kind: int  #: one of the figures above
    name: str  #: a key, an acronym, the beginning of keys, a category, an id
    follower: str = ""  #: of a pair: the key that comes next


#: None: there is none, any paper may match.
_Cover = frozenset[_Anchor] | None


@dataclass(frozen=True)
class _Question:
    """A topic's query, with the part that says most about whom it matches as alternatives.

    An alternative without its anchors in a paper can be left out: it is not found there.
    """

    topic: CompiledTopic
    before: tuple[Node, ...] = ()
    alternatives: tuple[Node, ...] = ()  #: none: any paper may match
    after: tuple[Node, ...] = ()

    def match(self, touched: Sequence[int], paper: SearchablePaper) -> tuple[str, ...] | None:
        """Try a paper.

        :param touched: which of the alternatives may be found
        """
        if not self.alternatives:
            return match(self.topic.query, paper) if self.topic.query else ()
        some = [self.alternatives[number] for number in touched]
        narrowed = some[0] if len(some) == 1 else Or(tuple(some))
        whole = And((*self.before, narrowed, *self.after)) if self.before or self.after else narrowed
        return match(whole, paper)


class Percolator:
    """All topics' queries at once.

    :param compiled: the topics, in the order in which they are told
    """

    def __init__(self, compiled: Sequence[CompiledTopic]) -> None:
        self._questions = [_ask(topic) for topic in compiled]
        #: Each question's alternatives in turn: what anchors lead to is a place in this.
        self._entries: list[tuple[int, int]] = []
        self._texts: dict[Field, _Anchors] = defaultdict(_Anchors)
        self._facts: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._unanchored: set[int] = set()
        self._polling: dict[str, list[int]] = defaultdict(list)
        self._listings: dict[str, frozenset[int]] = {}
        for at, question in enumerate(self._questions):
            self._enter(at, question)

    @cached_property
    def completing(self) -> Percolator:
        """Only the topics that ask for what arXiv's API tells later."""
        return Percolator([asked.topic for asked in self._questions if needs_completion(asked.topic)])

    def judge_all(
        self, paper: SearchablePaper, listing: str, announce_type: AnnounceType
    ) -> list[tuple[CompiledTopic, tuple[str, ...]]]:
        """Judge an announcement for every topic.

        :param listing: the listing that carries it, by its canonical name
        :returns: the topics that it joins, each with the parts of its query that matched
        """
        joined: list[tuple[CompiledTopic, tuple[str, ...]]] = []
        for at, touched in self._find(paper, listing).items():
            question = self._questions[at]
            if takes(question.topic.topic, paper.paper, listing, announce_type):
                matched = question.match(touched, paper)
                if matched is not None:
                    joined.append((question.topic, matched))
        return joined

    def _enter(self, at: int, question: _Question) -> None:
        first = len(self._entries)
        self._entries += [(at, number) for number in range(max(1, len(question.alternatives)))]
        if not question.alternatives:
            self._unanchored.add(first)
        for entry, alternative in enumerate(question.alternatives, first):
            for anchor in _cover(alternative) or ():
                self._anchor(anchor, entry)
        for name in question.topic.topic.categories:
            self._polling[name] += range(first, len(self._entries))

    def _anchor(self, anchor: _Anchor, entry: int) -> None:
        if isinstance(anchor.where, Field):
            self._texts[anchor.where].add(anchor, entry)
        else:
            self._facts[anchor.where, anchor.name].append(entry)

    def _find(self, paper: SearchablePaper, listing: str) -> dict[int, list[int]]:
        """The topics that may take the paper, in their order, each with the alternatives that may match."""
        entries = set(self._unanchored)
        for field, anchors in self._texts.items():
            entries.update(*anchors.find(paper.text(field)))
        if self._facts:
            entries.update(*(self._facts.get(fact, ()) for fact in _facts(paper.paper)))
        found: dict[int, list[int]] = {}
        for entry in sorted(self._listed(listing) & entries):
            at, number = self._entries[entry]
            found.setdefault(at, []).append(number)
        return found

    def _listed(self, listing: str) -> frozenset[int]:
        """What belongs to topics that take papers from this listing."""
        if listing not in self._listings:
            names = taxonomy.kinds_of(listing)
            self._listings[listing] = frozenset(entry for name in names for entry in self._polling.get(name, ()))
        return self._listings[listing]


@lru_cache(maxsize=2)
def make_percolator(topics: tuple[Topic, ...]) -> Percolator:
    """The percolator of these topics; made once while they stay the same, for thousands take their time."""
    return Percolator(compile_topics(topics))


class _Anchors:
    """What is looked for in a text, and what each leads to. Nothing is added after the first search."""

    def __init__(self) -> None:
        self._words: dict[str, list[int]] = defaultdict(list)
        self._acronyms: dict[str, list[int]] = defaultdict(list)
        self._pairs: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._beginnings: dict[str, list[tuple[str, list[int]]]] = defaultdict(list)

    def add(self, anchor: _Anchor, entry: int) -> None:
        if anchor.kind == _PAIR:
            self._pairs[anchor.name, anchor.follower].append(entry)
        elif anchor.kind == _ACRONYM:
            self._acronyms[anchor.name].append(entry)
        elif anchor.kind == _BEGINNING:
            self._beginnings[anchor.name[:_HEAD]].append((anchor.name, [entry]))
        else:
            self._words[anchor.name].append(entry)

    def find(self, text: words.Text) -> Iterator[list[int]]:
        """Where each anchor that the text holds leads to."""
        keys = [word if word[-1] != "s" else words.key(word) for word in text.folded]
        names, acronyms, pairs = self._sets
        yield from (self._words[key] for key in names.intersection(keys))
        yield from (self._pairs[pair] for pair in pairs.intersection(pairwise(keys)))
        yield from (self._acronyms[word] for word in acronyms.intersection(text.cased))
        for length in self._head_lengths:
            yield from [
                entries
                for key in set(keys)
                if key[:length] in self._beginnings
                for beginning, entries in self._beginnings[key[:length]]
                if key.startswith(beginning)
            ]

    @cached_property
    def _sets(self) -> tuple[frozenset[str], frozenset[str], frozenset[tuple[str, str]]]:
        """The anchors alone: sets meet a text several times as fast as a dict does."""
        return frozenset(self._words), frozenset(self._acronyms), frozenset(self._pairs)

    @cached_property
    def _head_lengths(self) -> list[int]:
        return sorted({len(head) for head in self._beginnings})


def _facts(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "id", paper.arxiv_id
    for category in paper.categories:
        yield from (("cat", name) for name in taxonomy.kinds_of(category))


def _ask(topic: CompiledTopic) -> _Question:
    """The query with its most telling part set apart, if that is in its alternatives at all."""
    query = topic.query
    if query is None or _cover(query) is None:
        return _Question(topic)
    if not isinstance(query, And):
        return _Question(topic, alternatives=_alternatives(query))
    told = [(at, cover) for at, part in enumerate(query.parts) if (cover := _cover(part)) is not None]
    best, _ = min(told, key=lambda each: _cost(each[1]))
    parts = query.parts
    return _Question(topic, parts[:best], _alternatives(parts[best]), parts[best + 1 :])


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Or) else (node,)


def _cover(node: Node) -> _Cover:
    """Anchors of which every paper that matches holds one at least."""
    match node:
        case And(parts):
            covers = [cover for part in parts if (cover := _cover(part)) is not None]
            return min(covers, key=_cost, default=None)
        case Or(parts):
            either = [_cover(part) for part in parts]
            return None if None in either else frozenset().union(*(cover or () for cover in either))
        case Not():
            return None
        case InCategory(name):
            return frozenset({_Anchor("cat", _CATEGORY, name)})
        case HasId(arxiv_id):
            return frozenset({_Anchor("id", _ID, arxiv_id)})
        case Phrase(phrase, field):
            return frozenset(_phrase(phrase, _TEXTS[field]))


def _cost(cover: frozenset[_Anchor]) -> int:
    return sum(anchor.kind for anchor in cover)


def _phrase(phrase: Sequence[QueryWord], field: Field) -> Iterable[_Anchor]:
    """Two neighbours of a phrase where there are two whole words, else the rarest word."""
    for first, second in pairwise(phrase):
        if not second.prefix:
            pairs = product(sorted(_keys(first)), sorted(_keys(second)))
            return [_Anchor(field, _PAIR, key, follower) for key, follower in pairs]
    return min((_word(word, field) for word in phrase), key=lambda anchors: _cost(frozenset(anchors)))


def _word(word: QueryWord, field: Field) -> list[_Anchor]:
    if word.prefix:
        # A key is its word without an s, so the last letter may be missing.
        beginnings = {_folded(word, form).removesuffix("s") for form in word.forms}
        return [_Anchor(field, _BEGINNING, beginning) for beginning in beginnings]
    if word.acronym:
        return [_Anchor(field, _ACRONYM, form) for form in word.forms]
    return [_Anchor(field, _SHORT if len(key) <= _SHORT_LETTERS else _WORD, key) for key in _keys(word)]


def _keys(word: QueryWord) -> frozenset[str]:
    return keys_of(frozenset(_folded(word, form) for form in word.forms), upper=True)


def _folded(word: QueryWord, form: str) -> str:
    return form.casefold() if word.acronym else form
