"""Where an abstract's sentences end, and where they do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.text import squeeze
from workers.enrichment.embedded.sentences import in_formula, split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        [],
        ["One sentence."],
        ["No stop at the end"],
        ["One.", "Two.", "Three."],
        ["Is it so?", "It is!", "We show it."],
        ["What?!", "We show it."],
        ["It ends (here).", "Another begins."],
        ["(A whole one in parentheses.)", "Another begins."],
        ["“A quoted one.”", "Another begins."],
        ['He calls it "done."', "We do not."],
        ["It ends.", "(Another begins in parentheses.)"],
        ["It ends.", "$x$ begins another."],
        ["It ends.", "3D begins another."],
        ["It ends.", "Übergänge begin another."],
        ["We gain 3.5 points at 0.1 cost.", "That is 2.0 more."],
        ["We gain a factor of 10.", "That is more."],
        ["It was shown in 2024.", "We show it again."],
        ["We visit example.org and github.com/a/b.", "Both answer."],
        ["We use e.g. Gaussians, i.e. Normal ones, cf. Fig. Three, vs. Others, resp. More.", "Done."],
        ["Smith et al. Found it.", "We do too."],
        ["J. R. Smith and A. One wrote it.", "We read it."],
        ["By J.-P. Serre it holds.", "We use it."],
        ["See Eq. (3) and Sec. IV, no. Five.", "Done."],
        ["Data from the U.S. Census w.r.t. Age are i.i.d. Normal.", "Done."],
        ["We contribute: 1. A method.", "2. A dataset.", "3. Code."],
        ["We contribute: (i) a method; (ii) a dataset.", "Both are new."],
        ["Let $f(x) = x. Y$ be given.", "We study it."],
        ["Let $x$ be one and $y$ be two.", "We add $x$.", "$y$ stays."],
        ["Let \\(n!\\) be given (as in A. B. C).", "It holds."],
        ["A set (with B. C inside. And more) is given.", "We study it."],
        ["It costs \\$5.", "It was \\$7 before.", "We cut both."],
        ["我们提出一种新方法。", "结果很好！", "为什么？", "因为有效。"],
        ["他说：“很好。”", "我们同意。"],
        ["「これは文です。」", "次の文です。"],
        ["We translate 你好。", "It works."],
    ],
)
def test_a_text_is_cut_into_its_sentences(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences)) == sentences


def test_chinese_sentences_need_no_space_between_them() -> None:
    assert split_sentences("我们提出新方法。结果很好！为什么？有效") == [
        "我们提出新方法。",
        "结果很好！",
        "为什么？",
        "有效",
    ]


def test_a_missing_space_is_no_obstacle_where_the_next_word_only_begins_sentences() -> None:
    assert split_sentences("We draw trees.Through splats, they live.") == [
        "We draw trees.",
        "Through splats, they live.",
    ]
    assert split_sentences("We use torch.Tensor and example.Node for it.") == [
        "We use torch.Tensor and example.Node for it."
    ]


def test_a_single_letter_ends_a_sentence_where_the_next_word_only_begins_sentences() -> None:
    text = "It lives on a space K. We study it near -5 C. Specifically, K. Smith did."
    assert split_sentences(text) == [
        "It lives on a space K.",
        "We study it near -5 C.",
        "Specifically, K. Smith did.",
    ]


def test_displayed_formulas_are_not_cut() -> None:
    text = r"Let \[ x = 1. Y = 2. \] be given."
    assert split_sentences(text + " It holds.") == [text, "It holds."]


def test_white_space_is_squeezed() -> None:
    assert split_sentences("  One\n two.\n\n  Three\tfour. ") == ["One two.", "Three four."]


def test_a_parenthesis_that_never_closes_does_not_swallow_the_rest() -> None:
    text = "We begin (and forget. " + "Then there is one sentence more. " * 12 + "This is the last one."
    assert split_sentences(text)[-1] == "This is the last one."


@pytest.mark.parametrize(
    ("text", "inside"),
    [("", False), ("$", True), ("$x$", False), ("$x$ and $", True), ("\\$5", False), ("\\$5 and $x", True)],
)
def test_a_dollar_sign_opens_a_formula_unless_it_is_money(text: str, inside: bool) -> None:
    assert in_formula(text) is inside


PIECES = st.sampled_from(
    ["We", "show", "it", ".", "?", "。", "”", "(", ")", "$", "\\$", "e.g.", "A.", "1.", "\n", "é"]
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=60))
def test_nothing_is_lost_or_added(text: str) -> None:
    sentences = split_sentences(text)
    assert "".join("".join(sentences).split()) == "".join(squeeze(text).split())
    assert all(sentence == sentence.strip() and sentence for sentence in sentences)
