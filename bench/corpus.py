"""Invented papers and topics in any number, always the same: words by Zipf's law, queries of what papers say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random

from feeds.model.papers import Author, Paper
from feeds.model.topics import Topic

WORDS = 30_000
CATEGORIES = (
    "cs.CV", "cs.CL", "cs.LG", "cs.AI", "cs.RO", "cs.SD", "cs.CR", "cs.DS", "cs.HC", "cs.IR", "cs.SE", "cs.DC",
    "eess.AS", "eess.IV", "eess.SP", "stat.ML", "stat.ME", "math.NA", "math.OC", "math.ST", "math.AG", "math.CO",
    "physics.optics", "physics.comp-ph", "astro-ph.GA", "astro-ph.CO", "hep-th", "hep-ph", "gr-qc", "quant-ph",
    "cond-mat.str-el", "cond-mat.mtrl-sci", "q-bio.NC", "q-bio.QM", "econ.EM", "q-fin.ST",
)  # fmt: skip
_COMMON = (
    "the", "of", "and", "a", "to", "in", "we", "for", "is", "that", "on", "with", "this", "are", "as", "by", "an",
    "from", "our", "it", "be", "can", "which", "model", "method", "data",
)  # fmt: skip
_ONSETS = ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "tr", "st", "gr")
_VOWELS = ("a", "e", "i", "o", "u", "io", "ea")
_ENDS = ("", "n", "r", "l", "t", "nd", "ng")


class Corpus:
    """A language of its own, and who writes in it."""

    def __init__(self, seed: int = 6) -> None:
        self._chance = Random(seed)
        self._words = [*_COMMON, *self._invent_words(WORDS)]
        self._ranks = {word: rank for rank, word in enumerate(self._words)}
        self._rare, self._known_well = self._words[500:], frozenset(self._words[:150])
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self._words))))
        self._categories = list(accumulate(1 / (rank + 1) for rank in range(len(CATEGORIES))))

    def _invent_words(self, count: int) -> Iterator[str]:
        known: set[str] = set(_COMMON)
        while len(known) < count + len(_COMMON):
            syllables = (
                self._chance.choice(_ONSETS) + self._chance.choice(_VOWELS) + self._chance.choice(_ENDS)
                for _ in range(self._chance.randint(1, 4))
            )  # fmt: skip
            word = "".join(syllables)
            word = word[:4].upper() if self._chance.random() < 0.03 else word
            if word not in known:
                known.add(word)
                yield word

    def rank(self, word: str) -> int:
        """How many words are commoner; 0 for what is none of this language."""
        return self._ranks.get(word, 0)

    def make_papers(self, count: int) -> Iterator[Paper]:
        """Papers with titles of ten words and abstracts of a hundred and fifty."""
        for number in range(count):
            categories = self._chance.choices(
                CATEGORIES, cum_weights=self._categories, k=self._chance.randint(1, 3)
            )
            yield Paper(
                arxiv_id=f"{2601 + number // 90_000}.{number % 90_000:05}",
                version=1,
                title=self._write(10).capitalize(),
                abstract=" ".join(self._write(25).capitalize() + "." for _ in range(6)),
                authors=tuple(Author(self._write(2).title()) for _ in range(3)),
                categories=tuple(dict.fromkeys(categories)),
            )

    def make_topics(self, count: int, papers: list[Paper]) -> list[Topic]:
        """Topics of three categories that ask for four to nine phrases or rare words, as those of topics.yaml do.

        The phrases are some of these papers'. Every fifth topic excludes one, and some words are beginnings.
        """
        return [self._make_topic(number, papers) for number in range(count)]

    def _make_topic(self, number: int, papers: list[Paper]) -> Topic:
        parts = [self._quote(papers) for _ in range(self._chance.randint(4, 9))]
        query = " OR ".join(parts)
        if number % 5 == 0:
            query = f"({query}) NOT {self._quote(papers)}"
        categories: dict[str, None] = {}
        while len(categories) < 3:
            categories[self._chance.choices(CATEGORIES, cum_weights=self._categories)[0]] = None
        return Topic(f"t{number}", f"Topic {number}", tuple(categories), query=query)

    def _quote(self, papers: list[Paper]) -> str:
        """Two or three words of a paper as they stand there, one of them rare, or one rare word."""
        length = self._chance.choice([1, 2, 2, 3])
        if length == 1:
            word = self._chance.choice(self._rare)
            return f"{word[:-2]}*" if len(word) > 6 and self._chance.random() < 0.2 else word
        while True:
            sentence = self._chance.choice(self._chance.choice(papers).abstract.split(". "))
            words = sentence.replace(".", "").split()
            start = self._chance.randrange(len(words) - length + 1)
            quoted = words[start : start + length]
            if not self._known_well.issuperset(quoted):
                return f'"{" ".join(quoted)}"'

    def _write(self, count: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=count))
