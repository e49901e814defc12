"""Which papers are in which topic, since when, and in which state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, exists, func, insert, or_, select, update

from feeds.model.announcements import AnnounceType
from feeds.model.changes import Admission, Revision
from feeds.model.entries import Member, Membership, MemberState, UpdateReason
from feeds.model.summaries import Kind
from feeds.model.topics import EMBEDDED_HOLD_SECONDS
from feeds.store import summaries
from feeds.store.engine import chunks
from feeds.store.papers import COLUMNS as PAPER_COLUMNS
from feeds.store.papers import read_paper
from feeds.store.tables import memberships, papers, topics
from feeds.store.tables import summaries as summaries_table

HOLD = timedelta(seconds=EMBEDDED_HOLD_SECONDS)
#: Papers that join together get times this far apart, so that readers that sort by time (mostly by whole seconds)
#: keep our order; many share one minute.
STEP = timedelta(seconds=1)
SPREAD = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """Where a paper stands in a topic, as far as publishing needs to know."""

    arxiv_id: str
    revision: int
    hold_until: datetime
    released: bool  #: was published before
    summarized: bool  #: its tldr is settled


def admit(connection: Connection, admissions: Sequence[Admission], now: datetime) -> list[Admission]:
    """Let papers join topics, in the order given; who is in already stays as it is.

    :returns: those that joined
    """
    joined: list[Admission] = []
    for slug in dict.fromkeys(admission.topic for admission in admissions):
        mine = [admission for admission in admissions if admission.topic == slug]
        known = _members_among(connection, slug, [admission.arxiv_id for admission in mine])
        fresh = {a.arxiv_id: a for a in mine if a.arxiv_id not in known}
        if fresh:
            joined += fresh.values()
            _join(connection, slug, list(fresh.values()), now)
    return joined


def revise(connection: Connection, revisions: Sequence[Revision], now: datetime) -> list[str]:
    """Note in every topic that these papers' entries changed.

    A changed text waits for its new tldr like a new paper does.

    :returns: the topics concerned
    """
    touched: set[str] = set()
    for revision in revisions:
        values: dict[str, Any] = {"revision": memberships.c.revision + 1}
        if revision.reason is not None:
            values |= {"updated_at": now, "updated_reason": revision.reason}
        if revision.text_changed:
            values["hold_until"] = now + HOLD
        statement = update(memberships).where(memberships.c.arxiv_id == revision.arxiv_id).values(**values)
        touched.update(connection.scalars(statement.returning(memberships.c.topic)))
    return sorted(touched)


def note_summaries(connection: Connection, arxiv_ids: Iterable[str], now: datetime) -> None:
    """Note in every topic that these papers' summaries arrived.

    An entry that was published without one moves its ``updated``; one still waiting for it does not.
    """
    for some in chunks(sorted(set(arxiv_ids))):
        here = memberships.c.arxiv_id.in_(some)
        late = and_(here, memberships.c.released_at.is_not(None), memberships.c.hold_until <= now)
        connection.execute(
            update(memberships).where(late).values(updated_at=now, updated_reason=UpdateReason.SUMMARY)
        )
        connection.execute(update(memberships).where(here).values(revision=memberships.c.revision + 1))


def find_topics_of(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, set[str]]:
    """The topics that each of these papers is in, by paper."""
    found: dict[str, set[str]] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        columns = select(memberships.c.arxiv_id, memberships.c.topic)
        for row in connection.execute(columns.where(memberships.c.arxiv_id.in_(some))):
            found.setdefault(row.arxiv_id, set()).add(row.topic)
    return found


def list_standings(connection: Connection, slug: str, limit: int, now: datetime) -> list[Standing]:
    """The newest members that are in, newest position first.

    :param limit: how many of those that may be published by ``now``; what waits is listed beside them
    """
    columns = (
        memberships.c.arxiv_id, memberships.c.revision, memberships.c.hold_until,
        memberships.c.released_at, _summarized().label("summarized"),
    )  # fmt: skip
    mine = select(*columns).join(papers).where(_is_in(slug)).order_by(memberships.c.position.desc())
    ready = or_(memberships.c.released_at.is_not(None), memberships.c.hold_until <= now, _summarized())
    rows = [*connection.execute(mine.where(ready).limit(limit)), *connection.execute(mine.where(~ready))]
    return [
        Standing(row.arxiv_id, row.revision, row.hold_until, row.released_at is not None, row.summarized)
        for row in rows
    ]


def release(connection: Connection, slug: str, arxiv_ids: Sequence[str], now: datetime) -> None:
    """Note that these were published for the first time."""
    for some in chunks(list(arxiv_ids)):
        here = and_(memberships.c.topic == slug, memberships.c.arxiv_id.in_(some))
        connection.execute(update(memberships).where(here).values(released_at=now))


def find_members(connection: Connection, slug: str, arxiv_ids: Sequence[str]) -> list[Member]:
    """All that these entries are made of, in the order asked for; who is no longer in is left out."""
    found: dict[str, Member] = {}
    for some in chunks(list(arxiv_ids)):
        rows = connection.execute(
            select(*PAPER_COLUMNS, papers.c.text_hash, *_membership_columns())
            .join(papers)
            .where(_is_in(slug), memberships.c.arxiv_id.in_(some))
        ).all()
        tldrs = summaries.find_summaries(connection, Kind.TLDR, [row.text_hash for row in rows])
        for row in rows:
            paper = read_paper(row._mapping)
            found[paper.arxiv_id] = Member(paper, _read_membership(row._mapping), tldrs.get(row.text_hash))
    return [found[arxiv_id] for arxiv_id in arxiv_ids if arxiv_id in found]


def is_awaiting(connection: Connection, slug: str) -> bool:
    """Whether a member is still waiting to be published."""
    waiting = and_(_is_in(slug), memberships.c.released_at.is_(None))
    return bool(connection.scalar(select(exists().where(waiting))))


def count_members(connection: Connection) -> dict[str, int]:
    """How many papers are in each topic that has any."""
    rows = connection.execute(
        select(memberships.c.topic, func.count())
        .where(memberships.c.state == MemberState.IN)
        .group_by(memberships.c.topic)
    )
    return dict(rows.all())


def count_day(connection: Connection, day: date) -> list[dict[str, Any]]:
    """What of a day's announcements is in each topic, and what its summaries cost; a row a topic, by slug."""
    inside = memberships.c.state == MemberState.IN
    spent = (
        select(func.coalesce(func.sum(summaries_table.c.tokens), 0))
        .where(summaries_table.c.text_hash == papers.c.text_hash)
        .correlate(papers)
        .scalar_subquery()
    )
    counts = {
        "matched": func.count(),
        "hidden": func.sum(case((memberships.c.state == MemberState.HIDDEN, 1), else_=0)),
        "waiting": func.sum(case((and_(inside, memberships.c.released_at.is_(None)), 1), else_=0)),
        "published": func.sum(case((and_(inside, memberships.c.released_at.is_not(None)), 1), else_=0)),
        "tokens": func.sum(spent),
    }
    rows = connection.execute(
        select(memberships.c.topic, *(count.label(name) for name, count in counts.items()))
        .join(papers)
        .where(memberships.c.announced_on == day)
        .group_by(memberships.c.topic)
        .order_by(memberships.c.topic)
    )
    return [dict(row._mapping) for row in rows]


def last_joined(connection: Connection) -> dict[str, datetime]:
    """When the newest paper joined each topic that has any."""
    rows = connection.execute(
        select(topics.c.slug, topics.c.last_joined_at).where(topics.c.last_joined_at.is_not(None))
    )
    return dict(rows.all())


def _join(connection: Connection, slug: str, fresh: list[Admission], now: datetime) -> None:
    topic = connection.execute(
        select(topics.c.next_position, topics.c.last_joined_at).where(topics.c.slug == slug)
    ).one()
    step = min(STEP, SPREAD / len(fresh))
    start = max(now, topic.last_joined_at + step) if topic.last_joined_at else now
    rows = [
        _new_row(admission, topic.next_position + index, start + index * step, now + HOLD)
        for index, admission in enumerate(fresh)
    ]
    connection.execute(insert(memberships), rows)
    connection.execute(
        update(topics)
        .where(topics.c.slug == slug)
        .values(next_position=topic.next_position + len(rows), last_joined_at=rows[-1]["joined_at"])
    )


def _new_row(admission: Admission, position: int, joined_at: datetime, hold_until: datetime) -> dict[str, Any]:
    return {
        "topic": admission.topic,
        "arxiv_id": admission.arxiv_id,
        "position": position,
        "joined_at": joined_at,
        "version": admission.version,
        "announced_on": admission.announced_on,
        "announce_type": admission.announce_type,
        "matched": list(admission.matched),
        "state": MemberState.IN,
        "updated_at": joined_at,
        "updated_reason": None,
        "revision": 1,
        "hold_until": hold_until,
        "released_at": None,
        "left_at": None,
    }


def _members_among(connection: Connection, slug: str, arxiv_ids: list[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(arxiv_ids):
        here = and_(memberships.c.topic == slug, memberships.c.arxiv_id.in_(some))
        found |= set(connection.scalars(select(memberships.c.arxiv_id).where(here)))
    return found


def _is_in(slug: str) -> ColumnElement[bool]:
    return and_(memberships.c.topic == slug, memberships.c.state == MemberState.IN)


def _summarized() -> ColumnElement[bool]:
    return exists().where(summaries_table.c.text_hash == papers.c.text_hash, summaries_table.c.kind == Kind.TLDR)


def _membership_columns() -> list[ColumnElement[Any]]:
    return [column.label(f"member_{column.name}") for column in memberships.c]


def _read_membership(row: RowMapping) -> Membership:
    fields = {column.name: row[f"member_{column.name}"] for column in memberships.c}
    reason = fields["updated_reason"]
    fields["updated_reason"] = UpdateReason(reason) if reason else None
    fields["matched"] = tuple(fields["matched"])
    fields["state"] = MemberState(fields["state"])
    fields["announce_type"] = AnnounceType(fields["announce_type"])
    return Membership(**fields)
