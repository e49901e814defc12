"""Which papers are in which topic, since when, and in which state."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    update,
)

from feeds.model.announcements import AnnounceType
from feeds.model.changes import Admission, Revision
from feeds.model.curation import NONE
from feeds.model.entries import Member, Membership, MemberState, UpdateReason
from feeds.model.summaries import Wish
from feeds.model.topics import EMBEDDED_HOLD_SECONDS
from feeds.store import changes, summaries
from feeds.store import curation as curations
from feeds.store.engine import chunks
from feeds.store.papers import COLUMNS as PAPER_COLUMNS
from feeds.store.papers import read_paper
from feeds.store.tables import Utc, curation, memberships, papers, topics
from feeds.store.tables import summaries as summaries_table
from feeds.store.topics import Wanted, find_wanted

HOLD = timedelta(seconds=EMBEDDED_HOLD_SECONDS)
#: Papers that join together get times this far apart, so that readers that sort by time (mostly by whole seconds)
#: keep our order; many share one minute.
STEP = timedelta(seconds=1)
SPREAD = timedelta(minutes=1)
#: What a membership is made of; the number of its last change is not told with it.
_SHOWN = [column.name for column in memberships.c if column.name not in ("change_number", "changed_at")]


def admit(connection: Connection, admissions: Iterable[Admission], now: datetime) -> list[Admission]:
    """Let papers join topics, in the order given; who is in already, hidden or not, stays as it is.

    Who was evicted comes back at a new position, as one that joins now.

    :returns: those that joined or came back
    """
    wanted: dict[str, dict[str, Admission]] = {}
    for admission in admissions:
        wanted.setdefault(admission.topic, {}).setdefault(admission.arxiv_id, admission)
    joined: list[Admission] = []
    for slug, mine in wanted.items():
        known = _states_among(connection, slug, list(mine))
        fresh = [a for a in mine.values() if known.get(a.arxiv_id, MemberState.EVICTED) is MemberState.EVICTED]
        if fresh:
            joined += fresh
            _join(connection, slug, fresh, now, returning=set(known))
    return joined


def evict(connection: Connection, slug: str, arxiv_ids: Iterable[str], now: datetime) -> list[str]:
    """Let papers leave a topic; their places stay empty.

    :returns: those that were in it, hidden or not
    """
    left: list[str] = []
    stamped = changes.stamp(connection, now)
    for some in chunks(sorted(set(arxiv_ids))):
        here = and_(
            memberships.c.topic == slug,
            memberships.c.arxiv_id.in_(some),
            memberships.c.state != MemberState.EVICTED,
        )
        gone = func.coalesce(memberships.c.left_at, literal(now, Utc))  # a hidden one left before
        statement = update(memberships).where(here).values(state=MemberState.EVICTED, left_at=gone, **stamped)
        left += connection.scalars(statement.returning(memberships.c.arxiv_id))
    return sorted(left)


def hide(connection: Connection, slug: str, arxiv_id: str, now: datetime) -> None:
    """Take a paper out of sight; it keeps its place."""
    here = and_(is_in(slug), memberships.c.arxiv_id == arxiv_id)
    values = {"state": MemberState.HIDDEN, "left_at": now, **changes.stamp(connection, now)}
    connection.execute(update(memberships).where(here).values(**values))


def unhide(connection: Connection, slug: str, arxiv_id: str, now: datetime) -> None:
    """Show a hidden paper again, where it was."""
    here = and_(
        memberships.c.topic == slug,
        memberships.c.arxiv_id == arxiv_id,
        memberships.c.state == MemberState.HIDDEN,
    )
    values = {"state": MemberState.IN, "left_at": None, **changes.stamp(connection, now)}
    connection.execute(update(memberships).where(here).values(**values))


def revise(connection: Connection, revisions: Sequence[Revision], now: datetime) -> list[str]:
    """Note in every topic that these papers' entries changed.

    A changed text waits for its new tldr like a new paper does. No ``updated`` ever goes back.

    :returns: the topics concerned
    """
    touched: set[str] = set()
    stamped = changes.stamp(connection, now)
    for revision in revisions:
        values: dict[str, Any] = {"revision": memberships.c.revision + 1, **stamped}
        if revision.reason is not None:
            values |= {"updated_at": _not_before(now), "updated_reason": revision.reason}
        if revision.text_changed:
            values["hold_until"] = now + HOLD
        statement = update(memberships).where(memberships.c.arxiv_id == revision.arxiv_id).values(**values)
        touched.update(connection.scalars(statement.returning(memberships.c.topic)))
    return sorted(touched)


def note_summaries(connection: Connection, arxiv_ids: Iterable[str], now: datetime) -> None:
    """Note in every topic that these papers' summaries arrived.

    An entry that was published without one moves its ``updated``; one still waiting for it does not.
    """
    values = {"revision": memberships.c.revision + 1, **changes.stamp(connection, now)}
    for some in chunks(sorted(set(arxiv_ids))):
        here = memberships.c.arxiv_id.in_(some)
        late = and_(here, memberships.c.released_at.is_not(None), memberships.c.hold_until <= now)
        connection.execute(
            update(memberships).where(late).values(updated_at=_not_before(now), updated_reason=UpdateReason.SUMMARY)
        )
        connection.execute(update(memberships).where(here).values(**values))


def note_edit(connection: Connection, slug: str, arxiv_id: str, now: datetime) -> None:
    """Note that an editor changed what an entry shows; one that readers have moves its ``updated``.

    By a second at least: also where it joined later than now (:data:`STEP`), where the last change is of this
    second, or where the clock stands still.
    """
    here = and_(memberships.c.topic == slug, memberships.c.arxiv_id == arxiv_id)
    seen = and_(here, memberships.c.released_at.is_not(None))
    before = connection.scalar(select(memberships.c.updated_at).where(seen).with_for_update())
    if before is not None:
        moved = {"updated_at": max(now, before + STEP), "updated_reason": UpdateReason.EDITOR}
        connection.execute(update(memberships).where(seen).values(**moved))
    values = {"revision": memberships.c.revision + 1, **changes.stamp(connection, now)}
    connection.execute(update(memberships).where(here).values(**values))


def find_topics_of(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, set[str]]:
    """The topics that each of these papers is in, by paper."""
    found: dict[str, set[str]] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        columns = select(memberships.c.arxiv_id, memberships.c.topic)
        for row in connection.execute(columns.where(memberships.c.arxiv_id.in_(some))):
            found.setdefault(row.arxiv_id, set()).add(row.topic)
    return found


def list_wishes(connection: Connection, arxiv_ids: Iterable[str]) -> dict[str, set[Wish]]:
    """Which summaries the topics that these papers are in ask for, by paper."""
    inside = find_topics_of(connection, arxiv_ids)
    wanted = find_wanted(connection, {slug for slugs in inside.values() for slug in slugs})
    return {
        arxiv_id: {Wish(kind, wanted[slug].language) for slug in slugs for kind in wanted[slug].kinds}
        for arxiv_id, slugs in inside.items()
    }


def await_writing(connection: Connection, arxiv_ids: Iterable[str], now: datetime) -> None:
    """Let these papers wait for what a model writes of them, as long as each topic wants to."""
    inside = find_topics_of(connection, arxiv_ids)
    wanted = find_wanted(connection, {slug for slugs in inside.values() for slug in slugs})
    for some in chunks(sorted(inside)):
        for slug in sorted(wanted):
            waiting = and_(
                memberships.c.topic == slug, memberships.c.arxiv_id.in_(some), memberships.c.released_at.is_(None)
            )
            until = now + timedelta(minutes=wanted[slug].hold_minutes)
            connection.execute(update(memberships).where(waiting).values(hold_until=until))


def find_members(
    connection: Connection,
    slug: str,
    arxiv_ids: Sequence[str],
    language: str | None = None,
    *,
    left: bool = False,
) -> list[Member]:
    """All that these entries are made of, in the order asked for; who is no longer in is left out.

    :param language: of the summaries, BCP 47; None: the topic's
    :param left: also those that are no longer in
    """
    found: dict[str, Member] = {}
    among = memberships.c.topic == slug if left else is_in(slug)
    for some in chunks(list(arxiv_ids)):
        found |= _load_members(connection, slug, and_(among, memberships.c.arxiv_id.in_(some)), language)
    return [found[arxiv_id] for arxiv_id in arxiv_ids if arxiv_id in found]


def find_member(connection: Connection, slug: str, arxiv_id: str) -> Member | None:
    """All that a paper's entry is made of, whatever its state; None where it never was in the topic."""
    here = and_(memberships.c.topic == slug, memberships.c.arxiv_id == arxiv_id)
    return _load_members(connection, slug, here).get(arxiv_id)


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
    return [{"topic": row.topic, **{name: int(row._mapping[name]) for name in counts}} for row in rows]


def last_joined(connection: Connection) -> dict[str, datetime]:
    """When the newest paper joined each topic that has any."""
    rows = connection.execute(
        select(topics.c.slug, topics.c.last_joined_at).where(topics.c.last_joined_at.is_not(None))
    )
    return dict(rows.all())


def _join(
    connection: Connection, slug: str, fresh: list[Admission], now: datetime, returning: Container[str] = ()
) -> None:
    topic = connection.execute(
        select(topics.c.next_position, topics.c.last_joined_at).where(topics.c.slug == slug)
    ).one()
    step = min(STEP, SPREAD / len(fresh))
    start = max(now, topic.last_joined_at + step) if topic.last_joined_at else now
    hidden = _hidden_among(connection, slug, [admission.arxiv_id for admission in fresh])
    stamped = changes.stamp(connection, now)
    rows = [
        _new_row(admission, topic.next_position + index, start + index * step, now)
        | stamped
        | ({"state": MemberState.HIDDEN, "left_at": now} if admission.arxiv_id in hidden else {})
        for index, admission in enumerate(fresh)
    ]
    if new := [row for row in rows if row["arxiv_id"] not in returning]:
        connection.execute(insert(memberships), new)
    for row in rows:
        if row["arxiv_id"] in returning:
            here = and_(memberships.c.topic == slug, memberships.c.arxiv_id == row["arxiv_id"])
            values = row | {"revision": memberships.c.revision + 1}
            connection.execute(update(memberships).where(here).values(**values))
    connection.execute(
        update(topics)
        .where(topics.c.slug == slug)
        .values(next_position=topic.next_position + len(rows), last_joined_at=rows[-1]["joined_at"])
    )


def _new_row(admission: Admission, position: int, joined_at: datetime, now: datetime) -> dict[str, Any]:
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
        "hold_until": now + HOLD,
        "released_at": None,
        "left_at": None,
    }


def _states_among(connection: Connection, slug: str, arxiv_ids: list[str]) -> dict[str, MemberState]:
    found: dict[str, MemberState] = {}
    for some in chunks(arxiv_ids):
        here = and_(memberships.c.topic == slug, memberships.c.arxiv_id.in_(some))
        rows = connection.execute(select(memberships.c.arxiv_id, memberships.c.state).where(here))
        found |= {row.arxiv_id: MemberState(row.state) for row in rows}
    return found


def _hidden_among(connection: Connection, slug: str, arxiv_ids: list[str]) -> set[str]:
    """Which of these an editor hid before they (last) joined."""
    found: set[str] = set()
    for some in chunks(arxiv_ids):
        here = and_(curation.c.topic == slug, curation.c.arxiv_id.in_(some), curation.c.hidden)
        found |= set(connection.scalars(select(curation.c.arxiv_id).where(here)))
    return found


def _not_before(now: datetime) -> ColumnElement[datetime]:
    """The present, or an entry's ``updated`` where that is later."""
    return case((memberships.c.updated_at > now, memberships.c.updated_at), else_=literal(now, Utc))


def is_in(slug: str) -> ColumnElement[bool]:
    """A topic's members that are in: neither hidden nor evicted."""
    return and_(memberships.c.topic == slug, memberships.c.state == MemberState.IN)


def _load_members(
    connection: Connection, slug: str, which: ColumnElement[bool], language: str | None = None
) -> dict[str, Member]:
    columns = (*PAPER_COLUMNS, papers.c.text_hash, *_membership_columns())
    rows = connection.execute(select(*columns).join(papers).where(which)).all()
    wanted = find_wanted(connection, [slug]).get(slug, Wanted())
    hashes = [row.text_hash for row in rows]
    best = summaries.find_best(connection, wanted.kinds, language or wanted.language, hashes)
    said = curations.find_curations(connection, slug, [row.arxiv_id for row in rows])
    found = {}
    for row in rows:
        paper, membership = read_paper(row._mapping), _read_membership(row._mapping)
        made = tuple(best.get(row.text_hash, ()))
        found[paper.arxiv_id] = Member(paper, membership, made, said.get(paper.arxiv_id, NONE))
    return found


def _membership_columns() -> list[ColumnElement[Any]]:
    return [memberships.c[name].label(f"member_{name}") for name in _SHOWN]


def _read_membership(row: RowMapping) -> Membership:
    fields = {name: row[f"member_{name}"] for name in _SHOWN}
    reason = fields["updated_reason"]
    fields["updated_reason"] = UpdateReason(reason) if reason else None
    fields["matched"] = tuple(fields["matched"])
    fields["state"] = MemberState(fields["state"])
    fields["announce_type"] = AnnounceType(fields["announce_type"])
    return Membership(**fields)
