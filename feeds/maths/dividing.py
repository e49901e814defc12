"""Where the formulas of a text are, and which dollars are money. Linear in the text's length, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Every body ends at the next opening of its kind and is never tried again: no text is read more than twice.
_FORMULA = re.compile(
    r"""\$\$(?P<display>(?:[^$\\]|\\.)++)\$\$
      | \$(?P<inline>(?:[^$\\]|\\.)++)\$
      | \\\((?P<round>(?:[^\\]|\\[^()])*+)\\\)
      | \\\[(?P<square>(?:[^\\]|\\[^\[\]])*+)\\\]
      | \\begin\{(?P<name>equation|align|eqnarray|gather|multline|displaymath|math)(?P<star>\*?)\}
        (?P<body>(?:[^\\]|\\(?!(?:begin|end)\{(?P=name)).)*+)\\end\{(?P=name)(?P=star)\}
      | \\.""",
    re.VERBOSE | re.DOTALL,
)
_DISPLAYED = ("display", "square", "body")
_ALIGNED = ("align", "eqnarray", "gather", "multline")
_COMMAND = re.compile(r"\\[A-Za-z]+\s*(?:\{[^{}]*\})?")
#: Three words in a row are prose, or a small one at the start: a dollar was forgotten, or there was no formula.
_PROSE = re.compile(
    r"""^\s+(?:an|and|are|at|by|for|in|is|of|on|or|the|to|with)\s
      | (?<![A-Za-z])[A-Za-z]{2,}\s+[A-Za-z]{2,}\s+[A-Za-z]{2,}(?![A-Za-z])""",
    re.VERBOSE,
)
#: Words of three letters at least at either end, so no product of variables.
_TERM = re.compile(r"[A-Za-z]{3,}(?:[ -][A-Za-z]+)*[ -][A-Za-z]{3,}")
#: What follows a price and no number of a formula.
_PRICED = re.compile(r"\s(?:and|or|to|per|of|for|in|by|on|from|with|than|at|million|billion)\s")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: a formula's TeX without its dollars, or what is between formulas."""

    tex: str
    formula: bool
    display: bool = False


def divide(text: str) -> Iterator[Piece]:
    """The pieces of a text, in order."""
    last = at = 0
    while found := _FORMULA.search(text, at):
        kind = found.lastgroup
        if kind is None:  # a backslash and what it escapes
            at = found.end()
            continue
        body = found["body"] if kind == "body" else found[kind]
        beside = text[max(found.start() - 1, 0) : found.start()], text[found.end() : found.end() + 1]
        words = kind == "inline" and _are_words(body, *beside)
        if kind == "inline" and not words and _is_money_or_prose(body, beside[1]):
            at = found.start() + 1
            continue
        yield Piece(text[last : found.start()], formula=False)
        last = at = found.end()
        if words:
            yield Piece(rf"\emph{{{body}}}", formula=False)
            continue
        if found["name"] in _ALIGNED:
            body = rf"\begin{{aligned}}{body}\end{{aligned}}"
        yield Piece(body, formula=True, display=kind in _DISPLAYED and found["name"] != "math")
    yield Piece(text[last:], formula=False)


def _are_words(body: str, before: str, following: str) -> bool:
    """Some set a term in italics by dollars: ``$zero-shot setting$``."""
    return bool(_TERM.fullmatch(body)) and not (before.isalnum() or following.isalnum())


def _is_money_or_prose(body: str, following: str) -> bool:
    """Between "$5 and $6" is no formula, nor between two of which the dollar between was forgotten."""
    if body[0].isdigit() and (following.isdigit() or _PRICED.search(body)):
        return True
    return bool(_PROSE.search(_COMMAND.sub("", body)))
