"""Walks over what is published, a page at a time: a topic's entries by position, and all that changed.

Positions and change numbers never move under a walk: what arrives meanwhile comes where it belongs, nothing comes
twice, and nothing is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.model.entries import Member, MemberState
from feeds.model.sequence import START, Mark
from feeds.publishing.current import find_known, find_served
from feeds.store import changes, entries, memberships, topics
from feeds.store.changes import Changed
from feeds.store.engine import Connection, Store
from feeds.store.topics import StoredTopic


@dataclass(frozen=True)
class EntryPage:
    """Some of a topic's entries."""

    stored: StoredTopic
    members: tuple[Member, ...]
    next_after: int | None  #: the position beyond which the list goes on; None: at its end
    changed_at: datetime  #: when anything in the topic last changed


@dataclass(frozen=True)
class Change:
    """A paper in a topic, or a topic, as it is after its latest change."""

    changed: Changed
    topic: StoredTopic
    member: Member | None  #: None: the topic itself, or a paper that is not to be seen there any more


@dataclass(frozen=True)
class ChangePage:
    """Some of what changed, oldest change first."""

    items: tuple[Change, ...]
    mark: Mark  #: of the last of them
    has_more: bool
    changed_at: datetime | None  #: when anything last changed; None: nothing ever did


def find_entries(
    store: Store,
    slug: str,
    limit: int,
    *,
    after: int | None = None,
    ascending: bool = False,
    since: datetime | None = None,
) -> EntryPage:
    """A page of what is published in a topic, newest position first unless ``ascending``.

    :param after: the position beyond which it begins
    :param since: only entries that came or changed then or later
    :raises NotFoundError: where there is no such topic
    :raises GoneError: where it was retired
    :raises MovedError: where the slug is an old one
    """
    with store.read() as connection:
        stored = find_served(connection, slug)
        found = entries.list_entries(connection, slug, limit + 1, after=after, ascending=ascending, since=since)
        page = found[:limit]
        members = memberships.find_members(connection, slug, [arxiv_id for arxiv_id, _ in page])
        changed_at = changes.last_changed(connection, slug)
    next_after = page[-1][1] if len(found) > limit else None
    return EntryPage(stored, tuple(members), next_after, changed_at or stored.defined_at)


def find_changes(
    store: Store, limit: int, *, since: Mark | datetime = START, slug: str | None = None
) -> ChangePage:
    """A page of what changed.

    :param since: after a mark, or at a time and later
    :param slug: of the only topic that is wanted
    :raises NotFoundError: where there is no such topic
    :raises MovedError: where the slug is an old one
    """
    with store.read() as connection:
        if slug is not None:
            find_known(connection, slug)
        after = since if isinstance(since, Mark) else changes.find_mark(connection, since)
        found = changes.list_changes(connection, after, limit + 1, slug)
        items = _complete(connection, found[:limit])
        changed_at = changes.last_changed(connection, slug)
    mark = items[-1].changed.mark if items else after
    return ChangePage(items, mark, len(found) > limit, changed_at)


def _complete(connection: Connection, found: Sequence[Changed]) -> tuple[Change, ...]:
    """What changed with what it is now; of a retired topic, nothing is to be seen any more."""
    wanted: dict[str, list[str]] = {}
    for changed in found:
        shown = wanted.setdefault(changed.mark.topic, [])
        if changed.arxiv_id is not None and changed.state is MemberState.IN:
            shown.append(changed.arxiv_id)
    stored = topics.find_topics(connection, wanted)
    members = {
        (slug, member.paper.arxiv_id): member
        for slug, arxiv_ids in wanted.items()
        if not stored[slug].topic.retired
        for member in memberships.find_members(connection, slug, arxiv_ids)
    }
    return tuple(
        Change(changed, stored[changed.mark.topic], members.get((changed.mark.topic, changed.arxiv_id or "")))
        for changed in found
    )
