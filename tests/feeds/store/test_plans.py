"""What must not read whole tables goes by its index; SQLite says so of each statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event

from feeds import searching
from feeds.query import parser
from feeds.store import standings
from feeds.store.engine import Store
from tests.support.papers import NOW, define, join, make_topic


def explain(store: Store, ask: Callable[[Connection], object]) -> list[str]:
    """How SQLite finds the rows of every query that is asked."""
    asked: list[tuple[str, Any]] = []
    with store.read() as connection:

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        ask(connection)
        event.remove(connection, "before_cursor_execute", note)
        steps = [
            str(row[-1])
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    return [step for step in steps if step.startswith(("SEARCH", "SCAN")) and "CONSTANT" not in step]


def test_a_search_goes_by_the_index_and_the_numbers(sqlite_store: Store) -> None:
    def ask(connection: Connection) -> None:
        searching.search(connection, parser.parse("title"), 20)
        searching.count(connection, parser.parse("title"))

    with sqlite_store.write() as connection:
        define(connection, make_topic())
        join(connection, ["2604.00001", "2604.00002"])
    steps = explain(sqlite_store, ask)
    assert [step for step in steps if step.startswith("SCAN") and "search_index VIRTUAL TABLE" not in step] == [
        "SCAN indexed_papers USING INDEX ix_indexed_papers_overfull"
    ]
    assert any("SEARCH indexed_papers USING INDEX ix_indexed_papers_overfull (number<?)" in step for step in steps)


def test_who_waits_is_not_looked_for_among_all_members(sqlite_store: Store) -> None:
    def ask(connection: Connection) -> None:
        standings.list_standings(connection, "vision", 50, NOW + timedelta(days=1))

    with sqlite_store.write() as connection:
        define(connection, make_topic())
        join(connection, ["2604.00001", "2604.00002"])
    steps = explain(sqlite_store, ask)
    assert not any(step.startswith("SCAN") for step in steps)
    assert any("ix_memberships_waiting" in step for step in steps)
