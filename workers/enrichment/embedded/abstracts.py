"""An abstract as the embedded summarizer works with it: cut, compressed and ranked once for all kinds."""

from __future__ import annotations

from dataclasses import dataclass

from workers.enrichment.embedded.features import is_english
from workers.enrichment.embedded.ranking import Candidate, rank_candidates
from workers.enrichment.embedded.sentences import split_sentences

#: Ten times what arXiv allows an abstract, four times the sentences of a long one; the rest is not read.
MAX_CHARACTERS = 20_000
MAX_SENTENCES = 80
#: One sentence longer than this is no sentence: of it only so much is read.
MAX_SENTENCE = 2_000
MAX_TITLE = 1_000


@dataclass(frozen=True, slots=True)
class Abstract:
    """What all kinds of summary are made from."""

    sentences: list[str]
    ranked: list[Candidate]  #: the best first
    is_english: bool  #: the roles of sentences are known in English only


def read_abstract(title: str, abstract: str) -> Abstract:
    """Cut and rank an abstract, however long, in time that grows no faster than it does."""
    sentences = [
        sentence[:MAX_SENTENCE].rstrip()
        for sentence in split_sentences(abstract[:MAX_CHARACTERS])
        if any(sign.isalnum() for sign in sentence)
    ][:MAX_SENTENCES]
    return Abstract(
        sentences=sentences,
        ranked=rank_candidates(title[:MAX_TITLE], sentences),
        is_english=is_english(sentences),
    )
