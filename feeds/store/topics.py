"""Topics as the wire knows them: definitions, the file's and the API's, and what is remembered beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, select, update

from feeds.model.announcements import AnnounceType
from feeds.model.entries import MemberState
from feeds.model.summaries import Kind
from feeds.model.topics import Basis, DigestRule, Order, Topic
from feeds.store import changes, dialects, site
from feeds.store.engine import chunks
from feeds.store.tables import memberships, old_slugs, topics

#: The note that changes with every definition, so that others see at once whether any did.
_CHANGES = "topics_changes"


class Origin(StrEnum):
    """Where a topic's definition came from."""

    FILE = "file"
    API = "api"


@dataclass(frozen=True)
class StoredTopic:
    """A topic with what the store knows of it."""

    topic: Topic
    origin: str  #: the slug it was made under; its feed's id is made of this
    source: Origin
    listed: bool  #: False: its line is gone from the file; it is served as it was
    created_at: datetime
    defined_at: datetime  #: when its definition last changed
    trouble: str | None = None  #: why it is paused: its query does not parse any more

    @property
    def is_files(self) -> bool:
        """Whether the topics file defines it; nobody else may then."""
        return self.source is Origin.FILE and self.listed


@dataclass(frozen=True)
class MemberCounts:
    """How many papers a topic has."""

    papers: int = 0  #: that are in
    published: int = 0  #: of these, in the feed or once there
    waiting: int = 0  #: of these, waiting for their summaries
    hidden: int = 0  #: beside these, hidden by editors
    updated_at: datetime | None = None  #: when any last changed


def sync_topics(connection: Connection, defined: Sequence[Topic], now: datetime) -> list[str]:
    """Take over the file's topics; of one that the API made as well, the file's definition counts from then on.

    One whose line is gone stays, marked as not listed. A topic whose old slug stands under ``formerly`` goes on
    under its new one, with all its papers.

    :returns: the slugs whose definition is new or changed
    """
    stamped = changes.stamp(connection, now)
    _rename(connection, defined, stamped)
    known = {stored.topic.slug: stored for stored in list_topics(connection)}
    changed = [topic for topic in defined if not _is_in_force(topic, known.get(topic.slug), Origin.FILE)]
    for topic in changed:
        _save(connection, topic, Origin.FILE, known.get(topic.slug), now, stamped)
    named = {topic.slug for topic in defined}
    gone = sorted(slug for slug, stored in known.items() if stored.is_files and slug not in named)
    for some in chunks(gone):
        connection.execute(update(topics).where(topics.c.slug.in_(some)).values(listed=False))
    _note_old_slugs(connection, defined)
    if changed or gone:
        _note_change(connection)
    return [topic.slug for topic in changed]


def save_topic(connection: Connection, topic: Topic, now: datetime) -> bool:
    """Take over one topic from the API, as :func:`sync_topics` does from the file.

    :returns: whether its definition is new or changed
    """
    stamped = changes.stamp(connection, now)
    _rename(connection, [topic], stamped)
    known = find_topic(connection, topic.slug)
    changed = not _is_in_force(topic, known, Origin.API)
    if changed:
        _save(connection, topic, Origin.API, known, now, stamped)
        _note_change(connection)
    _note_old_slugs(connection, [topic])
    return changed


def note_troubles(connection: Connection, troubles: Mapping[str, str | None]) -> None:
    """Note why topics are paused; None: one is not any more."""
    for slug, trouble in sorted(troubles.items()):
        connection.execute(update(topics).where(topics.c.slug == slug).values(trouble=trouble))
    if troubles:
        _note_change(connection)


def list_topics(connection: Connection) -> list[StoredTopic]:
    """All topics, retired ones included, by slug."""
    return [_read(row) for row in connection.execute(select(topics).order_by(topics.c.slug))]


def list_page(connection: Connection, after: str, limit: int) -> list[StoredTopic]:
    """Some topics, by slug, beginning after one."""
    page = select(topics).where(topics.c.slug > after).order_by(topics.c.slug).limit(limit)
    return [_read(row) for row in connection.execute(page)]


def find_topic(connection: Connection, slug: str) -> StoredTopic | None:
    row = connection.execute(select(topics).where(topics.c.slug == slug)).one_or_none()
    return _read(row) if row else None


def find_topics(connection: Connection, slugs: Iterable[str]) -> dict[str, StoredTopic]:
    """Those of these topics that there are, by slug."""
    found: dict[str, StoredTopic] = {}
    for some in chunks(sorted(set(slugs))):
        rows = connection.execute(select(topics).where(topics.c.slug.in_(some)))
        found |= {row.slug: _read(row) for row in rows}
    return found


def find_renamed(connection: Connection, slug: str) -> str | None:
    """The slug that a topic goes by now that once went by this one; None where there is none."""
    found: str | None = connection.scalar(select(old_slugs.c.topic).where(old_slugs.c.slug == slug))
    return found


def list_troubles(connection: Connection) -> dict[str, str]:
    """Why topics are paused, by slug."""
    paused = select(topics.c.slug, topics.c.trouble).where(topics.c.trouble.is_not(None)).order_by(topics.c.slug)
    return dict(connection.execute(paused).all())


def count_topics(connection: Connection) -> int:
    """How many there are, retired ones included."""
    return connection.execute(select(func.count()).select_from(topics)).scalar_one()


def count_members(connection: Connection, slugs: Sequence[str]) -> dict[str, MemberCounts]:
    """How many papers are in each of these topics, and how."""
    found = dict.fromkeys(slugs, MemberCounts())
    inside = memberships.c.state == MemberState.IN
    sums = {
        "papers": inside,
        "published": and_(inside, memberships.c.released_at.is_not(None)),
        "waiting": and_(inside, memberships.c.released_at.is_(None)),
        "hidden": memberships.c.state == MemberState.HIDDEN,
    }
    columns = [func.sum(case((counts, 1), else_=0)).label(name) for name, counts in sums.items()]
    changed = func.max(memberships.c.updated_at).label("updated_at")
    for some in chunks(list(slugs)):
        rows = connection.execute(
            select(memberships.c.topic, *columns, changed)
            .where(memberships.c.topic.in_(some))
            .group_by(memberships.c.topic)
        )
        found |= {row.topic: MemberCounts(*tuple(row)[1:]) for row in rows}
    return found


def find_changes(connection: Connection) -> str | None:
    """Names the state of all definitions: another one after every change of any."""
    return site.find_note(connection, _CHANGES)


@dataclass(frozen=True)
class Wanted:
    """What a topic asks for of its summaries."""

    kinds: tuple[Kind, ...] = (Kind.TLDR,)
    language: str = "en"
    hold_minutes: int = 0


def find_wanted(connection: Connection, slugs: Iterable[str]) -> dict[str, Wanted]:
    """What these topics ask for of summaries, by slug."""
    found: dict[str, Wanted] = {}
    for some in chunks(sorted(set(slugs))):
        for row in connection.execute(select(topics.c.slug, topics.c.definition).where(topics.c.slug.in_(some))):
            told = row.definition
            kinds = tuple(dict.fromkeys([Kind.TLDR, *map(Kind, told["kinds"])]))
            found[row.slug] = Wanted(kinds, told["language"], told["hold_minutes"])
    return found


def to_definition(topic: Topic) -> dict[str, Any]:
    """A topic as JSON."""
    definition = asdict(topic)
    definition["digest"]["at"] = topic.digest.at.isoformat("minutes")
    return dict(json.loads(json.dumps(definition)))


def from_definition(definition: dict[str, Any]) -> Topic:
    """A topic from its JSON; what an older version did not know yet is as by default."""
    digest = definition["digest"]
    rule = DigestRule(time.fromisoformat(digest["at"]), digest["zone"], Basis(digest["basis"]))
    lists = {name: tuple(definition[name]) for name in ("categories", "formerly")}
    announce = tuple(AnnounceType(item) for item in definition["announce"])
    kinds = tuple(Kind(item) for item in definition["kinds"])
    order = Order(definition.get("order", Order.POSITION))
    read = {**definition, **lists, "announce": announce, "kinds": kinds, "digest": rule, "order": order}
    return Topic(**read)


def definition_digest(topic: Topic) -> str:
    """Names a definition."""
    text = json.dumps(to_definition(topic), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _rename(connection: Connection, defined: Sequence[Topic], stamped: dict[str, Any]) -> None:
    """Let topics go on under the new slugs that ask for it, and remember the old ones; all their papers change.

    An old slug that was itself left behind leads on: who is renamed twice is found by the first slug as well.
    """
    wanting = [topic for topic in defined if topic.formerly]
    if not wanting:
        return
    held = set(connection.scalars(select(topics.c.slug)))
    moved = dict(connection.execute(select(old_slugs.c.slug, old_slugs.c.topic)).all())
    named = {topic.slug for topic in defined}
    for topic in wanting:
        befores = [old if old in held else moved.get(old, "") for old in topic.formerly]
        before = next((old for old in befores if old in held and old not in named), None)
        if before and topic.slug not in held:
            connection.execute(delete(old_slugs).where(old_slugs.c.slug == topic.slug))
            values = {"slug": topic.slug, **stamped}
            connection.execute(update(topics).where(topics.c.slug == before).values(**values))
            changes.touch_members(connection, topic.slug, stamped)
            _save_old_slugs(connection, {before: topic.slug})
            held = (held | {topic.slug}) - {before}


def _note_old_slugs(connection: Connection, defined: Iterable[Topic]) -> None:
    """Remember what redirects; a slug that a topic goes by now does not."""
    known = dict(connection.execute(select(old_slugs.c.slug, old_slugs.c.topic)).all())
    wanted = {old: topic.slug for topic in defined for old in topic.formerly}
    _save_old_slugs(connection, {old: slug for old, slug in wanted.items() if known.get(old) != slug})
    connection.execute(delete(old_slugs).where(old_slugs.c.slug.in_(select(topics.c.slug))))


def find_next_position(connection: Connection, slug: str) -> int:
    """The position that the next paper to join a topic gets."""
    found: int = connection.execute(select(topics.c.next_position).where(topics.c.slug == slug)).scalar_one()
    return found


def _save_old_slugs(connection: Connection, led: Mapping[str, str]) -> None:
    if led:
        statement = dialects.insert(connection, old_slugs)
        statement = statement.on_conflict_do_update(
            index_elements=[old_slugs.c.slug], set_={"topic": statement.excluded.topic}
        )
        connection.execute(statement, [{"slug": old, "topic": slug} for old, slug in sorted(led.items())])


def _is_in_force(topic: Topic, known: StoredTopic | None, source: Origin) -> bool:
    if known is None or known.trouble:
        return False
    return known.topic == topic and known.source is source and known.listed


def _save(
    connection: Connection,
    topic: Topic,
    source: Origin,
    known: StoredTopic | None,
    now: datetime,
    stamped: dict[str, Any],
) -> None:
    """A definition that comes in was read, so nothing is wrong with it. With a topic that comes back, so do its
    papers."""
    values: dict[str, Any] = {
        "definition": to_definition(topic), "source": source, "listed": True, "defined_at": now, "trouble": None,
        **stamped,
    }  # fmt: skip
    if known is not None:
        connection.execute(update(topics).where(topics.c.slug == topic.slug).values(**values))
        if known.topic.retired and not topic.retired:
            changes.touch_members(connection, topic.slug, stamped)
    else:
        values |= {"slug": topic.slug, "origin": _free_origin(connection, topic.slug)}
        connection.execute(insert(topics).values(next_position=1, created_at=now, **values))


def _free_origin(connection: Connection, slug: str) -> str:
    """What a new topic's feed id is made of: its slug, unless a topic was made under that and renamed."""
    origin, number = slug, 1
    while connection.scalar(select(topics.c.slug).where(topics.c.origin == origin)) is not None:
        number += 1
        origin = f"{slug}.{number}"
    return origin


def _note_change(connection: Connection) -> None:
    site.save_note(connection, _CHANGES, str(int(site.find_note(connection, _CHANGES) or "0") + 1))


def _read(row: Row[Any]) -> StoredTopic:
    topic = from_definition({**row.definition, "slug": row.slug})
    source = Origin(row.source)
    return StoredTopic(topic, row.origin, source, row.listed, row.created_at, row.defined_at, row.trouble)
