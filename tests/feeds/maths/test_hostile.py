"""Malformed and hostile TeX: readable, never raised over, bounded."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.maths import to_html, to_mathml, to_plain
from feeds.maths.reading import MAX_LENGTH
from feeds.text import clean

STEADY = settings(deadline=None, derandomize=True, max_examples=300)
#: Pieces of TeX, right or wrong; together they make most kinds of trouble.
PIECES = r"""
    $ $$ \( \) \[ \] { } ^ _ & % ~ # \ \\ ' `` '' -- [ ] | . , < > = + - / x y 1 23 word é 漢 Θ \alpha
    \frac \sqrt \sqrt[3] \hat \bar \text{ \textbf \mathbf \mathbb \rm \cal \em \left \right \left(
    \begin{cases} \end{cases} \begin{array}{l} \end{array} \begin \end \over \choose \not \sum_ \int^
    \lim \log \foo \foo{ \substack{ \cite{ \href{ \url{ \label \pmod \overset \' \" \^ \- \, \! \{ \} \$
    \% \verb| x_1 R^n ^{-1} http://a_b M_sun
    """
TEXISH = st.lists(st.sampled_from(PIECES.split()), max_size=40).flatmap(
    lambda pieces: st.lists(st.sampled_from(["", " "]), min_size=len(pieces), max_size=len(pieces)).map(
        lambda gaps: "".join(part for pair in zip(pieces, gaps, strict=True) for part in pair)
    )
)
ANYTHING = st.text(st.integers(0, 0x10FFFF).map(chr)).map(clean)
WORDS = st.text(st.characters(exclude_characters="\\$^_{}`'-~", exclude_categories=("Cs", "Cc"))).map(clean)
TAGS = {"i", "b", "sub", "sup"}


def tags(markup: str) -> set[str]:
    return {etree.QName(element).localname for element in etree.fromstring(f"<p>{markup}</p>").iter()} - {"p"}


@given(st.one_of(TEXISH, ANYTHING))
@STEADY
@example(r"$x^$ \frac{1 \hat")
@example(r"\tilde m_{d^c,l} \k{appa}")
@example("^{{{ _{{{ $^{$")
def test_no_text_raises_and_every_form_is_well_formed(text: str) -> None:
    assert isinstance(to_plain(text), str)
    assert tags(to_html(text)) <= TAGS
    assert "math" not in tags(to_html(text))
    tags(to_mathml(text))


@given(WORDS)
@STEADY
def test_words_are_unchanged_but_for_escaping(text: str) -> None:
    assert to_plain(text) == text
    assert etree.fromstring(f"<p>{to_html(text)}</p>").text == (text or None)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("an { open brace", "an { open brace"),
        ("a closed } brace", "a closed } brace"),
        ("$x + {y$ and on", "x + {y and on"),
        ("$x}$ and on", "x} and on"),
        ("ends in \\", "ends in \\"),
        (r"$\left( x$", "(x"),
        (r"$\frac{1}$", "1/"),
        (r"$x^$ and $_$", "x and "),
        (r"\begin{foo} is open", "begin{foo} is open"),
        (r"is closed \end{foo}", "is closed end{foo}"),
        (r"$\begin{cases} a$", "begin{cases}a"),
        (r"\( never closed", "( never closed"),
        (r"\textbf{never closed", "{never closed"),
        (r"{a $b} c$ d", "{a b}c d"),
    ],
)
def test_malformed_tex_stays_readable(text: str, plain: str) -> None:
    assert to_plain(text) == plain
    tags(to_mathml(text))


@pytest.mark.parametrize(
    "part",
    [
        "{",
        "${",
        r"\textbf{",
        "$x^{",
        r"\hat",
        r"$\sqrt",
        r"$\frac",
        r"\begin{cases}",
        r"$\left(",
        r"\emph{\hat{",
        "$x^",
    ],
)
def test_nesting_ten_thousand_deep_is_bounded(part: str) -> None:
    text = part * min(10_000, MAX_LENGTH // len(part))
    assert "<" not in to_plain(text)
    assert tags(to_html(text)) <= TAGS
    tags(to_mathml(text))


@pytest.mark.parametrize("part", ["$", "$x", "\\", "{", "^{", "_{_", "$$a", r"\(", r"\begin{equation}", "x_1 "])
def test_what_is_too_long_is_escaped_as_it_is(part: str) -> None:
    text = part * (100_000 // len(part))
    assert to_plain(text) == text
    assert to_html(text) == text
    assert to_mathml(text) == text
