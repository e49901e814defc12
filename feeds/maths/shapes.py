"""The shapes of TeX among words: which scripts, ties and escapes mean what they say, and which are just signs."""

from __future__ import annotations

import re

_BRACED = r"\{(?:[^{}$\\]|\\.|\{(?:[^{}$\\]|\\.|\{(?:[^{}$\\]|\\.){0,60}+\}){0,60}+\}){1,60}+\}"
_SUB = re.compile(rf"_(?:(?P<braced>{_BRACED})|(?P<bare>\\[A-Za-z]+|\d+|[A-Za-z])(?![\w@])(?!\.\w))")
_SUN = re.compile(r"_(?P<bare>[a-z]{2,5})(?![\w@])(?!\.\w)")
_SUP = re.compile(
    rf"""\^(?:(?P<braced>{_BRACED}) | \((?P<round>[-+\w/*]{{1,12}})\)
      | (?P<bare>\\[A-Za-z]+ | [-+]?\d+(?:\.\d+)? | [-+*'](?![A-Za-z]{{4}}) | [A-Za-z]{{1,3}}(?![A-Za-z])))""",
    re.VERBOSE,
)
_GREEK = re.compile(
    r"(?i:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|chi|psi|omega)$"
)
#: What carries a script: a word with digits, a number; of "2x10" the ten.
_BASE = re.compile(r"(?<=\d[xX])\d+$|(?!(?<=\d)[xX]\d)[A-Za-z]+\d*$|\d+$")
_LAST_WORD = re.compile(r"(?:[A-Za-z]+|[)\]}])$")
_LITERAL = re.compile(r"[\\{}$%^_]")
_ESCAPES = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}"}
_KEPT = frozenset("%$&#_{}")


def literal(text: str) -> str:
    """TeX that shows a text as it is."""
    return _LITERAL.sub(lambda found: _ESCAPES.get(found[0], "\\" + found[0]), text)


def is_command(written: str) -> bool:
    return re.fullmatch(r"\\[A-Za-z]+", written) is not None


def base_of(written: str, before: str) -> str | None:
    """What a script among words stands at: a letter, word, number, command, or nothing. None: it is no script."""
    if is_command(written):
        return written
    found = _BASE.search(written[-24:])
    base = found[0] if found else ""
    ahead = before[: len(before) - len(base)][-1:]
    if base == written or not (ahead.isalnum() or ahead in ("_", "\\", "@")):
        return base
    if ahead == "_":
        return ""
    return base if (ahead.isdigit() and len(base) == 1) or base.isdigit() else None


def is_unit(base: str, script: str) -> bool:
    """``s^{-1}`` and ``m^-2``: no variables."""
    return base in ("s", "m", "g", "h") and script.startswith("^{-") and script[3:-1].isdigit()


def match_script(text: str, at: int, base: str) -> re.Match[str] | None:
    if text[at] == "^":
        return _SUP.match(text, at)
    if text[at] != "_":
        return None
    found = _SUB.match(text, at)
    if found and not found["braced"] and not _takes_index(base, found["bare"], text[at - 1 : at]):
        found = None
    if found is None and len(base) == 1 and base.isupper():
        found = _SUN.match(text, at)
    return found


def _takes_index(base: str, index: str, before: str) -> bool:
    """``x_1``, ``SL_2``, ``theta_i``, ``\\alpha_s``; never ``lm_head`` or ``rule_2``."""
    if not base:
        return before in (")", "]", "}", "|", "'")
    if base[0] == "\\" or len(base) == 1 or _GREEK.match(base):
        return True
    return len(base) <= 3 and base.isupper() and index.isdigit()


def escaped_sign(found: re.Match[str], text: str) -> str:
    """What a backslash and a sign stand for among words."""
    sign = found["escaped"]
    if sign in _KEPT:
        return found[0]
    if sign == "-":
        around = text[max(found.start() - 1, 0) : found.start()], text[found.end() : found.end() + 1]
        return "" if all(letter.isalpha() for letter in around) else "-"
    if sign.isspace() or sign in ",;:":
        return " "
    if sign in "!/@":
        return ""
    return literal(found[0]) if sign.isalnum() else literal(sign)


def is_tie(text: str, at: int) -> bool:
    """``Fig.~3`` and ``Russell~1000`` are tied; ``~10``, ``5~10``, ``x~y`` and ``/~name`` mean what they show."""
    before, after = text[max(at - 2, 0) : at], text[at + 1 : at + 2]
    if not before or before[-1].isspace() or not after or after.isspace():
        return False
    if before[-1].isdigit():
        return not after.isdigit() and not before.isdigit()
    return (before.isalpha() and len(before) == 2) or before[-1] in ".,;:)}]$"


def is_lost_dollar(text: str, at: int) -> bool:
    """Whether a dollar without its partner began or ended a formula, and is no money: ``8 TeV$``, not ``US$``."""
    if "$" in (text[at - 1 : at], text[at + 1 : at + 2]) or text[at + 1 : at + 2] in ("^", "_"):
        return True
    word = _LAST_WORD.search(text[max(at - 24, 0) : at])
    ended = not text[at + 1 : at + 2].isalnum() and not text[at + 1 : at + 3].strip().isdigit()
    return bool(word) and not (word and word[0].isupper()) and ended


def as_words(opening: str) -> str:
    return r"\{" if opening == "{" else opening.replace("\\", "").replace("{", r"\{").replace("}", r"\}")


def unescape(target: str) -> str:
    return re.sub(r"\\([%&#_~{}])", r"\1", target)
