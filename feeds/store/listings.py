"""Listings, the looks we took at them, what they announced, and their account of each day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, insert, select, update
from sqlalchemy.dialects import sqlite

from feeds.model.announcements import Announcement, Outcome, VisitOutcome
from feeds.store.engine import chunks
from feeds.store.tables import announcements, days, listings, visits


@dataclass(frozen=True)
class Listing:
    """What is remembered of a listing between two looks."""

    name: str
    listing_on: date | None = None  #: the day it bore when last read
    guids: str | None = None  #: digest of its guid set then
    etag: str | None = None
    last_modified: str | None = None
    failures: int = 0  #: in a row
    visited_at: datetime | None = None


@dataclass(frozen=True)
class Visit:
    """One look at a listing."""

    listing: str
    visited_at: datetime
    outcome: VisitOutcome
    reason: str | None = None
    listing_on: date | None = None
    items: int = 0
    announced: int = 0  #: announcements that were news
    size: int = 0  #: bytes of the body
    id: int = 0  #: given by the store


@dataclass(frozen=True)
class Day:
    """A listing's account of a day."""

    listing: str
    day: date
    outcome: Outcome
    reason: str | None
    counts: dict[str, int]


def find_listing(connection: Connection, name: str) -> Listing:
    """A listing as it was left; a fresh one where it was never looked at."""
    row = connection.execute(select(listings).where(listings.c.name == name)).one_or_none()
    return Listing(**row._mapping) if row else Listing(name)


def save_listing(connection: Connection, listing: Listing) -> None:
    statement = sqlite.insert(listings).values(**asdict(listing))
    rest = {name: value for name, value in asdict(listing).items() if name != "name"}
    connection.execute(statement.on_conflict_do_update(index_elements=[listings.c.name], set_=rest))


def record_visit(connection: Connection, visit: Visit) -> None:
    row = {name: value for name, value in asdict(visit).items() if name != "id"}
    connection.execute(insert(visits), row)


def find_announced(connection: Connection, listing: str, arxiv_ids: Iterable[str]) -> set[tuple[str, int]]:
    """Which (paper, version) this listing announced before, among these papers."""
    found: set[tuple[str, int]] = set()
    for some in chunks(sorted(set(arxiv_ids))):
        rows = connection.execute(
            select(announcements.c.arxiv_id, announcements.c.version).where(
                announcements.c.listing == listing, announcements.c.arxiv_id.in_(some)
            )
        )
        found |= {(row.arxiv_id, row.version) for row in rows}
    return found


def record_announcements(connection: Connection, news: Sequence[Announcement], now: datetime) -> None:
    rows = [asdict(announcement) | {"seen_at": now} for announcement in news]
    if rows:
        connection.execute(sqlite.insert(announcements).on_conflict_do_nothing(), rows)


def record_day(connection: Connection, day: Day, now: datetime) -> None:
    """Write a listing's account of a day: counts add up, and news is never unsaid."""
    key = and_(days.c.listing == day.listing, days.c.day == day.day)
    known = connection.execute(select(days.c.outcome, days.c.counts).where(key)).one_or_none()
    if known is None:
        connection.execute(insert(days).values(**asdict(day), updated_at=now))
        return
    had_news = known.outcome == Outcome.NEWS
    counts = {
        name: known.counts.get(name, 0) + day.counts.get(name, 0) for name in sorted({*known.counts, *day.counts})
    }
    outcome, reason = (Outcome.NEWS, None) if had_news else (day.outcome, day.reason)
    connection.execute(
        update(days).where(key).values(outcome=outcome, reason=reason, counts=counts, updated_at=now)
    )


def list_listings(connection: Connection) -> list[Listing]:
    return [Listing(**row._mapping) for row in connection.execute(select(listings).order_by(listings.c.name))]


def list_days(connection: Connection, *, last: int = 14) -> list[Day]:
    """The accounts of the most recent days, newest first.

    :param last: how many days
    """
    recent = select(days.c.day).distinct().order_by(days.c.day.desc()).limit(last)
    rows = connection.execute(
        select(days).where(days.c.day.in_(recent)).order_by(days.c.day.desc(), days.c.listing)
    )
    return [Day(row.listing, row.day, Outcome(row.outcome), row.reason, row.counts) for row in rows]


def failing_since(connection: Connection) -> dict[str, datetime]:
    """For each listing that failed when last looked at: the first failed look after the last good one."""
    failed = visits.c.outcome.in_([outcome for outcome in VisitOutcome if outcome.failed])
    good = (
        select(visits.c.listing, func.max(visits.c.id).label("id"))
        .where(~failed)
        .group_by(visits.c.listing)
        .subquery()
    )
    rows = connection.execute(
        select(visits.c.listing, func.min(visits.c.visited_at))
        .join(good, good.c.listing == visits.c.listing, isouter=True)
        .where(failed, visits.c.id > func.coalesce(good.c.id, 0))
        .group_by(visits.c.listing)
    )
    return dict(rows.all())


def last_visit_id(connection: Connection) -> int:
    """The id of the newest visit of any listing, 0 before the first."""
    return connection.execute(select(func.max(visits.c.id))).scalar_one() or 0


def last_visits(connection: Connection, *, after: int = 0) -> dict[str, Visit]:
    """The newest visit of each listing, by listing.

    :param after: only visits with a higher id than this
    """
    newest = select(func.max(visits.c.id)).where(visits.c.id > after).group_by(visits.c.listing)
    rows = connection.execute(select(visits).where(visits.c.id.in_(newest)))
    return {row.listing: Visit(**{**row._mapping, "outcome": VisitOutcome(row.outcome)}) for row in rows}
