"""Withdrawn papers, told by their own words."""

from __future__ import annotations

import pytest

from feeds.model.withdrawals import is_withdrawn

STATEMENTS = [
    "This paper has been withdrawn",
    "This paper has been withdrawn by the author due to a crucial error in the proof of Lemma 3.3.",
    "This paper has been withdrawn by the author(s), due to the rules of the\njournal it was sent to",
    "this PAPER was withdrawn.",
    "This preprint is withdrawn due to significant errors in the results",
    "After an exchange with the co-authors, this article has been withdrawn (for appropriate reason).",
    "This submission has been withdrawn by arXiv administrators because of disputed authorship",
    "This paper has been temporarily withdrawn until a gap is closed.",
    "The authors have withdrawn this paper. An error was found in equation (3).",
    "We withdraw this submission because of an error.",
    "This paper has been withdrawn from arXiv.",
    "The present paper is withdrawn.",
]


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_paper_that_says_it_is_withdrawn_is(text: str) -> None:
    assert is_withdrawn(text, "We present a method.")
    assert is_withdrawn(None, text)


@pytest.mark.parametrize(
    "comment",
    [
        "Withdrawn",
        "WITHDRAWN.",
        "withdrawn by the authors",
        "Paper withdrawn due to an error in Lemma 2",
        "Withdrawn due to an error",
        "12 pages, withdrawn",
        "5 pages, 2 figures; withdrawn by the author",
        "6 pages. The paper has been withdrawn by the authors.",
        "6 pages, 7 figures. Withdrawn because of an error in the proof",
        "this article had been withdrawn on Feb 06, 2013 !",
        "[withdrawn]",
        "Article withdrawn: the data were wrong",
    ],
)
def test_a_comment_says_it_shorter(comment: str) -> None:
    assert is_withdrawn(comment, "We present a method.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10 pages, 3 figures",
        "We withdraw funds from an account and study how savers react.",
        "Withdrawn samples are replaced by new ones.",
        "Each answer may be withdrawn; half of all wrong answers are withdrawn and few right ones.",
        "We ask the model to keep or withdraw its answer and to bet or decline.",
        "Troops were withdrawn from the region.",
        "This drug has been withdrawn from the market; this paper asks why.",
        "Of 500 submissions, 60 have been withdrawn by their authors.",
        "This paper has been withdrawn from ICLR 2025 and is under review elsewhere.",
        "Withdrawn from NeurIPS 2024",
        "Section 3 of this paper has been withdrawn.",
        "Work on blood withdrawn in the morning",
        "We study this paper mill: its articles have been withdrawn.",
        "The authors withdraw energy from the grid.",
    ],
)
def test_other_withdrawals_are_none(text: str) -> None:
    assert not is_withdrawn(text, text)
