"""Reads a query into its tree, or says where it stops making sense.

Grammar (NOT binds tightest, then AND, then OR; two terms side by side are joined by AND)::

    query  = or_
    or_    = and_ { "OR" and_ }
    and_   = not_ { ["AND"] not_ }
    not_   = ("NOT" | "ANDNOT") not_ | term
    term   = "(" or_ ")" | field ":" term | word | '"' phrase '"'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from feeds.errors import QueryError
from feeds.model import taxonomy
from feeds.model.identifiers import parse_arxiv_id
from feeds.model.terms import And, Field, HasId, InCategory, Node, Not, Or, Phrase
from feeds.query import words
from feeds.text import clean, squeeze

MAX_LENGTH = 10_000
MAX_DEPTH = 50

_OPENING = '"“”„‟＂'
_FIELDS = {
    "ti": Field.TITLE,
    "abs": Field.ABSTRACT,
    "au": Field.AUTHOR,
    "co": Field.COMMENT,
    "jr": Field.JOURNAL,
}
_NO_ACRONYMS = (Field.AUTHOR, Field.JOURNAL)
_BARE = re.compile(rf"[^\s(){_OPENING}]+")
_FIELD = re.compile(r"(?P<name>[^\W\d_]+):")
_OPERATORS = {"AND", "OR", "NOT", "ANDNOT"}
_A_TERM = 'a word, a "phrase", NOT or "("'
_SHOWN = 40

#: What a term's field can be: a text field, or one of the two that are not text.
_Context = Field | str
_CATEGORY, _ID = "cat", "id"
#: All fields of the language.
FIELDS = (*_FIELDS, _CATEGORY, _ID)
_FIELD_NAMES = " ".join(f"{name}:" for name in FIELDS)


def parse(query: str) -> Node:
    """Read a query.

    :raises QueryError: with the 1-based position of the fault and what was expected there; from "expected" on, the
        problem makes sense by itself and repeats nothing of the query
    """
    if len(query) > MAX_LENGTH:
        raise QueryError(MAX_LENGTH + 1, f"the query goes on, expected at most {MAX_LENGTH} characters")
    return _Parser(query).read()


class _Parser:
    """Recursive descent, straight on the text."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._at = 0
        self._depth = 0

    def read(self) -> Node:
        node = self._or(Field.ANY)
        if self._peek():
            self._fail("this closes nothing, expected AND, OR, a term or the end")
        return node

    def _or(self, context: _Context) -> Node:
        parts = [self._and(context)]
        while self._take("OR"):
            parts.append(self._and(context))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self, context: _Context) -> Node:
        parts = [self._not(context)]
        while self._take("AND") or self._peek() not in ("", ")", "OR"):
            parts.append(self._not(context))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self, context: _Context) -> Node:
        negations = 0
        while self._take("NOT") or self._take("ANDNOT"):
            negations += 1
        node = self._term(context)
        return Not(node) if negations % 2 else node

    def _term(self, context: _Context) -> Node:
        found = self._peek()
        if found == "(":
            return self._group(context)
        if not found:
            self._fail(f"the query ends here, expected {_A_TERM}")
        if found == ")" or found in _OPERATORS:
            self._fail(f'found "{found}", expected {_A_TERM}')
        if found in _OPENING:
            return self._quoted(context)
        if isinstance(context, Field) and (field := _FIELD.match(self._query, self._at)):
            return self._fielded(field)
        return self._bare(context)

    def _group(self, context: _Context) -> Node:
        opened = self._at
        with self._deeper():
            self._at += 1
            node = self._or(context)
        if self._peek() != ")":
            self._fail('this "(" is never closed, expected a ")" that closes it', opened)
        self._at += 1
        return node

    def _fielded(self, field: re.Match[str]) -> Node:
        name = field["name"].lower()
        if name not in _FIELDS and name not in (_CATEGORY, _ID):
            self._fail(f'there is no field "{_shown(field["name"])}:", expected one of the fields {_FIELD_NAMES}')
        with self._deeper():
            self._at = field.end()
            if not self._peek():
                self._fail(f'"{name}:" stands alone, expected what to look for right after the colon')
            return self._term(_FIELDS.get(name, name))

    def _quoted(self, context: _Context) -> Node:
        opened = self._at
        closed = next((i for i in range(opened + 1, len(self._query)) if self._query[i] in _OPENING), None)
        if closed is None:
            self._fail("this quote is never closed, expected a second quote that closes it", opened)
        self._at = closed + 1
        text = self._query[opened + 1 : closed]
        stray = words.find_stray_star(text) if isinstance(context, Field) else None
        if stray is not None:
            self._fail('found a "*", expected "*" only at the end of the last word', opened + 1 + stray)
        return self._leaf(text, opened, context, quoted=True)

    def _bare(self, context: _Context) -> Node:
        found = _BARE.match(self._query, self._at)
        assert found
        start, self._at = self._at, found.end()
        if isinstance(context, Field):
            self._refuse_punctuation(found.group(), start, context)
        return self._leaf(found.group(), start, context, quoted=False)

    def _leaf(self, text: str, start: int, context: _Context, *, quoted: bool) -> Node:
        if context == _CATEGORY:
            return self._category(text, start)
        if context == _ID:
            return self._id(text, start)
        field = Field(context)
        found = words.query_words(text, acronyms=field not in _NO_ACRONYMS)
        if not found:
            self._fail("there is no word in it, expected letters or digits", start)
        written = f'"{_written(text)}"' if quoted else _written(text)
        return Phrase(found, field, f"{field}:{written}" if field else written)

    def _category(self, text: str, start: int) -> Node:
        name = taxonomy.find_name(text.strip().removesuffix(".*"))
        if name is None:
            self._fail(
                f'"{_shown(text)}" is no arXiv category, expected a category like cs.CL, or an archive like cs',
                start,
            )
        return InCategory(name, f"cat:{_written(text)}")

    def _id(self, text: str, start: int) -> Node:
        try:
            arxiv_id = parse_arxiv_id(text.strip().removeprefix("arXiv:")).arxiv_id
        except ValueError:
            self._fail(f'"{_shown(text)}" is no arXiv id, expected an id like 2604.14193 or hep-th/9901001', start)
        return HasId(arxiv_id, f"id:{_written(text)}")

    def _refuse_punctuation(self, text: str, start: int, field: Field) -> None:
        """Outside quotes only what a word has, dashes between words, and one ``*`` at the end."""
        problem = words.find_stray(text, points=field in _NO_ACRONYMS)
        if problem is None:
            return
        sign = text[problem]
        hint = {
            "-": "expected a word (write NOT to exclude one)",
            "'": 'expected a word; a phrase stands in double quotes: "text to speech"',
            "*": 'expected "*" only at the end of a word',
        }.get(sign, "expected only letters and digits")
        self._fail(f'"{_shown(sign)}" cannot stand here outside quotes, {hint}', start + problem)

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"this is nested too deep, expected at most {MAX_DEPTH} levels of fields and parentheses")
        yield
        self._depth -= 1

    def _peek(self) -> str:
        """What comes next: "" at the end, a parenthesis, a quote, an operator, or the run of other signs."""
        while self._at < len(self._query) and self._query[self._at].isspace():
            self._at += 1
        if self._at == len(self._query):
            return ""
        if self._query[self._at] in "()" + _OPENING:
            return self._query[self._at]
        found = _BARE.match(self._query, self._at)
        assert found
        return found.group()

    def _take(self, operator: str) -> bool:
        if self._peek() != operator:
            return False
        self._at += len(operator)
        return True

    def _fail(self, problem: str, at: int | None = None) -> NoReturn:
        raise QueryError((self._at if at is None else at) + 1, problem)


def _written(text: str) -> str:
    """A part of a query as it can be shown in a feed: XML forbids control characters."""
    return squeeze(clean(text))


def _shown(text: str) -> str:
    """A part of a query in an error: on one line, not at length, nothing invisible."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")[1:-1]
