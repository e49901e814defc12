"""Bylines as submitters write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.papers import Author
from workers.polling.bylines import parse_byline


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("", []),
        ("Ada One", [Author("Ada One")]),
        ("Ada One and Bob Two", [Author("Ada One"), Author("Bob Two")]),
        ("Ada One, Bob Two, and Cy Three", [Author("Ada One"), Author("Bob Two"), Author("Cy Three")]),
        ("Ada One,\n  Bob Two and\n  Cy Three", [Author("Ada One"), Author("Bob Two"), Author("Cy Three")]),
        ("Ada Andersen, Andrea Sand", [Author("Ada Andersen"), Author("Andrea Sand")]),
        (
            "Ada One (A), Bob Two (A) and\n  Cy Three (B, C)",
            [Author("Ada One", "A"), Author("Bob Two", "A"), Author("Cy Three", "B, C")],
        ),
        ("Ada One and Bob Two (William and Mary)", [Author("Ada One"), Author("Bob Two", "William and Mary")]),
        ("Ada One, et al.", [Author("Ada One")]),
        ("XY Collaboration: A. One et al", [Author("XY Collaboration"), Author("A. One et al")]),
        ("XY Collaboration: A. One, et al", [Author("XY Collaboration"), Author("A. One")]),
        (
            "A. One, B. Two, et al. (XY collaboration: 136 additional authors not shown)",
            [Author("A. One"), Author("B. Two")],
        ),
        ("Ada One, Jr., Bob Two", [Author("Ada One Jr."), Author("Bob Two")]),
        ("Ada One (A), Jr, Bob Two III", [Author("Ada One Jr", "A"), Author("Bob Two III")]),
        (
            "Ada One (1), Bob Two (2), Cy Three (1 and 2) ((1) X, Y, (2) Z)",
            [Author("Ada One", "X, Y"), Author("Bob Two", "Z"), Author("Cy Three", "X, Y, Z")],
        ),
        (
            "Ada One (1), Bob Two (1,2)((1). X U. (Main), Y; (2). Z)",
            [Author("Ada One", "X U. (Main), Y"), Author("Bob Two", "X U. (Main), Y, Z")],
        ),
        ("Ada One (1), Bob Two (3) ((1) X, (2) Z)", [Author("Ada One", "X"), Author("Bob Two")]),
        ("Ada One (1), Bob Two (2)", [Author("Ada One", "1"), Author("Bob Two", "2")]),
        ("J\\\"urgen One and Micha{\\l} Two", [Author("Jürgen One"), Author("Michał Two")]),
        ("and", [Author("and")]),
        ("Ada One, and  Bob Two", [Author("Ada One"), Author("Bob Two")]),
        ("Ada One and", [Author("Ada One")]),
    ],
)  # fmt: skip
def test_authors_are_told_apart(byline: str, authors: list[Author]) -> None:
    assert parse_byline(byline) == authors


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(st.sampled_from(list("ab1 (),.:and\\{}'\n")), max_size=80))
def test_any_byline_is_split_into_names(byline: str) -> None:
    for author in parse_byline(byline):
        assert author.name == author.name.strip() != ""
        assert author.affiliation is None or author.affiliation.strip()
