"""What changed, in the order in which it did: each paper in each topic, and each topic, at its latest change.

Every change of what an entry shows, or of whether it is there, takes the next number, in the transaction that makes
it. Such transactions follow each other (:meth:`feeds.store.engine.Store.write`), so that numbers become visible in
their order: whoever has read up to one misses nothing below it. What changes together shares a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select, update

from feeds.model.entries import MemberState
from feeds.model.sequence import Mark
from feeds.store.tables import memberships, topics


@dataclass(frozen=True)
class Changed:
    """A paper in a topic, or a topic, that changed."""

    mark: Mark
    changed_at: datetime
    arxiv_id: str | None = None  #: None: the topic itself
    state: MemberState | None = None  #: of the paper


def stamp(connection: Connection, now: datetime) -> dict[str, Any]:
    """The next change's number and time, as values for the rows that change by it.

    The time never goes back, whatever the clock does: later numbers have no earlier times.
    """
    newest = [row for table in (memberships, topics) if (row := _newest(connection, table))]
    number = max((row.change_number for row in newest), default=0)
    at = max(filter(None, (now, *(row.changed_at for row in newest))))
    return {"change_number": number + 1, "changed_at": at}


def touch_members(connection: Connection, slug: str, stamped: dict[str, Any]) -> None:
    """Let all of a topic's papers change with it."""
    connection.execute(update(memberships).where(memberships.c.topic == slug).values(**stamped))


def list_changes(connection: Connection, after: Mark, limit: int, slug: str | None = None) -> list[Changed]:
    """What changed after a mark and is or was published, oldest change first.

    :param limit: how many at most
    :param slug: of the only topic that is wanted
    """
    found = merge(
        _list_topics(connection, after, limit, slug),
        _list_members(connection, after, limit, slug),
        key=lambda changed: changed.mark,
    )
    return [changed for changed, _ in zip(found, range(limit), strict=False)]


def find_mark(connection: Connection, since: datetime) -> Mark:
    """The mark after which all comes that changed at a time or later."""
    firsts = [
        connection.scalar(
            select(table.c.change_number)
            .where(table.c.changed_at >= since)
            .order_by(table.c.changed_at, table.c.change_number)
            .limit(1)
        )
        for table in (memberships, topics)
    ]
    later = [number for number in firsts if number is not None]
    return Mark(min(later) if later else stamp(connection, since)["change_number"])


def last_changed(connection: Connection, slug: str | None = None) -> datetime | None:
    """When anything last changed, or anything of one topic."""
    newest = [_newest(connection, memberships, slug), _newest(connection, topics, slug)]
    return max((row.changed_at for row in newest if row and row.changed_at), default=None)


def _newest(connection: Connection, table: Table, slug: str | None = None) -> Any:
    of_topic = table.c.slug if table is topics else table.c.topic
    columns = select(table.c.change_number, table.c.changed_at)
    if slug is not None:
        columns = columns.where(of_topic == slug)
    return connection.execute(columns.order_by(table.c.change_number.desc()).limit(1)).one_or_none()


def _list_topics(connection: Connection, after: Mark, limit: int, slug: str | None) -> Sequence[Changed]:
    number = topics.c.change_number
    later = and_(
        number >= after.number,
        or_(number > after.number, topics.c.slug > after.topic),
    )
    columns = select(number, topics.c.slug, topics.c.changed_at).where(later, *_of(topics.c.slug, slug))
    rows = connection.execute(columns.order_by(number, topics.c.slug).limit(limit))
    return [Changed(Mark(row.change_number, row.slug), row.changed_at) for row in rows]


def _list_members(connection: Connection, after: Mark, limit: int, slug: str | None) -> Sequence[Changed]:
    number, topic, position = memberships.c.change_number, memberships.c.topic, memberships.c.position
    in_topic = or_(topic > after.topic, and_(topic == after.topic, position > after.position))
    later = and_(number >= after.number, or_(number > after.number, in_topic))
    columns = select(number, topic, position, memberships.c.arxiv_id, memberships.c.state, memberships.c.changed_at)
    published = memberships.c.released_at.is_not(None)
    rows = connection.execute(
        columns.where(later, published, *_of(topic, slug)).order_by(number, topic, position).limit(limit)
    )
    return [
        Changed(
            Mark(row.change_number, row.topic, row.position), row.changed_at, row.arxiv_id, MemberState(row.state)
        )
        for row in rows
    ]


def _of(column: ColumnElement[str], slug: str | None) -> list[ColumnElement[bool]]:
    return [] if slug is None else [column == slug]
