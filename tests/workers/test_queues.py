"""From owed rows into the queue, on a real store and a real engine; nothing works here but where it says so."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Callback, Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.webhook import Webhook

from feeds.store import owed
from feeds.store.engine import Store
from feeds.store.owed import Owed, Times, Work
from tests.support.ground import IS_READ_ONLY, read_only
from tests.support.hosts import Host
from tests.support.papers import NOW
from workers import jobs
from workers.engine import connect
from workers.queues import (
    ALLOWED,
    ARXIV,
    HUB,
    QUEUES,
    RULES,
    STALE_SECONDS,
    WORK,
    AllowedJob,
    Dispatcher,
    count_workers,
    make_queue,
)

#: The machine's clock is another than the wire's.
REAL = NOW + timedelta(days=1000)
TIMES = Times(NOW, REAL)
LATER = Times(NOW, REAL + timedelta(seconds=STALE_SECONDS + 1))


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as client:
        yield client


@pytest.fixture
def dispatcher(store: Store, redis: Redis) -> Dispatcher:
    return Dispatcher(store, redis)


def owe(store: Store, kind: Work, *keys: str, due_at: datetime = NOW) -> None:
    with store.write() as connection:
        owed.owe(connection, kind, keys, due_at)


def rows(store: Store, kind: Work | None = None) -> list[Owed]:
    with store.read() as connection:
        return owed.list_owed(connection, kind)


def queued(redis: Redis, name: str) -> list[Job]:
    queue = make_queue(redis, name)
    jobs = [queue.fetch_job(job_id) for job_id in queue.get_job_ids()]
    return [job for job in jobs if job]


def keys_of(jobs: Sequence[Job]) -> list[str]:
    return sorted(key for job in jobs for key in job.args[0])


# Dispatching


def test_what_is_due_comes_into_the_queue_of_its_kind(store: Store, redis: Redis, dispatcher: Dispatcher) -> None:
    owe(store, Work.POLL, "cs.CV", "cs.CL")
    owe(store, Work.PUBLISH, "vision")
    owe(store, Work.ENRICH, "2604.00001")
    assert dispatcher.dispatch(TIMES) == 4
    assert sorted((job.func_name, job.args[0]) for job in queued(redis, ARXIV)) == [
        ("workers.jobs.poll", ["cs.CL"]),
        ("workers.jobs.poll", ["cs.CV"]),
    ]
    assert [(job.func_name, job.args[0]) for job in queued(redis, WORK)] == [
        ("workers.jobs.enrich", ["2604.00001"]),  # summaries come before the publications that show them
        ("workers.jobs.publish", ["vision"]),
    ]


def test_every_job_knows_its_time_and_leaves_no_result(store: Store, redis: Redis, dispatcher: Dispatcher) -> None:
    owe(store, Work.POLL, "cs.CV")
    dispatcher.dispatch(TIMES)
    (job,) = queued(redis, ARXIV)
    assert (job.timeout, job.result_ttl) == (RULES[Work.POLL].seconds, 0)


def test_papers_are_enriched_in_batches(store: Store, redis: Redis, dispatcher: Dispatcher) -> None:
    ids = [f"2604.{number:05d}" for number in range(1, 251)]
    owe(store, Work.ENRICH, *ids)
    assert dispatcher.dispatch(TIMES) == 250
    jobs = queued(redis, WORK)
    assert sorted(len(job.args[0]) for job in jobs) == [50, 100, 100]
    assert keys_of(jobs) == ids


def test_any_key_makes_a_job(store: Store, redis: Redis, dispatcher: Dispatcher) -> None:
    """RQ's own ids allow neither points nor slashes."""
    owe(store, Work.ENRICH, "hep-th/9901001", "2604.00001")
    owe(store, Work.POLL, "cond-mat.mes-hall")
    assert dispatcher.dispatch(TIMES) == 3
    assert keys_of(queued(redis, WORK)) == ["2604.00001", "hep-th/9901001"]


def test_what_is_not_due_stays_out(store: Store, redis: Redis, dispatcher: Dispatcher) -> None:
    owe(store, Work.POLL, "cs.CV", due_at=NOW + timedelta(seconds=1))
    owe(store, Work.POLL, "cs.CL", "cs.LG")
    with store.write() as connection:
        first, second = owed.claim(connection, Work.POLL, ["cs.CL", "cs.LG"], TIMES, 100)
        owed.postpone(connection, first, "HTTP 500", REAL + timedelta(seconds=1))
    assert second.key == "cs.LG"
    assert dispatcher.dispatch(TIMES) == 0
    assert dispatcher.dispatch(Times(NOW + timedelta(seconds=1), REAL)) == 1
    assert dispatcher.dispatch(Times(NOW, REAL + timedelta(seconds=1))) == 1
    assert keys_of(queued(redis, ARXIV)) == ["cs.CL", "cs.CV"]
    assert dispatcher.dispatch(Times(NOW, REAL + timedelta(seconds=101))) == 1  # a lease that ended


def test_what_waits_in_the_queue_is_not_dispatched_twice(
    store: Store, redis: Redis, dispatcher: Dispatcher
) -> None:
    owe(store, Work.POLL, "cs.CV")
    owe(store, Work.ENRICH, "2604.00001", "2604.00002")
    assert dispatcher.dispatch(TIMES) == 3
    assert dispatcher.dispatch(TIMES) == 0
    for hours in range(1, 5):
        assert dispatcher.dispatch(Times(NOW, REAL + timedelta(hours=hours))) == 0
    assert (len(queued(redis, ARXIV)), len(queued(redis, WORK))) == (1, 1)


def test_a_job_that_is_lost_is_dispatched_again(store: Store, redis: Redis, dispatcher: Dispatcher) -> None:
    owe(store, Work.POLL, "cs.CV")
    owe(store, Work.ENRICH, "2604.00001")
    dispatcher.dispatch(TIMES)
    (before,) = queued(redis, ARXIV)
    redis.lrem(make_queue(redis, ARXIV).key, 0, before.id)
    assert dispatcher.dispatch(TIMES) == 0  # it may just have been taken by a worker
    assert dispatcher.dispatch(LATER) == 1
    (after,) = queued(redis, ARXIV)
    assert (after.args[0], after.id != before.id) == (["cs.CV"], True)


def test_a_flushed_redis_loses_nothing(store: Store, redis: Redis, dispatcher: Dispatcher) -> None:
    owe(store, Work.POLL, "cs.CV")
    owe(store, Work.ENRICH, *(f"2604.{number:05d}" for number in range(1, 151)))
    owe(store, Work.PUBLISH, "vision")
    dispatcher.dispatch(TIMES)
    redis.flushall()
    assert dispatcher.dispatch(LATER) == 152
    assert len(keys_of(queued(redis, WORK))) == 151


def test_part_of_a_batch_that_is_owed_anew_does_not_wait_for_the_rest(
    store: Store, redis: Redis, dispatcher: Dispatcher
) -> None:
    owe(store, Work.ENRICH, "2604.00001", "2604.00002")
    dispatcher.dispatch(TIMES)
    with store.write() as connection:
        done, other = owed.claim(connection, Work.ENRICH, ["2604.00001", "2604.00002"], TIMES, 100)
        owed.settle(connection, [done])
        owed.postpone(connection, other, "it failed", REAL + timedelta(seconds=1))
    assert dispatcher.dispatch(LATER) == 1


def test_a_queue_that_is_out_of_reach_loses_nothing(
    store: Store, redis: Redis, dispatcher: Dispatcher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    owe(store, Work.POLL, "cs.CV")
    with connect(f"unix://{tmp_path / 'nobody.sock'}", retries=0) as nobody:
        assert Dispatcher(store, nobody).dispatch(TIMES) == 0
        away = Dispatcher(store, nobody)
        assert [away.dispatch(TIMES) for _ in range(3)] == [0, 0, 0]
    assert caplog.text.count("the queue is out of reach, work waits") == 2  # once each, not once a turn
    (row,) = rows(store)
    assert row.dispatch is None
    assert dispatcher.dispatch(TIMES) == 1  # at once: nothing says it was dispatched
    assert len(queued(redis, ARXIV)) == 1


def test_what_failed_shares_its_job_with_ever_fewer_others(
    store: Store, redis: Redis, dispatcher: Dispatcher
) -> None:
    """One paper that kills its worker must not take the other ninety-nine of its batch with it."""
    ids = [f"2604.{number:05d}" for number in range(1, 101)]
    owe(store, Work.ENRICH, *ids)
    at = TIMES
    for expected in ([100], [10] * 10, [1] * 100, [1] * 100):
        at = Times(NOW, at.real + timedelta(seconds=200))
        dispatcher.dispatch(at)
        jobs = queued(redis, WORK)
        assert sorted(len(job.args[0]) for job in jobs) == expected
        assert keys_of(jobs) == ids
        redis.flushall()
        with store.write() as connection:
            for job in jobs:  # each dies of it
                owed.claim(connection, Work.ENRICH, job.args[0], at, 100)


def test_deliveries_that_failed_stay_together_and_go_before_requests_to_the_hub(
    store: Store, redis: Redis, dispatcher: Dispatcher
) -> None:
    """A dead host is found dead once a job, not once a subscription; and strangers' requests hold nobody up."""
    keys = [f"{number:032x}" for number in range(100)]
    owe(store, Work.VERIFY, *keys)
    dispatcher.dispatch(TIMES)
    owe(store, Work.DELIVER, *keys)
    with store.write() as connection:
        for claim in owed.claim(connection, Work.DELIVER, keys, TIMES, 100):
            owed.postpone(connection, replace(claim, failures=3), "HTTP 500", TIMES.real)
    dispatcher.dispatch(TIMES)
    waiting = queued(redis, HUB)
    assert [job.func_name for job in waiting[:3]] == ["workers.jobs.deliver"] * 2 + ["workers.jobs.verify"]
    assert sorted(len(job.args[0]) for job in waiting[:2]) == [36, 64]


def test_a_database_that_refuses_is_said_once_and_loses_nothing(
    store: Store, redis: Redis, dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    owe(store, Work.POLL, "cs.CV")
    store.close()
    with read_only():
        assert [dispatcher.dispatch(TIMES) for _ in range(3)] == [0, 0, 0]
        store.close()
    assert len(re.findall(f"the database refuses, work waits: {IS_READ_ONLY}", caplog.text)) == 1
    assert dispatcher.dispatch(TIMES) == 1
    assert "work goes on" in caplog.text


def test_a_queue_that_goes_away_in_between_loses_nothing(
    store: Store, redis: Redis, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    owe(store, Work.POLL, "cs.CV", "cs.CL")
    dispatcher.dispatch(TIMES)
    with connect(f"unix://{tmp_path / 'nobody.sock'}", retries=0) as nobody:
        assert Dispatcher(store, nobody).dispatch(LATER) == 0
    assert dispatcher.dispatch(LATER) == 0
    assert keys_of(queued(redis, ARXIV)) == ["cs.CL", "cs.CV"]


def test_a_long_line_in_one_queue_does_not_hide_what_is_due_in_the_other(
    store: Store, redis: Redis, dispatcher: Dispatcher
) -> None:
    """No worker summarizes, and thousands of papers wait; the listings must be polled all the same."""
    owe(store, Work.ENRICH, *(f"2604.{number:05d}" for number in range(1, 2101)), due_at=NOW - timedelta(hours=1))
    for sweep in range(3):
        dispatcher.dispatch(Times(NOW, REAL + timedelta(seconds=sweep)))
    owe(store, Work.POLL, "cs.CV")
    for sweep in range(3):
        dispatcher.dispatch(Times(NOW, LATER.real + timedelta(seconds=sweep)))
    assert keys_of(queued(redis, ARXIV)) == ["cs.CV"]
    assert len(keys_of(queued(redis, WORK))) == 2100


def test_what_one_process_dispatched_another_leaves_alone(store: Store, redis: Redis) -> None:
    owe(store, Work.POLL, "cs.CV")
    one, two = Dispatcher(store, redis), Dispatcher(store, redis)
    assert one.dispatch(TIMES) + two.dispatch(TIMES) == 1


# What may run


def work_off(redis: Redis, *names: str) -> None:
    logging.getLogger("rq.worker").setLevel(logging.ERROR)
    queues = [make_queue(redis, name) for name in names or QUEUES]
    worker = SimpleWorker(queues, connection=redis, job_class=AllowedJob, serializer=JSONSerializer)
    worker.log.setLevel(logging.CRITICAL)
    worker.work(burst=True, logging_level="CRITICAL")


def touch(path: str) -> None:
    """What somebody who can write to Redis would like to run."""
    Path(path).touch()


def called_back(*_args: object) -> None:
    os.environ["WIRE_TEST_CALLED_BACK"] = "yes"


def smuggle(redis: Redis, function: str, *args: Any, serializer: Any = JSONSerializer, **options: Any) -> Job:
    """Put a job into our queue with plain RQ."""
    return Queue(WORK, connection=redis, serializer=serializer).enqueue_call(function, args=args, **options)


def why_it_failed(redis: Redis, job_id: str) -> str:
    result = AllowedJob.fetch(job_id, connection=redis, serializer=JSONSerializer).latest_result()
    assert result
    return str(result.exc_string)


@pytest.mark.parametrize(
    "function",
    [
        f"{__name__}.touch",
        "os.mkdir",
        "pathlib.Path.touch",
        "workers.jobs.Path",
        "workers.jobs.give_back",
        "workers.jobs",
        "workers.jobs.poll.__call__",
        "subprocess.check_output",
        "",
    ],
)
def test_a_foreign_function_is_not_run(redis: Redis, tmp_path: Path, function: str) -> None:
    made = tmp_path / "made"
    job = smuggle(redis, "workers.jobs.poll", str(made))
    job.func_name = function
    job.save()
    work_off(redis)
    assert not made.exists()
    assert make_queue(redis, WORK).failed_job_registry.get_job_count() == 1
    assert "is no job of this wire" in why_it_failed(redis, job.id)


def test_a_method_of_some_object_is_not_run(redis: Redis) -> None:
    job = smuggle(redis, "workers.jobs.poll", [])
    job.instance = {"any": "thing"}
    job.save()
    work_off(redis)
    assert "is no job of this wire" in why_it_failed(redis, job.id)


def test_a_pickle_is_not_loaded(redis: Redis, tmp_path: Path) -> None:
    made = tmp_path / "made"
    smuggle(redis, "os.mkdir", str(made), serializer=None)
    work_off(redis)
    assert not made.exists()


def test_after_a_foreign_job_ours_are_run(redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr("workers.jobs.poll", ran.append)
    smuggle(redis, "os.mkdir", str(tmp_path / "made"))
    make_queue(redis, WORK).enqueue_call("workers.jobs.poll", args=(["cs.CV"],))
    work_off(redis)
    assert ran == [["cs.CV"]]


@pytest.mark.parametrize("fails", [False, True])
def test_callbacks_and_webhooks_are_not_run(
    redis: Redis, host: Host, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    def poll(_keys: list[str]) -> None:
        if fails:
            raise ZeroDivisionError

    monkeypatch.setattr("workers.jobs.poll", poll)
    monkeypatch.delenv("WIRE_TEST_CALLED_BACK", raising=False)
    callback = Callback(f"{__name__}.called_back")
    smuggle(
        redis,
        "workers.jobs.poll",
        ["cs.CV"],
        on_success=callback,
        on_failure=callback,
        on_stopped=callback,
        webhooks=[Webhook(f"{host.url}/x", "failed"), Webhook(f"{host.url}/x", "finished")],
    )
    work_off(redis)
    assert make_queue(redis, WORK).failed_job_registry.get_job_count() == int(fails)
    assert "WIRE_TEST_CALLED_BACK" not in os.environ
    assert host.requests == []


def test_the_callbacks_of_an_abandoned_job_are_not_run_either(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever tidies up after a dead worker meets the job's callbacks again."""
    monkeypatch.delenv("WIRE_TEST_CALLED_BACK", raising=False)
    callback = Callback(f"{__name__}.called_back")
    job = smuggle(redis, "workers.jobs.poll", ["cs.CV"], on_failure=callback, on_stopped=callback)
    queue = make_queue(redis, WORK)
    assert AllowedJob.fetch(job.id, connection=redis, serializer=JSONSerializer).stopped_callback is None
    queue.remove(job.id)
    redis.zadd(queue.started_job_registry.key, {f"{job.id}:some-execution": time.time() - 1000})
    queue.started_job_registry.cleanup()
    assert queue.failed_job_registry.get_job_ids() == [job.id]
    assert "WIRE_TEST_CALLED_BACK" not in os.environ


def test_the_names_in_the_queue_are_functions_that_exist() -> None:
    assert {
        f"workers.jobs.{name}"
        for name in (
            "poll",
            "complete",
            "add",
            "recover",
            "enrich",
            "publish",
            "digest",
            "alert",
            "write",
            "verify",
            "deliver",
        )
    } == ALLOWED
    assert all(callable(getattr(jobs, name.rpartition(".")[2])) for name in ALLOWED)
    assert set(RULES) == set(Work)


def test_listings_are_polled_one_a_job() -> None:
    """One that hangs takes no other with it."""
    assert RULES[Work.POLL].batch == 1


# Workers


def test_workers_are_counted_by_queue_and_the_dead_are_not(redis: Redis) -> None:
    assert count_workers(redis) == {ARXIV: 0, WORK: 0}
    alive, dead = (
        SimpleWorker([make_queue(redis, WORK)], connection=redis, serializer=JSONSerializer) for _ in range(2)
    )
    alive.register_birth()  # type: ignore[no-untyped-call]
    dead.register_birth()  # type: ignore[no-untyped-call]
    redis.delete(dead.key)
    assert count_workers(redis) == {ARXIV: 0, WORK: 1}
    alive.register_death()  # type: ignore[no-untyped-call]
    assert count_workers(redis) == {ARXIV: 0, WORK: 0}


def test_a_redis_that_went_away_has_no_workers(tmp_path: Path) -> None:
    with connect(f"unix://{tmp_path}/nothing.sock", retries=0) as away:
        assert count_workers(away) == {ARXIV: 0, WORK: 0}
