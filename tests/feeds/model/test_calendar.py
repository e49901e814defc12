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
    listing_day,
    next_announcement,
    next_look,
    next_midnight,
    storm_seconds,
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


def test_a_listing_that_is_not_settled_today_is_looked_at_again_soon() -> None:
    at = utc("2026-04-17 05:10")
    assert next_look(at, settled=False, spread_seconds=60) == at + timedelta(seconds=LOOK_AGAIN_SECONDS)


def test_a_listing_that_is_settled_is_looked_at_again_after_the_next_build() -> None:
    built = utc("2026-04-18 04:00") + timedelta(seconds=BUILD_LAG_SECONDS)
    assert next_look(utc("2026-04-17 05:10"), settled=True) == built
    assert next_look(utc("2026-04-17 05:10"), settled=True, spread_seconds=90) == built + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("submitted", "listed"),
    [
        ("2026-04-16 17:59", date(2026, 4, 17)),  # Thursday before 14:00 Eastern: announced that evening
        ("2026-04-16 18:00", date(2026, 4, 20)),  # after it: with Friday's, on Sunday evening
        ("2026-04-17 12:00", date(2026, 4, 20)),
        ("2026-04-17 20:00", date(2026, 4, 21)),  # Friday after the deadline: on Monday evening
        ("2026-04-18 12:00", date(2026, 4, 21)),
        ("2026-04-19 12:00", date(2026, 4, 21)),
        ("2026-04-20 12:00", date(2026, 4, 21)),
        ("2026-04-20 19:00", date(2026, 4, 22)),
        ("2026-01-13 18:59", date(2026, 1, 14)),  # standard time
        ("2026-01-13 19:00", date(2026, 1, 15)),
    ],
)
def test_a_submission_is_announced_by_the_deadline_it_met(submitted: str, listed: date) -> None:
    """info.arxiv.org/help/availability.html, in Eastern time."""
    assert listing_day(utc(submitted)) == listed


@given(MOMENTS)
@STEADY
def test_no_submission_is_listed_at_a_weekend_or_before_it_was_made(at: datetime) -> None:
    listed = listing_day(at)
    assert listed.isoweekday() <= 5
    assert listed > eastern_date(at)


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("2026-04-17 00:00", 35 * 60), ("2026-04-17 00:34", 60), ("2026-04-17 00:35", 0), ("2026-04-16 23:59", 0),
        ("2026-04-18 00:10", 0), ("2026-04-19 00:10", 0), ("2026-04-20 00:10", 25 * 60),
    ],
)  # fmt: skip
def test_the_api_is_left_alone_after_the_evenings_announcement(at: str, seconds: float) -> None:
    assert storm_seconds(utc(at)) == seconds
