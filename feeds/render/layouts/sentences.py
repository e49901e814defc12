"""Plain text by its sentences, as far as a layout needs to know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feeds.text import squeeze

_END = re.compile(r"(?<=[.!?])[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9])|(?<=[。！？])[”’」』）]*")
#: What ends with a point and no sentence.
_SHORT = re.compile(
    r"(?:\b(?:[A-Z]|e\.g|i\.e|al|cf|vs|etc|Figs?|Eqs?|Secs?|Refs?|Tabs?|Drs?|Profs?|St|approx|resp|No|ca|pp|Vol"
    r"|Phys|Rev|Lett|Math|Proc|Nucl|Astron|Astrophys|Thm|Lem))\.$"
)
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
#: Of the signs of a text, from when on its length is counted in characters.
_WIDE_SHARE = 0.3


@dataclass(frozen=True)
class Limit:
    """How long a text may be: in words, or in characters where its language puts no spaces between words."""

    words: int
    characters: int


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, in order; together they are the text."""
    line = squeeze(text)
    found: list[str] = []
    start = 0
    for end in _END.finditer(line):
        piece = line[start : end.end()].strip()
        if piece and not _SHORT.search(line[start : end.start()]):
            found.append(piece)
            start = end.end()
    rest = line[start:].strip()
    return [*found, rest] if rest else found


def cut(text: str, limit: Limit) -> str:
    """As many whole sentences of a text as the limit allows; of a first one that is too long, its beginning."""
    kept = ""
    for sentence in split_sentences(text):
        gap = "" if not kept or kept[-1] in "。！？”" else " "
        if not _fits(kept + gap + sentence, limit):
            break
        kept += gap + sentence
    return kept or _shorten(squeeze(text), limit)


def _fits(text: str, limit: Limit) -> bool:
    return len(text) <= limit.characters if _is_wide(text) else len(text.split()) <= limit.words


def _shorten(text: str, limit: Limit) -> str:
    if _fits(text, limit):
        return text
    return f"{text[: limit.characters - 1]}…" if _is_wide(text) else " ".join(text.split()[: limit.words]) + " …"


def _is_wide(text: str) -> bool:
    return len(_WIDE.findall(text)) > _WIDE_SHARE * len(text)
