"""What each topic publishes now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from feeds.model.documents import Publication
from feeds.model.entries import Likeness
from feeds.store.tables import publications


def find_publication(connection: Connection, slug: str) -> Publication | None:
    """The current publication; None before the first."""
    row = connection.execute(
        select(publications).where(publications.c.topic == slug).order_by(publications.c.generation.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Publication(
        topic=row.topic,
        generation=row.generation,
        entries=_entries(row.entries),
        definition=row.definition,
        published_at=row.published_at,
        likeness=_likeness(row.likeness or {}),
        archive=row.archive,
    )


def save_publication(connection: Connection, made: Publication) -> None:
    """Make a publication the current one; older ones go."""
    connection.execute(
        insert(publications).values(
            topic=made.topic,
            generation=made.generation,
            entries=[list(entry) for entry in made.entries],
            definition=made.definition,
            archive=made.archive,
            likeness={arxiv_id: asdict(likeness) for arxiv_id, likeness in made.likeness.items()},
            published_at=made.published_at,
        )
    )
    older = publications.c.generation < made.generation
    connection.execute(delete(publications).where(publications.c.topic == made.topic, older))


def list_generations(connection: Connection) -> dict[str, int]:
    """The current generation of every topic that has published."""
    rows = connection.execute(
        select(publications.c.topic, func.max(publications.c.generation)).group_by(publications.c.topic)
    )
    return dict(rows.all())


def _entries(stored: Iterable[list[str | int]]) -> tuple[tuple[str, int], ...]:
    return tuple((str(arxiv_id), int(revision)) for arxiv_id, revision in stored)


def _likeness(stored: dict[str, dict[str, Any]]) -> dict[str, Likeness]:
    return {arxiv_id: Likeness(**{**said, "words": tuple(said["words"])}) for arxiv_id, said in stored.items()}


def last_published(connection: Connection) -> datetime | None:
    """When anything was last published."""
    found: datetime | None = connection.execute(select(func.max(publications.c.published_at))).scalar_one()
    return found
