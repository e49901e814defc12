"""Changes: numbered in the order in which they happen, each of a paper in a topic known at its latest."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import text

from feeds.model.changes import Revision
from feeds.model.entries import MemberState, UpdateReason
from feeds.model.sequence import START, Mark
from feeds.store import changes, memberships, schema, selections, standings, topics
from feeds.store.changes import Changed
from feeds.store.engine import Connection, Store
from tests.support.papers import NOW, define, join, make_topic

ONE, TWO, THREE = ("2604.00001", "2604.00002", "2604.00003")
LATER = NOW + timedelta(hours=1)


def fill(connection: Connection) -> None:
    """Two papers in two topics, published."""
    define(connection, make_topic("vision"), make_topic("other"))
    for slug in ("vision", "other"):
        join(connection, [ONE, TWO], slug)
        standings.release(connection, slug, NOW)


def listed(connection: Connection, after: Mark = START, limit: int = 100, slug: str | None = None) -> list[str]:
    """What changed, as "topic" or "topic/paper"."""
    return [name(changed) for changed in changes.list_changes(connection, after, limit, slug)]


def name(changed: Changed) -> str:
    return "/".join(filter(None, (changed.mark.topic, changed.arxiv_id)))


def end(connection: Connection) -> Mark:
    return changes.list_changes(connection, START, 1000)[-1].mark


def test_all_that_was_published_is_listed_oldest_change_first(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        join(connection, [THREE], "other")  # waits to be published
        assert listed(connection) == [
            "other", "vision", f"vision/{ONE}", f"vision/{TWO}", f"other/{ONE}", f"other/{TWO}",
        ]  # fmt: skip
        assert listed(connection, slug="vision") == ["vision", f"vision/{ONE}", f"vision/{TWO}"]
        assert listed(connection, end(connection)) == []
        standings.release(connection, "other", NOW)
        assert listed(connection)[-1] == f"other/{THREE}"


ACTS: dict[str, Callable[[Connection], object]] = {
    "evicted": lambda c: memberships.evict(c, "vision", [ONE], LATER),
    "hidden": lambda c: memberships.hide(c, "vision", ONE, LATER),
    "edited": lambda c: memberships.note_edit(c, "vision", ONE, LATER),
    "matched": lambda c: selections.save_matched(c, "vision", {ONE: ("word",)}, LATER),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_happens_to_a_paper_in_a_topic_is_its_latest_change(store: Store, act: str) -> None:
    with store.write() as connection:
        fill(connection)
        before = end(connection)
        ACTS[act](connection)
        (changed,) = changes.list_changes(connection, before, 10)
    assert (name(changed), changed.changed_at) == (f"vision/{ONE}", LATER)
    assert changed.mark.number == before.number + 1
    state = {"evicted": MemberState.EVICTED, "hidden": MemberState.HIDDEN}.get(act, MemberState.IN)
    assert changed.state is state


def test_a_hidden_paper_that_is_shown_again_changed(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        memberships.hide(connection, "vision", ONE, NOW)
        before = end(connection)
        memberships.unhide(connection, "vision", ONE, LATER)
        (changed,) = changes.list_changes(connection, before, 10)
    assert (name(changed), changed.state, changed.changed_at) == (f"vision/{ONE}", MemberState.IN, LATER)


@pytest.mark.parametrize(
    "act",
    [
        lambda c: memberships.revise(c, [Revision(ONE, UpdateReason.NEW_VERSION, True)], LATER),
        lambda c: memberships.note_summaries(c, [ONE], LATER),
    ],
)
def test_what_happens_to_a_paper_changes_it_in_every_topic(
    store: Store, act: Callable[[Connection], object]
) -> None:
    with store.write() as connection:
        fill(connection)
        before = end(connection)
        act(connection)
        assert listed(connection, before) == [f"other/{ONE}", f"vision/{ONE}"]


def test_who_comes_back_changed_when_it_is_published_again(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        memberships.evict(connection, "vision", [ONE], NOW)
        before = end(connection)
        join(connection, [ONE])
        assert [item for item in listed(connection, before) if item.startswith("vision/")] == []
        standings.release(connection, "vision", LATER)
        assert listed(connection)[-1] == f"vision/{ONE}"


def test_what_changes_together_can_be_walked_one_by_one(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        memberships.revise(connection, [Revision(one, None, False) for one in (ONE, TWO)], LATER)
        whole, mark, walked = listed(connection), START, []
        while page := changes.list_changes(connection, mark, 1):
            mark = page[0].mark
            walked.append(name(page[0]))
    assert walked == whole
    assert len(set(walked)) == len(walked) == 6


def test_topics_change_when_they_are_defined_renamed_and_retired(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        before = end(connection)
        define(connection, make_topic("vision", title="Another"), make_topic("other"))
        assert listed(connection, before) == ["vision"]
        before = end(connection)
        define(connection, make_topic("vision", title="Another"), make_topic("new", formerly=("other",)))
        assert listed(connection, before) == ["new", f"new/{ONE}", f"new/{TWO}"], "all of it is elsewhere now"
        before = end(connection)
        define(connection, make_topic("vision", retired=True), make_topic("new", formerly=("other",)))
        assert listed(connection, before) == ["vision"]
        before = end(connection)
        define(connection, make_topic("vision"), make_topic("new", formerly=("other",)))
        assert listed(connection, before) == ["vision", f"vision/{ONE}", f"vision/{TWO}"], "all of it is back"
        before = end(connection)
        define(connection, make_topic("vision"), make_topic("new", formerly=("other",)))
        assert listed(connection, before) == [], "nothing changed"


def test_a_time_leads_to_what_changed_then_or_later(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        memberships.note_edit(connection, "vision", TWO, LATER)
        assert listed(connection, changes.find_mark(connection, LATER)) == [f"vision/{TWO}"]
        assert listed(connection, changes.find_mark(connection, LATER - timedelta(minutes=1))) == [f"vision/{TWO}"]
        assert len(listed(connection, changes.find_mark(connection, NOW))) == 6
        after = changes.find_mark(connection, LATER + timedelta(seconds=1))
        assert listed(connection, after) == []
        memberships.note_edit(connection, "other", ONE, LATER + timedelta(minutes=1))
        assert listed(connection, after) == [f"other/{ONE}"]


def test_a_clock_that_goes_back_hides_no_change(store: Store) -> None:
    with store.write() as connection:
        fill(connection)
        memberships.note_edit(connection, "vision", TWO, LATER)
        memberships.hide(connection, "vision", ONE, NOW)
        assert listed(connection, changes.find_mark(connection, LATER)) == [f"vision/{TWO}", f"vision/{ONE}"]
        assert changes.last_changed(connection) == LATER
        assert changes.last_changed(connection, "other") == NOW


def test_nothing_ever_changed_in_an_empty_wire(store: Store) -> None:
    with store.write() as connection:
        assert changes.last_changed(connection) is None
        mark = changes.find_mark(connection, NOW)
        assert changes.list_changes(connection, START, 10) == []
        define(connection, make_topic())
        assert listed(connection, mark) == ["vision"]


OLD = """
INSERT INTO topics (slug, origin, definition, source, listed, next_position, created_at, defined_at)
VALUES (:slug, :slug, :definition, 'file', true, 9, :at, :at)
"""
PAPER = """
INSERT INTO papers (arxiv_id, version, title, abstract, authors, categories, classes, withdrawn, text_hash, seen_at)
VALUES (:arxiv_id, 1, 'T', 'A', '[]', '[]', '[]', false, 'h', :at)
"""
MEMBER = """
INSERT INTO memberships (topic, arxiv_id, position, joined_at, version, announced_on, announce_type, matched, state,
    updated_at, revision, hold_until, released_at, left_at)
VALUES (:topic, :arxiv_id, :position, :at, 1, '2026-04-17', 'new', '[]', :state, :at, 1, :at, :at, :left_at)
"""


def test_an_older_database_gets_its_changes_numbered(empty_store: Store) -> None:
    """By when they were: topics, then papers by their last change or their leaving."""
    clock = [(NOW + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat(" ") for minutes in range(5)]
    rows = [
        (ONE, 2, clock[3], "in", None),
        (TWO, 1, clock[1], "in", None),
        (THREE, 3, clock[0], "evicted", clock[2]),
    ]
    with empty_store.write() as connection:
        config = schema._alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        definition = json.dumps(topics.to_definition(make_topic()))
        connection.execute(text(OLD), {"slug": "vision", "definition": definition, "at": clock[4]})
        for arxiv_id, position, at, state, left_at in rows:
            connection.execute(text(PAPER), {"arxiv_id": arxiv_id, "at": at})
            given = {"topic": "vision", "arxiv_id": arxiv_id, "position": position, "at": at}
            connection.execute(text(MEMBER), {**given, "state": state, "left_at": left_at})
    empty_store.migrate()
    with empty_store.read() as connection:
        found = changes.list_changes(connection, START, 10)
        assert [(name(changed), changed.mark.number) for changed in found] == [
            ("vision", 1), (f"vision/{TWO}", 2), (f"vision/{THREE}", 3), (f"vision/{ONE}", 4),
        ]  # fmt: skip
        assert [changed.changed_at for changed in found[1:]] == [NOW + timedelta(minutes=n) for n in (1, 2, 3)]
    with empty_store.write() as connection:
        memberships.hide(connection, "vision", TWO, LATER)
        assert listed(connection)[-1] == f"vision/{TWO}"
