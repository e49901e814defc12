"""What the queue runs: claims first, gives back what fails, buries what fails too often."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feeds.clock import FixedClock
from feeds.errors import FetchError, OutOfTime, SupersededError
from feeds.store import engine, owed
from feeds.store.engine import Store
from feeds.store.owed import Claim, Owed, State, Times, Work
from tests.support.ground import IS_FULL, IS_LOCKED, IS_READ_ONLY, fill_disk, locked, read_only
from tests.support.listings import Item
from tests.support.processes import wait_for
from tests.support.wires import MORNING, Line
from workers import jobs, leases
from workers import runtime as runtimes
from workers.backoff import MAX_FAILURES
from workers.runtime import Runtime

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line(TOPICS)


@pytest.fixture
def real(line: Line, monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """The machine's clock of the process that runs the jobs here."""
    clock = FixedClock(MORNING + timedelta(days=300))
    monkeypatch.setattr(runtimes, "_current", replace(line.runtime, real_clock=clock))
    return clock


def owe(line: Line, kind: Work, *keys: str) -> None:
    with line.runtime.store.write() as connection:
        owed.owe(connection, kind, keys, MORNING)


def rows(line: Line, kind: Work) -> list[Owed]:
    with line.runtime.store.read() as connection:
        return owed.list_owed(connection, kind)


def lease_until(line: Line) -> datetime:
    with line.runtime.store.read() as connection:
        until = connection.exec_driver_sql("SELECT lease_until FROM owed WHERE kind = 'enrich'").scalar_one()
    return datetime.fromisoformat(until).replace(tzinfo=UTC)


def fail_with(error: BaseException) -> Callable[..., None]:
    def fail(*_args: object) -> None:
        raise error

    return fail


def test_a_job_works_on_what_it_claims_and_a_second_finds_nothing(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(line, Work.ENRICH, "2604.00001", "2604.00002")
    seen: list[list[str]] = []

    def note(runtime: Runtime, claims: list[Claim]) -> None:
        seen.append([claim.key for claim in claims])
        jobs.enrich(["2604.00001", "2604.00002"])  # the same job again, while the first one runs

    monkeypatch.setattr(jobs, "enrich_papers", note)
    jobs.enrich(["2604.00001", "2604.00002", "2604.00003"])
    assert seen == [["2604.00001", "2604.00002"]]


def test_a_lease_is_renewed_while_its_job_runs(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leases are short, so that the work of a dead process is soon taken up; jobs may be long."""
    owe(line, Work.ENRICH, "2604.00001")
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    seen: list[str] = []

    def note(runtime: Runtime, claims: list[Claim]) -> None:
        seen.append(claims[0].key)
        for _ in range(5):
            real.at += timedelta(seconds=0.9 * leases.LEASE_SECONDS)
            wait_for(lambda: lease_until(line) >= real.at + timedelta(seconds=5), "the renewal")
            jobs.enrich(["2604.00001"])

    monkeypatch.setattr(jobs, "enrich_papers", note)
    jobs.enrich(["2604.00001"])
    assert seen == ["2604.00001"]


def test_the_lease_of_a_job_that_hangs_is_not_renewed_for_ever(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(line, Work.ENRICH, "2604.00001")
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    with line.runtime.store.write() as connection:
        claims = owed.claim(connection, Work.ENRICH, ["2604.00001"], Times(MORNING, real.at), 10)
    with leases.renewing(line.runtime, claims, longest_seconds=0.05):
        keepers = [thread for thread in threading.enumerate() if thread.name.endswith("(_renew)")]
        wait_for(lambda: not any(keeper.is_alive() for keeper in keepers), "the end of the renewing")


def test_a_lease_that_cannot_be_renewed_ends_no_job(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    owe(line, Work.ENRICH, "2604.00001")
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(owed, "renew", fail_with(ZeroDivisionError("by zero")))
    monkeypatch.setattr(
        jobs, "enrich_papers", lambda *_: wait_for(lambda: "could not be renewed" in caplog.text, "the complaint")
    )
    jobs.enrich(["2604.00001"])
    assert [row.reason for row in rows(line, Work.ENRICH)] == [None]


@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("by zero"), FetchError("no answer"), OutOfTime("it took longer than 120 s")],
    ids=repr,
)
def test_a_job_that_fails_gives_its_rows_back_with_the_reason(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    owe(line, Work.ENRICH, "2604.00001", "2604.00002")
    monkeypatch.setattr(jobs, "enrich_papers", fail_with(error))
    jobs.enrich(["2604.00001", "2604.00002"])
    for row in rows(line, Work.ENRICH):
        assert (row.state, row.failures, row.reason) == (State.PENDING, 1, f"{type(error).__name__}: {error}")
        assert row.not_before
        assert real.at < row.not_before <= real.at + timedelta(seconds=2)


def test_the_wait_grows_and_in_the_end_the_row_is_dead(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(line, Work.ENRICH, "2604.00001")
    monkeypatch.setattr(jobs, "enrich_papers", fail_with(ZeroDivisionError("by zero")))
    monkeypatch.setattr("random.random", lambda: 1.0)
    waits = []
    for failures in range(1, MAX_FAILURES):
        jobs.enrich(["2604.00001"])
        (row,) = rows(line, Work.ENRICH)
        assert (row.state, row.failures) == (State.PENDING, failures)
        assert row.not_before
        waits.append((row.not_before - real.at).total_seconds())
        jobs.enrich(["2604.00001"])  # too early: nothing is claimed
        assert rows(line, Work.ENRICH) == [row]
        real.at = row.not_before
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    jobs.enrich(["2604.00001"])
    (row,) = rows(line, Work.ENRICH)
    assert (row.state, row.failures, row.reason) == (State.DEAD, MAX_FAILURES, "ZeroDivisionError: by zero")
    real.at += timedelta(days=100)
    jobs.enrich(["2604.00001"])
    assert rows(line, Work.ENRICH) == [row]
    owe(line, Work.ENRICH, "2604.00001")
    (again,) = rows(line, Work.ENRICH)
    assert (again.state, again.failures) == (State.PENDING, 0)


def test_a_listing_is_never_given_up(line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "poll_listing", fail_with(ZeroDivisionError("by zero")))
    for failures in range(1, 3 * MAX_FAILURES):
        jobs.poll(["cs.CV"])
        (row,) = rows(line, Work.POLL)
        assert (row.state, row.failures) == (State.PENDING, failures)
        assert row.not_before
        assert row.not_before <= real.at + timedelta(seconds=600)
        real.at = row.not_before


def test_a_long_reason_is_kept_short(line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    owe(line, Work.ENRICH, "2604.00001")
    monkeypatch.setattr(jobs, "enrich_papers", fail_with(ValueError("x" * 100_000)))
    jobs.enrich(["2604.00001"])
    (row,) = rows(line, Work.ENRICH)
    assert row.reason == "ValueError: " + "x" * 488


def test_whoever_was_taken_over_leaves_the_row_to_the_other(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(line, Work.ENRICH, "2604.00001")

    def be_taken_over(runtime: Runtime, claims: list[Claim]) -> None:
        real.at += timedelta(days=1)
        with runtime.store.write() as connection:
            assert owed.claim(connection, Work.ENRICH, ["2604.00001"], runtime.times(), 100)
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "enrich_papers", be_taken_over)
    jobs.enrich(["2604.00001"])
    (row,) = rows(line, Work.ENRICH)
    assert (row.state, row.failures, row.reason) == (State.RUNNING, 1, None)  # the first attempt's death counts
    monkeypatch.setattr(jobs, "enrich_papers", fail_with(SupersededError("taken over")))
    real.at += timedelta(days=1)
    jobs.enrich(["2604.00001"])
    (row,) = rows(line, Work.ENRICH)
    assert (row.state, row.failures) == (State.RUNNING, 2)


def test_what_was_owed_again_meanwhile_does_not_wait(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(line, Work.ENRICH, "2604.00001")

    def fail(runtime: Runtime, claims: list[Claim]) -> None:
        owe(line, Work.ENRICH, "2604.00001")
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "enrich_papers", fail)
    jobs.enrich(["2604.00001"])
    (row,) = rows(line, Work.ENRICH)
    assert (row.state, row.not_before) == (State.PENDING, None)


def test_a_job_hurries_on_what_follows_from_it(line: Line, real: FixedClock) -> None:
    line.announce([Item("2604.00001")])
    jobs.poll(["cs.CV"])
    (enrich,) = rows(line, Work.ENRICH)
    assert enrich.dispatch
    jobs.enrich(["2604.00001"])
    (publish,) = rows(line, Work.PUBLISH)
    assert publish.dispatch
    jobs.publish(["vision"])
    assert rows(line, Work.PUBLISH) == []


def test_a_job_for_what_nobody_knows_does_nothing(line: Line, real: FixedClock) -> None:
    before = [rows(line, kind) for kind in Work]
    jobs.poll(["cs.XX"])
    jobs.enrich(["2604.99999"])
    jobs.publish(["nothing"])
    assert [rows(line, kind) for kind in Work] == before
    assert line.host.requests == []


def test_what_kills_its_worker_again_and_again_is_buried(line: Line, real: FixedClock) -> None:
    """A horse that is killed (out of memory, say) gives nothing back; the next claim notices."""
    owe(line, Work.ENRICH, "2604.00001")
    for _ in range(MAX_FAILURES):
        with line.runtime.store.write() as connection:
            assert owed.claim(connection, Work.ENRICH, ["2604.00001"], Times(MORNING, real.at), 100)
        real.at += timedelta(seconds=101)
    jobs.enrich(["2604.00001"])
    (row,) = rows(line, Work.ENRICH)
    assert (row.state, row.reason) == (State.DEAD, "its worker died of it, again and again")


# The ground gives way


def test_work_that_the_database_refuses_is_left_as_it_is(
    line: Line, real: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    owe(line, Work.ENRICH, "2604.00001")
    before = rows(line, Work.ENRICH)
    line.runtime.store.close()
    with read_only():
        jobs.enrich(["2604.00001"])
        line.runtime.store.close()
    assert rows(line, Work.ENRICH) == before
    assert re.search(f"enrich of 2604.00001 waits: the database refuses: {IS_READ_ONLY}", caplog.text)
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("times", [1, 3 * MAX_FAILURES])
def test_a_database_that_fails_in_mid_job_does_not_count_against_the_work(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Its lock is held for longer than anyone waits, or the disk is full, once or all night."""
    owe(line, Work.ENRICH, "2604.00001")
    store = line.runtime.store

    def run_full(runtime: Runtime, _claims: list[Claim]) -> None:
        with runtime.store.write() as connection:
            fill_disk(connection)

    monkeypatch.setattr(jobs, "enrich_papers", run_full)
    for _ in range(times):
        jobs.enrich(["2604.00001"])
        store.close()  # the limit was its connection's
        (row,) = rows(line, Work.ENRICH)
        assert (row.state, row.failures) == (State.PENDING, 0)
        assert re.fullmatch(f"the database refuses: {IS_FULL}", row.reason or "")
        assert row.not_before
        real.at = row.not_before


def test_what_cannot_even_be_given_back_is_given_back_when_the_database_takes_it(
    line: Line, real: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    store = Store(line.settings.database_url)
    monkeypatch.setattr(runtimes, "_current", replace(line.runtime, store=store, real_clock=real))
    monkeypatch.setattr(jobs, "_RETRY_SECONDS", 0.01)
    owe(line, Work.ENRICH, "2604.00001")
    release, tries = threading.Event(), []

    def be_locked_out(runtime: Runtime, _claims: list[Claim]) -> None:
        held = threading.Event()
        threading.Thread(target=hold, args=(store.url, held, release), daemon=True).start()
        assert held.wait(60)
        with runtime.store.write():
            raise AssertionError("it is locked")

    def note(*arguments: Any, **named: Any) -> None:
        tries.append(1)
        if len(tries) == 3:
            release.set()
        give_back(*arguments, **named)

    give_back = jobs.give_back
    monkeypatch.setattr(jobs, "give_back", note)
    monkeypatch.setattr(jobs, "enrich_papers", be_locked_out)
    jobs.enrich(["2604.00001"])
    store.close()
    (row,) = rows(line, Work.ENRICH)
    assert (row.state, row.failures) == (State.PENDING, 0)
    assert re.fullmatch(f"the database refuses: {IS_LOCKED}", row.reason or "")
    assert len(tries) >= 3


def hold(url: str, held: threading.Event, release: threading.Event) -> None:
    with locked(url):
        held.set()
        release.wait(60)


def test_what_a_dead_process_held_is_given_back_with_the_reason(line: Line, real: FixedClock) -> None:
    owe(line, Work.ENRICH, "2604.00001", "2604.00002")
    with line.runtime.store.write() as connection:
        owed.claim(connection, Work.ENRICH, ["2604.00001"], line.runtime.times(), 10, "enrich-1")
        owed.claim(connection, Work.ENRICH, ["2604.00002"], line.runtime.times(), 10, "enrich-2")
    jobs.give_back_abandoned(runtimes.current(), "enrich-1", "it was killed")
    dead, alive = rows(line, Work.ENRICH)
    assert (dead.state, dead.failures, dead.reason) == (State.PENDING, 1, "it was killed")
    assert alive.state == State.RUNNING
    jobs.give_back_abandoned(runtimes.current(), "enrich-2", "it was told to stop", counts=False)
    assert [row.failures for row in rows(line, Work.ENRICH)] == [1, 0]
