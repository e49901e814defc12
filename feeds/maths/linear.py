"""A formula on one line, as one reads it aloud: spaces, brackets around parts, roots, fractions, matrices.

A pen says what becomes of letters and scripts: plain Unicode (`PlainPen`) or HTML with four tags (`HtmlPen`).
"""

from __future__ import annotations

import unicodedata

from feeds.maths.commands import LONG_MARKS
from feeds.maths.pens import Pen
from feeds.maths.spacing import is_factor, parts_of, spaced
from feeds.maths.tree import (
    Accent,
    Atom,
    Formula,
    Fraction,
    Gap,
    Grid,
    Group,
    Kind,
    Node,
    Root,
    Row,
    Script,
    Styled,
    Text,
    core,
    kind_of,
    solid,
)

_ROOTS = {"3": "∛", "4": "∜"}
_DIFFERENTIALS = ([Atom(Kind.UPRIGHT, "∂")], [Atom(Kind.LETTER, "d")], [Atom(Kind.UPRIGHT, "d")])


def write(items: Row, pen: Pen) -> str:
    """A whole text on a line."""
    return "".join(_write_words(item, pen) for item in items)


def _write_words(item: Node, pen: Pen) -> str:
    if isinstance(item, Text):
        return pen.text(item.text)
    if isinstance(item, Styled):
        inner = write(item.items, pen)
        return (pen.bold(inner) if item.bold else pen.slanted(inner)) if inner else ""
    if isinstance(item, Formula):
        return _row(item.items, pen).replace("</i><i>", "")
    return _node(item, pen, tight=False)


def _row(items: Row, pen: Pen, *, tight: bool = False) -> str:
    """A row of a formula; in a `tight` one, a script, nothing is spaced but words."""
    out: list[str] = []
    parts = parts_of(items)
    for at, part in enumerate(parts):
        beside = parts[at - 1].node if at else None, parts[at + 1].node if at + 1 < len(parts) else None
        written = _beside(part.node, *beside, pen, tight=tight)
        if at and written and spaced(parts, at, tight=tight):
            out.append(" ")
        out.append(written)
    return "".join(out)


def _beside(item: Node, before: Node | None, following: Node | None, pen: Pen, *, tight: bool) -> str:
    """A node, in brackets if it is a fraction beside a factor."""
    written = _node(item, pen, tight=tight)
    if not isinstance(item, Fraction) or not item.line:
        return written
    factors = (
        is_factor(before),
        kind_of(before) is Kind.CLOSE,
        is_factor(following),
        kind_of(following) is Kind.OPEN,
    )
    return f"({written})" if any(factors) else written


def _node(node: Node, pen: Pen, *, tight: bool) -> str:
    if isinstance(node, Atom):
        return _atom(node, pen)
    if isinstance(node, Script):
        return _script(node, pen, tight=tight)
    if isinstance(node, Fraction):
        return _fraction(node, pen, tight=tight)
    if isinstance(node, Root):
        return _root(node, pen, tight=tight)
    if isinstance(node, Accent):
        return _accent(node, pen, tight=tight)
    if isinstance(node, Grid):
        return _grid(node, pen, tight=tight)
    if isinstance(node, Group):
        return _row(node.items, pen, tight=tight)
    return " " if isinstance(node, Gap) else _write_words(node, pen)


def _atom(atom: Atom, pen: Pen) -> str:
    text = pen.text(atom.text)
    if atom.kind is Kind.LETTER:
        return pen.slanted(text)
    return pen.bold(text) if atom.kind is Kind.BOLD else text


def _script(script: Script, pen: Pen, *, tight: bool) -> str:
    out = _node(script.base, pen, tight=tight) if script.base is not None else ""
    inner = core(script.base) if script.base else None
    if isinstance(inner, Fraction | Root) or (isinstance(inner, Group) and len(list(solid(inner.items))) > 1):
        out = f"({out})"
    for row, shift in ((script.sub, pen.lowered), (script.sup, pen.raised)):
        written = _row(row, pen, tight=True) if row else ""
        out += shift(written) if written else ""
    return out


def _fraction(fraction: Fraction, pen: Pen, *, tight: bool) -> str:
    if not fraction.line:
        return f"({_row(fraction.top, pen, tight=tight)} choose {_row(fraction.bottom, pen, tight=tight)})"
    top = _enclosed(fraction.top, pen, whole=_is_parted(fraction.top))
    bottom = _enclosed(fraction.bottom, pen, whole=_is_composite(fraction.bottom))
    return f"{top}/{bottom}"


def _is_parted(items: Row) -> bool:
    """Whether a line under a row would join what a stroke behind it would not."""
    depth, parts = 0, list(solid(items))
    for part in parts:
        kind = kind_of(part)
        depth += (kind is Kind.OPEN) - (kind is Kind.CLOSE)
        if kind in (Kind.BINARY, Kind.RELATION, Kind.COMMA) and depth == 0:
            return True
    return len(parts) > 1 and Kind.NAME in map(kind_of, parts)


def _is_composite(items: Row) -> bool:
    """More than one factor; ``∂x`` counts as one, ``d t`` too."""
    parts = list(solid(items))
    return len(parts) > (2 if parts[:1] in _DIFFERENTIALS else 1)


def _enclosed(items: Row, pen: Pen, *, whole: bool) -> str:
    if len(items) == 1 and isinstance(items[0], Group):
        return _enclosed(items[0].items, pen, whole=_is_composite(items[0].items))
    written = _row(items, pen)
    return f"({written})" if whole or isinstance(items[0] if items else None, Fraction) else written


def _root(root: Root, pen: Pen, *, tight: bool) -> str:
    sign = "√"
    if root.degree:
        degree = _row(root.degree, pen, tight=True)
        sign = _ROOTS.get(degree) or pen.raised(degree) + "√"
    inner = list(solid(root.items))
    return sign + _enclosed(root.items, pen, whole=len(inner) > 1 or isinstance(inner[0] if inner else None, Root))


def _accent(accent: Accent, pen: Pen, *, tight: bool) -> str:
    """The sign on the letter; on several a long bar, or the sign's name as if it were a function."""
    inner = accent.items
    if len(inner) == 1 and isinstance(inner[0], Atom) and len(inner[0].text) == 1:
        return _atom(Atom(inner[0].kind, unicodedata.normalize("NFC", inner[0].text + accent.mark)), pen)
    if len(inner) == 1 and isinstance(inner[0], Atom | Text) and accent.mark in LONG_MARKS:
        mark = LONG_MARKS[accent.mark]
        text = "".join(letter + mark for letter in inner[0].text)
        return _atom(Atom(inner[0].kind, text), pen) if isinstance(inner[0], Atom) else pen.text(text)
    written = _row(inner, pen, tight=tight)
    return f"{accent.name}({written})" if written else ""


def _grid(grid: Grid, pen: Pen, *, tight: bool) -> str:
    """Cells with commas, rows with semicolons; the cells of lines under each other are one row."""
    joined = grid.opening or grid.closing or grid.matrix
    cells = (row if joined else (tuple(item for cell in row for item in cell),) for row in grid.rows)
    rows = (", ".join(filter(None, (_row(_unpunctuated(c), pen, tight=tight) for c in row))) for row in cells)
    closing = grid.closing or ("}" if grid.opening else "")
    return pen.text(grid.opening) + "; ".join(filter(None, rows)) + pen.text(closing)


def _unpunctuated(cell: Row) -> Row:
    return cell[:-1] if cell and kind_of(cell[-1]) is Kind.COMMA else cell
