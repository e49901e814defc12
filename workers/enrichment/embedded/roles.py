"""What each sentence of an abstract is for: background, objective, method, result or other.

A linear-chain model learned from CSAbstruct (``bench/train roles``): weights by feature and role, and from one
sentence's role to the next one's. It knows English only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from operator import itemgetter

from workers.enrichment.embedded.features import Features, describe_candidate, describe_sentence, read_document
from workers.enrichment.embedded.models import load_model


class Role(StrEnum):
    """The labels of CSAbstruct."""

    BACKGROUND = "background"
    OBJECTIVE = "objective"
    METHOD = "method"
    RESULT = "result"
    OTHER = "other"


def tag_roles(sentences: Sequence[str]) -> list[Role]:
    """The most probable roles of an abstract's sentences, together."""
    if not sentences:
        return []
    model = load_model("roles")
    labels: list[str] = model["labels"]
    steps: list[list[float]] = model["steps"]
    scores = [score_labels(model["weights"], features, len(labels)) for features in describe_sentences(sentences)]
    best = [first + own for first, own in zip(model["first"], scores[0], strict=True)]
    came: list[list[int]] = []
    for own in scores[1:]:
        reached = [
            max(((best[old] + steps[old][new]), -old) for old in range(len(labels))) for new in range(len(labels))
        ]
        came.append([-old for _, old in reached])
        best = [score + value for (score, _), value in zip(reached, own, strict=True)]
    path = [max(enumerate(best), key=itemgetter(1))[0]]
    for back in reversed(came):
        path.append(back[path[-1]])
    return [Role(labels[label]) for label in reversed(path)]


def describe_sentences(sentences: Sequence[str]) -> list[Features]:
    """The features of each sentence; the training script reads the same."""
    document = read_document("", sentences)
    return [
        describe_candidate(document, describe_sentence(document, at), sentence)
        for at, sentence in enumerate(sentences)
    ]


def score_labels(weights: Mapping[str, Sequence[float]], features: Features, labels: int) -> list[float]:
    scores = [0.0] * labels
    for name, value in features.items():
        for label, weight in enumerate(weights.get(name, ())):
            scores[label] += weight * value
    return scores
