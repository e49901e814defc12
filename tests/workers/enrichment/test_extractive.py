"""The embedded tldr: one whole sentence of the abstract's own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.text import squeeze
from tests.support.processes import environ
from workers.enrichment.extractive import MAX_WORDS, pick_tldr
from workers.enrichment.sentences import split_sentences
from workers.enrichment.summarizers import EmbeddedSummarizer

TITLE = "Splats for trees"


@pytest.mark.parametrize(
    ("abstract", "tldr"),
    [
        (
            "Trees matter. However, trees are hard to draw. In this paper, we propose splats for trees. "
            "Experiments show that they outperform others. Code is available at https://example.org.",
            "In this paper, we propose splats for trees.",
        ),
        (
            "Splats for trees are studied by many. This is bad. "
            "Here we introduce splats that draw trees in real time.",
            "Here we introduce splats that draw trees in real time.",
        ),
        ("Trees are hard. A method for splats is presented.", "A method for splats is presented."),
        ("We show it.", "We show it."),
        ("no capital and no stop", "no capital and no stop"),
        ("We reduce the cost of trees from \\$5 to \\$3.", "We reduce the cost of trees from \\$5 to \\$3."),
        ("我们提出一种画树的新方法。", "我们提出一种画树的新方法。"),
    ],
)
def test_the_sentence_that_says_what_a_paper_does_is_picked(abstract: str, tldr: str) -> None:
    assert pick_tldr(TITLE, abstract) == tldr


@pytest.mark.parametrize("abstract", ["", " \n\t ", ".", "...", "。", "-", "“”", "$$"])
def test_an_abstract_that_says_nothing_has_none(abstract: str) -> None:
    assert pick_tldr(TITLE, abstract) is None


def test_a_title_without_words_is_no_obstacle() -> None:
    assert pick_tldr("", "We show it.") == "We show it."
    assert pick_tldr("$", "We show it.") == "We show it."


@pytest.mark.parametrize(
    "broken",
    [
        "We propose splats (for trees.",
        "We propose splats for $x trees.",
        "We propose splats for trees",
        "We propose " + "splats " * 60 + "for trees.",
    ],
)
def test_a_sentence_that_is_not_whole_is_not_picked_where_another_is(broken: str) -> None:
    assert pick_tldr(TITLE, f"It is raining. {broken}") == "It is raining."


def test_one_endless_sentence_is_ended_at_a_clause_of_its_own() -> None:
    abstract = (
        "We propose splats " + "that are round " * 15 + "in all respects, and " + "we go on " * 40 + "for ever."
    )
    tldr = pick_tldr(TITLE, abstract)
    assert tldr == "We propose splats " + "that are round " * 15 + "in all respects."


def test_it_is_not_ended_inside_of_a_formula_or_a_parenthesis() -> None:
    inside = ", ".join("abcdefghij" * 3)
    abstract = (
        f"We propose splats {'that are round ' * 5}in all respects, where $f({inside})$ is {'very ' * 60} round."
    )
    assert pick_tldr(TITLE, abstract) == "We propose splats " + "that are round " * 5 + "in all respects."


def test_where_there_is_no_clause_either_it_ends_within_the_limit() -> None:
    tldr = pick_tldr(TITLE, "splat " * 200)
    assert tldr == " ".join(["splat"] * MAX_WORDS) + "…"


PIECES = st.sampled_from(
    [
        "We propose",
        "splats",
        "trees",
        "it",
        ".",
        ". ",
        "? ",
        ", ",
        "。",
        "(",
        ")",
        "$",
        "\\$",
        "e.g. ",
        "A. ",
        "é",
        "\n",
        "x",
    ]
)
ABSTRACTS = st.lists(PIECES, max_size=120).map(" ".join) | st.text(max_size=300)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=30), ABSTRACTS)
def test_it_is_never_over_the_limit_and_always_the_abstracts_own_words(title: str, abstract: str) -> None:
    tldr = pick_tldr(title, abstract)
    if tldr is None:
        assert not any(any(sign.isalnum() for sign in sentence) for sentence in split_sentences(abstract))
    else:
        assert tldr.strip() == tldr
        assert 1 <= len(tldr.split()) <= MAX_WORDS
        assert squeeze(tldr).rstrip(".…") in squeeze(abstract)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(["We propose splats.", "Trees are hard.", "It is new.", "See Fig. 3."]), min_size=1)
)
def test_of_whole_sentences_it_is_always_one(sentences: list[str]) -> None:
    assert pick_tldr(TITLE, " ".join(sentences)) in sentences


def test_an_endless_hostile_abstract_takes_no_endless_time() -> None:
    """Measured in what is read, not in seconds: behind the limit nothing is."""
    start = "Trees are hard. " * 2000
    assert pick_tldr(TITLE, start + "In this paper, we propose splats for trees.") == "Trees are hard."
    for noise in ("A b. ", "( ", "$ ", ". ", '" ', "we "):
        pick_tldr(TITLE, noise * 100_000)


def test_every_process_picks_the_same() -> None:
    """Nothing hangs on the order of a set, which differs from process to process."""
    abstract = "We show splats. We show trees. We present splats for trees. We present trees for splats."
    script = f"from workers.enrichment.extractive import pick_tldr; print(pick_tldr({TITLE!r}, {abstract!r}))"
    said = {
        subprocess.run(
            [sys.executable, "-P", "-c", script],
            env={**environ(), "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for seed in range(3)
    }
    assert said == {f"{pick_tldr(TITLE, abstract)}{os.linesep}"}


def test_the_embedded_summarizer_says_only_what_it_can_ground() -> None:
    made = EmbeddedSummarizer().summarize(TITLE, "We show it.")
    assert {str(kind): data for kind, data in made.items()} == {
        "tldr": "We show it.",
        "contributions": None,
        "reading": None,
    }
    assert set(EmbeddedSummarizer().summarize(TITLE, "").values()) == {None}
