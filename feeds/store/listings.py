"""Listings, the looks we took at them, what they announced, and their account of each day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from feeds.model.accounts import AFTER_GAP, Account, Look, is_sure, is_weekend, supersedes
from feeds.model.announcements import Announcement, AnnounceType, Outcome, Source, VisitOutcome
from feeds.model.calendar import eastern_midnight
from feeds.store import dialects
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
    split: bool = False  #: an archive too large for one listing: its categories are polled


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
    counts: dict[str, int]  #: announcements that came to be known for it, by type
    source: Source = Source.LISTING

    @property
    def account(self) -> Account:
        return Account(self.outcome, self.reason, self.source)


def find_listing(connection: Connection, name: str) -> Listing:
    """A listing as it was left; a fresh one where it was never looked at."""
    row = connection.execute(select(listings).where(listings.c.name == name)).one_or_none()
    return Listing(**row._mapping) if row else Listing(name)


def save_listing(connection: Connection, listing: Listing) -> None:
    statement = dialects.insert(connection, listings).values(**asdict(listing))
    rest = {name: value for name, value in asdict(listing).items() if name != "name"}
    connection.execute(statement.on_conflict_do_update(index_elements=[listings.c.name], set_=rest))


def find_split(connection: Connection) -> set[str]:
    """The archives that are polled by their categories."""
    return set(connection.scalars(select(listings.c.name).where(listings.c.split)))


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


def find_introduced(connection: Connection, listing: str, arxiv_ids: Iterable[str]) -> set[str]:
    """Which of these papers this listing announced as new or cross-listed."""
    kinds = announcements.c.type.in_([AnnounceType.NEW, AnnounceType.CROSS])
    found: set[str] = set()
    for some in chunks(sorted(set(arxiv_ids))):
        mine = and_(announcements.c.listing == listing, kinds, announcements.c.arxiv_id.in_(some))
        found |= set(connection.scalars(select(announcements.c.arxiv_id).where(mine)))
    return found


def list_announcements(connection: Connection, arxiv_ids: Iterable[str]) -> list[Announcement]:
    """All announcements of these papers, oldest first."""
    found: list[Announcement] = []
    order = (
        announcements.c.announced_on,
        announcements.c.listing,
        announcements.c.arxiv_id,
        announcements.c.version,
    )
    for some in chunks(sorted(set(arxiv_ids))):
        rows = connection.execute(select(announcements).where(announcements.c.arxiv_id.in_(some)).order_by(*order))
        found += [_read_announcement(row) for row in rows]
    return found


def find_last_seen(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, datetime]:
    """When each of these papers was announced last, by when we saw that."""
    found: dict[str, datetime] = {}
    newest = func.max(announcements.c.seen_at)
    for some in chunks(sorted(set(arxiv_ids))):
        here = announcements.c.arxiv_id.in_(some)
        columns = select(announcements.c.arxiv_id, newest)
        found |= dict(connection.execute(columns.where(here).group_by(announcements.c.arxiv_id)).all())
    return found


def list_unsure(connection: Connection, listing: str, before: date, since: date) -> list[date]:
    """The days of a listing whose news may have been lost, oldest first (:func:`feeds.model.accounts.is_sure`)."""
    known = find_accounts(connection, listing, since, before - timedelta(days=1))
    return [day for day in sorted(known) if not is_weekend(day) and not is_sure(known[day])]


def list_looked_up(connection: Connection, listing: str, before: date, since: date) -> dict[date, datetime]:
    """The days that were looked up afterwards and could not be cleared up for sure, with when that was."""
    span = and_(days.c.listing == listing, days.c.day.between(since, before - timedelta(days=1)))
    found = {
        row.day: (_read_day(row).account, row.updated_at) for row in connection.execute(select(days).where(span))
    }
    return {
        day: at
        for day, (account, at) in sorted(found.items())
        if account.source is not Source.LISTING and (account.outcome is Outcome.APPROXIMATE or not is_sure(account))
    }


def ensure_listing(connection: Connection, name: str) -> None:
    """Make sure that a listing is known, also before its first look."""
    row = {"name": name, "failures": 0, "split": False}
    connection.execute(dialects.insert(connection, listings).on_conflict_do_nothing(), [row])


def record_announcements(connection: Connection, news: Sequence[Announcement], now: datetime) -> None:
    rows = [asdict(announcement) | {"seen_at": now} for announcement in news]
    if rows:
        connection.execute(dialects.insert(connection, announcements).on_conflict_do_nothing(), rows)


def record_day(connection: Connection, day: Day, now: datetime) -> None:
    """Write a listing's account of a day: counts add up, and what was seen is never unsaid."""
    key = and_(days.c.listing == day.listing, days.c.day == day.day)
    found = connection.execute(select(days).where(key)).one_or_none()
    if found is None:
        connection.execute(insert(days).values(**asdict(day), updated_at=now))
        return
    known = _read_day(found)
    said = day if supersedes(day.account, known.account) else known
    if known.outcome.seen and not said.outcome.seen:
        still = known.reason if day.outcome is Outcome.MISSED else None
        said = replace(known, source=day.source, reason=still)  # looked up; in doubt where that told nothing
    elif known.outcome is Outcome.NEWS and said.outcome.seen:
        lasting = AFTER_GAP if said.reason == AFTER_GAP else None
        said = replace(
            said, outcome=Outcome.NEWS, reason=lasting
        )  # seen on the day itself, and looked up afterwards
    counts = {
        name: known.counts.get(name, 0) + day.counts.get(name, 0) for name in sorted({*known.counts, *day.counts})
    }
    connection.execute(
        update(days)
        .where(key)
        .values(outcome=said.outcome, reason=said.reason, source=said.source, counts=counts, updated_at=now)
    )


def find_days(connection: Connection, day: date) -> dict[str, Day]:
    """All that is said of a day, by listing."""
    return {row.listing: _read_day(row) for row in connection.execute(select(days).where(days.c.day == day))}


def day_updated_at(connection: Connection, day: date) -> datetime | None:
    """When anything was last said of a day."""
    found: datetime | None = connection.execute(
        select(func.max(days.c.updated_at)).where(days.c.day == day)
    ).scalar_one()
    return found


def find_accounts(connection: Connection, listing: str, first: date, last: date) -> dict[date, Account]:
    """What is said of a listing on the days from the first to the last, as far as anything is."""
    mine = and_(days.c.listing == listing, days.c.day.between(first, last))
    return {row.day: _read_day(row).account for row in connection.execute(select(days).where(mine))}


def find_accounted(connection: Connection, listing: str, first: date, last: date) -> set[date]:
    """The days of a listing on which it is known what was announced, nothing among it."""
    known = find_accounts(connection, listing, first, last)
    return {day for day, account in known.items() if account.outcome.seen or account.outcome is Outcome.CLOSED}


def find_looks(connection: Connection, day: date) -> dict[str, Look]:
    """How each listing looked on a day, ours or its own: at the last look that went well, else at the last one."""
    begins, ends = eastern_midnight(day), eastern_midnight(day + timedelta(days=1))
    ours = and_(visits.c.visited_at >= begins, visits.c.visited_at < ends)
    on_that_day = or_(ours, visits.c.listing_on == day)
    looks: dict[str, Look] = {}
    for row in connection.execute(select(visits).where(on_that_day).order_by(visits.c.id)):
        look = Look(VisitOutcome(row.outcome), row.listing_on, row.reason)
        known = looks.get(row.listing)
        if known is None or known.outcome.failed or not look.outcome.failed:
            looks[row.listing] = look
    return looks


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
    return [_read_day(row) for row in rows]


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


def _read_day(row: Row[Any]) -> Day:
    counts = dict(sorted(row.counts.items()))  # JSONB has an order of its own
    return Day(row.listing, row.day, Outcome(row.outcome), row.reason, counts, Source(row.source))


def _read_announcement(row: Row[Any]) -> Announcement:
    return Announcement(
        arxiv_id=row.arxiv_id,
        version=row.version,
        listing=row.listing,
        announced_on=row.announced_on,
        type=AnnounceType(row.type),
        source=Source(row.source),
        approximate=row.approximate,
    )
