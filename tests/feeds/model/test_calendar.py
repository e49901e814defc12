"""arXiv's week. 17 April 2026 is a Friday; Eastern time is then four hours behind UTC, in winter five."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model.calendar import (
    BUILD_LAG_SECONDS,
    EASTERN,
    LOOK_AGAIN_SECONDS,
    eastern_date,
    eastern_midnight,
    is_expecting,
    next_announcement,
    next_look,
    next_midnight,
)

STEADY = settings(deadline=None, derandomize=True)
MOMENTS = st.datetimes(datetime(1991, 8, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-04-17 03:59", date(2026, 4, 16)),
        ("2026-04-17 04:00", date(2026, 4, 17)),
        ("2026-01-15 04:59", date(2026, 1, 14)),
        ("2026-01-15 05:00", date(2026, 1, 15)),
    ],
)
def test_the_day_changes_at_midnight_eastern(at: str, day: date) -> None:
    assert eastern_date(utc(at)) == day


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 4, 17), "2026-04-17 04:00"),
        (date(2026, 1, 15), "2026-01-15 05:00"),
        (date(2026, 3, 8), "2026-03-08 05:00"),  # clocks go forward at two
        (date(2026, 3, 9), "2026-03-09 04:00"),
        (date(2026, 11, 1), "2026-11-01 04:00"),  # clocks go back at two
        (date(2026, 11, 2), "2026-11-02 05:00"),
    ],
)
def test_a_day_begins_at_midnight_eastern_in_summer_and_winter(day: date, begins: str) -> None:
    assert eastern_midnight(day) == utc(begins)
    assert eastern_midnight(day).tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-04-15 12:00", "2026-04-16 04:00"),
        ("2026-04-16 04:00", "2026-04-17 04:00"),
        ("2026-04-17 03:59", "2026-04-17 04:00"),
        ("2026-04-17 04:00", "2026-04-20 04:00"),
        ("2026-04-18 12:00", "2026-04-20 04:00"),
        ("2026-04-20 03:59", "2026-04-20 04:00"),
        ("2026-04-20 04:00", "2026-04-21 04:00"),
        ("2026-03-06 12:00", "2026-03-09 04:00"),
        ("2026-10-30 12:00", "2026-11-02 05:00"),
    ],
)
def test_news_come_next_on_a_weekday(at: str, then: str) -> None:
    assert next_announcement(utc(at)) == utc(then)


@pytest.mark.parametrize(
    ("at", "expecting"),
    [
        ("2026-04-17 03:59", False),
        ("2026-04-17 04:00", True),  # Friday, midnight Eastern
        ("2026-04-17 04:29", True),
        ("2026-04-17 04:30", False),
        ("2026-04-18 04:10", False),  # Saturday
        ("2026-11-23 05:10", True),  # Monday, winter time
    ],
)
def test_news_are_expected_in_a_weekdays_first_half_hour(at: str, expecting: bool) -> None:
    assert is_expecting(utc(at)) is expecting


@given(MOMENTS)
@STEADY
def test_the_next_midnight_is_the_end_of_the_eastern_day(at: datetime) -> None:
    midnight = next_midnight(at)
    assert at < midnight <= at + timedelta(hours=25)
    assert midnight.astimezone(EASTERN).time() == time(0)
    assert eastern_date(midnight - timedelta(microseconds=1)) == eastern_date(at)


@given(MOMENTS)
@STEADY
def test_the_next_announcement_is_the_first_midnight_that_begins_a_weekday(at: datetime) -> None:
    announced = next_midnight(at)
    while eastern_date(announced).isoweekday() > 5:
        announced = next_midnight(announced)
    assert next_announcement(at) == announced


@pytest.mark.parametrize("seen", [None, date(2026, 4, 16), date(2020, 1, 1)])
def test_a_listing_that_is_not_of_today_is_looked_at_again_soon(seen: date | None) -> None:
    at = utc("2026-04-17 05:10")
    assert next_look(at, seen, 60) == at + timedelta(seconds=LOOK_AGAIN_SECONDS)


@pytest.mark.parametrize("seen", [date(2026, 4, 17), date(2026, 4, 18)])
def test_todays_listing_is_looked_at_again_after_the_next_build(seen: date) -> None:
    built = utc("2026-04-18 04:00") + timedelta(seconds=BUILD_LAG_SECONDS)
    assert next_look(utc("2026-04-17 05:10"), seen) == built
    assert next_look(utc("2026-04-17 05:10"), seen, 90) == built + timedelta(seconds=90)
