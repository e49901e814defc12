"""A topic's published papers by position, a page at a time, and which topics papers are published in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from feeds.model.entries import MemberState
from feeds.store.engine import chunks
from feeds.store.memberships import is_in
from feeds.store.tables import memberships

_position = memberships.c.position


def list_entries(
    connection: Connection,
    slug: str,
    limit: int,
    *,
    after: int | None = None,
    ascending: bool = False,
    since: datetime | None = None,
) -> list[tuple[str, int]]:
    """Published members with their positions, newest position first unless ``ascending``.

    Upwards it ends below the first that still waits to be published: whoever goes on from there misses none.

    :param limit: how many at most
    :param after: only positions beyond this one, in the direction of the list
    :param since: only entries that came or changed then or later
    """
    wanted = [is_in(slug), memberships.c.released_at.is_not(None)]
    if after is not None:
        wanted.append(_position > after if ascending else _position < after)
    if ascending and (waiting := _first_waiting(connection, slug)) is not None:
        wanted.append(_position < waiting)
    if since is not None:
        wanted.append(memberships.c.updated_at >= since)
    rows = connection.execute(
        select(memberships.c.arxiv_id, _position)
        .where(*wanted)
        .order_by(_position if ascending else _position.desc())
        .limit(limit)
    )
    return [(row.arxiv_id, row.position) for row in rows]


def find_published_in(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, list[str]]:
    """The topics that each of these papers is published in, by slug; who is in none is left out."""
    found: dict[str, list[str]] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        published = _is_published(memberships.c.arxiv_id.in_(some))
        columns = select(memberships.c.arxiv_id, memberships.c.topic).where(published)
        for row in connection.execute(columns.order_by(memberships.c.topic)):
            found.setdefault(row.arxiv_id, []).append(row.topic)
    return found


def _first_waiting(connection: Connection, slug: str) -> int | None:
    found: int | None = connection.scalar(
        select(func.min(_position)).where(is_in(slug), memberships.c.released_at.is_(None))
    )
    return found


def _is_published(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(which, memberships.c.state == MemberState.IN, memberships.c.released_at.is_not(None))
