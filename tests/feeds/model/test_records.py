"""The small rules of papers, announcements, topics and documents."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import MovedError, QueryError, TopicProblem, TopicsFileError
from feeds.model.announcements import AnnounceType, VisitOutcome
from feeds.model.documents import ATOM, Document
from feeds.model.papers import Author, Paper, text_hash
from feeds.model.summaries import Kind
from feeds.model.topics import Basis, Topic

STEADY = settings(deadline=None, derandomize=True)
PAPER = Paper("2604.00001", 1, "A title", "An abstract.", (Author("Ada One"),), ("cs.CV", "cs.LG"))


def test_the_first_category_is_the_primary() -> None:
    assert PAPER.primary == "cs.CV"
    assert dataclasses.replace(PAPER, categories=()).primary is None


def test_a_text_is_named_by_title_and_abstract_alone() -> None:
    other = dataclasses.replace(PAPER, version=2, comment="8 pages", authors=(), withdrawn=True)
    assert other.text_hash == PAPER.text_hash == text_hash("A title", "An abstract.")
    assert dataclasses.replace(PAPER, title="Another").text_hash != PAPER.text_hash
    assert dataclasses.replace(PAPER, abstract="Another").text_hash != PAPER.text_hash


@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1), min_size=1))
@STEADY
def test_white_space_does_not_change_a_text(words: list[str]) -> None:
    assert text_hash(" ".join(words), "x") == text_hash("\n  ".join(words) + "\t", " x ")


def test_what_is_title_and_what_is_abstract_counts() -> None:
    assert text_hash("a b", "c") != text_hash("a", "b c")
    assert text_hash("a", "") != text_hash("", "a")


@given(st.binary(), st.binary())
@STEADY
def test_an_entity_tag_names_the_bytes(one: bytes, other: bytes) -> None:
    at = datetime(2026, 4, 17, tzinfo=UTC)
    tag = Document(one, ATOM, at).etag
    assert (tag == Document(other, ATOM, at).etag) is (one == other)
    assert tag.isascii()
    assert tag.isalnum()


@pytest.mark.parametrize("outcome", list(VisitOutcome))
def test_a_visit_failed_where_nothing_was_read(outcome: VisitOutcome) -> None:
    assert outcome.failed is (outcome in ("refused", "unreachable"))


def test_words_of_the_contract_are_spelled_as_in_the_contract() -> None:
    assert list(AnnounceType) == ["new", "cross", "replace", "replace-cross"]
    assert list(Kind) == ["tldr", "contributions", "reading", "translation"]
    assert list(Basis) == ["announced", "submitted"]


def test_a_topic_that_says_nothing_has_the_contracts_defaults() -> None:
    topic = Topic("splats", "Splats", ("cs.CV",))
    assert topic.announce == ("new", "cross")
    assert (topic.kinds, topic.language, topic.hold_minutes, topic.entries) == (("tldr",), "en", 30, 100)
    assert (topic.digest.at.isoformat("minutes"), topic.digest.zone, topic.digest.basis) == (
        "06:00",
        "UTC",
        "announced",
    )
    assert not topic.primary_only
    assert not topic.retired


def test_errors_are_one_clear_line_and_carry_what_their_caller_needs() -> None:
    query = QueryError(7, "expected a word")
    assert (str(query), query.position, query.problem) == ("position 7: expected a word", 7, "expected a word")
    whole, placed = TopicProblem("the file", "", "", "is gone"), TopicProblem("tts", "entries", "line 3", "is 0")
    assert str(TopicsFileError("t.yaml", [whole, placed])) == (
        "t.yaml is refused: the file: is gone; line 3, tts.entries: is 0"
    )
    assert MovedError("new-slug").slug == "new-slug"
