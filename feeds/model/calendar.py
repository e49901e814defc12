"""arXiv's week: when a listing is built, which day it is there, when news can come next.

Listings are built at midnight Eastern and hold that Eastern day's announcements, Monday to Friday
(info.arxiv.org/help/rss.html, info.arxiv.org/help/availability.html). Holidays are not known here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")

#: A listing that is not of today yet is looked at again after this long.
LOOK_AGAIN_SECONDS = 3600
#: How long after the build a listing is first looked at: it takes some minutes to get through arXiv's CDN.
BUILD_LAG_SECONDS = 600
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
    day = eastern_date(at) + timedelta(days=1)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return eastern_midnight(day)


def is_expecting(at: datetime) -> bool:
    """Whether the day's news has been announced and may not be here yet."""
    today = eastern_date(at)
    return today.isoweekday() <= 5 and at < eastern_midnight(today) + _EXPECTED


def next_look(at: datetime, listing_on: date | None, spread_seconds: int = 0) -> datetime:
    """When to poll a listing again.

    :param at: now
    :param listing_on: the day the listing bore when last seen, None where it was never seen
    :param spread_seconds: this listing's own small delay, so that not all come at once
    """
    if listing_on is None or listing_on < eastern_date(at):
        return at + timedelta(seconds=LOOK_AGAIN_SECONDS)
    return next_midnight(at) + timedelta(seconds=BUILD_LAG_SECONDS + spread_seconds)


def eastern_midnight(day: date) -> datetime:
    """When a day begins in arXiv's time zone, in UTC."""
    return datetime.combine(day, time.min, EASTERN).astimezone(UTC)
