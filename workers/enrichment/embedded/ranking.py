"""Ranks what can stand for an abstract in one sentence: a linear model over its sentences' candidates.

The weights were learned from SciTLDR-A (``bench/train ranker``); nothing here needs more than arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workers.enrichment.embedded.compression import find_candidates
from workers.enrichment.embedded.features import Features, describe_candidate, describe_sentence, read_document
from workers.enrichment.embedded.models import load_model


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that could stand for the paper."""

    text: str
    at: int  #: which sentence it comes from
    score: float  #: in ROUGE points above or below the abstract's others


def rank_candidates(title: str, sentences: Sequence[str]) -> list[Candidate]:
    """All candidates of an abstract, the best first; equals in the order of the abstract.

    A paper without a title has weights of its own: what a title would have told is then told by the rest.
    """
    model = load_model("ranker")
    weights: Mapping[str, float] = model["with title" if title.strip() else "without title"]
    found = [
        Candidate(text, at, score_features(weights, features))
        for text, at, features in describe_candidates(title, sentences)
    ]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.at, -len(candidate.text)))


def describe_candidates(title: str, sentences: Sequence[str]) -> Iterator[tuple[str, int, Features]]:
    """Each candidate with its sentence's place and its features; the training script reads the same."""
    document = read_document(title, sentences)
    for at, sentence in enumerate(sentences):
        shared = describe_sentence(document, at)
        for text in find_candidates(sentence):
            yield text, at, describe_candidate(document, shared, text)


def score_features(weights: Mapping[str, float], features: Features) -> float:
    return sum(weights[name] * value for name, value in features.items() if name in weights)
