"""Likeness to what an editor liked."""

from __future__ import annotations

import random

from feeds.model.entries import Likeness
from feeds.similarity import arrange, compare_with
from tests.support.papers import make_paper

LIKED = make_paper("2604.00001", title="Gaussian splatting of trees", abstract="We render trees by splats.")
NEAR = make_paper("2604.00002", title="Splatting a forest", abstract="Gaussian splats render forests and trees.")
FAR = make_paper("2604.00003", title="Speech synthesis", abstract="We voice books.")
HALF = make_paper("2604.00004", title="Rendering", abstract="We render speech as trees.")


def test_likeness_is_told_with_the_words_that_make_it() -> None:
    found = compare_with([LIKED], [NEAR, FAR, HALF])
    assert found[NEAR.arxiv_id].to == LIKED.arxiv_id
    assert found[NEAR.arxiv_id].title == "Gaussian splatting of trees"
    assert found[NEAR.arxiv_id].words == ("splatting", "gaussian", "splat")
    assert 0 < found[HALF.arxiv_id].score < found[NEAR.arxiv_id].score < 1
    assert FAR.arxiv_id not in found


def test_a_paper_goes_by_what_it_is_most_like() -> None:
    voices = make_paper("2604.00005", title="Speech of trees", abstract="Synthesis of voices.")
    assert compare_with([LIKED, voices], [FAR])[FAR.arxiv_id].to == voices.arxiv_id


def test_what_all_papers_say_counts_for_nothing() -> None:
    papers = [make_paper(f"2604.0001{n}", title=f"We present {word}", abstract="") for n, word in enumerate("abc")]
    assert compare_with(papers[:1], papers[1:]) == {}


def test_one_that_is_liked_itself_is_like_itself() -> None:
    assert compare_with([NEAR, LIKED], [LIKED])[LIKED.arxiv_id] == Likeness(1.0, LIKED.arxiv_id, LIKED.title, ())


def test_nothing_liked_is_nothing_alike() -> None:
    assert compare_with([], [NEAR, FAR]) == {}


def test_empty_texts_are_like_nothing() -> None:
    empty = make_paper("2604.00009", title="", abstract="")
    assert compare_with([empty], [NEAR]) == {}
    assert compare_with([LIKED], [empty, NEAR]).keys() == {NEAR.arxiv_id}


def test_the_most_alike_come_first_and_equals_stay() -> None:
    likeness = {name: Likeness(score, "x", "X", ()) for name, score in (("b", 0.2), ("d", 0.7), ("e", 0.2))}
    assert arrange(["a", "b", "c", "d", "e"], likeness) == ["d", "b", "e", "a", "c"]


def test_the_order_of_papers_changes_no_score() -> None:
    papers = [NEAR, FAR, HALF, LIKED]
    first = compare_with([LIKED], papers)
    for seed in range(5):
        shuffled = random.Random(seed).sample(papers, len(papers))
        assert compare_with([LIKED], shuffled) == first
