"""Why a topic has nothing of a day: a quiet day and a fault never look alike. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from feeds.model.accounts import is_weekend
from feeds.model.announcements import Outcome
from feeds.model.calendar import eastern_date


class Emptiness(StrEnum):
    """Why nothing is there."""

    WAITING = "waiting"  #: papers are here, and wait for their summaries
    HIDDEN = "hidden"  #: the editor hid all there was
    QUIET = "quiet"  #: there was news, and nothing of it belongs here
    CLOSED = "closed"  #: arXiv announced nothing: a weekend, a holiday
    EXPECTED = "expected"  #: not read yet
    MISSED = "missed"  #: nobody read the listings on that day
    REFUSED = "refused"  #: the listings could not be read
    UNCONFIRMED = "unconfirmed"  #: listings stood still, and nothing says why
    UNKNOWN = "unknown"  #: nothing was written down of that day


#: Of several listings the first of these counts: what is wrong with one may be why nothing is here.
_GRAVEST = (
    (Outcome.MISSED, Emptiness.MISSED),
    (Outcome.REFUSED, Emptiness.REFUSED),
    (Outcome.STALE, Emptiness.UNCONFIRMED),
    (Outcome.UNCONFIRMED, Emptiness.UNCONFIRMED),
)


def explain_empty(
    day: date, now: datetime, outcomes: Collection[Outcome], *, waiting: int = 0, hidden: int = 0
) -> Emptiness:
    """Say why nothing of a day is shown in a topic.

    :param outcomes: of the topic's listings on that day
    :param waiting: members of that day that wait for their summaries
    :param hidden: members of that day that the editor hid
    """
    if waiting:
        return Emptiness.WAITING
    if hidden:
        return Emptiness.HIDDEN
    for outcome, emptiness in _GRAVEST:
        if outcome in outcomes:
            return emptiness
    if any(outcome.seen for outcome in outcomes):
        return Emptiness.QUIET
    if outcomes or is_weekend(day):
        return Emptiness.CLOSED
    return Emptiness.EXPECTED if day >= eastern_date(now) else Emptiness.UNKNOWN
