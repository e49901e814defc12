"""Where formulas begin and end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.maths.dividing import divide


def formulas(text: str) -> list[tuple[str, bool]]:
    return [(piece.tex, piece.display) for piece in divide(text) if piece.formula]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a $x$ b $y$", [("x", False), ("y", False)]),
        ("$a$$b$", [("a", False), ("b", False)]),
        ("$$a$$$b$", [("a", True), ("b", False)]),
        (r"\(a\) \[b\]", [("a", False), ("b", True)]),
        (r"\[ \text{if $x$} \]", [(r" \text{if $x$} ", True)]),
        (r"$\$5$", [(r"\$5", False)]),
        (r"\$5 $x$ \$6", [("x", False)]),
        (r"\\$x$", [("x", False)]),
        (r"\begin{equation*}a\end{equation*}", [("a", True)]),
        (r"\begin{math}a\end{math}", [("a", False)]),
        (r"\begin{equation}\begin{cases}a\end{cases}\end{equation}", [(r"\begin{cases}a\end{cases}", True)]),
        (r"\begin{align}a&=b\end{align}", [(r"\begin{aligned}a&=b\end{aligned}", True)]),
        (r"\begin{equation}a", []),
        ("$5 and $6", []),
        ("$x for which it is true$", []),
        (r"$\text{for which it is true}$", [(r"\text{for which it is true}", False)]),
        ("$ a $", [(" a ", False)]),
    ],
)
def test_formulas_are_found(text: str, found: list[tuple[str, bool]]) -> None:
    assert formulas(text) == found


@given(st.text(st.sampled_from(list("$$\\()[]ax 1")), max_size=60))
@settings(deadline=None, derandomize=True)
def test_words_around_formulas_are_complete(text: str) -> None:
    pieces = list(divide(text))
    assert [piece.formula for piece in pieces] == [bool(i % 2) for i in range(len(pieces))]
    marks = len(text) - sum(len(piece.tex) for piece in pieces)
    found = [piece for piece in pieces if piece.formula]
    assert 2 * len(found) <= marks <= 4 * len(found)
