"""Cuts an abstract into sentences."""

from __future__ import annotations

import re

from feeds.text import squeeze

_ABBREVIATIONS = (
    "e.g", "i.e", "cf", "vs", "resp", "approx", "et al", "etc", "viz", "ca", "no", "nos", "fig", "figs", "eq",
    "eqs", "sec", "secs", "ref", "refs", "tab", "thm", "prop", "def", "cor", "dr", "mr", "mrs", "ms", "prof", "st",
    "jr", "sr", "dept", "univ", "w.r.t", "s.t", "a.k.a", "i.i.d", "u.s", "incl", "max", "min", "ch", "vol", "pp",
)  # fmt: skip
#: A stop with what closes around it, then space, then something that can begin a sentence.
_STOP = re.compile(r"""(?P<stop>[.!?]['")\]}”’]*|[。！？][”’」』）]*)(?P<space>\s*)(?=(?P<next>[\s\S]))""")
_ENDS_WITH_ABBREVIATION = re.compile(
    rf"(?:^|[\s(\[“\"'])(?:{'|'.join(map(re.escape, _ABBREVIATIONS))})$", re.IGNORECASE
)
_ENDS_WITH_INITIAL = re.compile(r"(?:^|[\s.(-])[A-Z]$")
_ENDS_WITH_LIST_MARK = re.compile(r"(?:^\s*|[:;,]\s*)\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])$")
#: Words that only begin sentences: before them neither a missing space nor an initial ("a space K. We") is doubted.
_STARTER = re.compile(
    r"\s?(?:The|This|These|We|In|Our|To|However|It|Through|Experiments?|Extensive|Experimental|Furthermore|"
    r"Moreover|Finally|"
    r"Additionally|By|As|For|Results|While|With|Specifically|Here|Using|Then|There|Thus|Therefore)[\s,]"
)
#: What may end before a stop is shorter than this.
_TAIL = 24
_OPENINGS = "\"'“‘([{$\\*"


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, white space squeezed, in order.

    Abbreviations, initials, list marks, decimal points, and what stands in formulas or parentheses end none.
    """
    text = squeeze(text)
    sentences: list[str] = []
    start = 0
    for stop in _STOP.finditer(text):
        if _ends_sentence(text, start, stop):
            sentences.append(text[start : stop.end("stop")].strip())
            start = stop.end("stop")
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _ends_sentence(text: str, start: int, stop: re.Match[str]) -> bool:
    before = text[start : stop.start()]
    if in_formula(before) or _is_open(text[start : stop.end("stop")]):
        return False
    if stop["stop"][0] in "。！？":
        return True
    if not stop["space"]:
        return before[-3:].isalpha() and before[-3:].islower() and bool(_STARTER.match(text, stop.end()))
    following = stop["next"]
    if not (following.isupper() or following.isdigit() or following in _OPENINGS or not following.isascii()):
        return False
    if not stop["stop"].startswith("."):
        return True
    tail = before if len(before) < _TAIL else "…" + before[-_TAIL:]
    if _ENDS_WITH_ABBREVIATION.search(tail) or _ENDS_WITH_LIST_MARK.search(tail):
        return False
    return not _ENDS_WITH_INITIAL.search(tail) or bool(_STARTER.match(text, stop.end()))


def in_formula(text: str) -> bool:
    """Whether a formula that was opened is not closed yet; ``\\$`` is money."""
    if "\\" not in text:
        return text.count("$") % 2 == 1
    displayed = text.count(r"\[") + text.count(r"\(") > text.count(r"\]") + text.count(r"\)")
    return displayed or (text.count("$") - text.count(r"\$")) % 2 == 1


def _is_open(text: str) -> bool:
    """Whether a parenthesis that was opened is not closed yet; one left open for very long was a slip."""
    opened = text.rfind("(")
    return text.count("(") > text.count(")") and opened > text.rfind(")") and len(text) - opened < 200
