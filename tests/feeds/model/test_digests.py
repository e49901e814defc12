"""When windows end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.digests import Period, Progress, Window, list_windows, skip_windows
from feeds.model.topics import DigestRule

SHANGHAI = DigestRule(time(8, 50), "Asia/Shanghai")
BERLIN = DigestRule(time(2, 30), "Europe/Berlin")
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "America/Sao_Paulo")

rules = st.builds(DigestRule, st.times(timezones=st.none()), st.sampled_from(ZONES))
moments = st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: utc(2010, 1, 1) + timedelta(minutes=minutes))
periods = st.sampled_from(Period)


def windows(rule: DigestRule, progress: Progress, count: int, period: Period = Period.DAILY) -> list[Window]:
    return list(islice(list_windows(rule, period, progress), count))


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_a_day_ends_at_its_cut_in_the_topics_zone() -> None:
    first, second = windows(SHANGHAI, Progress(utc(2026, 4, 17, 5)), 2)
    assert first == Window(date(2026, 4, 18), utc(2026, 4, 17, 0, 50), utc(2026, 4, 18, 0, 50))
    assert second == Window(date(2026, 4, 19), utc(2026, 4, 18, 0, 50), utc(2026, 4, 19, 0, 50))


def test_a_week_ends_with_mondays_cut() -> None:
    first, second = windows(SHANGHAI, Progress(utc(2026, 4, 17, 5)), 2, Period.WEEKLY)
    assert first == Window(date(2026, 4, 20), utc(2026, 4, 13, 0, 50), utc(2026, 4, 20, 0, 50))
    assert second.day == date(2026, 4, 27)


@pytest.mark.parametrize(
    ("begun_at", "cut_at"),
    [
        (utc(2026, 3, 28, 12), utc(2026, 3, 29, 1, 30)),  # left out: 2:30 is 3:30 then
        (utc(2026, 10, 24, 12), utc(2026, 10, 25, 0, 30)),  # there twice: the first one
    ],
)
def test_a_cut_in_the_hour_that_the_clocks_are_changed(begun_at: datetime, cut_at: datetime) -> None:
    first, second = windows(BERLIN, Progress(begun_at), 2)
    assert first.ends_at == cut_at
    assert second.day - first.day == timedelta(days=1)


@given(rules, rules, moments, periods)
def test_windows_tile_the_time_line_also_where_the_rule_changes(
    rule: DigestRule, other: DigestRule, begun_at: datetime, period: Period
) -> None:
    before = windows(rule, Progress(begun_at), 5, period)
    changed = Progress(begun_at).after(before[-1])
    told = before + windows(other, changed, 5, period)
    assert before[0].starts_at <= begun_at < before[0].ends_at
    assert all(one.ends_at == next_one.starts_at for one, next_one in pairwise(told))
    assert all(one.day < next_one.day for one, next_one in pairwise(told))
    assert all(window.starts_at < window.ends_at for window in told)
    if period is Period.WEEKLY:
        assert {window.day.isoweekday() for window in told} == {1}


@given(rules, moments, periods, st.integers(0, 40 * 24))
def test_skipping_windows_comes_to_the_same_as_cutting_each(
    rule: DigestRule, begun_at: datetime, period: Period, hours: int
) -> None:
    now = begun_at + timedelta(hours=hours)
    progress = Progress(begun_at)
    for window in list_windows(rule, period, progress):
        if window.ends_at > now:
            break
        progress = progress.after(window)
    assert skip_windows(rule, period, Progress(begun_at), now) == progress
    assert skip_windows(rule, period, progress, now) == progress


def test_a_second_cut_on_the_same_day_falls_away() -> None:
    (cut,) = windows(SHANGHAI, Progress(utc(2026, 4, 17, 5)), 1)
    later = DigestRule(time(9, 30), "Asia/Shanghai")
    (following,) = windows(later, Progress(utc(2026, 4, 17, 5)).after(cut), 1)
    assert following == Window(date(2026, 4, 19), cut.ends_at, utc(2026, 4, 19, 1, 30))


def test_a_day_that_a_zone_left_out_makes_no_window() -> None:
    """Samoa had no 30 December 2011."""
    apia = DigestRule(time(6), "Pacific/Apia")
    told = windows(apia, Progress(utc(2011, 12, 29)), 3)
    assert len({window.ends_at for window in told}) == 3
    assert all(one.ends_at == other.starts_at for one, other in pairwise(told))


def test_a_clock_that_was_set_back_cuts_nothing_twice() -> None:
    (cut,) = windows(SHANGHAI, Progress(utc(2026, 4, 17, 5)), 1)
    progress = Progress(utc(2026, 4, 17, 5)).after(cut)
    assert skip_windows(SHANGHAI, Period.DAILY, progress, utc(2026, 4, 10)) == progress
    assert progress == replace(Progress(utc(2026, 4, 17, 5)), cut_at=cut.ends_at, day=cut.day)
