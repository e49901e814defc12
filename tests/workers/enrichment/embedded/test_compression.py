"""What a sentence is shortened to, and what it never loses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.enrichment.embedded.compression import (
    MAX_CANDIDATES,
    drop_asides,
    drop_back_reference,
    find_candidates,
    say_directly,
    strip_lead_in,
    tidy,
)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("In this paper, we propose splats.", "We propose splats."),
        ("In this paper we propose splats.", "We propose splats."),
        ("Here, we propose splats.", "We propose splats."),
        ("However, trees are hard.", "Trees are hard."),
        ("To this end, in this work, we then propose splats.", "We propose splats."),
        ("Finally, we also show splats.", "We show splats."),
        ("In this paper, a new method is given.", "A new method is given."),
        ("In this paper, k-means is used.", "K-means is used."),
        ("In this paper, eBPF is used.", "eBPF is used."),
        ("In this paper, $k$-means is used.", "$k$-means is used."),
        ("In this forest, we draw trees.", "In this forest, we draw trees."),
        ("However", "However"),
        ("Finally drawn trees are cut.", "Finally drawn trees are cut."),
    ],
)
def test_a_lead_in_is_stripped(given: str, left: str) -> None:
    assert strip_lead_in(given) == left


@pytest.mark.parametrize(
    ("sentence", "shortened"),
    [
        ("To draw trees in real time, we propose splats.", "We propose splats."),
        ("Motivated by trees, this paper presents splats.", "This paper presents splats."),
        ("Recognizing their limits, in this paper we propose splats.", "We propose splats."),
        ("Unlike others, we propose splats.", "We propose splats."),
    ],
)
def test_an_introduction_may_go(sentence: str, shortened: str) -> None:
    assert shortened in find_candidates(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "If trees are round, we prove that splats converge.",
        "Under a mild assumption, we prove that splats converge.",
        "Without any noise, we draw all the trees.",
        "For round trees, we prove that splats converge.",
        "Assuming round trees, we prove that splats converge.",
        "We prove that splats of trees converge if trees are round, which they never are in woods.",
    ],
)
def test_a_condition_never_goes(sentence: str) -> None:
    assert find_candidates(sentence) == [sentence]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("We propose adaptive splats (AS) for trees (and bushes).", "We propose adaptive splats for trees."),
        ("Adaptive splats (AS) are fast; AS win.", "Adaptive splats (AS) are fast; AS win."),
        ("We (i) draw and (ii) cut.", "We (i) draw and (ii) cut."),
        ("Algebras in (2+1) dimensions are (briefly) seen.", "Algebras in (2+1) dimensions are (briefly) seen."),
        ("We see (anti-)de Sitter space.", "We see (anti-)de Sitter space."),
        ("We prove $f (ab) > 0$ here.", "We prove $f (ab) > 0$ here."),
        ("We draw (most) trees f(ab).", "We draw trees f(ab)."),
        ("We cut (some trees.", "We cut (some trees."),
    ],
)
def test_asides_go_and_what_only_looks_like_one_stays(given: str, left: str) -> None:
    assert drop_asides(given) == left


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (r"We propose \textbf{Splats} \cite{a,b} for {\em trees} [1, 2].", "We propose Splats for trees."),
        (r"We follow the model of \cite{a}.", r"We follow the model of \cite{a}."),
        ("We call them ``splats''.", "We call them “splats”."),
        ("Let f'' be given.", "Let f'' be given."),
        ("Results: Splats are fast.", "Splats are fast."),
    ],
)
def test_styles_citations_and_labels_go(given: str, left: str) -> None:
    assert tidy(given) == left


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("We address this issue by proposing splats for trees.", "We propose splats for trees."),
        ("We aim to fill this gap and introduce Splats for trees.", "We introduce Splats for trees."),
        ("This paper addresses this problem by studying trees.", "We study trees."),
        ("We address this issue by a trick for trees.", "We address this issue by a trick for trees."),
        ("We address trees by drawing them.", "We address trees by drawing them."),
    ],
)
def test_what_is_done_about_an_issue_is_said_directly(given: str, left: str) -> None:
    assert say_directly(given) == left


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("We propose splats for all trees to resolve this conflict.", "We propose splats for all trees."),
        (
            "We propose splats for trees that address these limits, at no cost.",
            "We propose splats for trees, at no cost.",
        ),
        ("We propose a way of drawing designed to solve this problem.", "We propose a way of drawing."),
        (
            "We would in this paper like and aim to solve this.",
            "We would in this paper like and aim to solve this.",
        ),
        ("We try to solve this problem.", "We try to solve this problem."),
    ],
)
def test_a_clause_that_points_back_goes(given: str, left: str) -> None:
    assert drop_back_reference(given) == left


@pytest.mark.parametrize(
    ("sentence", "ended"),
    [
        (
            "We propose a splat for drawing trees, which is fast.",
            ["We propose a splat for drawing trees, which is fast.", "We propose a splat for drawing trees."],
        ),
        (
            "We show that a splat of a tree, which is round, is fast.",
            ["We show that a splat of a tree, which is round, is fast."],
        ),
        (
            "We make the following three contributions to trees: splats.",
            ["We make the following three contributions to trees: splats."],
        ),
    ],
)
def test_a_sentence_ends_early_only_where_it_is_whole(sentence: str, ended: list[str]) -> None:
    assert find_candidates(sentence) == ended


PIECES = st.sampled_from(
    ["We", "propose", "however,", "in this paper,", "to solve this issue,", "(", ")", "$", "which", ",", ";", ":",
     "by", "using", "é", "\\cite{a}", "—", "we", ".", "树"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=200))
def test_candidates_are_few_distinct_and_no_longer_than_their_sentence(sentence: str) -> None:
    candidates = find_candidates(sentence)
    assert len(candidates) == len(set(candidates)) <= MAX_CANDIDATES
    assert all(0 < len(candidate) <= len(sentence) + 1 for candidate in candidates)
