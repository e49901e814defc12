"""Signs, letters, numbers and the scripts on them: the small parts of a formula."""

from __future__ import annotations

import re

from feeds.maths import commands, symbols
from feeds.maths.scripts import script_sign
from feeds.maths.symbols import sign_kind
from feeds.maths.tree import Atom, Gap, Kind, Node, Row, Script, kind_of

_CHARACTERS = re.compile(r"\s+|\d+(?:\.\d+|,\d{3}(?!\d))*|[A-Za-z]+|\.{3}|:=|'+|.", re.DOTALL)
_SPELLED = {"-": "−", "...": "…", ":=": "≔", "'": "′", "''": "″", "'''": "‴", "*": "*"}


def trimmed(items: Row) -> Row:
    """A row without the gaps at its ends."""
    first, last = 0, len(items)
    while first < last and isinstance(items[first], Gap):
        first += 1
    while last > first and isinstance(items[last - 1], Gap):
        last -= 1
    return items[first:last]


def sign(name: str, style: str) -> Row:
    """What a command without arguments stands for in a formula; one that nobody knows keeps its name."""
    if name in commands.SPACES or name in ("\\", "cr", "newline"):
        return (Gap(wide=True),)
    if name == "colon":
        return (Atom(Kind.COLON, ":"), Gap(wide=True))
    if name == "|":
        return (Atom(Kind.FENCE, "‖"),)
    if name in commands.SOLAR:
        return (Script(Atom(Kind.LETTER, commands.SOLAR[name]), (Atom(Kind.UPRIGHT, "☉"),)),)
    if name in commands.FUNCTIONS:
        return (Atom(Kind.NAME, commands.FUNCTION_NAMES.get(name, name)),)
    if name in symbols.SIGNS:
        return (in_style(symbols.SIGNS[name], style),)
    if name in commands.SILENT or name in commands.SWALLOWING or name in "!-/":
        return ()
    if not name.isalpha():
        return (in_style(name, style),)
    return (in_style(name, style) if len(name) == 1 else Atom(Kind.NAME, name),)


def in_style(sign: str, style: str) -> Atom:
    """A letter or digit in its alphabet; other signs have none."""
    kind = sign_kind(sign) if len(sign) == 1 else Kind.UPRIGHT
    if style in symbols.ALPHABETS and style != "bold":
        forms = symbols.ALPHABETS[style]
        return Atom(Kind.UPRIGHT, forms[sign]) if sign in forms else Atom(kind, sign)
    if kind not in (Kind.LETTER, Kind.UPRIGHT) or not sign.isalpha() or style == "slanted":
        return Atom(kind, sign)
    return Atom({"bold": Kind.BOLD, "upright": Kind.UPRIGHT}.get(style, kind), sign)


def add_characters(items: list[Node], characters: str, style: str) -> None:
    for found in _CHARACTERS.finditer(characters):
        part = found[0]
        if part.isspace():
            items.append(Gap())
        elif part[0] == "'":
            add_script(items, "^", (Atom(Kind.UPRIGHT, _SPELLED.get(part, "′" * len(part))),))
        elif part[0].isdecimal():
            items.append(_number(part, style))
        elif part.isascii() and part.isalpha():
            items += _word(part, style)
        else:
            sign = _SPELLED.get(part, part)
            items.append(in_style(sign, style) if len(sign) == 1 else Atom(Kind.UPRIGHT, sign))


def _number(digits: str, style: str) -> Atom:
    if style == "double":
        return Atom(Kind.NUMBER, "".join(symbols.ALPHABETS["double"].get(digit, digit) for digit in digits))
    return Atom(Kind.BOLD if style == "bold" else Kind.NUMBER, digits)


def _word(letters: str, style: str) -> list[Node]:
    """A run of letters is one atom, as authors mean it; only in alphabets of their own each is a sign."""
    if style in symbols.ALPHABETS and style != "bold":
        return [Atom(Kind.UPRIGHT, "".join(symbols.ALPHABETS[style].get(letter, letter) for letter in letters))]
    kinds = {"bold": Kind.BOLD, "upright": Kind.UPRIGHT}
    return [Atom(kinds.get(style, Kind.LETTER), letters)]


def add_script(items: list[Node], mark: str, script: Row) -> None:
    """Hang a script on the last item, as TeX does: on the last letter of a run, over gaps."""
    script = trimmed(script)
    if not script:
        return
    while items and items[-1] == Gap():
        items.pop()
    base = items[-1] if items else None
    script = _as_sign(script, base)
    if isinstance(base, Script):
        sub, sup = base.sub or (), base.sup or ()
        below = mark == "_"
        items[-1] = Script(base.base, sub + script if below else sub, sup if below else sup + script, base.stacked)
        return
    if base is None or isinstance(base, Gap) or kind_of(base) in (Kind.OPEN, Kind.COMMA):
        base = None
    else:
        items.pop()
        if isinstance(base, Atom) and base.kind is Kind.LETTER and len(base.text) > 1:
            items.append(Atom(Kind.LETTER, base.text[:-1]))
            base = Atom(Kind.LETTER, base.text[-1])
    items.append(Script(base, sub=script) if mark == "_" else Script(base, sup=script))


def _as_sign(script: Row, base: Node | None) -> Row:
    """Scripts that are signs: a ring or an o at a number is a degree, a circled dot or "sun" at a mass the sun."""
    if len(script) != 1 or not isinstance(script[0], Atom):
        return script
    text = script[0].text
    if text == "o" and kind_of(base) is Kind.NUMBER:
        return (Atom(Kind.UPRIGHT, "°"),)
    if text in ("sun", "Sun") and isinstance(base, Atom) and base.text in ("M", "L", "R"):
        return (Atom(Kind.UPRIGHT, "☉"),)
    return (Atom(Kind.UPRIGHT, script_sign(text)),) if script_sign(text) != text else script
