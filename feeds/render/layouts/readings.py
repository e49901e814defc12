"""A paper's reading as the layout ``daily`` shows it: three parts within their limits (PRODUCT.md, section 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from feeds.model.summaries import READING_PARTS
from feeds.render.layouts.sentences import Limit, cut, split_sentences

#: An address; a sentence with one and few words says where the code is, nothing of background, method or results.
_ADDRESS = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|io|net|ai)/", re.IGNORECASE)
_POINTING = 16
LIMITS = {"background": Limit(100, 200), "method": Limit(300, 600), "results": Limit(100, 200)}


def complete_reading(reading: Sequence[tuple[str, str]], abstract: str) -> list[tuple[str, str]]:
    """The parts that there are; for those that no summarizer made, the abstract's own sentences in that place.

    Where these are used up, all parts are the abstract's, by their place; of fewer than three sentences, as many
    parts as that gives.

    :param reading: (part, text), as an entry has it
    :param abstract: plain text
    """
    known, sentences = dict(reading), _telling(split_sentences(abstract))
    if len(known) < len(READING_PARTS):
        known = _arrange(sentences, known) | known
    if not all(known.values()) and len(sentences) >= len(READING_PARTS):
        known = _arrange(sentences, {})
    return [(part, cut(known[part], LIMITS[part])) for part in READING_PARTS if known.get(part)]


def _arrange(sentences: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Sentences by the part that they stand for: what is before, among and after those that are used already."""
    used = [at for at, sentence in enumerate(sentences) if any(sentence in text for text in known.values())]
    first, last = (used[0], used[-1] + 1) if used else _middle(len(sentences))
    free = [sentence for at, sentence in enumerate(sentences) if first <= at < last and at not in used]
    return {
        "background": " ".join(sentences[:first]),
        "method": " ".join(free),
        "results": " ".join(sentences[last:]),
    }


def _telling(sentences: list[str]) -> list[str]:
    """Those that tell something of the paper; all of them where these are too few for three parts."""
    told = [one for one in sentences if len(one.split()) > _POINTING or not _ADDRESS.search(one)]
    return told if len(told) >= len(READING_PARTS) else sentences


def _middle(count: int) -> tuple[int, int]:
    """Where the method begins and ends in an abstract of so many sentences, as most are built."""
    edge = max(count // 4, 1)
    return (edge, count - edge) if count > 2 else (0, 1)
