"""Polling now: asked of a running wire, and waited for until everything that follows is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from feeds import curating
from feeds.errors import NotRunningError, WireError
from feeds.model.announcements import VisitOutcome
from feeds.store import owed, publications
from feeds.store.owed import Work
from tests.support.hosts import Answer
from tests.support.listings import Item
from tests.support.wires import MORNING, Line
from workers.engine import connect
from workers.on_demand import Progress, TooLongError, await_paper, await_polls, check_running, request_polls
from workers.queues import ARXIV, WORK, make_queue

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV", "cs.LG"]}]


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line(TOPICS)


def open_for_work(line: Line, *names: str) -> None:
    for name in names:
        SimpleWorker(
            [make_queue(line.redis, name)], connection=line.redis, serializer=JSONSerializer
        ).register_birth()  # type: ignore[no-untyped-call]


def test_a_wire_runs_when_its_engine_and_a_worker_for_every_queue_do(line: Line) -> None:
    with pytest.raises(NotRunningError, match="no worker is running for the queue 'arxiv'"):
        check_running(line.runtime)
    open_for_work(line, ARXIV)
    with pytest.raises(NotRunningError, match="no worker is running for the queue 'work'"):
        check_running(line.runtime)
    open_for_work(line, WORK)
    check_running(line.runtime)


def test_without_an_engine_there_is_no_wire_and_its_folder_is_named(line: Line) -> None:
    settings = replace(line.settings, redis_url=None)
    with connect(f"unix://{settings.data_dir}/redis.sock", retries=0) as nobody:
        runtime = replace(line.runtime, settings=settings, redis=nobody)
        with pytest.raises(NotRunningError, match=rf"no wire is running on {settings.data_dir}"):
            check_running(runtime)


def test_waiting_ends_when_all_that_a_poll_caused_is_published(line: Line) -> None:
    line.announce([Item("2604.00001")], "cs.CV")
    line.announce([Item("2604.00002", categories=("cs.LG",))], "cs.LG")
    before = request_polls(line.runtime, ["cs.CV", "cs.LG"])
    naps: list[float] = []

    def work(seconds: float) -> None:
        naps.append(seconds)
        line.work()

    visits = await_polls(line.runtime, ["cs.CV", "cs.LG"], before, 1000, work)
    assert {name: visit.outcome for name, visit in visits.items()} == {
        "cs.CV": VisitOutcome.NEWS,
        "cs.LG": VisitOutcome.NEWS,
    }
    assert naps
    with line.runtime.store.read() as connection:
        found = publications.find_publication(connection, "vision")
    assert found
    assert len(found.entries) == 2


def test_a_poll_ends_a_backoff_and_does_not_wait_for_the_schedule(line: Line) -> None:
    line.host.serve("/atom/cs.CV", Answer(500))
    line.poll("cs.CV")
    line.announce([Item("2604.00001")], "cs.CV")
    for expected in (VisitOutcome.NEWS, VisitOutcome.UNCHANGED):
        before = request_polls(line.runtime, ["cs.CV"])
        visits = await_polls(line.runtime, ["cs.CV"], before, 1000, lambda _: line.work())
        assert visits["cs.CV"].outcome == expected
        assert visits["cs.CV"].id > before


def test_a_poll_that_fails_is_done_too_and_tells_why(line: Line) -> None:
    line.host.serve("/atom/cs.CV", Answer(500))
    before = request_polls(line.runtime, ["cs.CV"])
    visits = await_polls(line.runtime, ["cs.CV"], before, 1000, lambda _: line.work())
    assert (visits["cs.CV"].outcome, visits["cs.CV"].reason) == (VisitOutcome.UNREACHABLE, "HTTP 500")


def test_a_poll_asked_for_while_one_runs_is_one_more(line: Line) -> None:
    """The running one may have fetched before there was what the asker knows of."""
    with line.runtime.store.write() as connection:
        (running,) = owed.claim(connection, Work.POLL, ["cs.CV"], line.runtime.times(), 1000)
    request_polls(line.runtime, ["cs.CV"])
    with line.runtime.store.write() as connection:
        owed.reschedule(connection, running, MORNING + timedelta(days=1), MORNING)
        (row,) = (row for row in owed.list_owed(connection, Work.POLL) if row.key == "cs.CV")
    assert row.due_at == MORNING


def test_waiting_for_nobody_ends_with_the_patience(line: Line) -> None:
    before = request_polls(line.runtime, ["cs.CV"])
    with pytest.raises(TooLongError, match="status shows what is owed"):
        await_polls(line.runtime, ["cs.CV"], before, 0, lambda _: None)


def test_what_the_queue_lost_meanwhile_is_dispatched_again_by_whoever_waits(line: Line) -> None:
    line.announce([Item("2604.00001")], "cs.CV")
    before = request_polls(line.runtime, ["cs.CV"])
    line.redis.flushall()
    with line.runtime.store.write() as connection:  # some time passes
        for row in owed.list_owed(connection):
            owed.note_dispatch(connection, row.kind, [row.key], row.dispatch, MORNING)
    visits = await_polls(line.runtime, ["cs.CV"], before, 1000, lambda _: line.work())
    assert visits["cs.CV"].outcome == VisitOutcome.NEWS


def test_how_far_it_has_come_is_told_until_it_is_done(line: Line) -> None:
    line.announce([Item("2604.00001"), Item("2604.00002")])
    before = request_polls(line.runtime, ["cs.CV"])
    told: list[Progress] = []

    def work_at_the_second_look(_seconds: float) -> None:
        if len(told) == 2:
            line.work()

    await_polls(line.runtime, ["cs.CV"], before, 60, work_at_the_second_look, told.append)
    assert [(progress.listings, progress.polled) for progress in told[:2]] == [(1, 0), (1, 0)]
    assert not any(progress.done for progress in told)


def want(line: Line, arxiv_id: str) -> None:
    with line.runtime.store.write() as connection:
        curating.add(connection, "vision", arxiv_id, editor="ada", now=line.clock.now())


def test_a_paper_that_was_added_is_waited_for_until_it_is_published(line: Line) -> None:
    line.announce([Item("2604.00009", title="From afar")], "cs.GR")
    want(line, "2604.00009")
    came = await_paper(line.runtime, "vision", "2604.00009", 30, sleep=lambda _seconds: line.work())
    assert came.is_published
    assert "From afar" in line.get("/feeds/vision.atom").decode()


def test_a_paper_that_arxiv_does_not_know_is_told_at_the_first_answer(line: Line) -> None:
    want(line, "2604.00009")
    with pytest.raises(WireError, match=r"cannot be added now, .* arXiv does not know this paper"):
        await_paper(line.runtime, "vision", "2604.00009", 30, sleep=lambda _seconds: line.work())


def test_a_paper_that_was_put_away_is_told(line: Line) -> None:
    want(line, "2604.00009")
    with line.runtime.store.write() as connection:
        curating.refuse(connection, "2604.00009", "nobody knows it", line.clock.now())
    with pytest.raises(WireError, match="was not added: nobody knows it"):
        await_paper(line.runtime, "vision", "2604.00009", 30)


def test_patience_with_an_added_paper_ends(line: Line) -> None:
    want(line, "2604.00009")
    with pytest.raises(TooLongError, match="curate show"):
        await_paper(line.runtime, "vision", "2604.00009", 0)
