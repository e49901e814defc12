"""What a text with formulas is once it was read: words, and formulas as a tree. No TeX is left in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What an atom is in its formula; it decides the spaces around it and how it is set."""

    LETTER = "letter"  #: a variable: slanted
    UPRIGHT = "upright"  #: an upright letter, word or sign
    BOLD = "bold"
    NUMBER = "number"
    NAME = "name"  #: a function: log, max, Aut
    RELATION = "relation"
    BINARY = "binary"
    LARGE = "large"  #: sums, integrals
    COMMA = "comma"
    COLON = "colon"
    OPEN = "open"
    CLOSE = "close"
    FENCE = "fence"  #: a bar, open or closed


@dataclass(frozen=True, slots=True)
class Text:
    """Words with their spaces, outside of formulas or within ``\\text``."""

    text: str


@dataclass(frozen=True, slots=True)
class Styled:
    """Words in bold or slanted."""

    bold: bool
    items: Row


@dataclass(frozen=True, slots=True)
class Formula:
    """Maths within words; `display` where it stood on a line of its own."""

    items: Row
    display: bool


@dataclass(frozen=True, slots=True)
class Atom:
    """The smallest part of a formula."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """White space in a formula: TeX ignores it, we take it as a hint. A `wide` one was asked for."""

    wide: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What stood in braces, or between brackets of our own making."""

    items: Row


@dataclass(frozen=True, slots=True)
class Script:
    """A base (none before the isotope's number in ``^{18}O``) with what is below and above it.

    A `stacked` one has it right below or above, as ``\\overset`` asks.
    """

    base: Node | None
    sub: Row | None = None
    sup: Row | None = None
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Fraction:
    """One over the other; without a line it is a binomial coefficient."""

    top: Row
    bottom: Row
    line: bool = True


@dataclass(frozen=True, slots=True)
class Root:
    """A root, with its degree where it is not the square one."""

    items: Row
    degree: Row | None = None


@dataclass(frozen=True, slots=True)
class Accent:
    """A sign over (or under) something. `mark` combines with one letter; over more, `name` says what it is."""

    items: Row
    mark: str
    name: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix, cases, or lines under each other, and what encloses them."""

    rows: tuple[tuple[Row, ...], ...]
    opening: str = ""
    closing: str = ""
    matrix: bool = False


Node = Text | Styled | Formula | Atom | Gap | Group | Script | Fraction | Root | Accent | Grid
Row = tuple[Node, ...]


def core(node: Node) -> Node:
    """What a node is as its neighbours see it: a script stands for its base, a group of one for that one."""
    while True:
        if isinstance(node, Script) and node.base is not None:
            node = node.base
        elif isinstance(node, Group) and len(node.items) == 1:
            node = node.items[0]
        else:
            return node


def kind_of(node: Node | None) -> Kind | None:
    """The kind of the atom at a node's core, None where it is none."""
    inner = core(node) if node is not None else None
    return inner.kind if isinstance(inner, Atom) else None


def solid(items: Row) -> Iterator[Node]:
    """A row without its gaps."""
    return (item for item in items if not isinstance(item, Gap))
