"""A whole wire is copied, from either engine to either."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select, text

from feeds.errors import DatabaseError
from feeds.model.announcements import VisitOutcome
from feeds.store import copying, incidents, listings
from feeds.store.engine import Store
from feeds.store.listings import Visit
from feeds.store.tables import metadata, site
from tests.support.listings import Item
from tests.support.wires import MORNING, Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]


@pytest.fixture
def source(make_line: MakeLine) -> Store:
    """A wire with papers, also with what is awkward in them."""
    line = make_line(TOPICS)
    awkward = "We present 'quotes', \"more\", \\u0000, %s, 漢字 and 😀."
    line.announce([Item("2604.00001", title="Ä “title” & <more>", abstract=awkward), Item("2604.00002")])
    line.poll()
    return line.runtime.store


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with store.read() as connection:
        for table in metadata.sorted_tables:
            rows = [tuple(row) for row in connection.execute(select(table))]
            found[table.name] = sorted(rows, key=repr)
    return found


def test_everything_is_copied_and_can_be_gone_on_with(source: Store, target: Store) -> None:
    told: list[tuple[int, int]] = []
    before = content(source)
    counts = copying.copy_database(source, target, lambda done, total: told.append((done, total)))
    assert content(source) == before
    copied = content(target)
    for table in copying.TABLES:
        if table is not site:
            assert copied[table.name] == before[table.name], table.name
            assert counts[table.name] == len(before[table.name])
    assert counts["papers"] == 2
    assert len(copied["indexed_papers"]) == 2
    assert set(before["site"]) <= set(copied["site"])
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)
    with target.write() as connection:  # what gives out numbers goes on where the old one was
        listings.record_visit(connection, Visit("cs.CV", MORNING, VisitOutcome.NEWS))
        assert listings.last_visit_id(connection) == max(row[0] for row in before["visits"]) + 1


def test_what_is_taken_is_not_overwritten(source: Store, target: Store) -> None:
    copying.copy_database(source, target)
    before = content(target)
    with pytest.raises(DatabaseError, match="holds papers or topics already"):
        copying.copy_database(source, target)
    assert content(target) == before


def test_a_prepared_database_without_papers_takes_over_who_the_other_was(source: Store, target: Store) -> None:
    target.migrate()
    with target.write() as connection:
        connection.execute(text("INSERT INTO site VALUES ('authority', 'another.example')"))
    copying.copy_database(source, target)
    with target.read() as connection:
        (found,) = connection.scalars(select(site.c.value).where(site.c.name == "authority"))
    assert found == "wire.example.org"


def test_a_copy_that_fails_leaves_nothing(source: Store, target: Store) -> None:
    def fail(done: int, _total: int) -> None:
        if done > 3:
            raise LookupError

    with pytest.raises(LookupError):
        copying.copy_database(source, target, fail)
    assert content(target)["papers"] == content(target)["listings"] == []
    copying.copy_database(source, target)


def test_a_source_that_is_missing_or_itself_is_refused(source: Store, target: Store) -> None:
    with pytest.raises(DatabaseError, match="there is no database"):
        copying.copy_database(target, source)
    with pytest.raises(DatabaseError, match="to itself"):
        copying.copy_database(source, Store(source.url))


def test_many_rows_are_copied_in_batches(make_line: MakeLine, target: Store) -> None:
    line = make_line(TOPICS)
    with line.runtime.store.write() as connection:
        listings.ensure_listing(connection, "cs.CV")
        for _ in range(2500):
            listings.record_visit(connection, Visit("cs.CV", MORNING, VisitOutcome.UNCHANGED))
    told: list[int] = []
    counts = copying.copy_database(line.runtime.store, target, lambda done, _total: told.append(done))
    assert counts["visits"] == 2500
    assert len([done for done in told if done >= 1000]) >= 2
    with target.read() as connection:
        assert incidents.list_incidents(connection) == []
