"""What the wire says about an entry: how it came about, and why it is here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feeds.model.entries import Entry
from feeds.model.summaries import EMBEDDED, Kind, Summary
from feeds.render.phrases import phrases
from feeds.render.remarks import describe_making, describe_state, explain, write_byline
from tests.feeds.render.samples import PAPER, make_feed, make_member, make_tldr

WRITTEN = replace(make_tldr("x"), summarizer="llm", model="some-model")


def entry_with(*summaries: Summary, version: int = 3) -> Entry:
    member = replace(make_member(replace(PAPER, version=version)), summaries=summaries)
    return make_feed(member).entries[0]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (make_tldr("x"), "Summary picked by machine from the abstract of v3, in the authors' own words"),
        (WRITTEN, "Summary written by machine (some-model) from the abstract of v3"),
        (
            replace(WRITTEN, source="full text", source_version=2),
            "Summary written by machine (some-model) from the full text of v2",
        ),
    ],
    ids=[EMBEDDED, "llm", "full text of an older version"],
)
def test_provenance_tells_who_wrote_the_summary_and_from_what(summary: Summary, expected: str) -> None:
    assert describe_making(entry_with(summary)) == [expected]


def test_summaries_that_came_about_alike_are_told_once() -> None:
    points = replace(WRITTEN, kind=Kind.CONTRIBUTIONS, data=["x", "y", "z"])
    assert len(describe_making(entry_with(WRITTEN, points))) == 1
    assert len(describe_making(entry_with(make_tldr("x"), points))) == 2


def test_without_a_summary_there_is_nothing_to_tell() -> None:
    nothing = replace(make_tldr("x"), kind=Kind.CONTRIBUTIONS, data=None)
    assert describe_making(entry_with()) == describe_making(entry_with(nothing)) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, []),
        ({"version": 2}, ["Replaced: v2"]),
        ({"version": 2, "revised_at": datetime(2026, 4, 20, 1, tzinfo=UTC)}, ["Replaced: v2, 2026-04-20"]),
        ({"version": 3, "withdrawn": True}, ["Withdrawn by its authors."]),
    ],
)
def test_what_became_of_the_paper_is_told(fields: dict[str, object], told: list[str]) -> None:
    entry = make_feed(make_member(replace(PAPER, **fields))).entries[0]  # type: ignore[arg-type]
    assert list(describe_state(entry)) == told


def test_a_byline_names_everybody_of_a_group_and_some_of_a_crowd() -> None:
    names = [f"Author {number}" for number in range(5000)]
    assert write_byline(names[:30]) == ", ".join(names[:30])
    assert write_byline(names[:31]) == ", ".join(names[:30]) + " and 1 others"
    assert write_byline(names).endswith("Author 29 and 4,970 others")
    assert write_byline(names, phrases("zh")).endswith("Author 29 及另外 4,970 人")


def test_reasons_are_told_in_the_feeds_language() -> None:
    entry = entry_with()
    assert list(explain(entry)) == ["Here because it matches splat*"]
    assert list(explain(entry, phrases("zh"))) == ["收录原因：匹配 splat*"]
