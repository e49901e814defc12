"""ROUGE by SciTLDR's protocol: stemmed, F1, the reference with the best ROUGE-1, that one's ROUGE-2 and ROUGE-L."""

from __future__ import annotations

from collections.abc import Sequence

from rouge_score import rouge_scorer, tokenizers
from rouge_score.tokenizers import DefaultTokenizer

KINDS = ("rouge1", "rouge2", "rougeL")
Score = tuple[float, float, float]


class _RememberingTokenizer(tokenizers.Tokenizer):
    """rouge-score's own tokenizer; a text is stemmed once."""

    def __init__(self) -> None:
        self._inner = DefaultTokenizer(use_stemmer=True)
        self._known: dict[str, list[str]] = {}

    def tokenize(self, text: str) -> list[str]:
        if text not in self._known:
            self._known[text] = self._inner.tokenize(text)
        return self._known[text]


_SCORER = rouge_scorer.RougeScorer(list(KINDS), tokenizer=_RememberingTokenizer())


def score(said: str, references: Sequence[str]) -> Score:
    """ROUGE-1, -2 and -L (0 to 100) of the reference that has the best ROUGE-1."""
    rows = []
    for reference in references:
        found = _SCORER.score(reference, said)
        rows.append(tuple(100 * found[kind].fmeasure for kind in KINDS))
    best = max(rows, key=lambda row: row[0])
    return best[0], best[1], best[2]


def mean(scores: Sequence[Score]) -> Score:
    """Over papers."""
    count = max(1, len(scores))
    first, second, third = (sum(column) / count for column in zip(*scores, strict=True))
    return first, second, third
