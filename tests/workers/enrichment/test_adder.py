"""Papers that editors added: fetched, or put away with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import update

from feeds import curating
from feeds.store import owed, papers, tables
from feeds.store.owed import State, Work
from tests.support.hosts import Answer
from tests.support.listings import Item
from tests.support.wires import Line
from workers.enrichment.adder import TRIES, UNKNOWN

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
ID = "2604.00007"


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    """A topic to which an unknown paper was added."""
    line = make_line([{"slug": slug, "title": slug, "categories": ["cs.CV"]} for slug in ("one", "two")])
    with line.runtime.store.write() as connection:
        for slug in ("one", "two"):
            curating.add(connection, slug, ID, editor="ada", now=line.clock.now())
    return line


def owed_rows(line: Line) -> list[owed.Owed]:
    with line.runtime.store.read() as connection:
        return owed.list_owed(connection, Work.ADD)


def test_one_request_serves_all_topics(line: Line) -> None:
    line.announce([Item(ID, title="From afar", authors="Ada One (Here)")], "cs.GR")
    asked = len(line.host.requests)
    line.work()
    assert sum("/api/query" in request.path for request in line.host.requests[asked:]) == 1
    with line.runtime.store.read() as connection:
        paper = papers.find_papers(connection, [ID])[ID]
        joined = [curating.find_curated(connection, slug, ID) for slug in ("one", "two")]
    assert (paper.title, paper.version, paper.licence) == ("From afar", 1, None)
    assert paper.submitted_at is not None
    assert all(one.is_published for one in joined)
    assert owed_rows(line) == []


def test_an_id_that_the_api_does_not_know_is_asked_for_again(line: Line) -> None:
    line.work()
    (row,) = owed_rows(line)
    assert (row.state, row.failures, row.reason) == (State.PENDING, 1, "arXiv does not know this paper")
    assert row.not_before
    assert row.not_before > line.runtime.real_clock.now()


def test_an_api_out_of_reach_costs_no_try(line: Line) -> None:
    line.host.serve_tree("/api/query", lambda _path: Answer(status=503))
    line.work()
    (row,) = owed_rows(line)
    assert (row.state, row.failures) == (State.PENDING, 0)
    assert row.reason
    assert "503" in row.reason


def test_a_wish_that_was_taken_back_brings_no_paper_in(line: Line) -> None:
    line.announce([Item(ID)], "cs.GR")
    with line.runtime.store.write() as connection:
        curating.undo(connection, "one", ID, editor="ada", now=line.clock.now())
    line.work()
    with line.runtime.store.read() as connection:
        states = [curating.find_curated(connection, slug, ID).state for slug in ("one", "two")]
    assert states == [None, "in"]


def test_a_paper_that_a_listing_brings_meanwhile_is_not_fetched(line: Line) -> None:
    line.host.serve_tree("/api/query", lambda _path: Answer(status=503))
    line.work()
    line.announce([Item(ID, title="By itself")])
    line.poll()
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.ADD, [ID], line.clock.now())
    line.work()
    assert owed_rows(line) == []
    with line.runtime.store.read() as connection:
        assert curating.find_curated(connection, "one", ID).is_in


def test_a_try_before_its_time_does_not_count(line: Line) -> None:
    for _ in range(TRIES + 1):
        with line.runtime.store.write() as connection:
            curating.add(connection, "one", ID, editor="ada", now=line.clock.now(), anew=True)
        line.work()
    (row,) = owed_rows(line)
    assert (row.state, row.failures) == (State.PENDING, 1)
    assert sum("/api/query" in request.path for request in line.host.requests) == TRIES + 1


def test_the_last_try_is_one_that_waited_for_its_time(line: Line) -> None:
    line.work()
    now, real_now = line.clock.now(), line.runtime.real_clock.now()
    with line.runtime.store.write() as connection:
        connection.execute(update(tables.owed).values(failures=TRIES - 1))
        curating.add(connection, "one", ID, editor="ada", now=now, anew=True)
    line.work()
    assert len(owed_rows(line)) == 1
    with line.runtime.store.write() as connection:
        connection.execute(update(tables.owed).values(not_before=real_now))
    line.work()
    with line.runtime.store.read() as connection:
        assert owed.find_owed(connection, Work.ADD, ID) is None
        assert curating.find_curated(connection, "one", ID).refusal == UNKNOWN
