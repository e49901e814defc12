"""Topics as the wire knows them: the file's definitions, and what is remembered beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from feeds.model.announcements import AnnounceType
from feeds.model.summaries import Kind
from feeds.model.topics import Basis, DigestRule, Topic
from feeds.store.tables import topics

FILE = "file"


@dataclass(frozen=True)
class StoredTopic:
    """A topic with what the store knows of it."""

    topic: Topic
    origin: str  #: the slug it was made under; its feed's id is made of this
    source: str  #: where its definition came from
    listed: bool  #: False: its line is gone from the file; it is served as it was
    created_at: datetime
    defined_at: datetime  #: when its definition last changed


def sync_topics(connection: Connection, defined: Sequence[Topic], now: datetime) -> list[str]:
    """Take over the file's topics. One whose line is gone stays, marked as not listed.

    A topic whose old slug stands under ``formerly`` goes on under its new one, with all its papers.

    :returns: the slugs whose definition is new or changed
    """
    _rename(connection, defined)
    known = {row.slug: row for row in connection.execute(select(topics))}
    changed: list[str] = []
    for topic in defined:
        definition = to_definition(topic)
        row = known.pop(topic.slug, None)
        if row is None:
            values = {"slug": topic.slug, "origin": topic.slug, "next_position": 1, "created_at": now}
            connection.execute(insert(topics).values(**values, **_defined(definition, now)))
        elif row.definition != definition or not row.listed:
            connection.execute(
                update(topics).where(topics.c.slug == topic.slug).values(**_defined(definition, now))
            )
        else:
            continue
        changed.append(topic.slug)
    gone = [slug for slug, row in known.items() if row.source == FILE and row.listed]
    connection.execute(update(topics).where(topics.c.slug.in_(gone)).values(listed=False))
    return changed


def _rename(connection: Connection, defined: Sequence[Topic]) -> None:
    held = set(connection.scalars(select(topics.c.slug)))
    named = {topic.slug for topic in defined}
    for topic in defined:
        before = next((old for old in topic.formerly if old in held and old not in named), None)
        if before and topic.slug not in held:
            connection.execute(update(topics).where(topics.c.slug == before).values(slug=topic.slug))


def list_topics(connection: Connection) -> list[StoredTopic]:
    """All topics, retired ones included, by slug."""
    return [_read(row) for row in connection.execute(select(topics).order_by(topics.c.slug))]


def find_topic(connection: Connection, slug: str) -> StoredTopic | None:
    row = connection.execute(select(topics).where(topics.c.slug == slug)).one_or_none()
    return _read(row) if row else None


def to_definition(topic: Topic) -> dict[str, Any]:
    """A topic as JSON."""
    definition = asdict(topic)
    definition["digest"]["at"] = topic.digest.at.isoformat("minutes")
    return dict(json.loads(json.dumps(definition)))


def from_definition(definition: dict[str, Any]) -> Topic:
    """A topic from its JSON."""
    digest = definition["digest"]
    rule = DigestRule(time.fromisoformat(digest["at"]), digest["zone"], Basis(digest["basis"]))
    lists = {name: tuple(definition[name]) for name in ("categories", "formerly")}
    announce = tuple(AnnounceType(item) for item in definition["announce"])
    kinds = tuple(Kind(item) for item in definition["kinds"])
    return Topic(**{**definition, **lists, "announce": announce, "kinds": kinds, "digest": rule})


def definition_digest(topic: Topic) -> str:
    """Names a definition."""
    text = json.dumps(to_definition(topic), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _defined(definition: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {"definition": definition, "source": FILE, "listed": True, "defined_at": now}


def _read(row: Row[Any]) -> StoredTopic:
    topic = from_definition({**row.definition, "slug": row.slug})
    return StoredTopic(topic, row.origin, row.source, row.listed, row.created_at, row.defined_at)
