"""What of a topic's history stands in which range of positions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from feeds.model.entries import MemberState
from feeds.store.memberships import is_in
from feeds.store.tables import memberships, papers


@dataclass(frozen=True)
class Archived:
    """A paper that was published in a topic, in it still or not."""

    arxiv_id: str
    revision: int
    state: MemberState
    changed_at: datetime  #: when it last changed, was published or left, by the clock; what it shows may say later
    left_at: datetime | None


def list_archived(connection: Connection, slug: str, first: int, last: int) -> list[Archived]:
    """All that was ever published from one position to another, newest position first."""
    columns = (
        memberships.c.arxiv_id, memberships.c.revision, memberships.c.state, memberships.c.left_at,
        memberships.c.changed_at, papers.c.changed_at.label("paper_changed_at"),
    )  # fmt: skip
    rows = connection.execute(
        select(*columns)
        .join(papers)
        .where(
            memberships.c.topic == slug,
            memberships.c.position.between(first, last),
            memberships.c.released_at.is_not(None),
        )
        .order_by(memberships.c.position.desc())
    )
    return [
        Archived(
            arxiv_id=row.arxiv_id,
            revision=row.revision,
            state=MemberState(row.state),
            changed_at=max(filter(None, (row.changed_at, row.paper_changed_at))),
            left_at=row.left_at,
        )
        for row in rows
    ]


def find_begun_at(connection: Connection, slug: str, position: int) -> datetime | None:
    """When this position or the next one that is held was given out, or later; None where none is."""
    first = select(memberships.c.changed_at).where(memberships.c.topic == slug, memberships.c.position >= position)
    found: datetime | None = connection.scalar(first.order_by(memberships.c.position).limit(1))
    return found


def find_newest_beyond(connection: Connection, slug: str, shown: frozenset[str]) -> int | None:
    """The newest position of a published member that is not among those shown; None where all are."""
    published = select(memberships.c.arxiv_id, memberships.c.position).where(
        is_in(slug), memberships.c.released_at.is_not(None)
    )
    newest = connection.execute(published.order_by(memberships.c.position.desc()).limit(len(shown) + 1))
    return next((row.position for row in newest if row.arxiv_id not in shown), None)
