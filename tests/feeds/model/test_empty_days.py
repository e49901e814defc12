"""Why a day is empty: a quiet day and a fault never look alike."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feeds.model.announcements import Outcome
from feeds.model.empty_days import Emptiness, explain_empty

FRIDAY, SATURDAY, MONDAY = date(2026, 4, 17), date(2026, 4, 18), date(2026, 4, 20)
NOW = datetime(2026, 4, 17, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcomes", "why"),
    [
        ({Outcome.NEWS}, Emptiness.QUIET),
        ({Outcome.NEWS, Outcome.CLOSED}, Emptiness.QUIET),
        ({Outcome.RECOVERED}, Emptiness.QUIET),
        ({Outcome.CLOSED}, Emptiness.CLOSED),
        ({Outcome.NEWS, Outcome.MISSED}, Emptiness.MISSED),
        ({Outcome.REFUSED, Outcome.NEWS}, Emptiness.REFUSED),
        ({Outcome.STALE, Outcome.NEWS}, Emptiness.UNCONFIRMED),
        ({Outcome.UNCONFIRMED}, Emptiness.UNCONFIRMED),
    ],
)
def test_what_is_wrong_with_one_listing_counts(outcomes: set[Outcome], why: Emptiness) -> None:
    assert explain_empty(FRIDAY, NOW, outcomes) is why


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 4, 16), Emptiness.UNKNOWN),
        (FRIDAY, Emptiness.EXPECTED),
        (SATURDAY, Emptiness.CLOSED),
        (MONDAY, Emptiness.EXPECTED),
    ],
)
def test_of_a_day_without_account_the_calendar_tells(day: date, why: Emptiness) -> None:
    assert explain_empty(day, NOW, set()) is why


def test_papers_that_are_on_their_way_or_were_hidden_come_first() -> None:
    assert explain_empty(FRIDAY, NOW, {Outcome.MISSED}, waiting=1, hidden=1) is Emptiness.WAITING
    assert explain_empty(FRIDAY, NOW, {Outcome.MISSED}, hidden=1) is Emptiness.HIDDEN
