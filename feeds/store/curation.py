"""What editors said, and every act by which they said it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, func, insert, or_, select, update

from feeds.model.curation import FINAL, LIKED_RATING, NONE, Act, Curation, Event
from feeds.model.entries import MemberState
from feeds.store.engine import chunks
from feeds.store.tables import curation, curation_events, memberships

_FIELDS = list(Curation.__dataclass_fields__)


def find_curation(connection: Connection, slug: str, arxiv_id: str) -> Curation:
    """What is said of a paper in a topic."""
    return find_curations(connection, slug, [arxiv_id]).get(arxiv_id, NONE)


def find_curations(connection: Connection, slug: str, arxiv_ids: Iterable[str]) -> dict[str, Curation]:
    """What is said of these, by id; those of which nothing is said are missing."""
    found: dict[str, Curation] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        here = and_(curation.c.topic == slug, curation.c.arxiv_id.in_(some))
        found |= {row.arxiv_id: _read(row) for row in connection.execute(select(curation).where(here))}
    return found


def save_curation(connection: Connection, slug: str, arxiv_id: str, said: Curation, now: datetime) -> None:
    """Make this all that is said of a paper in a topic."""
    here = _is(slug, arxiv_id)
    if said == NONE:
        connection.execute(delete(curation).where(here))
        return
    values = {**asdict(said), "tags": list(said.tags), "updated_at": now}
    if connection.execute(update(curation).where(here).values(values)).rowcount == 0:
        connection.execute(insert(curation).values({"topic": slug, "arxiv_id": arxiv_id, **values}))


def record_event(connection: Connection, event: Event) -> int:
    """Keep an act.

    :returns: its number
    """
    values = {name: value for name, value in asdict(event).items() if name != "id"}
    number = connection.execute(insert(curation_events).values(values)).inserted_primary_key
    assert number is not None
    return int(number[0])


def list_events(connection: Connection, slug: str, arxiv_id: str, limit: int = 100) -> list[Event]:
    """The last acts about a paper in a topic, in the order in which they were done."""
    here = and_(curation_events.c.topic == slug, curation_events.c.arxiv_id == arxiv_id)
    newest = select(curation_events).where(here).order_by(curation_events.c.id.desc()).limit(limit)
    return [read_event(row) for row in connection.execute(newest)][::-1]


def find_undoable(connection: Connection, slug: str, arxiv_id: str, act: Act | None = None) -> Event | None:
    """The last act that was not taken back.

    :param act: the last one of this kind only
    """
    events = curation_events.c
    here = and_(events.topic == slug, events.arxiv_id == arxiv_id, events.undone_by.is_(None))
    kind = events.act == act if act else events.act.not_in(FINAL)
    statement = select(curation_events).where(here, kind).order_by(events.id.desc()).limit(1)
    row = connection.execute(statement).one_or_none()
    return read_event(row) if row else None


def note_undone(connection: Connection, undone: Event, by: int) -> None:
    """Note which event took an act back."""
    connection.execute(update(curation_events).where(curation_events.c.id == undone.id).values(undone_by=by))


def list_pins(connection: Connection, slug: str) -> dict[str, int | None]:
    """The pinned papers of a topic, each with the editor's place for it."""
    pinned = select(curation.c.arxiv_id, curation.c.order).where(curation.c.topic == slug, curation.c.pinned)
    return dict(connection.execute(pinned).all())


def list_liked(connection: Connection, slug: str, limit: int) -> list[str]:
    """The papers in a topic that are pinned or starred, those that joined last first."""
    liked = or_(curation.c.pinned, curation.c.rating >= LIKED_RATING)
    member = and_(memberships.c.topic == curation.c.topic, memberships.c.arxiv_id == curation.c.arxiv_id)
    rows = connection.scalars(
        select(curation.c.arxiv_id)
        .join(memberships, member)
        .where(curation.c.topic == slug, liked, memberships.c.state == MemberState.IN)
        .order_by(memberships.c.position.desc())
        .limit(limit)
    )
    return list(rows)


def list_noted(connection: Connection, slug: str) -> list[str]:
    """The papers in a topic that were published and of which an editor wrote a note, newest position first."""
    member = and_(memberships.c.topic == curation.c.topic, memberships.c.arxiv_id == curation.c.arxiv_id)
    shown = and_(memberships.c.state == MemberState.IN, memberships.c.released_at.is_not(None))
    rows = connection.scalars(
        select(curation.c.arxiv_id)
        .join(memberships, member)
        .where(curation.c.topic == slug, curation.c.note.is_not(None), shown)
        .order_by(memberships.c.position.desc())
    )
    return list(rows)


def last_act_at(connection: Connection, slug: str) -> datetime | None:
    """When an editor last did anything in a topic."""
    at: datetime | None = connection.scalar(
        select(func.max(curation_events.c.at)).where(curation_events.c.topic == slug)
    )
    return at


def find_wishing(connection: Connection, arxiv_id: str) -> list[str]:
    """The topics to which an editor added a paper that is not in them yet."""
    inside = exists().where(
        memberships.c.topic == curation.c.topic,
        memberships.c.arxiv_id == curation.c.arxiv_id,
        memberships.c.state != MemberState.EVICTED,
    )
    wished = and_(curation.c.arxiv_id == arxiv_id, curation.c.added_by.is_not(None), ~inside)
    return sorted(connection.scalars(select(curation.c.topic).where(wished)))


def _is(slug: str, arxiv_id: str) -> ColumnElement[bool]:
    return and_(curation.c.topic == slug, curation.c.arxiv_id == arxiv_id)


def _read(row: Row[Any]) -> Curation:
    fields = {name: row._mapping[name] for name in _FIELDS}
    return Curation(**{**fields, "tags": tuple(fields["tags"])})


def read_event(row: Row[Any]) -> Event:
    """An act of the table of acts."""
    return Event(**{**row._mapping, "act": Act(row.act)})
