"""Incidents, opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from feeds.model.incidents import Finding, Incident, IncidentKind
from feeds.store.tables import incidents


def open_incident(connection: Connection, finding: Finding, now: datetime) -> int:
    """Write an incident down; gives its id."""
    row = {"kind": finding.kind, "subject": finding.subject, "text": finding.text, "opened_at": now}
    return int(connection.execute(insert(incidents).values(**row).returning(incidents.c.id)).scalar_one())


def close_incidents(connection: Connection, over: Sequence[Incident], now: datetime) -> None:
    for incident in over:
        connection.execute(update(incidents).where(incidents.c.id == incident.id).values(closed_at=now))


def save_texts(connection: Connection, reworded: Sequence[Incident]) -> None:
    """Say of open incidents what is to be said now."""
    for incident in reworded:
        connection.execute(update(incidents).where(incidents.c.id == incident.id).values(text=incident.text))


def list_open(connection: Connection) -> list[Incident]:
    """What stands, oldest first."""
    query = select(incidents).where(incidents.c.closed_at.is_(None)).order_by(incidents.c.id)
    return [_read(row) for row in connection.execute(query)]


def list_incidents(connection: Connection, limit: int = 100) -> list[Incident]:
    """The newest, newest first."""
    newest = select(incidents).order_by(incidents.c.id.desc()).limit(limit)
    return [_read(row) for row in connection.execute(newest)]


def find_incident(connection: Connection, number: int) -> Incident | None:
    row = connection.execute(select(incidents).where(incidents.c.id == number)).one_or_none()
    return _read(row) if row else None


def _read(row: Row[Any]) -> Incident:
    return Incident(row.id, IncidentKind(row.kind), row.subject, row.text, row.opened_at, row.closed_at)
