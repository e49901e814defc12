"""Makes of any text one that no TeX parser stumbles over: braces in pairs, formulas marked, the rest escaped.

Authors write formulas without dollars, percent signs that start no comment, sets in bare braces, file names with
underscores. What is meant is decided here, sign by sign, once from left to right.
"""

from __future__ import annotations

import re

from feeds.maths.dividing import divide
from feeds.maths.shapes import (
    as_words,
    base_of,
    escaped_sign,
    is_command,
    is_lost_dollar,
    is_tie,
    is_unit,
    literal,
    match_script,
    unescape,
)

#: Braces and environments within each other; what is deeper stays as it is written.
MAX_DEPTH = 24

_SIGNS = r"""(?P<address>(?:(?:https?|ftp)://|www\.)[^\s\\{}$]+)
      | \\(?P<link>href|url|path|cite[a-z]*|ref|eqref|autoref|cref)\*?\s*(?:\[[^\[\]{}]{0,60}\]\s*){0,2}
        \{(?P<target>(?:[^{}\\$]|\\[^A-Za-z(\[])*)\}
      | \\(?P<edge>begin|end)\s*\{(?P<environment>[A-Za-z]+\*?)\}
      | \\sqrt\s*\[(?P<degree>[^\[\]{}$%\\]{1,20})\]
      | \\\\\s*(?P<skip>\[[\d.\s]{1,8}[a-z]{2}\])?
      | \\(?P<command>[A-Za-z]+)
      | \\(?P<escaped>.)
      | (?P<set>\{(?=[^{}\\$]{0,200}[^{}\\$,\s]\s*[,:|]\s*[^{}\\$,\s][^{}\\$]{0,200}\}))
      | (?P<quote>``|''|(?<![-<\s(])-{2,3}(?![->])|(?<=\s)-{2,3}(?=\s))
      | (?P<root>\bsqrt(?=\{))
      | [{}%$^_~\\]"""
_IN_FORMULAS = re.compile(_SIGNS, re.VERBOSE | re.DOTALL)
_IN_WORDS = re.compile(rf"(?P<path>\b[A-Z]:(?:\\[\w.-]+){{2,}})|{_SIGNS}", re.VERBOSE | re.DOTALL)
_QUOTES = {"``": "“", "''": "”", "--": "–", "---": "—"}


def mend(text: str) -> str:
    r"""The same text as TeX that is in order; its formulas stand in ``\( \)`` or ``\[ \]``."""
    mender = _Mender()
    for piece in divide(text):
        if piece.formula:
            mender.formula(piece.tex, piece.display)
        else:
            mender.words(piece.tex)
    return mender.close()


class _Mender:
    """What was written so far, and which braces and environments are open in it."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[tuple[str, int, bool]] = []  #: closing, place in `_out`, whether it is escaped already

    def close(self) -> str:
        """All of it; what was never closed is escaped."""
        self._shut(0)
        return "".join(self._out)

    def formula(self, tex: str, display: bool) -> None:
        opening, closing = (r"\[", r"\]") if display else (r"\(", r"\)")
        self._out.append(opening)
        self._inside(tex)
        self._out.append(closing)

    def _inside(self, tex: str) -> None:
        outer = len(self._open)
        last = 0
        for found in _IN_FORMULAS.finditer(tex):
            self._out.append(tex[last : found.start()])
            last = found.end()
            self._formula_sign(found, outer)
        self._out.append(tex[last:])
        self._shut(outer)

    def _formula_sign(self, found: re.Match[str], outer: int) -> None:
        part = found[0]
        if found["address"]:
            self._out.append(literal(part))
        elif found["command"]:
            self._command(found)
        elif self._bracketed(found, outer):
            return
        elif found["escaped"]:
            self._out.append(part if found["escaped"] not in "()[]" else found["escaped"])
        elif part == "~":
            self._out.append(r"\ ")
        elif part != "$":  # dollars in a formula's words add nothing
            self._out.append({"%": r"\%", "\\": r"\textbackslash{}"}.get(part, part))

    def words(self, text: str) -> None:
        at = 0
        while found := _IN_WORDS.search(text, at):
            self._out.append(text[at : found.start()])
            at = self._word_sign(found, text)
        self._out.append(text[at:])

    def _word_sign(self, found: re.Match[str], text: str) -> int:
        """Write what a sign among words stands for; where to read on."""
        part = found[0]
        if part in "^_" and (end := self._script(text, found.start())):
            return end
        if found["address"] or found["path"]:
            self._out.append(literal(part))
        elif found["command"]:
            self._command(found)
        elif found["set"] and not self._is_argument(text[found.start() - 1 : found.start()]):
            self._brace(literal(part), escaped=True)
        elif found["escaped"]:
            self._out.append(escaped_sign(found, text))
        elif found["quote"]:
            self._out.append("″" if part == "''" and is_command(self._last()) else _QUOTES[part])
        elif found["root"]:
            self._out.append(r"\sqrt")
        elif part == "$" and is_lost_dollar(text, found.start()):
            return self._skip(text, found.end())
        elif part == "~":
            self._out.append(" " if is_tie(text, found.start()) else "~")
        elif not self._bracketed(found, 0):
            self._out.append(literal(part))
        return found.end()

    def _skip(self, text: str, at: int) -> int:
        """Where to read on after a sign that was dropped: no two spaces meet."""
        if not self._last()[-1:].strip():
            while text[at : at + 1].isspace():
                at += 1
        return at

    def _command(self, found: re.Match[str]) -> None:
        name = found["command"]
        following = found.string[found.end() : found.end() + 1]
        if name in ("begin", "end", "verb"):
            self._out.append(name)
        else:  # a letter that is not ASCII would be taken for a part of the name
            self._out.append(found[0] + (" " if not following.isascii() and following.isalpha() else ""))

    def _bracketed(self, found: re.Match[str], outer: int) -> bool:
        """Braces, environments and what else means the same in formulas and in words."""
        part = found[0]
        if part[0] == "{":
            self._brace("{", escaped=False)
        elif part == "}":
            self._end("}", r"\}", outer)
        elif found["edge"] == "begin":
            self._brace(part.replace(" ", ""), escaped=False, closing=rf"\end{{{found['environment']}}}")
        elif found["edge"]:
            closing = rf"\end{{{found['environment']}}}"
            self._end(closing, rf"end\{{{found['environment']}\}}", outer)
        elif found["link"]:
            self._out.append(rf"\{found['link']}{{{literal(unescape(found['target']))}}}")
        elif found["degree"]:
            self._out.append(rf"\nthroot{{{found['degree']}}}")
        elif part.startswith(r"\\"):
            self._out.append("\\\\ ")
        elif found["quote"] or found["root"]:
            self._out.append(part)
        else:
            return False
        return True

    def _brace(self, opening: str, *, escaped: bool, closing: str = "}") -> None:
        if len(self._open) >= MAX_DEPTH and not escaped:
            opening, escaped = as_words(opening), True
        self._open.append((closing, len(self._out), escaped))
        self._out.append(opening)

    def _end(self, closing: str, instead: str, outer: int) -> None:
        if len(self._open) > outer and self._open[-1][0] == closing:
            escaped = self._open.pop()[2]
            self._out.append(instead if escaped else closing)
        else:
            self._out.append(instead)

    def _shut(self, outer: int) -> None:
        while len(self._open) > outer:
            _, place, escaped = self._open.pop()
            if not escaped:
                self._out[place] = as_words(self._out[place])

    def _is_argument(self, before: str) -> bool:
        return before == "}" or is_command(self._last())

    def _last(self) -> str:
        return next((part for part in reversed(self._out) if part), "")

    def _script(self, text: str, at: int) -> int:
        """Write a script that stands outside of any formula as one, if it has the shape; where it ends, else 0."""
        while self._out and not self._out[-1]:
            self._out.pop()
        base = base_of(self._out[-1] if self._out else "", text[max(at - 24, 0) : at])
        if base is None:
            return 0
        end, tex = at, ""
        while end < len(text) and (found := match_script(text, end, base if end == at else "x")):
            script = found[found.lastgroup or 0]
            tex += text[end] + (script if script[0] == "{" else f"{{{script}}}")
            end = found.end()
        if end == at:
            return 0
        if base:
            self._out[-1] = self._out[-1][: len(self._out[-1]) - len(base)]
        worded = base.isalpha() and (len(base) > 1 or is_unit(base, tex))
        self.formula((rf"\text{{{base}}}" if worded else base) + tex, display=False)
        return end
