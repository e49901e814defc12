"""What may be cut from a draft that is wrong twice: whole sentences and points, no words.

Pure. The result is judged by all rules again.
"""

from __future__ import annotations

from dataclasses import replace

from feeds.model.summaries import Data
from workers.enrichment.embedded.sentences import split_sentences
from workers.enrichment.writing.checks import Draft, find_faults, fits
from workers.enrichment.writing.contracts import CONTRACTS, Limit

#: A text that is longer than this share of its limit lost its way; its beginning is no summary.
_TOO_FAR = 1.3


def mend(draft: Draft) -> Data | None:
    """A draft's data without the points and sentences that break a rule; None where too little is left."""
    if isinstance(draft.data, list):
        return _drop_points(draft, draft.data)
    if isinstance(draft.data, dict):
        limits = CONTRACTS[draft.kind].limits
        shorter = {name: _cut(text, limits[name], draft.language) for name, text in draft.data.items()}
        return None if any(not text for text in shorter.values()) else shorter
    return None


def _drop_points(draft: Draft, points: list[str]) -> list[str] | None:
    """The points that break no rule by themselves, once each."""
    fewest, most = CONTRACTS[draft.kind].points or (1, 1)
    good = [point for point in dict.fromkeys(points) if not _breaks(replace(draft, data=[point]))]
    return good[:most] if len(good) >= fewest else None


def _breaks(draft: Draft) -> bool:
    return any(fault.rule != "parts" for fault in find_faults(draft))


def _cut(text: str, limit: Limit, language: str) -> str:
    """A text ended at its last whole sentence within the limit; "" where it is too long for that."""
    if fits(text, limit, language):
        return text
    generous = Limit(int(limit.words * _TOO_FAR), int(limit.characters * _TOO_FAR))
    if not fits(text, generous, language):
        return ""
    joint = "" if text.count("。") > text.count(". ") else " "
    sentences = split_sentences(text)
    while sentences and not fits(joint.join(sentences), limit, language):
        sentences.pop()
    return joint.join(sentences)
