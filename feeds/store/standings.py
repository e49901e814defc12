"""How a topic's members stand, as far as publishing needs to know: which may be shown, and which wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select, update

from feeds.model.summaries import Kind
from feeds.store import changes
from feeds.store.memberships import is_in
from feeds.store.owed import State, Work
from feeds.store.tables import curation, memberships, owed, papers, summaries


@dataclass(frozen=True)
class Standing:
    """Where a paper stands in a topic, as far as publishing needs to know."""

    arxiv_id: str
    revision: int
    hold_until: datetime
    released: bool  #: was published before
    summarized: bool  #: its tldr is settled


def list_standings(connection: Connection, slug: str, limit: int, now: datetime) -> list[Standing]:
    """The newest members that are in, newest position first.

    :param limit: how many of those that may be published by ``now``; what waits is listed beside them
    """
    columns = (
        memberships.c.arxiv_id, memberships.c.revision, memberships.c.hold_until,
        memberships.c.released_at, memberships.c.position, _summarized(now).label("summarized"),
    )  # fmt: skip
    mine = select(*columns).join(papers).where(is_in(slug))
    ready = or_(memberships.c.released_at.is_not(None), memberships.c.hold_until <= now, _summarized(now))
    newest = mine.where(ready).order_by(memberships.c.position.desc()).limit(limit)
    # The opposite word by word, and put in order here: so those that wait are found by their own index, and not
    # among all that were ever published.
    waiting = and_(memberships.c.released_at.is_(None), memberships.c.hold_until > now, ~_summarized(now))
    held = sorted(connection.execute(mine.where(waiting)), key=lambda row: row.position, reverse=True)
    rows = [*connection.execute(newest), *held]
    return [_read_standing(row) for row in rows]


def list_pinned(connection: Connection, slug: str, now: datetime) -> list[Standing]:
    """The pinned members that are in, however old: by the editor's order, then newest position first."""
    pinned = and_(memberships.c.topic == curation.c.topic, memberships.c.arxiv_id == curation.c.arxiv_id)
    columns = (
        memberships.c.arxiv_id, memberships.c.revision, memberships.c.hold_until,
        memberships.c.released_at, _summarized(now).label("summarized"),
    )  # fmt: skip
    rows = connection.execute(
        select(*columns)
        .join(papers)
        .join(curation, pinned)
        .where(is_in(slug), curation.c.pinned)
        .order_by(curation.c.order.is_(None), curation.c.order, memberships.c.position.desc())
    )
    return [_read_standing(row) for row in rows]


def release(connection: Connection, slug: str, now: datetime) -> None:
    """Note of all that may be shown by now that it was published, also where the window is too small for it."""
    summarized = exists().where(papers.c.arxiv_id == memberships.c.arxiv_id, _summarized(now))
    waiting = and_(is_in(slug), memberships.c.released_at.is_(None))
    ready = or_(memberships.c.hold_until <= now, summarized)
    stamped = changes.stamp(connection, now)
    connection.execute(update(memberships).where(waiting, ready).values(released_at=now, **stamped))


def is_awaiting(connection: Connection, slug: str) -> bool:
    """Whether a member is still waiting to be published."""
    waiting = and_(is_in(slug), memberships.c.released_at.is_(None))
    return bool(connection.scalar(select(exists().where(waiting))))


def _summarized(now: datetime) -> ColumnElement[bool]:
    """Whether a paper's tldr is there, and no model is to write of it today."""
    made = exists().where(summaries.c.text_hash == papers.c.text_hash, summaries.c.kind == Kind.TLDR)
    writing = exists().where(
        owed.c.kind == Work.WRITE, owed.c.key == papers.c.arxiv_id, owed.c.state != State.DEAD, owed.c.due_at <= now
    )
    return and_(made, ~writing)


def _read_standing(row: Row[Any]) -> Standing:
    return Standing(row.arxiv_id, row.revision, row.hold_until, row.released_at is not None, row.summarized)
