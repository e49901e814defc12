"""What a search index keeps of a paper, and what a query asks of it. Pure, and the same for every engine.

The index keeps tokens of our own. A word's token is its *key*: the folded word without a plural s, so that a phrase
of words is a phrase of tokens. What a key cannot say stands in columns beside: capitals (what acronyms find) and
facts (categories, the id). Where tokens say less than the query does, a plan finds too much, and says so.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

from feeds.model import taxonomy
from feeds.model.papers import Paper
from feeds.model.terms import And, Field, HasId, InCategory, Node, Not, Or, Phrase, QueryWord
from feeds.query import words
from feeds.query.matching import SearchablePaper

#: Rises with every change of what is kept: an index of another version is made anew.
VERSION = 1

#: The columns of words, by the field they answer for.
_STREAMS = {
    Field.TITLE: "title",
    Field.ABSTRACT: "abstract",
    Field.AUTHOR: "author",
    Field.COMMENT: "comment",
    Field.JOURNAL: "journal",
}
#: The columns of what acronyms find, by the column of words beside it.
_CAPS = {"title": "caps_title", "abstract": "caps_abstract", "comment": "caps_comment"}
_FACTS = "facts"
COLUMNS = (*_STREAMS.values(), *_CAPS.values(), _FACTS)
#: Stands between two words that are no neighbours; no word's token.
BREAK = "_"
#: The fact of every paper.
_ANY_PAPER = "_all"

#: What an index is sure to hold of a column; PostgreSQL (12.11) takes 16,383 positions, 255 of one token, 2,046
#: bytes a token and 1 MB a row.
_MAX_TOKENS = 16_000
_MAX_TIMES = 250
_MAX_TOKEN_BYTES = 2_000
_MAX_BYTES = 250_000

#: A plan is cut where it would outgrow what FTS5's parser bears (a stack of 100, sqlite.org/limits.html).
_MAX_DEPTH = 12
_MAX_PLACES = 32
_MAX_WAYS = 16

#: Engines fold ASCII letters: a capital is written as its small letter, a small one with a mark before it.
_CASED = str.maketrans(
    {**dict(zip(ascii_uppercase, ascii_lowercase, strict=True)), **{sign: f"_{sign}" for sign in ascii_lowercase}}
)
_PLAIN_IN_FACTS = frozenset(ascii_letters + digits + ".")


@dataclass(frozen=True)
class IndexedText:
    """What the index keeps of a paper."""

    columns: dict[str, tuple[str, ...]]  #: each column's tokens in order; :data:`BREAK` parts those of words

    @property
    def digest(self) -> str:
        """Names what is kept: another digest, another row."""
        text = "\n".join(" ".join(tokens) for tokens in self.columns.values())
        return hashlib.sha256(f"{VERSION}\n{text}".encode()).hexdigest()[:16]

    @property
    def overfull(self) -> bool:
        """Whether it is more than an engine is sure to hold."""
        size = 0
        for tokens in self.columns.values():
            distinct = Counter(token for token in tokens if token != BREAK)
            if len(tokens) > _MAX_TOKENS or max(distinct.values(), default=0) > _MAX_TIMES:
                return True
            if not all(map(_fits, distinct)):
                return True
            size += sum(len(token.encode()) for token in tokens)
        return size > _MAX_BYTES


def index_paper(paper: Paper) -> IndexedText:
    """What the index keeps of a paper."""
    searchable = SearchablePaper(paper)
    texts = {column: searchable.text(field) for field, column in _STREAMS.items()}
    columns = {column: tuple(_stream(text)) for column, text in texts.items()}
    columns |= {caps: tuple(_caps(texts[column])) for column, caps in _CAPS.items()}
    columns[_FACTS] = tuple(_facts(paper))
    return IndexedText(columns)


def _stream(text: words.Text) -> list[str]:
    tokens: list[str] = []
    last = 0
    for folded, position in zip(text.folded, text.positions, strict=True):
        if position > last + 1 and tokens:
            tokens.append(BREAK)
        tokens.append(words.key(folded))
        last = position
    return tokens


def _caps(text: words.Text) -> list[str]:
    return sorted({_cased_token(word) for word in text.cased if words.may_be_acronym(word)})


def _facts(paper: Paper) -> list[str]:
    kinds = {name for category in paper.categories for name in taxonomy.kinds_of(category)}
    return [_ANY_PAPER, _id_token(paper.arxiv_id), *sorted(_category_token(name) for name in kinds)]


def _cased_token(cased: str) -> str:
    """A token that begins with another's just where the words themselves do."""
    return cased.translate(_CASED)


def _category_token(name: str) -> str:
    return "c." + _fact_token(name)


def _id_token(arxiv_id: str) -> str:
    return "i." + _fact_token(arxiv_id)


def _fact_token(text: str) -> str:
    return "".join(_cased_token(sign) if sign in _PLAIN_IN_FACTS else f"'{ord(sign):x}'" for sign in text)


def _fits(token: str) -> bool:
    return len(token.encode()) <= _MAX_TOKEN_BYTES


@dataclass(frozen=True)
class Term:
    """A token, or what tokens begin with."""

    token: str
    prefix: bool = False


@dataclass(frozen=True)
class Run:
    """Tokens that stand one after the other in one of the columns, each in one of its spellings."""

    columns: tuple[str, ...]
    places: tuple[tuple[Term, ...], ...]  #: only the last has prefixes


@dataclass(frozen=True)
class Every:
    """All of the parts; without parts, any paper."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Some:
    """One of the parts or more; without parts, no paper."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Without:
    """What the part does not find."""

    part: Expression


Expression = Run | Every | Some | Without
NOTHING = Some(())
ANYTHING = Run((_FACTS,), ((Term(_ANY_PAPER),),))


@dataclass(frozen=True)
class Plan:
    """What to ask the index for."""

    expression: Expression  #: finds every paper that matches, but for those the index cannot hold
    exact: bool  #: and no other


def plan(tree: Node) -> Plan:
    """How the index answers a query."""
    most = _bound(tree, upper=True)
    return Plan(most, exact=most == _bound(tree, upper=False))


def _bound(node: Node, *, upper: bool, depth: int = 0) -> Expression:
    """What finds all that match and perhaps more (upper), or only what matches and perhaps less."""
    if depth > _MAX_DEPTH:
        return ANYTHING if upper else NOTHING
    match node:
        case And(parts):
            return _every(_bound(part, upper=upper, depth=depth + 1) for part in parts)
        case Or(parts):
            return _some(_bound(part, upper=upper, depth=depth + 1) for part in parts)
        case Not(part):
            return _without(_bound(part, upper=not upper, depth=depth + 1))
        case InCategory(name):
            return Run((_FACTS,), ((Term(_category_token(name)),),))
        case HasId(arxiv_id):
            return Run((_FACTS,), ((Term(_id_token(arxiv_id)),),))
        case Phrase():
            return _phrase(node, upper=upper)


def _every(parts: Iterable[Expression]) -> Expression:
    flat = _flat(parts, Every)
    if NOTHING in flat:
        return NOTHING
    needed = [part for part in flat if part != ANYTHING]
    return _alone(needed) if needed else ANYTHING


def _alone(parts: list[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _some(parts: Iterable[Expression]) -> Expression:
    flat = [part for part in _flat(parts, Some) if part != NOTHING]
    if ANYTHING in flat:
        return ANYTHING
    return flat[0] if len(flat) == 1 else Some(tuple(flat))


def _flat(parts: Iterable[Expression], kind: type[Every] | type[Some]) -> list[Expression]:
    """The parts, with those of parts of the same kind in their place, each once."""
    found: dict[Expression, None] = {}
    for part in parts:
        found |= dict.fromkeys(part.parts if isinstance(part, kind) and part.parts else (part,))
    return list(found)


def _without(part: Expression) -> Expression:
    if part in (NOTHING, ANYTHING):
        return ANYTHING if part == NOTHING else NOTHING
    return part.part if isinstance(part, Without) else Without(part)


def _phrase(phrase: Phrase, *, upper: bool) -> Expression:
    columns = ("title", "abstract") if phrase.field is Field.ANY else (_STREAMS[phrase.field],)
    acronyms = [word for word in phrase.words if word.acronym]
    if len(phrase.words) == 1 and acronyms:
        return _run(tuple(_CAPS[column] for column in columns), [_capitals(acronyms[0])])
    places = [_keys(word, upper=upper) for word in phrase.words]
    pieces = list(_cut(places))
    if len(pieces) == 1 and not acronyms:
        return _run(columns, places)
    if not upper:
        return NOTHING
    return _some(
        _every(
            [
                *(_run((column,), piece) for piece in pieces),
                *(_run((_CAPS[column],), [_capitals(word)]) for word in acronyms),
            ]
        )
        for column in columns
    )


def _run(columns: tuple[str, ...], places: Sequence[tuple[Term, ...]]) -> Expression:
    return Run(columns, tuple(places)) if all(places) else NOTHING


def _cut(places: list[tuple[Term, ...]]) -> Iterable[list[tuple[Term, ...]]]:
    """A phrase in pieces that are not too long, nor spelt in too many ways."""
    piece: list[tuple[Term, ...]] = []
    for place in places:
        if piece and (len(piece) == _MAX_PLACES or prod(map(len, [*piece, place])) > _MAX_WAYS):
            yield piece
            piece = []
        piece.append(place)
    yield piece


def _capitals(word: QueryWord) -> tuple[Term, ...]:
    return _terms((_cased_token(form), word.prefix) for form in word.forms)


def _keys(word: QueryWord, *, upper: bool) -> tuple[Term, ...]:
    """The tokens of all words that this one finds, or of words that it surely finds.

    Of an acronym, those of its words in whatever case.
    """
    forms = {form.casefold() for form in word.forms} if word.acronym else word.forms
    if word.prefix:
        beginnings = [(form, True) for form in forms]
        # "models" itself begins with "models", and its key does not.
        ends = [(words.key(form), False) for form in forms if upper and words.key(form) != form]
        return _terms(beginnings + ends)
    return _terms((key, False) for key in keys_of(frozenset(forms), upper=upper))


def keys_of(forms: frozenset[str], *, upper: bool) -> frozenset[str]:
    """The keys of some folded words.

    :param upper: False for only those keys that no other word has
    """
    keys = frozenset(map(words.key, forms))
    return keys if upper else frozenset(key for key in keys if words_of(key) <= forms)


def words_of(key: str) -> frozenset[str]:
    """All words that have this key."""
    return frozenset(word for word in (key, key + "s") if words.key(word) == key)


def _terms(spellings: Iterable[tuple[str, bool]]) -> tuple[Term, ...]:
    """In a fixed order, without what is too long to be in the index."""
    return tuple(Term(token, prefix) for token, prefix in sorted(set(spellings)) if _fits(token))
