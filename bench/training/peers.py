"""What the embedded summarizer is measured beside: each picks one text for a title and an abstract."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from bench.training import cue_rule, scores
from bench.training.sources import Example
from workers.enrichment.embedded.compression import find_candidates
from workers.enrichment.embedded.features import tokenize
from workers.enrichment.embedded.sentences import split_sentences

Pick = Callable[[str, str], str]
Vector = dict[str, float]

#: The idf of a word that the train split does not have: about that of one it has once.
UNKNOWN = 7.6

#: Test split, the abstract alone, as allenai/scitldr's authors published them (Cachola et al., 2020); copied from
#: ../shared/scitldr/README.md, neither measured nor verified here.
PUBLISHED = {
    "PACSUM": (19.3, 4.0, 15.1),
    "BERTSumExt": (38.5, 16.6, 30.5),
    "MatchSum": (42.7, 20.0, 34.0),
    "BART": (43.3, 20.8, 35.0),
    "CATTS": (43.8, 20.9, 35.5),
    "extractive oracle": (47.7, 24.7, 38.5),
}


def lead(title: str, abstract: str) -> str:
    return split_sentences(abstract)[0]


def title_alone(title: str, abstract: str) -> str:
    return title


def by_cues(title: str, abstract: str) -> str:
    return cue_rule.pick_tldr(title, abstract) or ""


class Centroid:
    """The sentence closest to the mean of all sentences' tf-idf vectors."""

    def __init__(self, abstracts: Sequence[str]) -> None:
        self.idf = count_idf(abstracts)

    def __call__(self, title: str, abstract: str) -> str:
        sentences = split_sentences(abstract)
        vectors = [weigh(sentence, self.idf) for sentence in sentences]
        centre: Vector = Counter()
        for vector in vectors:
            for word, value in vector.items():
                centre[word] += value
        closeness = [cosine(vector, centre) for vector in vectors]
        return sentences[closeness.index(max(closeness))]


class LexRank:
    """Power iteration over the sentences' tf-idf cosines (Erkan and Radev, 2004: continuous, damping 0.85)."""

    def __init__(self, abstracts: Sequence[str]) -> None:
        self.idf = count_idf(abstracts)

    def __call__(self, title: str, abstract: str) -> str:
        sentences = split_sentences(abstract)
        vectors = [weigh(sentence, self.idf) for sentence in sentences]
        rows = [[cosine(one, other) for other in vectors] for one in vectors]
        sums = [sum(row) or 1.0 for row in rows]
        count = len(sentences)
        ranks = [1 / count] * count
        for _ in range(30):
            ranks = [
                0.15 / count + 0.85 * sum(ranks[other] * rows[other][at] / sums[other] for other in range(count))
                for at in range(count)
            ]
        return sentences[ranks.index(max(ranks))]


class Oracle:
    """The best that could be picked: it knows the references.

    :param compressed: of all candidates, not of whole sentences
    """

    def __init__(self, examples: Sequence[Example], *, compressed: bool) -> None:
        self.references = {(example.title, example.abstract): example.references for example in examples}
        self.compressed = compressed

    def __call__(self, title: str, abstract: str) -> str:
        texts = split_sentences(abstract)
        if self.compressed:
            texts += [text for sentence in texts for text in find_candidates(sentence)]
        return max(texts, key=lambda text: scores.score(text, self.references[title, abstract])[0])


def count_idf(abstracts: Sequence[str]) -> Vector:
    counts = Counter(word for abstract in abstracts for word in set(tokenize(abstract)))
    return {word: math.log(len(abstracts) / count) for word, count in counts.items()}


def weigh(sentence: str, idf: Vector) -> Vector:
    return {word: count * idf.get(word, UNKNOWN) for word, count in Counter(tokenize(sentence)).items()}


def cosine(one: Vector, other: Vector) -> float:
    dot = sum(value * other.get(word, 0.0) for word, value in one.items())
    return dot / ((norm(one) * norm(other)) or 1.0)


def norm(vector: Vector) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))
