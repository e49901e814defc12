"""Any query as a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.errors import BadRequestError
from feeds.search_feeds import Found, compose_search, read_search
from tests.feeds.render.samples import CREATED, JOINED, PAPER, SITE, make_tldr


def found(number: int, **fields: object) -> Found:
    paper = replace(PAPER, arxiv_id=f"2604.0000{number}")
    given = {
        "matched": ("splat*",),
        "seen_at": JOINED,
        "revised_at": JOINED,
        "summaries": (make_tldr("Short."),),
        **fields,
    }
    return Found(paper=paper, number=number, **given)  # type: ignore[arg-type]


def test_the_same_search_is_the_same_feed_however_it_is_written() -> None:
    one = read_search(" splat*  OR tree ", ["cs.NA", "cs.CV"])
    other = read_search("splat* OR tree", ["CS.CV", "math.na", "cs.cv"])
    assert (one, one.options) == (other, "q=splat%2A+OR+tree&cat=cs.CV&cat=math.NA")


def test_a_search_is_a_feed_with_the_dates_of_the_papers() -> None:
    later = JOINED + timedelta(days=2)
    composed = compose_search(read_search("splat*", []), [found(2, revised_at=later), found(1)], SITE, CREATED)
    replaced, plain = composed.entries
    assert (replaced.published_at, replaced.updated_at, replaced.updated_reason) == (JOINED, later, "new version")
    assert (plain.updated_at, plain.updated_reason, plain.matched) == (JOINED, None, ("splat*",))
    assert {entry.announce_type for entry in composed.entries} == {None}
    assert composed.updated_at == later
    assert (composed.address, composed.options) == ("https://wire.example.org/feeds/search", "q=splat%2A")


def test_a_search_that_finds_nothing_is_a_feed() -> None:
    composed = compose_search(read_search("", ["cs"]), [], SITE, CREATED)
    assert (composed.entries, composed.updated_at, composed.title) == ((), CREATED, "Search: cat:cs")


def test_two_searches_have_two_ids() -> None:
    ids = {
        compose_search(read_search(query, cats), [], SITE, CREATED).id
        for query, cats in [("a", []), ("b", []), ("", ["cs.CV"]), ("a", ["cs.CV"])]
    }
    assert len(ids) == 4


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ('"', "1; expected a second quote that closes it"),
        ("?", "1; expected only letters and digits"),
        ("a -b", "3; expected a word (write NOT to exclude one)"),
        ("*", '1; expected "*" only at the end of a word'),
        ("(a", '1; expected a ")" that closes it'),
        ("ti:", "4; expected what to look for right after the colon"),
        ("expected:a", "1; expected one of the fields ti: abs: au: co: jr: cat: id:"),
        ("cat:expected", "5; expected a category like cs.CL, or an archive like cs"),
        ("id:expected", "4; expected an id like 2604.14193 or hep-th/9901001"),
        ("(" * 51, "51; expected at most 50 levels of fields and parentheses"),
    ],
)
def test_what_was_expected_makes_sense_by_itself(query: str, told: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_search(query, [])
    assert str(caught.value) == f"The query cannot be read at position {told}."


@pytest.mark.parametrize(
    ("query", "categories"),
    [("", []), ("   ", []), ("(", []), ("cat:nothing", []), ("x" * 1001, []), ("a", ["nothing"]), ("a", [""]),
     ("secret secret:secret", []), ('"secret', [])],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_without_repeating_it(query: str, categories: list[str]) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_search(query, categories)
    assert "secret" not in str(caught.value)
