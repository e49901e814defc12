"""Where a formula on one line has spaces, and which of its parts are factors of each other."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.maths.tree import Atom, Gap, Kind, Node, Row, Styled, Text, core, kind_of

_OPERANDS = (None, Kind.LETTER, Kind.UPRIGHT, Kind.BOLD, Kind.NUMBER, Kind.NAME, Kind.LARGE)
_FACTORS = (Kind.LETTER, Kind.BOLD, Kind.NUMBER)
#: Signs between operands that stay as close as they were written.
_CLOSE_SET = frozenset("+−×·∘*/⋆-")


def is_factor(node: Node | None) -> bool:
    inner = core(node) if node is not None else None
    if isinstance(inner, Atom):
        return inner.kind in _FACTORS or (inner.kind is Kind.UPRIGHT and inner.text not in ".!?%")
    return inner is not None and not isinstance(inner, Text | Styled)


def parts_names(before: Node, item: Node) -> bool:
    """Whether a function's name and what stands beside it would run into each other."""
    if isinstance(before, Gap | Text | Styled) or isinstance(item, Gap | Text | Styled):
        return False
    left, right = kind_of(before), kind_of(item)
    return Kind.NAME in (left, right) and left in _OPERANDS and right in _OPERANDS


@dataclass(frozen=True, slots=True)
class Part:
    """A node of a row, and the gap before it."""

    node: Node
    gap: Gap | None

    @property
    def kind(self) -> Kind | None:
        return kind_of(self.node)


def parts_of(items: Row) -> list[Part]:
    """A row without its gaps, each remembered at the part behind it; a wide one counts before others."""
    parts: list[Part] = []
    gap: Gap | None = None
    for item in items:
        if isinstance(item, Gap):
            gap = item if gap is None or item.wide else gap
        else:
            parts.append(Part(item, gap))
            gap = None
    return parts


def spaced(parts: list[Part], at: int, *, tight: bool) -> bool:
    """Whether a space parts an item of a row from the one before it; in a `tight` row, a script, hardly ever."""
    before, item = parts[at - 1], parts[at]
    wide = item.gap is not None and item.gap.wide
    if isinstance(before.node, Text | Styled) or isinstance(item.node, Text | Styled):
        return wide or (isinstance(item.node, Text) and item.node.text[:1].isalpha() and " " in item.node.text)
    if parts_names(before.node, item.node):
        return True
    if tight or wide:
        return not tight
    return _spaced_by_kind(parts, at, before.kind, item.kind)


def _spaced_by_kind(parts: list[Part], at: int, left: Kind | None, right: Kind | None) -> bool:
    before, item = parts[at - 1].node, parts[at].node
    written = parts[at].gap is not None
    if Kind.RELATION in (left, right):  # one that begins its row is written close: <1, ≈40
        return not (_is_typed(before) and _is_typed(item)) and not (left is Kind.RELATION and at == 1)
    if left is Kind.COMMA or (Kind.LARGE in (left, right) and left in _OPERANDS and right is not Kind.CLOSE):
        return True
    if Kind.COLON in (left, right) or (left is Kind.NAME and right is Kind.FENCE):
        return written
    if Kind.BINARY in (left, right):
        return _binary_spaced(parts, at if right is Kind.BINARY else at - 1)
    return written and (_is_wordy(before) or _is_wordy(item)) and left in _OPERANDS and right in _OPERANDS


def _binary_spaced(parts: list[Part], place: int) -> bool:
    """A sign with an operand on either side is spaced; plus, minus and times only where the author did so."""
    if not 0 < place < len(parts) - 1 or parts[place - 1].kind not in (*_OPERANDS, Kind.CLOSE, Kind.FENCE):
        return False
    sign = core(parts[place].node)
    if isinstance(sign, Atom) and sign.text not in _CLOSE_SET:
        return True
    return parts[place].gap is not None and not (isinstance(sign, Atom) and sign.text == "/")


def _is_typed(node: Node) -> bool:
    """One of the relations that are typed as pairs, ``<=`` or ``>>``."""
    return isinstance(node, Atom) and node.text in "<=>"


def _is_wordy(node: Node) -> bool:
    inner = core(node)
    return isinstance(inner, Atom) and len(inner.text) > 1 and inner.kind is not Kind.NUMBER
