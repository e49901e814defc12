"""What a topic's history is judged by: which papers there are, when they came, and who is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, select, update

from feeds.model.entries import MemberState
from feeds.store import changes
from feeds.store.engine import chunks
from feeds.store.tables import announcements, curation, memberships, papers

_PAGE = 500


@dataclass(frozen=True)
class Place:
    """Where a paper stands in a topic, as far as judging it anew needs to know."""

    state: MemberState
    matched: tuple[str, ...]  #: what let it in
    added: bool  #: by an editor, whatever the query says


def list_ids(connection: Connection) -> Iterator[str]:
    """All papers, by id."""
    pages = select(papers.c.arxiv_id).order_by(papers.c.arxiv_id).limit(_PAGE)
    after = ""
    while some := list(connection.scalars(pages.where(papers.c.arxiv_id > after))):
        yield from some
        after = some[-1]


def find_places(connection: Connection, slug: str) -> dict[str, Place]:
    """All that are or were in a topic, by id."""
    said = and_(curation.c.topic == memberships.c.topic, curation.c.arxiv_id == memberships.c.arxiv_id)
    rows = connection.execute(
        select(memberships.c.arxiv_id, memberships.c.state, memberships.c.matched, curation.c.added_by)
        .join(curation, said, isouter=True)
        .where(memberships.c.topic == slug)
    )
    return {
        row.arxiv_id: Place(MemberState(row.state), tuple(row.matched), row.added_by is not None) for row in rows
    }


def save_matched(connection: Connection, slug: str, matched: Mapping[str, tuple[str, ...]], now: datetime) -> None:
    """Note anew by which words papers are in a topic. Their entries show it; it is no news."""
    stamped = changes.stamp(connection, now)
    for arxiv_id, parts in sorted(matched.items()):
        here = and_(memberships.c.topic == slug, memberships.c.arxiv_id == arxiv_id)
        values = {"matched": list(parts), "revision": memberships.c.revision + 1, **stamped}
        connection.execute(update(memberships).where(here).values(**values))


def count_papers(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(papers)).scalar_one()


def list_titles(connection: Connection, arxiv_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Papers with their titles, in the order asked for."""
    found: dict[str, str] = {}
    for some in chunks(list(arxiv_ids)):
        rows = connection.execute(select(papers.c.arxiv_id, papers.c.title).where(papers.c.arxiv_id.in_(some)))
        found |= dict(rows.all())
    return [(arxiv_id, found[arxiv_id]) for arxiv_id in arxiv_ids]


def find_categories(connection: Connection, arxiv_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The categories of these papers."""
    found: dict[str, tuple[str, ...]] = {}
    for some in chunks(list(arxiv_ids)):
        rows = connection.execute(select(papers.c.arxiv_id, papers.c.categories).where(papers.c.arxiv_id.in_(some)))
        found |= {row.arxiv_id: tuple(row.categories) for row in rows}
    return found


def first_announced(connection: Connection, arxiv_ids: Sequence[str]) -> dict[str, date]:
    """The day on which each paper was first announced by any listing; who never was is left out."""
    first: dict[str, date] = {}
    for some in chunks(list(arxiv_ids)):
        rows = connection.execute(
            select(announcements.c.arxiv_id, func.min(announcements.c.announced_on))
            .where(announcements.c.arxiv_id.in_(some))
            .group_by(announcements.c.arxiv_id)
        )
        first |= dict(rows.all())
    return first


def last_days(connection: Connection, limit: int) -> list[date]:
    """The last days on which anything was announced, oldest first."""
    days = (
        select(announcements.c.announced_on).distinct().order_by(announcements.c.announced_on.desc()).limit(limit)
    )
    return sorted(connection.scalars(days))
