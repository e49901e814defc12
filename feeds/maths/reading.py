"""A text with TeX in it, read: the one way from what authors write to our tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from feeds.maths import commands, symbols
from feeds.maths.atoms import trimmed
from feeds.maths.formulas import FormulaReader
from feeds.maths.mending import mend
from feeds.maths.parser import (
    UnreadableError,
    arguments,
    is_chars,
    is_environment,
    is_group,
    is_macro,
    is_math,
    parse,
)
from feeds.maths.tree import Formula, Gap, Node, Row, Script, Styled, Text

#: Longer texts stay as they are written: an abstract has 2,000 characters, hostile ones have what they want.
MAX_LENGTH = 10_000
#: Switches that change how words look.
_LOOKS = {"bf": "bold", "bfseries": "bold", "it": "slanted", "itshape": "slanted", "em": "slanted", "sl": "slanted"}

_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
#: Accents that stand before more than a letter: "\\k{appa}" was a \\kappa once.
_BROKEN = ("k", "r", "c", "u", "v", "d", "b", "H", "t")


def read(text: str) -> Row:
    """The words and formulas of a text. Never raises: what cannot be read stays as it is written."""
    if len(text) > MAX_LENGTH:
        return (Text(text),)
    try:
        return read_words(parse(mend(text)))
    except UnreadableError:
        return (Text(text),)


def read_words(nodes: Sequence[Any]) -> Row:
    """The items of words; a switch changes the look of all that follows it."""
    done: list[Node] = []
    items: list[Node] = []
    look = ""
    for at, node in enumerate(nodes):
        if is_macro(node) and node.macroname in commands.SWITCHES:
            done += _styled(tuple(items), look)
            items, look = [], _LOOKS.get(node.macroname, "")
        else:
            beside = nodes[at - 1] if at else None, nodes[at + 1] if at + 1 < len(nodes) else None
            items += _word_items(node, *beside)
    return (*done, *_styled(tuple(items), look))


def _styled(items: Row, look: str) -> Row:
    return (Styled(look == "bold", items),) if look and items else items


def _word_items(node: Any, before: Any, following: Any) -> Row:
    if is_chars(node):
        return (Text(node.chars),)
    if is_group(node) or is_environment(node):
        return read_words(node.nodelist)
    if is_math(node):
        return _formula(node, before, following)
    if is_macro(node):
        return _command(node, following)
    return _script(node)


def _formula(node: Any, before: Any, following: Any) -> Row:
    """A formula; space asked for at its ends parts it from words that touch it: ``7\\,$TeV``, ``5$\\,\\AA$``."""
    row = _FORMULAS.row(node.nodelist)
    items = trimmed(row)
    at = row.index(items[0]) if items else len(row)
    ahead = Gap(wide=True) in row[:at] and is_chars(before) and before.chars[-1:].isalnum()
    behind = Gap(wide=True) in row[at + len(items) :] and is_chars(following) and following.chars[:1].isalnum()
    formula = Formula(items, node.displaytype == "display")
    return (*[Text(" ")] * ahead, formula, *[Text(" ")] * behind)


def _script(node: Any) -> Row:
    """A script within a formula's words."""
    if not arguments(node):
        return (Text(node.specials_chars),)
    script = _FORMULAS.row(arguments(node))
    sub = script if node.specials_chars == "_" else None
    return (Formula((Script(None, sub, None if sub else script),), display=False),) if script else ()


def _command(node: Any, following: Any) -> Row:
    name = node.macroname
    if name in commands.WORDS or name == "underline":
        return _styled(read_words(arguments(node)), commands.WORDS.get(name, ""))
    if name in commands.SIZES:
        return ()
    if name in commands.PAIRING:
        return (*read_words(arguments(node)), Text(f" {_roman(plain_words(read_words(arguments(node, 1))))}"))
    if name in commands.LINKS or name in commands.LINKING:
        return _link(node)
    if (arguments(node) and name in commands.KNOWN) or name in commands.SOLAR:
        return _maths_in_words(node)
    return (Text(_sign(name, following) + node.macro_post_space),)


def _roman(number: str) -> str:
    """An ion's number."""
    if not (number.isascii() and number.isdecimal() and len(number) < 3 and 0 < int(number) < 40):
        return number.upper()
    tens, ones = divmod(int(number), 10)
    return "X" * tens + _ROMAN[ones]


def _link(node: Any) -> Row:
    name, words = node.macroname, read_words(arguments(node))
    if name == "href":
        return _with_address(read_words(arguments(node, 1)), plain_words(words))
    if name == "textcolor":
        return read_words(arguments(node, 1))
    if name == "footnote":
        return (Text(" ("), *words, Text(")"))
    opening, closing = ("[", "]") if name.startswith("cite") else ("(", ")") if name == "eqref" else ("", "")
    return (Text(opening), *words, Text(closing))


def _with_address(words: Row, address: str) -> Row:
    """A link's address follows its words, unless they are the address already."""
    shown = plain_words(words)
    if not address or (address.rstrip("/").endswith(shown.rstrip("/")) and "/" in shown):
        return (Text(address or shown),)
    return (*words, Text(f" ({address})"))


def plain_words(words: Row) -> str:
    """The bare characters of words."""
    return "".join(
        item.text if isinstance(item, Text) else plain_words(item.items) if isinstance(item, Styled) else ""
        for item in words
    )


def _maths_in_words(node: Any) -> Row:
    """A formula's command that stands among words: ``\\frac12``, ``\\mathcal{O}``, ``\\msun``."""
    if node.macroname in commands.SWALLOWING:
        return ()
    return (Formula(trimmed(_FORMULAS.row([node])), display=False),)


def _sign(name: str, following: Any) -> str:
    """What a command without arguments shows among words; one that nobody knows keeps its name."""
    if name in commands.SPACES or name in ("\\", "newline", "par"):
        return " "
    if name in commands.SILENT:
        return ""
    if name in symbols.AMONG_WORDS:
        return symbols.AMONG_WORDS[name]
    if name == "item":
        return "• "
    if name in symbols.SIGNS:
        return symbols.SIGNS[name]
    argument = is_group(following) and following.nodelist and name not in _BROKEN
    return name + (" " if name.isalpha() and argument else "")


_FORMULAS = FormulaReader(read_words)
