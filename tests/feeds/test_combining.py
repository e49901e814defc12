"""Feeds that are no topic's own: several topics as one, and any query."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feeds.combining import MAX_TOPICS, Found, compose_search, merge_feeds, read_search, read_slugs
from feeds.errors import BadRequestError
from feeds.model.curation import Curation
from feeds.model.entries import Entry, Feed, UpdateReason
from tests.feeds.render.samples import CREATED, JOINED, PAPER, SITE, make_feed, make_member, make_tldr

ENTRY = make_feed(make_member()).entries[0]


def entry(number: int, minutes: int = 0, **fields: object) -> Entry:
    at = JOINED + timedelta(minutes=minutes)
    given = {"id": f"oai:arXiv.org:2604.0000{number}", "published_at": at, "updated_at": at, **fields}
    return replace(ENTRY, **given)  # type: ignore[arg-type]


def feed(slug: str, *entries: Entry, updated_at: datetime = JOINED) -> Feed:
    made = replace(make_feed(), id=f"tag:wire.example.org,2026-04-01:topics/{slug}", slug=slug, title=slug.title())
    return replace(made, entries=entries, updated_at=updated_at)


def numbers(merged: Feed) -> list[str]:
    return [entry.id[-1] for entry in merged.entries]


def test_each_paper_is_there_once_as_it_joined_first() -> None:
    one = feed("a", entry(1, 5, matched=("x",)), entry(2, 1))
    other = feed("b", entry(1, 3, matched=("y",)), entry(3, 9))
    merged = merge_feeds([one, other], SITE, 10)
    assert numbers(merged) == ["3", "1", "2"]
    first = merged.entries[1]
    assert first.published_at == JOINED + timedelta(minutes=3)
    assert first.matched == ("y", "x")


def test_the_order_of_the_topics_changes_nothing() -> None:
    one, other = feed("a", entry(1, 5)), feed("b", entry(1, 3), entry(2, 3))
    assert merge_feeds([one, other], SITE, 10) == merge_feeds([other, one], SITE, 10)
    assert merge_feeds([other, one], SITE, 10).feed_url.endswith("/feeds/a+b.atom")


def test_the_newest_change_counts_with_its_reason() -> None:
    later = JOINED + timedelta(days=1)
    changed = entry(1, 4, updated_at=later, updated_reason=UpdateReason.EDITOR)
    merged = merge_feeds([feed("a", entry(1, 3)), feed("b", changed)], SITE, 10)
    assert (merged.entries[0].updated_at, merged.entries[0].updated_reason) == (later, UpdateReason.EDITOR)
    assert merged.entries[0].published_at == JOINED + timedelta(minutes=3)


def test_what_an_editor_pinned_comes_first_and_the_window_holds() -> None:
    pinned = entry(1, 1, curation=Curation(pinned=True))
    merged = merge_feeds([feed("a", entry(2, 2), entry(3, 3)), feed("b", pinned, entry(1, 0))], SITE, 2)
    assert numbers(merged) == ["1", "3"]


def test_a_combination_is_no_topics_own_feed() -> None:
    one, other = feed("a"), feed("b", updated_at=CREATED)
    merged = merge_feeds([one, other], SITE, 10)
    assert merged.id not in (one.id, other.id)
    assert merged.updated_at == JOINED
    assert merged.title == "A + B"


def test_too_many_topics_are_refused() -> None:
    assert read_slugs("b+a+b") == ["a", "b"]
    with pytest.raises(BadRequestError, match=f"{MAX_TOPICS} topics"):
        read_slugs("+".join(f"t{number}" for number in range(MAX_TOPICS + 1)))


# Searches


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
    assert composed.updated_at == later
    assert composed.feed_url == "https://wire.example.org/feeds/search.atom?q=splat%2A"


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
