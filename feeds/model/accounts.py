"""The accounted-for day: what became of each listing on a day, decided from how all of them looked. Pure.

arXiv's feeds do not say why they did not change: a holiday, a fault of one listing and a fault of all look alike.
Only the comparison of listings, and later the catch-up page, can tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from feeds.model.announcements import Outcome, Source, VisitOutcome


@dataclass(frozen=True)
class Look:
    """How a listing looked on a day; the last good look, or the last failed one where none was good."""

    outcome: VisitOutcome
    listing_on: date | None
    reason: str | None = None


#: Said of news that came after days that nobody saw: a listing that stands still bears today's date, and shows
#: what it announced before.
AFTER_GAP = "after days that were not seen; to be looked up"


@dataclass(frozen=True)
class Account:
    """What is said of a listing on a day."""

    outcome: Outcome
    reason: str | None = None
    source: Source = Source.LISTING  #: how it is known


def is_weekend(day: date) -> bool:
    """Whether no listing is built with news: arXiv announces Sunday to Thursday evenings, Eastern."""
    return day.isoweekday() > 5


def decide_accounts(day: date, looks: Mapping[str, Look], known: Mapping[str, Account]) -> dict[str, Account]:
    """Judge all listings of a day anew, after a look at one of them.

    :param looks: of the listings that were looked at on that day
    :param known: what was said so far
    :returns: what is to be said otherwise now
    """
    moved = any(account.outcome.seen for account in known.values())
    good = sum(not look.outcome.failed for look in looks.values())
    judged = {
        name: _judge(day, look, moved=moved, compared=good > 1)
        for name, look in looks.items()
        if name not in known or not (known[name].outcome.seen or is_sure(known[name]))
    }
    return {name: account for name, account in judged.items() if account != known.get(name)}


def _judge(day: date, look: Look, *, moved: bool, compared: bool) -> Account:
    if look.outcome.failed:
        return Account(Outcome.REFUSED, look.reason)
    if is_weekend(day):
        return Account(Outcome.CLOSED)
    is_empty = look.outcome is VisitOutcome.CLOSED and look.listing_on == day
    if moved:
        return Account(Outcome.UNCONFIRMED, "empty, though others moved") if is_empty else Account(Outcome.STALE)
    return Account(Outcome.CLOSED if is_empty or compared else Outcome.UNCONFIRMED)


def find_gaps(last: date, now: date, known: Mapping[date, Account]) -> list[date]:
    """The days whose news may have been lost between two of a listing's own days.

    :param last: the day the listing bore when it was last read; its own news may have come after that look
    :param now: the day it bears now
    :param known: what is said of the days so far
    :returns: weekdays from the last to the day before this one, without those that are seen, or closed for sure
    """
    days = (last + timedelta(days=offset) for offset in range((now - last).days))
    return [day for day in days if not is_weekend(day) and not is_sure(known.get(day))]


def is_sure(account: Account | None) -> bool:
    """Whether nothing can have been lost on that day; that no listing moved is a guess until looked up."""
    if account is None or account.reason == AFTER_GAP:
        return False
    return account.outcome.seen or (account.outcome is Outcome.CLOSED and account.source is not Source.LISTING)


def supersedes(said: Account, known: Account) -> bool:
    """Whether something new is said of a day: what was seen is never unsaid, but may become surer."""
    if known.outcome is Outcome.APPROXIMATE:
        return said.outcome.seen
    return said.outcome is Outcome.NEWS or not is_sure(known)
