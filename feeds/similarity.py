"""Which papers are like those that an editor liked: sparse tf-idf over our own words, cosine. Pure.

Stop words need no list: a word of every paper weighs nothing. Scores are rounded, so that no machine's last digit
of a logarithm changes an order.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from feeds.model.entries import Likeness
from feeds.model.papers import Paper
from feeds.query import words

#: A title says in few words what the abstract says in many.
_TITLE_WEIGHT = 3
#: Shorter words are signs and particles; of a singular and its plural, the shorter has four letters or more.
_SHORTEST, _PLURAL = 3, 5
_DIGITS = 4
_SHARED = 3

_Vector = Mapping[str, float]
_Postings = dict[str, list[tuple[int, float]]]


def compare_with(liked: Sequence[Paper], papers: Sequence[Paper]) -> dict[str, Likeness]:
    """What each paper is most like, by arXiv id; those that have nothing in common with any are missing.

    A paper that is liked itself is like itself.

    :param liked: of two that a paper is as much like, the first one counts
    """
    terms = {paper.arxiv_id: _count(paper) for paper in [*liked, *papers]}
    weights = _weigh(terms.values())
    vectors = {arxiv_id: _vector(counted, weights) for arxiv_id, counted in terms.items()}
    postings = _post([vectors[paper.arxiv_id] for paper in liked])
    own = {paper.arxiv_id for paper in liked}
    found = {}
    for paper in papers:
        if paper.arxiv_id in own:
            found[paper.arxiv_id] = Likeness(1.0, paper.arxiv_id, paper.title, ())
            continue
        vector = vectors[paper.arxiv_id]
        index, score = _find_best(vector, postings)
        if score > 0:
            other = liked[index]
            shared = _shared(vector, vectors[other.arxiv_id])
            found[paper.arxiv_id] = Likeness(score, other.arxiv_id, other.title, shared)
    return found


def arrange(arxiv_ids: Sequence[str], likeness: Mapping[str, Likeness]) -> list[str]:
    """Those that are most alike first; of equals, and of those that are like nothing, the order stays."""
    return sorted(arxiv_ids, key=lambda arxiv_id: -likeness[arxiv_id].score if arxiv_id in likeness else 0.0)


def _post(vectors: Iterable[_Vector]) -> _Postings:
    """The vectors by their words: which of them have each, and how much of it."""
    postings: _Postings = defaultdict(list)
    for index, vector in enumerate(vectors):
        for word, value in vector.items():
            postings[word].append((index, value))
    return postings


def _find_best(vector: _Vector, postings: _Postings) -> tuple[int, float]:
    """The one that a vector is most like, and how much: its cosine, from the words that both have."""
    scores: dict[int, float] = defaultdict(float)
    for word, value in vector.items():
        for index, other in postings.get(word, ()):
            scores[index] += value * other
    rounded = ((round(score, _DIGITS), -index) for index, score in scores.items())
    score, index = max(rounded, default=(0.0, 0))
    return -index, score


def _count(paper: Paper) -> Counter[str]:
    counted: Counter[str] = Counter()
    for text, weight in ((paper.title, _TITLE_WEIGHT), (paper.abstract, 1)):
        for word in words.split(text):
            if len(word.folded) >= _SHORTEST and not word.folded.isdigit():
                counted[_singular(word.folded)] += weight
    return counted


def _singular(folded: str) -> str:
    plural = len(folded) >= _PLURAL and folded.endswith("s") and not folded.endswith("ss")
    return folded[:-1] if plural else folded


def _weigh(counted: Iterable[Counter[str]]) -> dict[str, float]:
    """Each word's idf: the rarer, the more it says; nothing where every paper has it."""
    papers = list(counted)
    holding = Counter(word for terms in papers for word in terms)
    return {word: math.log(len(papers) / count) for word, count in holding.items()}


def _vector(counted: Counter[str], weights: Mapping[str, float]) -> _Vector:
    weighed = {word: (1 + math.log(count)) * weights[word] for word, count in counted.items() if weights[word]}
    length = math.sqrt(sum(value * value for value in weighed.values()))
    return {word: value / length for word, value in weighed.items()} if length else {}


def _shared(one: _Vector, other: _Vector) -> tuple[str, ...]:
    common = [word for word in one if word in other]
    return tuple(sorted(common, key=lambda word: (-round(one[word] * other[word], _DIGITS), word))[:_SHARED])
