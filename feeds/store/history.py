"""The last days in numbers, for plots: what was announced, what came of it, how looks went, how long it took."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import Connection, distinct, exists, func, select

from feeds.model.announcements import Outcome, VisitOutcome
from feeds.model.entries import MemberState
from feeds.model.summaries import Kind
from feeds.store.tables import days, memberships, papers, summaries, visits

#: Publications of a span whose delay is looked at, at most.
_MOST_TIMED = 20_000


def count_announced(connection: Connection, since: date) -> dict[date, int]:
    """Announcements of each day, of all listings together."""
    found: dict[date, int] = defaultdict(int)
    for row in connection.execute(select(days.c.day, days.c.counts).where(days.c.day >= since)):
        found[row.day] += sum(row.counts.values())
    return dict(found)


def count_matched(connection: Connection, since: date) -> dict[date, tuple[int, int]]:
    """By day of announcement: papers that are in a topic, and how many of them have a summary."""
    made = exists().where(summaries.c.text_hash == papers.c.text_hash, summaries.c.kind == Kind.TLDR)
    inside = (memberships.c.announced_on >= since, memberships.c.state == MemberState.IN)
    counts = select(memberships.c.announced_on, func.count(distinct(memberships.c.arxiv_id))).where(*inside)
    matched: dict[date, int] = dict(connection.execute(counts.group_by(memberships.c.announced_on)).all())
    told = counts.join(papers, papers.c.arxiv_id == memberships.c.arxiv_id).where(made)
    summarized: dict[date, int] = dict(connection.execute(told.group_by(memberships.c.announced_on)).all())
    return {day: (count, summarized.get(day, 0)) for day, count in matched.items()}


def list_looks(connection: Connection, since: datetime) -> list[tuple[datetime, VisitOutcome]]:
    """When listings were looked at, and what came of it."""
    rows = connection.execute(select(visits.c.visited_at, visits.c.outcome).where(visits.c.visited_at >= since))
    return [(row.visited_at, VisitOutcome(row.outcome)) for row in rows]


def list_releases(connection: Connection, since: date) -> list[tuple[date, datetime]]:
    """The day that papers were announced, and when they were published in a topic; the newest ones.

    Days that were recovered afterwards do not count: nobody could have published them sooner.
    """
    timely = select(days.c.day).where(days.c.day >= since).group_by(days.c.day)
    late = timely.where(days.c.outcome.in_([Outcome.RECOVERED, Outcome.APPROXIMATE, Outcome.MISSED]))
    published = (
        memberships.c.announced_on >= since,
        memberships.c.released_at.is_not(None),
        memberships.c.announced_on.not_in(late),
    )
    columns = select(memberships.c.announced_on, memberships.c.released_at).where(*published)
    rows = connection.execute(columns.order_by(memberships.c.released_at.desc()).limit(_MOST_TIMED))
    return [(row.announced_on, row.released_at) for row in rows]
