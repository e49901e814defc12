"""Each rule of readability: what breaks it, and what looks alike and does not."""

from __future__ import annotations

import pytest

from workers.enrichment.embedded.readability import (
    BROKEN,
    LEANING,
    MAX_CHARACTERS,
    RULES,
    count_words,
    find_faults,
    is_balanced,
    is_whole,
)

BREAKS: dict[str, list[str]] = {
    "capital": ["we propose splats for trees.", "–we propose splats for trees."],
    "stop": ["We propose splats for trees", "We propose splats for trees,", "We propose splats:"],
    "balance": [
        "We propose splats (for trees.",
        "We propose splats for trees).",
        "We cut [a tree.",
        "We cut $x trees.",
        "We call it a “splat.",
        r"We solve \[ x = y.",
        ")We propose splats(.",
    ],
    "length": [
        "We propose " + "splats " * 60 + "for trees.",
        "We " + "x" * MAX_CHARACTERS + ".",
        "树" * 210 + "。",
    ],
    "fragment": ["Splats.", "New splats.", "To draw trees in real time.", "结果很好！"],
    "hanging": ["We draw trees with.", "We propose splats, trees and the.", "We beat the method of."],
    "dangling": [
        "This is bad for trees.",
        "These methods are slow.",
        "They draw trees.",
        "It draws trees.",
        "Such trees are rare.",
        "The former draws trees.",
        "We propose splats to address this issue.",
        "We draw trees and solve such problems.",
        "We answer their question in full.",
        "We study these trees.",
        "Using trees, we find they do not.",
        "This approach draws trees in real time.",
        "In experiments with many old trees, we show that this simple method is fast.",
    ],
    "lead-in": ["However, trees are hard to draw.", "In this paper, trees are drawn.", "Finally, we draw trees."],
    "list mark": [
        "(1) We propose splats.",
        "- We propose splats.",
        "2. We propose splats.",
        "• We propose splats.",
    ],
    "half list": ["We do two things: (i) we draw.", "We do (2) the rest."],
    "heading": ["Abstract: We propose splats.", "Results: Splats are fast."],
    "address": [
        "Code is at https://example.org/splats.",
        "Code is on GitHub for all.",
        "Visit splats.org for more.",
    ],
    "citation": [
        r"We follow \cite{one} in this.",
        "Trees were drawn by One et al. before.",
        "We follow [12] closely.",
    ],
    "question": ["Can splats draw trees?", "我们能画出一棵漂亮的大树吗？"],
    "cut off": ["We propose splats for trees…", "We propose splats for trees..."],
}

KEEPS = [
    "We show it.",
    "eBPF draws trees in the kernel.",
    "3D trees are drawn.",
    "$k$-means draws trees.",
    "“Splats” draw trees in real time.",
    "We cut the cost from \\$5 to \\$3.",
    "We draw trees (and bushes) [in colour].",
    "We prove $f(x)=[0,1)$ for all $x$.",
    "This paper presents splats for trees.",
    "This prospective pilot study presents splats for trees.",
    "This is a survey of splats for trees.",
    "It is shown that trees can be drawn.",
    "Those trees that can be drawn are round.",
    "We draw features such as trees.",
    "We show that splats draw all the trees of a wood, and that this method is fast.",
    "We determine all trees of order two and show that these trees are round.",
    "Both splats and trees are drawn.",
    "To draw trees, we propose splats.",
    "We do two things: (i) we draw, and (ii) we cut.",
    "Here we draw trees at 2.5 frames a second.",
    "我们提出一种画树的新方法。",
]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in BREAKS.items() for text in texts])
def test_a_rule_finds_its_fault(rule: str, text: str) -> None:
    assert RULES[rule](text)
    assert rule in find_faults(text)
    assert is_whole(text) == BROKEN.keys().isdisjoint(find_faults(text))


@pytest.mark.parametrize("text", KEEPS)
def test_what_can_stand_alone_has_no_fault(text: str) -> None:
    assert find_faults(text) == ()


def test_every_rule_has_its_test() -> None:
    assert BREAKS.keys() == RULES.keys() == BROKEN.keys() | LEANING.keys()


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("We show it.", 3), ("树" * 100, 30), ("我们提出 Splats for trees", 4)]
)
def test_words_are_counted_in_scripts_without_spaces_too(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "balanced"),
    [
        ("", True),
        (r"\(n!\) and \[x\]", True),
        ("$$f(x$$", True),
        (r"a \} b", True),
        ("(a]", False),
        ("a) (b", False),
        ("$a$ $b", False),
        (r"\(a", False),
    ],
)
def test_formulas_are_not_looked_into_but_must_be_closed(text: str, balanced: bool) -> None:
    assert is_balanced(text) is balanced
