"""How a wire is: what its tables tell of listings, days and owed work. For pages, commands and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.model.announcements import VisitOutcome
from feeds.store import listings, memberships, owed
from feeds.store.engine import Connection
from feeds.store.listings import Day, Listing, Visit
from feeds.store.owed import State, Work

#: Polls are owed for ever: they are the schedule, and no sign of work left undone.
_COUNTED = (Work.ENRICH, Work.PUBLISH)


@dataclass(frozen=True)
class ListingStatus:
    """A listing, as it was when last looked at."""

    listing: Listing
    visit: Visit | None  #: the last look
    failing_since: datetime | None  #: the first failed look after the last good one
    next_look_at: datetime | None  #: when it is due by the schedule


@dataclass(frozen=True)
class DeadWork:
    """Work that failed too often to be tried again by itself."""

    kind: str
    key: str
    reason: str


@dataclass(frozen=True)
class Status:
    """The whole of it."""

    now: datetime
    listings: tuple[ListingStatus, ...]
    days: tuple[Day, ...]  #: newest first
    papers: dict[str, int]  #: by topic
    owed: dict[str, int]  #: by kind; nothing where nothing waits
    dead: tuple[DeadWork, ...]

    @property
    def out_of_reach_since(self) -> datetime | None:
        """Since when no listing at all could be reached; None while any can, or none was looked at."""
        seen = [item for item in self.listings if item.visit]
        failing = [
            item.failing_since
            for item in seen
            if item.failing_since and item.visit and item.visit.outcome is VisitOutcome.UNREACHABLE
        ]
        return max(failing) if failing and len(failing) == len(seen) else None


def find_status(connection: Connection, now: datetime, *, days: int = 7) -> Status:
    """Read the status at one moment.

    :param days: how many days' accounts
    """
    visits = listings.last_visits(connection)
    failing = listings.failing_since(connection)
    work = owed.list_owed(connection)
    due = {row.key: row.due_at for row in work if row.kind is Work.POLL}
    return Status(
        now=now,
        listings=tuple(
            ListingStatus(listing, visits.get(listing.name), failing.get(listing.name), due.get(listing.name))
            for listing in listings.list_listings(connection)
        ),
        days=tuple(listings.list_days(connection, last=days)),
        papers=memberships.count_members(connection),
        owed={
            str(kind): count
            for kind in _COUNTED
            if (count := sum(row.kind is kind and row.state is not State.DEAD for row in work))
        },
        dead=tuple(DeadWork(str(row.kind), row.key, row.reason or "") for row in work if row.state is State.DEAD),
    )
