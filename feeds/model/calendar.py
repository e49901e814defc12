"""arXiv's week: when a listing is built, which day it is there, when news can come next.

Listings are built at midnight Eastern and hold that Eastern day's announcements, Monday to Friday
(info.arxiv.org/help/rss.html, info.arxiv.org/help/availability.html). Holidays are not known here: they are
published a year at a time, and recognised by what the listings do (:mod:`feeds.model.accounts`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")

#: A listing that has not moved today is looked at again after this long.
LOOK_AGAIN_SECONDS = 3600
#: How long after the build a listing is first looked at: it takes some minutes to get through arXiv's CDN.
BUILD_LAG_SECONDS = 600
#: Submissions until then are announced the same evening (info.arxiv.org/help/availability.html).
DEADLINE = time(14)
#: The evening's announcement: for a while after it, arXiv's API answers mostly with errors.
STORM_BEGINS, STORM_ENDS = time(20), time(20, 35)
#: A weekday's news is expected to be read and summarized so long after midnight at the latest.
_EXPECTED = timedelta(minutes=30)


def eastern_date(at: datetime) -> date:
    """The calendar day in arXiv's time zone."""
    return at.astimezone(EASTERN).date()


def next_midnight(at: datetime) -> datetime:
    """The next midnight Eastern after ``at``, in UTC."""
    return eastern_midnight(eastern_date(at) + timedelta(days=1))


def next_announcement(at: datetime) -> datetime:
    """The next moment at which a listing with news can appear: midnight Eastern that begins a weekday."""
    return eastern_midnight(_next_weekday(eastern_date(at) + timedelta(days=1)))


def is_expecting(at: datetime) -> bool:
    """Whether the day's news has been announced and may not be here yet."""
    today = eastern_date(at)
    return today.isoweekday() <= 5 and at < expected_at(today)


def expected_at(day: date) -> datetime:
    """When a day's news is read and summarized at the latest, if nothing goes wrong."""
    return eastern_midnight(day) + _EXPECTED


def next_look(at: datetime, *, settled: bool, spread_seconds: int = 0) -> datetime:
    """When to poll a listing again: after the next build where today is settled, else soon.

    :param at: now
    :param settled: whether today's news is here, or none can come
    :param spread_seconds: this listing's own small delay, so that not all come at once
    """
    if not settled:
        return at + timedelta(seconds=LOOK_AGAIN_SECONDS)
    return next_midnight(at) + timedelta(seconds=BUILD_LAG_SECONDS + spread_seconds)


def eastern_midnight(day: date) -> datetime:
    """When a day begins in arXiv's time zone, in UTC."""
    return datetime.combine(day, time.min, EASTERN).astimezone(UTC)


def listing_day(submitted_at: datetime) -> date:
    """The day of the listing that announces a submission, if nothing holds it up; holidays and moderation make it
    later, never earlier. The deadline is on weekdays; Friday's is announced on Sunday evening."""
    local = submitted_at.astimezone(EASTERN)
    closes_on = local.date() if local.time() < DEADLINE else local.date() + timedelta(days=1)
    return _next_weekday(_next_weekday(closes_on) + timedelta(days=1))


def _next_weekday(day: date) -> date:
    """This day, or the Monday after it."""
    return day if day.isoweekday() <= 5 else day + timedelta(days=8 - day.isoweekday())


def storm_seconds(at: datetime) -> float:
    """How long arXiv's API is best left alone: until the rush after the evening's announcement is over."""
    local = at.astimezone(EASTERN)
    if local.isoweekday() in (5, 6) or not STORM_BEGINS <= local.time() < STORM_ENDS:
        return 0.0
    return (datetime.combine(local.date(), STORM_ENDS, EASTERN) - local).total_seconds()
