"""Learns the sentence ranker from SciTLDR-A's train split: ridge regression on what ROUGE a candidate gets.

Within an abstract only differences count, so features and scores are centred by abstract. Phrases are learned in
two rounds: all that occur often enough, then once more those that turned out to weigh most.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from bench.training import scores, sources
from workers.enrichment.embedded.features import Features
from workers.enrichment.embedded.ranking import describe_candidates
from workers.enrichment.embedded.sentences import split_sentences

#: ROUGE-1, -2 and -L in what is learned; chosen on dev, as are the numbers below.
MIX = (1.0, 0.6, 0.8)
MIN_COUNT = 10
KEPT_PHRASES = 3000
RIDGE, RIDGE_PHRASES = 30.0, 300.0
DIGITS = 3


@dataclass(frozen=True)
class Row:
    """A candidate."""

    features: Features
    target: float
    document: int


def train() -> dict[str, object]:
    """The model's data: two sets of weights, for papers with and without a title."""
    examples = sources.read_examples("train")
    return {
        "name": "ranker",
        "with title": learn(read_rows(examples, titles=True)),
        "without title": learn(read_rows(examples, titles=False)),
    }


def read_rows(examples: list[sources.Example], *, titles: bool) -> list[Row]:
    rows = []
    for number, example in enumerate(examples):
        sentences = split_sentences(example.abstract)
        for text, _, features in describe_candidates(example.title if titles else "", sentences):
            got = scores.score(text, example.references)
            rows.append(Row(features, sum(part * one for part, one in zip(MIX, got, strict=True)), number))
    return rows


def learn(rows: list[Row]) -> dict[str, float]:
    counts = Counter(name for row in rows for name in row.features)
    names = sorted(name for name, count in counts.items() if count >= MIN_COUNT)
    weights = solve(rows, names)
    phrases = sorted(filter(is_phrase, names), key=lambda name: -abs(weights[name]) * counts[name] ** 0.5)
    kept = sorted([*phrases[:KEPT_PHRASES], *(name for name in names if not is_phrase(name))])
    return {name: round(weight, DIGITS) for name, weight in solve(rows, kept).items() if round(weight, DIGITS)}


def solve(rows: list[Row], names: list[str]) -> dict[str, float]:
    matrix, targets = centre(rows, names)
    ridge = np.array([RIDGE_PHRASES if is_phrase(name) else RIDGE for name in names], dtype=np.float32)
    solved = np.linalg.solve(matrix.T @ matrix + np.diag(ridge), matrix.T @ targets)
    return dict(zip(names, map(float, solved), strict=True))


def is_phrase(name: str) -> bool:
    return name.startswith(("w ", "^ "))


def centre(rows: list[Row], names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Features and targets as a matrix and a column, less their abstract's mean."""
    place = {name: column for column, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names) + 1), dtype=np.float32)
    for number, row in enumerate(rows):
        matrix[number, -1] = row.target
        for name, value in row.features.items():
            if name in place:
                matrix[number, place[name]] = value
    documents = np.array([row.document for row in rows])
    starts = np.flatnonzero(np.diff(documents, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        matrix[start:end] -= matrix[start:end].mean(axis=0)
    return matrix[:, :-1], matrix[:, -1]
