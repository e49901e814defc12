"""What a day's tokens are spent on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.summaries import Kind
from workers.enrichment.writing.budget import KINDS, Wanted, day_of, decide_spending, most_tokens, next_day_at

NOON = datetime(2026, 4, 17, 12, tzinfo=UTC)


def wanted(key: str, kind: Kind = Kind.TLDR, *, new: bool = True, hours: int = 0, tokens: int = 10) -> Wanted:
    return Wanted(key, kind, new, NOON - timedelta(hours=hours), tokens)


def keys(some: tuple[Wanted, ...]) -> list[str]:
    return [one.key for one in some]


def test_new_papers_go_before_old_and_cheap_kinds_before_dear_ones() -> None:
    some = [
        wanted("old tldr", new=False),
        wanted("new reading", Kind.READING),
        wanted("new translation", Kind.TRANSLATION),
        wanted("new contributions", Kind.CONTRIBUTIONS),
        wanted("earlier tldr", hours=3),
        wanted("new tldr"),
        wanted("old reading", Kind.READING, new=False),
    ]
    assert keys(decide_spending(some, None, 0).now) == [
        "new tldr", "earlier tldr", "new contributions", "new translation", "new reading",
        "old tldr", "old reading",
    ]  # fmt: skip


def test_every_kind_has_its_place() -> None:
    assert set(KINDS) == set(Kind)


def test_what_does_not_fit_is_passed_over_for_something_smaller() -> None:
    some = [wanted("a"), wanted("b", Kind.CONTRIBUTIONS, tokens=500), wanted("c", Kind.READING, tokens=20)]
    plan = decide_spending(some, 100, 60)
    assert (keys(plan.now), keys(plan.later)) == (["a", "c"], ["b"])


def test_old_papers_get_nothing_that_a_new_one_waits_for() -> None:
    some = [wanted("new", Kind.READING, tokens=500), wanted("old", new=False)]
    plan = decide_spending(some, 100, 0)
    assert (keys(plan.now), keys(plan.later)) == ([], ["new", "old"])


@pytest.mark.parametrize(
    ("daily", "spent", "made"), [(0, 0, 0), (10, 0, 1), (9, 0, 0), (100, 95, 0), (100, 200, 0)]
)
def test_a_day_has_so_many_tokens_and_no_more(daily: int, spent: int, made: int) -> None:
    assert len(decide_spending([wanted("a")], daily, spent).now) == made


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), st.integers(1, 5000)), max_size=40),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
)
def test_a_plan_keeps_the_budget_and_loses_nobody(
    some: list[tuple[Kind, bool, int]], daily: int, spent: int
) -> None:
    asked = [wanted(str(at), kind, new=new, tokens=tokens) for at, (kind, new, tokens) in enumerate(some)]
    plan = decide_spending(asked, daily, spent)
    assert sum(one.tokens for one in plan.now) <= max(daily - spent, 0)
    assert sorted(keys(plan.now) + keys(plan.later)) == sorted(one.key for one in asked)
    if any(not one.is_new for one in plan.now):
        assert all(not one.is_new for one in plan.later)


def test_a_summary_is_charged_with_its_repair() -> None:
    text = "word " * 200
    bounds = [most_tokens(kind, "en", "T", text, most_source_tokens=24_000) for kind in KINDS]
    assert bounds == sorted(bounds)
    assert bounds[0] > 2 * (200 + 300)
    thinking = most_tokens(Kind.TLDR, "en", "T", text, most_source_tokens=24_000, thinking_tokens=1000)
    assert thinking >= bounds[0] + 2000
    huge = most_tokens(Kind.READING, "en", "T", "word " * 100_000, most_source_tokens=1000)
    assert huge < 20_000


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 4, 17, 23, 59, 59, tzinfo=UTC), date(2026, 4, 17)),
        (datetime(2026, 4, 18, tzinfo=UTC), date(2026, 4, 18)),
        (datetime(2026, 4, 18, 1, tzinfo=timezone(timedelta(hours=8))), date(2026, 4, 17)),
    ],
)
def test_a_day_is_a_utc_day(at: datetime, day: date) -> None:
    assert day_of(at) == day
    assert next_day_at(at) == datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
