"""Whether an announced paper joins a topic, and why."""

from __future__ import annotations

from typing import Any

import pytest

from feeds.model.announcements import AnnounceType
from feeds.model.topics import Topic
from feeds.query.admission import compile_topics, covers, judge
from feeds.query.matching import SearchablePaper
from tests.feeds.query.samples import make_paper

PAPER = SearchablePaper(make_paper(title="Splats of trees", categories=("cs.CV", "math.NA")))


def make_topic(**rules: Any) -> Topic:
    given: dict[str, Any] = {"slug": "splats", "title": "Splats", "categories": ("cs.CV",)}
    return Topic(**given | rules)


def admit(
    listing: str = "cs.CV", announce_type: AnnounceType = AnnounceType.NEW, **rules: Any
) -> tuple[str, ...] | None:
    (compiled,) = compile_topics([make_topic(**rules)])
    return judge(compiled, PAPER, listing, announce_type)


def test_a_paper_joins_by_what_matched() -> None:
    assert admit(query='splat* OR "radiance field" OR trees') == ("splat*", "trees")
    assert admit(query="radiance") is None


def test_without_a_query_everything_joins() -> None:
    assert admit() == ()


def test_a_query_that_only_excludes_lets_the_rest_in() -> None:
    assert admit(query="NOT radiance") == ()
    assert admit(query="NOT trees") is None


@pytest.mark.parametrize("announce_type", list(AnnounceType))
def test_new_papers_and_cross_lists_join_by_default(announce_type: AnnounceType) -> None:
    assert (admit(announce_type=announce_type) is not None) is (announce_type in ("new", "cross"))
    assert admit(announce_type=announce_type, announce=tuple(AnnounceType)) == ()
    assert admit(announce_type=announce_type, announce=()) is None


def test_only_a_listing_that_the_topic_polls_lets_papers_in() -> None:
    assert admit("math.NA") is None
    assert admit("cs.CV") == ()
    assert admit("cs", categories=("cs", "math.NA")) == ()
    assert admit("cs.CV", categories=("math",)) is None


@pytest.mark.parametrize(
    ("announce_type", "primary", "wanted", "joins"),
    [
        ("new", "cs.CV", "new", True), ("cross", "cs.AI", "new", True), ("cross", "math.NA", "new", True),
        ("cross", "math.ST", "new", False), ("cross", "math.ST", "cross", True), ("cross", "cs.AI", "cross", False),
        ("replace-cross", "cs.AI", "replace", True), ("replace-cross", "math.ST", "replace", False),
    ],
)  # fmt: skip
def test_a_category_speaks_for_its_archive_by_the_archives_types(
    announce_type: str, primary: str, wanted: str, joins: bool
) -> None:
    """An archive that is too large is polled by its categories; math.NA is cs.NA."""
    topic = make_topic(categories=("cs",), announce=(AnnounceType(wanted),), query=None)
    (compiled,) = compile_topics([topic])
    paper = SearchablePaper(make_paper(categories=(primary, "cs.CV")))
    assert (judge(compiled, paper, "cs.CV", AnnounceType(announce_type)) is not None) == joins


@pytest.mark.parametrize(
    ("categories", "joins"),
    [
        (("cs.CV",), True),
        (("cs.CV", "math.NA"), True),
        (("cs",), True),
        (("math.NA",), False),
        (("math",), False),
    ],
)
def test_a_topic_of_primaries_takes_only_papers_whose_first_category_is_its_own(
    categories: tuple[str, ...], joins: bool
) -> None:
    listing = categories[0]
    assert (admit(listing, categories=categories, primary_only=True) is not None) is joins
    assert admit(listing, categories=categories, primary_only=False) is not None


def test_a_primary_counts_under_all_its_names() -> None:
    alias = make_paper(categories=("cs.NA",))
    assert covers(make_topic(categories=("math.NA",), primary_only=True), alias)
    assert covers(make_topic(categories=("math",), primary_only=True), alias)
    assert not covers(make_topic(categories=("cs.CV",), primary_only=True), alias)


def test_a_topic_covers_papers_with_any_of_its_categories() -> None:
    assert covers(make_topic(categories=("math.NA",)), PAPER.paper)
    assert not covers(make_topic(categories=("math.NA",), primary_only=True), PAPER.paper)
    assert not covers(make_topic(categories=("cs.CL", "eess")), PAPER.paper)
    assert not covers(make_topic(), make_paper(categories=()))
    assert not covers(make_topic(primary_only=True), make_paper(categories=()))


def test_retired_topics_take_no_more_papers() -> None:
    topics = [make_topic(slug="a"), make_topic(slug="b", retired=True, query="("), make_topic(slug="c", query="x")]
    assert [compiled.topic.slug for compiled in compile_topics(topics)] == ["a", "c"]


def test_a_topic_whose_stored_query_does_not_parse_is_left_out_and_stops_no_other() -> None:
    topics = [make_topic(slug="a", query="("), make_topic(slug="b", query="splats")]
    assert [compiled.topic.slug for compiled in compile_topics(topics)] == ["b"]
