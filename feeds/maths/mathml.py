"""A formula as MathML Core (w3.org/TR/mathml-core): presentation only, no annotations, no links, no actions."""

from __future__ import annotations

from markupsafe import Markup, escape

from feeds.maths.commands import STACKED
from feeds.maths.linear import write
from feeds.maths.pens import PLAIN
from feeds.maths.spacing import parts_names
from feeds.maths.symbols import ALPHABETS, LARGE
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
)

_START = '<math xmlns="http://www.w3.org/1998/Math/MathML"'
_OPERATORS = (
    Kind.RELATION, Kind.BINARY, Kind.LARGE, Kind.COMMA, Kind.COLON, Kind.OPEN, Kind.CLOSE, Kind.FENCE,
)  # fmt: skip
_PRIMES = ("′", "″", "‴")
#: Accents as signs of their own.
_OVER = {
    "\u0302": "^", "\u0303": "~", "\u0304": "¯", "\u0305": "¯", "\u20d7": "→", "\u0307": "˙", "\u0308": "¨",
    "\u20db": "⃛", "\u030c": "ˇ", "\u0306": "˘", "\u0301": "´", "\u0300": "`", "\u030a": "˚", "\u0332": "_",
    "\u0330": "~",
}  # fmt: skip
_BELOW = ("\u0332", "\u0330")
_SPACE = '<mspace width="0.2em"></mspace>'
_NOTHING = "<mrow></mrow>"


def write_mathml(items: Row) -> Markup:
    """A whole text as HTML, its formulas as ``<math>``.

    The ``alttext`` is the plain form: it is read aloud, and shown where MathML is not understood.
    """
    return Markup("").join(_words(item) for item in items)


def _words(item: Node) -> Markup:
    if isinstance(item, Text):
        return escape(item.text)
    if isinstance(item, Styled):
        tag = "b" if item.bold else "i"
        return Markup(f"<{tag}>{write_mathml(item.items)}</{tag}>")  # noqa: S704  (escaped below)
    if isinstance(item, Formula):
        return _math(item)
    return escape(write((item,), PLAIN))


def _math(formula: Formula) -> Markup:
    plain = write((formula,), PLAIN)
    block = ' display="block"' if formula.display else ""
    row = _row(formula.items, stacked=formula.display)
    return Markup(f'{_START}{block} alttext="{escape(plain)}">{row}</math>')  # noqa: S704  (escaped in its leaves)


def _row(items: Row, *, stacked: bool = False) -> str:
    out: list[str] = []
    before: Node | None = None
    for item in items:
        if before is not None and parts_names(before, item):
            out.append(_SPACE)
        out.append(_node(item, stacked=stacked))
        before = item if not isinstance(item, Gap) else before
    return "".join(out)


def _one(items: Row, *, stacked: bool = False) -> str:
    """A row as exactly one element."""
    if (
        len(items) == 1
        and not (isinstance(items[0], Atom) and _is_split(items[0]))
        and not isinstance(items[0], Gap)
    ):
        return _node(items[0], stacked=stacked) or _NOTHING
    return f"<mrow>{_row(items, stacked=stacked)}</mrow>"


def _is_split(atom: Atom) -> bool:
    return atom.kind in (Kind.LETTER, Kind.BOLD) and len(atom.text) > 1


def _node(node: Node, *, stacked: bool) -> str:
    if isinstance(node, Atom):
        return _atom(node)
    if isinstance(node, Script):
        return _script(node, stacked=stacked)
    if isinstance(node, Fraction):
        return _fraction(node)
    if isinstance(node, Root):
        inner = _one(node.items)
        return f"<mroot>{inner}{_one(node.degree)}</mroot>" if node.degree else f"<msqrt>{inner}</msqrt>"
    if isinstance(node, Accent):
        return _accent(node)
    if isinstance(node, Grid):
        return _grid(node)
    if isinstance(node, Group):
        return _one(node.items, stacked=stacked)
    if isinstance(node, Gap):
        return _SPACE if node.wide else ""
    text = write((node,), PLAIN)
    return f"<mtext>{escape(text)}</mtext>" if text else ""


def _atom(atom: Atom) -> str:
    if atom.kind is Kind.BOLD:
        bold = ALPHABETS["bold"]
        return "".join(_leaf("mi", bold.get(letter, letter)) for letter in atom.text)
    if atom.kind is Kind.LETTER:
        return "".join(_leaf("mi", letter) for letter in atom.text)
    if atom.kind is Kind.NUMBER:
        return _leaf("mn", atom.text)
    if atom.kind in _OPERATORS or atom.text in _PRIMES:
        return _leaf("mo", atom.text)
    if atom.kind is Kind.NAME or (len(atom.text) > 1 and atom.text.isalnum()):
        return _leaf("mi", atom.text)
    if atom.text.isalpha():
        return f'<mi mathvariant="normal">{escape(atom.text)}</mi>'
    return _leaf("mtext" if atom.text.isascii() else "mi", atom.text)


def _leaf(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>"


def _script(script: Script, *, stacked: bool) -> str:
    base = _one((script.base,), stacked=stacked) if script.base is not None else _NOTHING
    under = script.stacked or (stacked and script.base is not None and _carries_limits(script.base))
    rows = [_one(row) for row in (script.sub, script.sup) if row]
    if script.sub and script.sup:
        tag = "munderover" if under else "msubsup"
    elif script.sub:
        tag = "munder" if under else "msub"
    else:
        tag = "mover" if under else "msup"
    return f"<{tag}>{base}{''.join(rows)}</{tag}>" if rows else base


def _carries_limits(base: Node) -> bool:
    inner = core(base)
    return isinstance(inner, Atom) and (
        (inner.text in LARGE and inner.text not in "∫∬∭∮") or inner.text.replace(" ", "") in STACKED
    )


def _fraction(fraction: Fraction) -> str:
    top, bottom = _one(fraction.top), _one(fraction.bottom)
    if fraction.line:
        return f"<mfrac>{top}{bottom}</mfrac>"
    return f'<mrow><mo>(</mo><mfrac linethickness="0">{top}{bottom}</mfrac><mo>)</mo></mrow>'


def _accent(accent: Accent) -> str:
    tag, name = ("munder", "accentunder") if accent.mark in _BELOW else ("mover", "accent")
    return f'<{tag} {name}="true">{_one(accent.items)}{_leaf("mo", _OVER[accent.mark])}</{tag}>'


def _grid(grid: Grid) -> str:
    rows = "".join("<mtr>" + "".join(f"<mtd>{_row(cell)}</mtd>" for cell in row) + "</mtr>" for row in grid.rows)
    opening, closing = (_leaf("mo", sign) if sign else "" for sign in (grid.opening, grid.closing))
    return f"<mrow>{opening}<mtable>{rows}</mtable>{closing}</mrow>"
