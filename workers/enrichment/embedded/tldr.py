"""The tldr: the best ranked candidate that reads as a whole sentence on its own."""

from __future__ import annotations

import re

from workers.enrichment.embedded.abstracts import Abstract
from workers.enrichment.embedded.compression import capitalize, tidy
from workers.enrichment.embedded.readability import (
    BROKEN,
    MAX_CHARACTERS,
    MAX_WORDS,
    count_words,
    find_faults,
    is_balanced,
)

_CLAUSE = re.compile(r"[,;:—–]\s|[，；：、]")
_PIECE = re.compile(
    r"\s*(?:[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff]+)"
)


def pick_tldr(abstract: Abstract) -> str | None:
    """One sentence of at most 60 words; None where there is no abstract.

    A candidate with no fault at all comes before one that leans on its neighbours, whatever their ranks; what is
    no whole sentence is mended or ended at a clause, and only when nothing else is there.
    """
    if not abstract.ranked:
        return None
    leaning: list[tuple[int, str]] = []
    for candidate in abstract.ranked:
        faults = find_faults(candidate.text)
        if not faults:
            return candidate.text
        if BROKEN.keys().isdisjoint(faults):
            leaning.append((len(faults), candidate.text))
    mended = [mend(candidate.text) for candidate in abstract.ranked]
    faultless = [text for text in mended if not find_faults(text)]
    if faultless:
        return faultless[0]
    if leaning:
        return min(leaning, key=lambda found: found[0])[1]
    whole = [text for text in mended if BROKEN.keys().isdisjoint(find_faults(text))]
    return whole[0] if whole else mend(tidy(abstract.sentences[0]))


def mend(text: str) -> str:
    """A text with what a sentence needs at its ends, within the limit."""
    mended = capitalize(text.strip())
    if count_words(mended) > MAX_WORDS or len(mended) > MAX_CHARACTERS:
        return shorten(mended)
    if mended and (mended[-1].isalnum() or mended[-1] in ")]}$%”\"'"):
        return mended + "."
    return re.sub(r"[,;:—–-]+$", ".", mended)


def shorten(text: str) -> str:
    """A text that is too long, ended at a clause within the limit, or at its last word there."""
    within = _cut(text)
    clauses = [within[: clause.start()].rstrip() for clause in _CLAUSE.finditer(within + " ")]
    whole = [clause for clause in clauses if len(clause) > len(within) // 3 and is_balanced(clause)]
    return whole[-1] + "." if whole else within.rstrip(",;:—–") + "…"


def _cut(text: str) -> str:
    """The beginning that is within the limit of words and of characters."""
    end = 0
    for piece in _PIECE.finditer(text):
        if piece.end() >= MAX_CHARACTERS or count_words(text[: piece.end()]) > MAX_WORDS:
            break
        end = piece.end()
    return text[: end or MAX_CHARACTERS - 1]
