"""What an editor's page asks of the tables beside what readers see: last acts, hidden papers, wishes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, and_, exists, func, select

from feeds.model.curation import FINAL, Event
from feeds.model.entries import MemberState
from feeds.store.curation import read_event
from feeds.store.engine import chunks
from feeds.store.tables import curation, curation_events, memberships

_EVENTS = curation_events.c


def find_last_acts(connection: Connection, slug: str, arxiv_ids: Iterable[str]) -> dict[str, int]:
    """The number of the last act about each of these papers in a topic; those without any are missing."""
    found: dict[str, int] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        here = and_(_EVENTS.topic == slug, _EVENTS.arxiv_id.in_(some))
        rows = connection.execute(
            select(_EVENTS.arxiv_id, func.max(_EVENTS.id)).where(here).group_by(_EVENTS.arxiv_id)
        )
        found |= dict(rows.all())
    return found


def find_undoables(connection: Connection, slug: str, arxiv_ids: Iterable[str]) -> dict[str, Event]:
    """The last act about each of these papers that was not taken back; those without any are missing."""
    found: dict[str, Event] = {}
    for some in chunks(sorted(set(arxiv_ids))):
        here = and_(_EVENTS.topic == slug, _EVENTS.arxiv_id.in_(some))
        standing = and_(here, _EVENTS.undone_by.is_(None), _EVENTS.act.not_in(FINAL))
        last = select(func.max(_EVENTS.id)).where(standing).group_by(_EVENTS.arxiv_id)
        rows = connection.execute(select(curation_events).where(_EVENTS.id.in_(last)))
        found |= {row.arxiv_id: read_event(row) for row in rows}
    return found


def list_hidden(connection: Connection, slug: str, limit: int) -> list[str]:
    """The papers that editors hid in a topic, those hidden last first."""
    hidden = and_(memberships.c.topic == slug, memberships.c.state == MemberState.HIDDEN)
    newest = select(memberships.c.arxiv_id).where(hidden)
    order = (memberships.c.left_at.desc(), memberships.c.position.desc())
    return list(connection.scalars(newest.order_by(*order).limit(limit)))


def list_wanted(connection: Connection, slug: str, limit: int) -> list[str]:
    """The papers that editors added to a topic and that are not in it yet."""
    inside = exists().where(
        memberships.c.topic == curation.c.topic,
        memberships.c.arxiv_id == curation.c.arxiv_id,
        memberships.c.state != MemberState.EVICTED,
    )
    wanted = select(curation.c.arxiv_id).where(curation.c.topic == slug, curation.c.added_by.is_not(None), ~inside)
    return list(connection.scalars(wanted.order_by(curation.c.arxiv_id).limit(limit)))
