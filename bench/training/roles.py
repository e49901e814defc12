"""Learns the roles of sentences from CSAbstruct's train split: a linear-chain conditional random field.

Scores by feature and role, and from role to role, by gradient descent (Adam) on the exact likelihood. Like the
ranker it is learned in two rounds: all features, then once more those that turned out to weigh most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.training import sources
from workers.enrichment.embedded.features import Features
from workers.enrichment.embedded.roles import Role, describe_sentences

LABELS = [str(role) for role in Role]
#: Chosen on dev.
MIN_COUNT = 8
KEPT = 2500
RIDGE = 30.0
ROUNDS = 60
RATE = 0.05
DIGITS = 3


@dataclass(frozen=True)
class Abstract:
    """Sentences by their features, with their roles."""

    features: list[Features]
    labels: list[int]


@dataclass
class Weights:
    """What is learned: by feature and role, from role to role, of the first sentence's role."""

    own: np.ndarray
    steps: np.ndarray
    first: np.ndarray

    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.own, self.steps, self.first


def train() -> dict[str, object]:
    """The model's data."""
    abstracts = [
        Abstract(describe_sentences(row.sentences), [LABELS.index(label) for label in row.labels])
        for row in sources.read_roles("train")
    ]
    counts = Counter(name for abstract in abstracts for features in abstract.features for name in features)
    names = sorted(name for name, count in counts.items() if count >= MIN_COUNT)
    strength = np.abs(learn(abstracts, names).own).max(axis=1) * np.sqrt([counts[name] for name in names])
    kept = sorted(names[at] for at in np.argsort(-strength, kind="stable")[:KEPT])
    learned = learn(abstracts, kept)
    return {
        "name": "roles",
        "labels": LABELS,
        "first": _round(learned.first),
        "steps": [_round(row) for row in learned.steps],
        "weights": {name: _round(row) for name, row in zip(kept, learned.own, strict=True)},
    }


def _round(values: np.ndarray) -> list[float]:
    return [round(float(value), DIGITS) for value in values]


def learn(abstracts: Sequence[Abstract], names: Sequence[str]) -> Weights:
    chain = Chain(abstracts, names)
    size = len(LABELS)
    weights = Weights(np.zeros((len(names), size), np.float32), np.zeros((size, size)), np.zeros(size))
    means = [np.zeros_like(part) for part in weights.parts()]
    squares = [np.zeros_like(part) for part in weights.parts()]
    for round_ in range(1, ROUNDS + 1):
        slopes = chain.slopes(weights)
        rate = RATE * (1 - round_ / (ROUNDS + 1))
        for part, mean, square, slope in zip(weights.parts(), means, squares, slopes, strict=True):
            mean += 0.1 * (slope - mean)
            square += 0.01 * (slope**2 - square)
            part -= rate * (mean / (1 - 0.9**round_)) / (np.sqrt(square / (1 - 0.99**round_)) + 1e-8)
    return weights


class Chain:
    """All abstracts side by side, sentence by sentence, padded to the longest."""

    def __init__(self, abstracts: Sequence[Abstract], names: Sequence[str]) -> None:
        self.abstracts = abstracts
        lengths = np.array([len(abstract.labels) for abstract in abstracts])
        self.longest = int(lengths.max())
        self.there = np.arange(self.longest)[None] < lengths[:, None]
        self.places = np.flatnonzero(self.there)
        self.labels = np.concatenate([abstract.labels for abstract in abstracts])
        column = {name: number for number, name in enumerate(names)}
        self.matrix = np.zeros((len(self.places), len(names)), np.float32)
        rows = (features for abstract in abstracts for features in abstract.features)
        for number, features in enumerate(rows):
            for name, value in features.items():
                if name in column:
                    self.matrix[number, column[name]] = value

    def slopes(self, weights: Weights) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the negative log likelihood and the ridge, by weight: expected less seen counts."""
        size = len(LABELS)
        count = len(self.abstracts)
        scores = np.zeros((count * self.longest, size))
        scores[self.places] = self.matrix @ weights.own
        scores = scores.reshape(count, self.longest, size)
        ahead, behind = self._pass(scores, weights)
        total = _log_sum(ahead[:, -1], 1)
        chances = np.exp(ahead + behind - total[:, None, None])
        own = chances.reshape(-1, size)[self.places].copy()
        own[np.arange(len(self.labels)), self.labels] -= 1
        steps = weights.steps.copy()
        for at in range(1, self.longest):
            on = self.there[:, at]
            onwards = (scores[on, at] + behind[on, at])[:, None, :] - total[on][:, None, None]
            steps += np.exp(ahead[on, at - 1][:, :, None] + weights.steps[None] + onwards).sum(axis=0)
        first = chances[:, 0].sum(axis=0)
        for abstract in self.abstracts:
            first[abstract.labels[0]] -= 1
            for old, new in zip(abstract.labels, abstract.labels[1:], strict=False):
                steps[old, new] -= 1
        return self.matrix.T @ own.astype(np.float32) + RIDGE * weights.own, steps, first

    def _pass(self, scores: np.ndarray, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
        """Forward and backward sums, in logarithms."""
        ahead, behind = np.zeros_like(scores), np.zeros_like(scores)
        ahead[:, 0] = scores[:, 0] + weights.first
        for at in range(1, self.longest):
            on = self.there[:, at][:, None]
            reached = _log_sum(ahead[:, at - 1][:, :, None] + weights.steps[None], 1) + scores[:, at]
            ahead[:, at] = np.where(on, reached, ahead[:, at - 1])
        for at in range(self.longest - 2, -1, -1):
            on = self.there[:, at + 1][:, None]
            rest = (scores[:, at + 1] + behind[:, at + 1])[:, None, :]
            behind[:, at] = np.where(on, _log_sum(weights.steps[None] + rest, 2), 0)
        return ahead, behind


def _log_sum(values: np.ndarray, axis: int) -> np.ndarray:
    highest = values.max(axis=axis, keepdims=True)
    return (highest + np.log(np.exp(values - highest).sum(axis=axis, keepdims=True))).squeeze(axis)
