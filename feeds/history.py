"""The last days of a wire in numbers, for plots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feeds.model.announcements import VisitOutcome
from feeds.model.calendar import eastern_date, eastern_midnight
from feeds.store import history
from feeds.store.engine import Store

#: Days that are shown, the present one among them.
DAYS = 14


@dataclass(frozen=True)
class Delays:
    """How long after midnight in arXiv's time zone, when the listing is built, a day's papers were published."""

    median_minutes: float
    slow_minutes: float  #: nine of ten were there by then


@dataclass(frozen=True)
class DayHistory:
    """A day in numbers."""

    day: date
    announced: int  #: by all listings together
    matched: int  #: papers that are in a topic
    summarized: int  #: of these
    looks: dict[VisitOutcome, int]
    delays: Delays | None  #: None where nothing was published of it in time


def load_history(store: Store, now: datetime, days: int = DAYS) -> tuple[DayHistory, ...]:
    """The last days, oldest first; days of which there is nothing are there too."""
    today = eastern_date(now)
    span = [today - timedelta(days=back) for back in reversed(range(days))]
    with store.read() as connection:
        announced = history.count_announced(connection, span[0])
        matched = history.count_matched(connection, span[0])
        looks = history.list_looks(connection, eastern_midnight(span[0]))
        releases = history.list_releases(connection, span[0])
    outcomes = count_looks(looks)
    delays = measure_delays(releases)
    return tuple(
        DayHistory(
            day, announced.get(day, 0), *matched.get(day, (0, 0)), dict(outcomes.get(day, {})), delays.get(day)
        )
        for day in span
    )


def count_looks(looks: Iterable[tuple[datetime, VisitOutcome]]) -> dict[date, Counter[VisitOutcome]]:
    """How looks went, by the day in arXiv's time zone."""
    found: dict[date, Counter[VisitOutcome]] = {}
    for at, outcome in looks:
        found.setdefault(eastern_date(at), Counter())[outcome] += 1
    return found


def measure_delays(releases: Iterable[tuple[date, datetime]]) -> dict[date, Delays]:
    """How long publication took, by the day of announcement.

    :param releases: (day of announcement, when published)
    """
    minutes: dict[date, list[float]] = {}
    for day, released_at in releases:
        taken = (released_at - eastern_midnight(day)).total_seconds() / 60
        minutes.setdefault(day, []).append(max(taken, 0.0))
    return {day: _measure(sorted(taken)) for day, taken in minutes.items()}


def _measure(ordered: list[float]) -> Delays:
    """Nearest rank, of which there always is one."""
    last = len(ordered) - 1
    return Delays(ordered[last // 2], ordered[last * 9 // 10])
