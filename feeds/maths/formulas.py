"""From pylatexenc's nodes of a formula to our tree: what each command means in maths."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from feeds.maths import commands
from feeds.maths.atoms import add_characters, add_script, sign, trimmed
from feeds.maths.parser import arguments, is_chars, is_environment, is_group, is_macro, is_math, is_specials
from feeds.maths.tree import Accent, Atom, Fraction, Gap, Grid, Group, Kind, Node, Root, Row, Script, Text

_ORDINARY = (Kind.RELATION, Kind.BINARY, Kind.COMMA, Kind.COLON)
#: Environments: what encloses their cells, and whether they are matrices.
_GRIDS = {
    "matrix": ("", "", True), "pmatrix": ("(", ")", True), "bmatrix": ("[", "]", True), "Bmatrix": ("{", "}", True),
    "vmatrix": ("|", "|", True), "Vmatrix": ("‖", "‖", True), "smallmatrix": ("", "", True),
    "array": ("", "", True), "cases": ("{", "", False), "dcases": ("{", "", False), "rcases": ("", "}", False),
}  # fmt: skip
_ANGLES = {"<": "⟨", ">": "⟩"}

Words = Callable[[Sequence[Any]], Row]


class FormulaReader:
    """Reads formulas; `words` reads what stands in them as text."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def row(self, nodes: Sequence[Any], style: str = "") -> Row:
        """A formula, or a part of one, with its letters in an alphabet ("" for slanted variables)."""
        items: list[Node] = []
        top: Row | None = None
        line = True
        for at, node in enumerate(nodes):
            name = node.macroname if is_macro(node) else ""
            if name in commands.SWITCHES:
                style = commands.SWITCHES[name]
            elif name in commands.INFIXES and top is None:
                top, line, items = tuple(items), commands.INFIXES[name], []
            elif is_group(node) and at and _is_unknown(nodes[at - 1]):
                items += _bracketed(self.row(node.nodelist, style))
            else:
                self._add(items, node, style)
        return tuple(items) if top is None else (Fraction(top, tuple(items), line),)

    def _add(self, items: list[Node], node: Any, style: str) -> None:
        if is_chars(node):
            add_characters(items, node.chars, style)
        elif is_group(node) or is_math(node):
            items.append(_group(self.row(node.nodelist, style)))
        elif is_specials(node) and node.specials_chars != "&":
            add_script(items, node.specials_chars, self._argument(node, 0, style))
        elif is_specials(node):
            items.append(Atom(Kind.UPRIGHT, "&"))
        elif is_environment(node):
            items.append(self._grid(node, style))
        elif is_macro(node):
            items += self._command(node, style)
            if node.macro_post_space and not arguments(node):
                items.append(Gap())

    def _argument(self, node: Any, number: int, style: str = "") -> Row:
        return self.row(arguments(node, number), style)

    def _command(self, node: Any, style: str) -> Row:
        name = node.macroname
        if name in commands.STYLES:
            return self._styled(node, commands.STYLES[name])
        if name in commands.WORDS or name in {*commands.LINKS, *commands.LINKING, *commands.PAIRING}:
            return self._words([node])
        if name in commands.ACCENTS:
            return (_accented(self._argument(node, 0, style), name),)
        if name in commands.DELIMITING:
            return self._delimiter(node)
        return self._built(node, style) or sign(name, style)

    def _built(self, node: Any, style: str) -> Row:
        """What is put together of its arguments; nothing for other commands."""
        name = node.macroname
        if name in commands.FRACTIONS or name in commands.BINOMIALS:
            parts = self._argument(node, 0, style), self._argument(node, 1, style)
            return (Fraction(*parts, line=name in commands.FRACTIONS),)
        if name in commands.STACKING:
            script, base = self._argument(node, 0, style), _group(self._argument(node, 1, style))
            under = name == "underset"
            return (Script(base, script if under else None, None if under else script, stacked=True),)
        if name == "sqrt":
            return (Root(self._argument(node, 0, style)),)
        if name == "nthroot":
            return (Root(self._argument(node, 1, style), self._argument(node, 0, style)),)
        if name == "not":
            return _negated(self._argument(node, 0, style))
        if name == "substack":
            return (self._lines(arguments(node), style),)
        if name == "pmod":
            return (
                Gap(wide=True),
                *sign("(", style),
                Atom(Kind.NAME, "mod"),
                *self._argument(node, 0, style),
                *sign(")", style),
            )
        if name in commands.BRACES:
            return (_group(self._argument(node, 0, style)),)
        return ()

    def _styled(self, node: Any, style: str) -> Row:
        if style == "name":
            return (Atom(Kind.NAME, "".join(_letters(item) for item in self._argument(node, 0, "upright"))),)
        items = self._argument(node, 0, style)
        return items if len(items) == 1 else (Group(items),)

    def _delimiter(self, node: Any) -> Row:
        """What follows ``\\left`` and its like, if it is not the invisible point."""
        items = self._argument(node, 0)
        sign = items[0].text if len(items) == 1 and isinstance(items[0], Atom) else ""
        if sign == ".":
            return ()
        if sign in ("|", "‖", "<", ">", "/"):
            opening = not node.macroname.endswith(("r", "right"))
            kind = Kind.RELATION if node.macroname.endswith(("m", "middle")) else None
            return (Atom(kind or (Kind.OPEN if opening else Kind.CLOSE), _ANGLES.get(sign, sign)),)
        return items

    def _grid(self, node: Any, style: str) -> Node:
        opening, closing, matrix = _GRIDS.get(node.environmentname.rstrip("*"), ("", "", False))
        return Grid(self._lines(node.nodelist, style).rows, opening, closing, matrix)

    def _lines(self, nodes: Sequence[Any], style: str) -> Grid:
        rows: list[list[list[Any]]] = [[[]]]
        for node in nodes:
            if is_macro(node) and node.macroname in ("\\", "cr"):
                rows.append([[]])
            elif is_specials(node) and node.specials_chars == "&":
                rows[-1].append([])
            else:
                rows[-1][-1].append(node)
        read = (tuple(trimmed(self.row(cell, style)) for cell in row) for row in rows)
        return Grid(tuple(row for row in read if any(row)))


def _is_unknown(node: Any) -> bool:
    """A command that nobody knows shows its argument in brackets."""
    if not is_macro(node) or node.macro_post_space:
        return False
    name = node.macroname
    return name.isalpha() and not arguments(node) and name not in commands.KNOWN


def _bracketed(items: Row) -> list[Node]:
    return [Atom(Kind.OPEN, "("), *items, Atom(Kind.CLOSE, ")")] if items else []


def _group(items: Row) -> Node:
    """Braces around one sign make it ordinary: no spaces around the ``{=}`` of ``N{=}268``."""
    if len(items) == 1 and isinstance(items[0], Atom):
        atom = items[0]
        return Atom(Kind.UPRIGHT, atom.text) if atom.kind in _ORDINARY else atom
    return Group(items)


def _accented(items: Row, name: str) -> Node:
    """An accent over a letter; one over a letter with scripts belongs to the letter."""
    items = trimmed(items)
    if len(items) == 1 and isinstance(items[0], Group):
        return _accented(items[0].items, name)
    if len(items) == 1 and isinstance(items[0], Script) and items[0].base is not None:
        script = items[0]
        return Script(_accented((script.base,), name) if script.base else None, script.sub, script.sup)
    return Accent(items, commands.ACCENTS[name], name.removeprefix("wide"))


def _negated(items: Row) -> Row:
    if len(items) != 1 or not isinstance(items[0], Atom):
        return (Atom(Kind.UPRIGHT, "¬"), *items)
    return (Atom(items[0].kind, unicodedata.normalize("NFC", items[0].text + "\u0338")),)


def _letters(item: Node) -> str:
    if isinstance(item, Group):
        return "".join(_letters(inner) for inner in item.items)
    return item.text if isinstance(item, Atom | Text) else ""
