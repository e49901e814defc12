"""The door through which editors change what a topic shows.

Every act is one write transaction of its caller's: what is said, the event, the membership, and the publication,
so that the next reader of any process has it. Only the one entry changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from feeds.errors import BadRequestError, NotFoundError
from feeds.model.announcements import AnnounceType
from feeds.model.calendar import eastern_date
from feeds.model.changes import Admission
from feeds.model.curation import (
    NONE,
    WIRE,
    Act,
    Curation,
    Event,
    change,
    compare,
    is_shown,
    read_editor,
    restore,
)
from feeds.model.entries import Member, MemberState
from feeds.model.papers import Paper
from feeds.model.topics import Topic
from feeds.pausing import find_trouble
from feeds.publishing.current import find_served
from feeds.publishing.topics import publish_topic
from feeds.selecting import compile_topic, judge_papers
from feeds.store import curation, memberships, owed, papers, topics
from feeds.store.engine import Connection
from feeds.store.memberships import HOLD
from feeds.store.owed import State, Work


@dataclass(frozen=True)
class Curated:
    """How a paper stands in a topic."""

    topic: Topic
    arxiv_id: str
    curation: Curation
    member: Member | None  #: None: it is not in the topic, and never was
    events: tuple[Event, ...]  #: the last acts, in the order in which they were done
    trouble: str | None = None  #: why the last try to fetch it failed, while it is wanted
    changed: bool = False  #: by the act that was just done

    @property
    def state(self) -> MemberState | None:
        return self.member.membership.state if self.member else None

    @property
    def is_in(self) -> bool:
        """Whether it is in the topic, hidden or not."""
        return self.state in (MemberState.IN, MemberState.HIDDEN)

    @property
    def is_published(self) -> bool:
        """Whether it is in and nothing more is waited for."""
        hidden = self.state is MemberState.HIDDEN
        return hidden or (self.is_in and self.member is not None and self.member.membership.released_at is not None)

    @property
    def is_wanted(self) -> bool:
        """Whether it was added and is still to be fetched."""
        return not self.is_in and self.curation.added_by is not None

    @property
    def refusal(self) -> str | None:
        """Why it could not be added, where that was the last that happened."""
        return self.events[-1].reason if self.events and not self.is_in else None


def find_curated(connection: Connection, slug: str, arxiv_id: str) -> Curated:
    """How a paper stands in a topic.

    :raises NotFoundError: where there is no such topic
    :raises GoneError: where it was retired
    :raises MovedError: where the slug is an old one
    """
    return _find(connection, find_served(connection, slug).topic, arxiv_id)


def curate(
    connection: Connection,
    slug: str,
    arxiv_id: str,
    given: Mapping[str, object],
    *,
    editor: str,
    now: datetime,
    act: Act = Act.EDIT,
) -> Curated:
    """Say something of a paper that is in a topic, or was added to it and is on its way.

    :param given: fields by name (:func:`feeds.model.curation.change`)
    :param act: what the editor calls it
    :raises NotFoundError: where the paper is not in the topic; which see :func:`find_curated` for the others
    :raises BadRequestError: where something is not allowed
    """
    before = find_curated(connection, slug, arxiv_id)
    if not (before.is_in or before.is_wanted):
        raise NotFoundError("That paper is not in this topic; add it first.")
    after = change(before.curation, given)
    return _settle(connection, before, after, act, read_editor(editor), now)


def add(
    connection: Connection, slug: str, arxiv_id: str, *, editor: str, now: datetime, anew: bool = False
) -> Curated:
    """Add a paper that the query missed. One that the store does not know is fetched, and joins then.

    What is in already stays as it is.

    :param anew: look at once for what is on its way; else that comes when it is due, after the rest that follows a
        failure
    """
    before = find_curated(connection, slug, arxiv_id)
    if before.is_in:
        return before
    if before.is_wanted:
        if anew or not _is_on_its_way(connection, arxiv_id):
            owed.owe(connection, Work.ADD, [arxiv_id], now)
        return before
    after = replace(before.curation, added_by=read_editor(editor))
    return _settle(connection, before, after, Act.ADD, read_editor(editor), now)


def forget(connection: Connection, slug: str, arxiv_id: str, *, editor: str, now: datetime) -> Curated:
    """Take back all that editors said of a paper; one that they added leaves.

    :raises NotFoundError: where it is not in the topic and nothing was ever said of it
    """
    before = find_curated(connection, slug, arxiv_id)
    if not (before.is_in or before.events):
        raise NotFoundError("That paper is not in this topic, and nothing was ever said of it.")
    return _settle(connection, before, NONE, Act.FORGET, read_editor(editor), now)


def undo(connection: Connection, slug: str, arxiv_id: str, *, editor: str, now: datetime) -> Curated:
    """Take back the last act about a paper that was not taken back yet.

    :raises BadRequestError: where there is none
    """
    before = find_curated(connection, slug, arxiv_id)
    last = curation.find_undoable(connection, before.topic.slug, arxiv_id)
    if last is None:
        raise BadRequestError("There is nothing to undo about that paper in this topic.")
    after = restore(before.curation, last.before)
    return _settle(connection, before, after, Act.UNDO, read_editor(editor), now, undoes=last)


def welcome(connection: Connection, paper: Paper, now: datetime) -> list[str]:
    """Let a paper that is known now join the topics it was added to.

    :returns: these topics
    """
    wishing = curation.find_wishing(connection, paper.arxiv_id)
    for slug in wishing:
        _join(connection, slug, paper, now)
        publish_topic(connection, slug, now)
    return wishing


def refuse(connection: Connection, arxiv_id: str, reason: str, now: datetime) -> None:
    """Put away the wishes for a paper that cannot be had; the reason is kept with them."""
    for slug in curation.find_wishing(connection, arxiv_id):
        topic = topics.find_topic(connection, slug)
        if topic is not None:
            before = _find(connection, topic.topic, arxiv_id)
            added = curation.find_undoable(connection, slug, arxiv_id, Act.ADD)
            after = replace(before.curation, added_by=None)
            _settle(connection, before, after, Act.REFUSE, WIRE, now, undoes=added, reason=reason)


def _find(connection: Connection, topic: Topic, arxiv_id: str) -> Curated:
    found = Curated(
        topic,
        arxiv_id,
        curation.find_curation(connection, topic.slug, arxiv_id),
        memberships.find_member(connection, topic.slug, arxiv_id),
        tuple(curation.list_events(connection, topic.slug, arxiv_id)),
    )
    wish = owed.find_owed(connection, Work.ADD, arxiv_id) if found.is_wanted else None
    return replace(found, trouble=wish.reason) if wish else found


def _is_on_its_way(connection: Connection, arxiv_id: str) -> bool:
    """Whether a paper that is wanted is still to be fetched, and will be without anybody's asking."""
    wish = owed.find_owed(connection, Work.ADD, arxiv_id)
    if wish is None or wish.state is State.DEAD:
        return False
    return arxiv_id not in papers.find_papers(connection, [arxiv_id])  # a listing brought it meanwhile


def _settle(
    connection: Connection,
    before: Curated,
    after: Curation,
    act: Act,
    editor: str,
    now: datetime,
    *,
    undoes: Event | None = None,
    reason: str | None = None,
) -> Curated:
    """Write an act and all that follows from it. One that changes nothing leaves no event, unless it is an undo.

    :param editor: as :func:`read_editor` gives it, or the wire itself
    """
    slug, arxiv_id = before.topic.slug, before.arxiv_id
    old, new = compare(before.curation, after)
    if not new and undoes is None:
        return before
    _record(connection, Event(0, slug, arxiv_id, now, editor, act, old, new, reason), undoes)
    curation.save_curation(connection, slug, arxiv_id, after, now)
    _move(connection, before, after, new, now)
    if is_shown(before.curation, after):
        memberships.note_edit(connection, slug, arxiv_id, now)
    publish_topic(connection, slug, now)
    return replace(_find(connection, before.topic, arxiv_id), changed=bool(new))


def _record(connection: Connection, event: Event, undoes: Event | None) -> None:
    number = curation.record_event(connection, event)
    if undoes is not None:
        curation.note_undone(connection, undoes, number)


def _move(
    connection: Connection, before: Curated, after: Curation, changed: Mapping[str, Any], now: datetime
) -> None:
    """Let the paper join, leave, hide or come back as what is said of it now wants."""
    slug, arxiv_id = before.topic.slug, before.arxiv_id
    if "added_by" in changed and after.added_by is None:
        if not _joins_by_itself(connection, before.topic, arxiv_id):
            memberships.evict(connection, slug, [arxiv_id], now)
    elif "added_by" in changed and not before.is_in:
        paper = papers.find_papers(connection, [arxiv_id]).get(arxiv_id)
        if paper is None:
            owed.owe(connection, Work.ADD, [arxiv_id], now)
        else:
            _join(connection, slug, paper, now)
    if changed.get("hidden"):
        memberships.hide(connection, slug, arxiv_id, now)
    elif "hidden" in changed:
        memberships.unhide(connection, slug, arxiv_id, now)


def _joins_by_itself(connection: Connection, topic: Topic, arxiv_id: str) -> bool:
    """Whether an announcement lets a paper in, that an editor had added before."""
    if find_trouble(topic):
        return False
    return bool(judge_papers(connection, compile_topic(topic), [arxiv_id]))


def _join(connection: Connection, slug: str, paper: Paper, now: datetime) -> None:
    """It joins as one announced today would, but for the words that match."""
    admission = Admission(slug, paper.arxiv_id, paper.version, eastern_date(now), AnnounceType.NEW, ())
    memberships.admit(connection, [admission], now)
    owed.owe(connection, Work.ENRICH, [paper.arxiv_id], now)
    owed.owe(connection, Work.PUBLISH, [slug], now + HOLD)
