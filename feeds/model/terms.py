"""The tree of a query. One tree, several readings: in memory (query/matching), later in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """Where a phrase is looked for."""

    ANY = ""  #: title or abstract
    TITLE = "ti"
    ABSTRACT = "abs"
    AUTHOR = "au"
    COMMENT = "co"
    JOURNAL = "jr"


@dataclass(frozen=True)
class QueryWord:
    """One word of a query, in the forms that texts are compared with.

    ``forms`` are folded unless the word is an acronym: then they keep their case.
    """

    forms: frozenset[str]  #: any of these is a match; of a prefix there is one
    acronym: bool = False
    prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    """Words that stand one after the other in one field; a single word is a phrase of one."""

    words: tuple[QueryWord, ...]
    field: Field
    written: str  #: as the editor wrote it, quotes and field included


@dataclass(frozen=True)
class InCategory:
    """Any of the paper's categories, under any of its names, is this one or lies in this archive."""

    name: str
    written: str


@dataclass(frozen=True)
class HasId:
    """The paper itself, whatever its version."""

    arxiv_id: str
    written: str


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


Leaf = Phrase | InCategory | HasId
Node = Leaf | And | Or | Not
