"""What pages ask of the tables beside what feeds do: older members, a topic's days, where a paper is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Select, and_, exists, func, select

from feeds.model.entries import MemberState
from feeds.store.memberships import is_in
from feeds.store.tables import curation, memberships, versions

#: A topic's days are counted among so many that joined last.
_COUNTED = 2000


@dataclass(frozen=True)
class DayMembers:
    """What of a day's announcements is in a topic."""

    published: tuple[str, ...]  #: arXiv ids, in the order in which they joined
    waiting: int  #: for their summaries
    hidden: int


@dataclass(frozen=True)
class Place:
    """A topic that a paper is published in."""

    topic: str
    position: int
    announced_on: date
    joined_at: datetime


@dataclass(frozen=True)
class Version:
    """A version of a paper, as it was announced."""

    version: int
    announced_on: date


def list_older(connection: Connection, slug: str, before: int, limit: int) -> list[tuple[str, int]]:
    """Published members below a position, newest first, without the pinned ones: (arXiv id, position)."""
    pinned = exists().where(
        curation.c.topic == memberships.c.topic, curation.c.arxiv_id == memberships.c.arxiv_id, curation.c.pinned
    )
    columns = select(memberships.c.arxiv_id, memberships.c.position)
    older = columns.where(is_in(slug), memberships.c.released_at.is_not(None), memberships.c.position < before)
    rows = connection.execute(older.where(~pinned).order_by(memberships.c.position.desc()).limit(limit))
    return [(row.arxiv_id, row.position) for row in rows]


def find_day_members(connection: Connection, slug: str, day: date) -> DayMembers:
    """What of a day's announcements is in a topic."""
    columns = select(memberships.c.arxiv_id, memberships.c.state, memberships.c.released_at)
    here = and_(memberships.c.topic == slug, memberships.c.announced_on == day)
    rows = connection.execute(columns.where(here).order_by(memberships.c.position)).all()
    inside = [row for row in rows if row.state == MemberState.IN]
    published = tuple(row.arxiv_id for row in inside if row.released_at is not None)
    hidden = sum(row.state == MemberState.HIDDEN for row in rows)
    return DayMembers(published, len(inside) - len(published), hidden)


def count_days(connection: Connection, slug: str) -> dict[date, int]:
    """How many published papers of each day are among a topic's newest members."""
    newest = _newest(slug).subquery()
    rows = connection.execute(select(newest.c.announced_on, func.count()).group_by(newest.c.announced_on))
    return dict(rows.all())


def find_first_day(connection: Connection, slug: str) -> date | None:
    """The first day of which anything is in a topic; None where nothing is."""
    found: date | None = connection.scalar(
        select(func.min(memberships.c.announced_on)).where(memberships.c.topic == slug)
    )
    return found


def list_places(connection: Connection, arxiv_id: str) -> list[Place]:
    """The topics that a paper is published in, by slug."""
    published = and_(
        memberships.c.arxiv_id == arxiv_id,
        memberships.c.state == MemberState.IN,
        memberships.c.released_at.is_not(None),
    )
    columns = [memberships.c[name] for name in Place.__dataclass_fields__]
    rows = connection.execute(select(*columns).where(published).order_by(memberships.c.topic))
    return [Place(*row) for row in rows]


def list_versions(connection: Connection, arxiv_id: str) -> list[Version]:
    """The versions of a paper that were announced here, oldest first."""
    columns = select(versions.c.version, versions.c.announced_on).where(versions.c.arxiv_id == arxiv_id)
    return [Version(*row) for row in connection.execute(columns.order_by(versions.c.version))]


def _newest(slug: str) -> Select[tuple[date]]:
    columns = select(memberships.c.announced_on).where(is_in(slug), memberships.c.released_at.is_not(None))
    return columns.order_by(memberships.c.position.desc()).limit(_COUNTED)
