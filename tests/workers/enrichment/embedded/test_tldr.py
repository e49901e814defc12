"""The embedded tldr: one whole sentence of the abstract's own."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.processes import environ
from workers.enrichment.embedded import abstracts
from workers.enrichment.embedded.abstracts import read_abstract
from workers.enrichment.embedded.readability import MAX_CHARACTERS, MAX_WORDS, count_words, find_faults
from workers.enrichment.embedded.sentences import split_sentences
from workers.enrichment.embedded.tldr import pick_tldr

TITLE = "Splats for trees"


def pick(title: str, abstract: str) -> str | None:
    return pick_tldr(read_abstract(title, abstract))


@pytest.mark.parametrize(
    ("abstract", "tldr"),
    [
        (
            "Trees matter. However, trees are hard to draw. In this paper, we propose splats for trees. "
            "Experiments show that they outperform others. Code is available at https://example.org.",
            "We propose splats for trees.",
        ),
        (
            "Splats for trees are studied by many. This is bad. "
            "Here we introduce splats that draw trees in real time.",
            "We introduce splats that draw trees in real time.",
        ),
        (
            "Trees are hard to draw for most of us. To address this issue, we propose round splats for all trees.",
            "We propose round splats for all trees.",
        ),
        ("Trees are hard. A method for splats is presented.", "A method for splats is presented."),
        ("We show it.", "We show it."),
        ("no capital and no stop", "No capital and no stop."),
        ("We reduce the cost of trees from \\$5 to \\$3.", "We reduce the cost of trees from \\$5 to \\$3."),
        ("树很重要。我们提出一种画树的新方法。结果很好！", "我们提出一种画树的新方法。"),
        ("Bäume sind schwer. Wir zeigen ein neues Verfahren.", "Wir zeigen ein neues Verfahren."),
        ("Les arbres sont beaux. Nous proposons une méthode pour eux.", "Nous proposons une méthode pour eux."),
    ],
)
def test_the_sentence_that_says_what_a_paper_does_is_picked(abstract: str, tldr: str) -> None:
    assert pick(TITLE, abstract) == tldr


@pytest.mark.parametrize("abstract", ["", " \n\t ", ".", "...", "。", "-", "“”", "$$"])
def test_an_abstract_that_says_nothing_has_none(abstract: str) -> None:
    assert pick(TITLE, abstract) is None


@pytest.mark.parametrize("title", ["", " ", "$", "x" * 5000, "Splats " * 5000])
def test_a_title_without_words_or_with_too_many_is_no_obstacle(title: str) -> None:
    assert pick(title, "We show it.") == "We show it."


@pytest.mark.parametrize(
    "broken",
    [
        "We propose splats (for trees.",
        "We propose splats for $x trees.",
        "We propose " + "splats " * 60 + "for trees.",
        "We propose splats to solve these problems.",
        "We propose splats at https://example.org/splats.",
        "Can we propose splats for trees?",
    ],
)
def test_what_does_not_read_well_is_not_picked_where_something_else_is(broken: str) -> None:
    assert pick(TITLE, f"Rain falls on all trees. {broken}") == "Rain falls on all trees."


def test_where_all_lean_a_whole_sentence_is_still_said() -> None:
    assert pick(TITLE, "This is bad. They solve these problems.") == "This is bad."


def test_a_sentence_without_its_stop_is_mended_before_one_that_leans_is_taken() -> None:
    assert pick(TITLE, "This is bad. We propose splats for trees") == "We propose splats for trees."


def test_one_endless_sentence_is_ended_at_a_clause_of_its_own() -> None:
    abstract = (
        "We propose splats " + "that are round " * 15 + "in all respects, and " + "we go on " * 40 + "for ever."
    )
    assert pick(TITLE, abstract) == "We propose splats " + "that are round " * 15 + "in all respects."


def test_it_is_not_ended_inside_of_a_formula_or_a_parenthesis() -> None:
    inside = ", ".join("abcdefghij" * 3)
    abstract = (
        f"We propose splats {'that are round ' * 5}in all respects, where $f({inside})$ is {'very ' * 60} round."
    )
    assert pick(TITLE, abstract) == "We propose splats " + "that are round " * 5 + "in all respects."


def test_where_there_is_no_clause_either_it_ends_within_the_limit() -> None:
    assert pick(TITLE, "splat " * 200) == " ".join(["Splat", *["splat"] * (MAX_WORDS - 1)]) + "…"
    endless = pick(TITLE, "树" * 1000)
    assert endless is not None
    assert count_words(endless) <= MAX_WORDS


PIECES = st.sampled_from(
    ["We propose", "splats", "trees", "it", ".", ". ", "? ", ", ", "。", "(", ")", "$", "\\$", "e.g. ", "A. ", "é",
     "\n", "x", "树", "However, "]
)  # fmt: skip
ABSTRACTS = st.lists(PIECES, max_size=120).map(" ".join) | st.text(max_size=300)


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def is_part_in_order(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(sign in rest for sign in part)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=30), ABSTRACTS)
def test_it_is_never_over_the_limit_and_always_the_abstracts_own_words(title: str, abstract: str) -> None:
    tldr = pick(title, abstract)
    if tldr is None:
        assert not any(any(sign.isalnum() for sign in sentence) for sentence in split_sentences(abstract))
    else:
        assert tldr.strip() == tldr
        assert count_words(tldr) <= MAX_WORDS
        assert 1 <= len(tldr) <= MAX_CHARACTERS
        assert is_part_in_order(letters(tldr), letters(abstract))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(["We propose splats.", "Trees are hard.", "Rain is new.", "See Fig. 3."]), min_size=1)
)
def test_of_whole_sentences_it_is_always_one(sentences: list[str]) -> None:
    tldr = pick(TITLE, " ".join(sentences))
    assert tldr in sentences
    assert find_faults(tldr) == ()


def test_an_endless_hostile_abstract_takes_no_endless_time() -> None:
    """Measured in what is read, not in seconds: behind the limits nothing is."""
    start = "Trees are hard. " * 2000
    assert pick(TITLE, start + "In this paper, we propose splats for trees.") == "Trees are hard."
    for noise in (
        "A b. ",
        "( ",
        "$ ",
        ". ",
        '" ',
        "we ",
        "x",
        "树",
        "a,",
        "We propose x, which is, ",
        "to solve this ",
    ):
        read = read_abstract(noise * (1_000_000 // len(noise)), noise * (1_000_000 // len(noise)))
        assert len(read.sentences) <= abstracts.MAX_SENTENCES
        assert all(len(sentence) <= abstracts.MAX_SENTENCE for sentence in read.sentences)
        pick_tldr(read)


def test_every_process_picks_the_same() -> None:
    """Nothing hangs on the order of a set, which differs from process to process."""
    abstract = "We show splats. We show trees. We present splats for trees. We present trees for splats."
    script = (
        "from workers.enrichment.embedded.summarizer import EmbeddedSummarizer;"
        f"print(EmbeddedSummarizer().summarize({TITLE!r}, {abstract!r}))"
    )
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
    assert len(said) == 1
    assert repr(pick(TITLE, abstract)) in said.pop().split(os.linesep)[0]
