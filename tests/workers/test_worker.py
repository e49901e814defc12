"""Our worker as a real process on a real queue: what it runs, what it survives, and what dies with it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from feeds.config import Settings
from feeds.errors import OutOfTime
from feeds.model.announcements import VisitOutcome
from feeds.store import listings, owed
from feeds.store.engine import Store
from feeds.store.listings import Visit
from feeds.store.owed import State, Work
from tests.support.hosts import Answer, Host
from tests.support.listings import Item, make_listing
from tests.support.processes import Started, started, wait_for
from tests.support.wires import make_settings, running_engine, write_topics
from tests.workers.pids import end, is_gone
from workers.engine import connect, embedded_command, is_alive
from workers.preparing import prepare_database, prepare_topics
from workers.queues import ARXIV, WORK, count_workers, make_queue
from workers.runtime import Runtime, make_runtime
from workers.worker import _TTL_SECONDS, make_worker

TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]


class Place:
    """A prepared wire without any process, and what its worker left in it."""

    def __init__(self, folder: Path, redis_url: str, host: Host) -> None:
        write_topics(folder / "topics.yaml", TOPICS)
        self.folder = folder
        self.environ = {
            "WIRE_DATA_DIR": str(folder / "var"),
            "WIRE_TOPICS": str(folder / "topics.yaml"),
            "WIRE_REDIS_URL": redis_url,
            "WIRE_ARXIV_LISTING_URL": host.url,
            "WIRE_ARXIV_MIN_INTERVAL": "0",
        }
        self.settings: Settings = make_settings(folder, **self.environ)
        prepare_database(self.settings)
        self.runtime: Runtime = make_runtime(self.settings)
        prepare_topics(self.runtime)

    @property
    def redis(self) -> Redis:
        return self.runtime.redis

    @property
    def store(self) -> Store:
        return self.runtime.store

    @contextmanager
    def worker(self, queue: str) -> Iterator[Started]:
        """A worker that listens."""
        with started(["work", queue], self.environ, self.folder) as it:
            wait_for(lambda: count_workers(self.redis)[queue] == 1, "the worker")
            yield it

    def dispatch(self) -> Place:
        """What a scheduler does once a second."""
        self.runtime.dispatch()
        return self

    def visit(self) -> Visit | None:
        with self.store.read() as connection:
            return listings.last_visits(connection).get("cs.CV")

    def await_visit(self) -> Visit:
        wait_for(lambda: self.visit() is not None, "the visit")
        found = self.visit()
        assert found
        return found

    def state(self) -> tuple[State, str | None]:
        with self.store.read() as connection:
            (row,) = owed.list_owed(connection, Work.POLL)
        return row.state, row.reason


@pytest.fixture
def place(tmp_path: Path, redis_url: str, host: Host) -> Iterator[Place]:
    made = Place(tmp_path, redis_url, host)
    yield made
    made.store.close()
    made.redis.close()


class Hang:
    """An answer that begins and does not go on until it is let."""

    def __init__(self, host: Host) -> None:
        self.asked, self.let = threading.Event(), threading.Event()
        host.serve("/atom/cs.CV", Answer(body=make_listing([Item()]), between=self._between))

    def _between(self) -> None:
        self.asked.set()
        self.let.wait(120)


@pytest.fixture
def hang(host: Host) -> Iterator[Hang]:
    made = Hang(host)
    yield made
    made.let.set()


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def is_told_to_stop(redis: Redis) -> bool:
    return any(redis.hget(key, "shutdown_requested_date") for key in redis.smembers("rq:workers"))


def touch(path: str) -> None:
    """What somebody who can write to Redis would like to run."""
    Path(path).touch()


def test_it_runs_what_is_owed_and_nothing_else(place: Place, host: Host) -> None:
    """A foreign job fails in its horse; the worker goes on with ours and stops when told."""
    host.serve("/atom/cs.CV", make_listing([Item()]))
    made = place.folder / "made"
    foreign = Queue(ARXIV, connection=place.redis, serializer=JSONSerializer)
    for function in (f"{__name__}.touch", "os.mkdir"):
        foreign.enqueue_call(function, args=(str(made),))
    with place.worker(ARXIV) as worker:
        place.runtime.dispatch()
        assert place.await_visit().outcome == VisitOutcome.NEWS
        failed = make_queue(place.redis, ARXIV).failed_job_registry
        wait_for(lambda: failed.get_job_count() == 2, "the end of the foreign jobs")
        assert not made.exists()
        assert worker.stop(signal.SIGTERM) == 0
    assert count_workers(place.redis)[ARXIV] == 0


def test_a_running_job_is_finished_before_it_stops(place: Place, hang: Hang) -> None:
    with place.worker(ARXIV) as worker:
        place.runtime.dispatch()
        assert hang.asked.wait(60)
        worker.process.send_signal(signal.SIGTERM)
        wait_for(lambda: is_told_to_stop(place.redis), "the signal's arrival")
        assert worker.process.poll() is None
        hang.let.set()
        assert worker.process.wait(60) == 0
    assert place.await_visit().outcome == VisitOutcome.NEWS
    assert place.state()[0] == State.PENDING


def test_its_horse_dies_with_it(place: Place, hang: Hang) -> None:
    """An orphan would go on beside the next worker's second attempt."""
    with place.worker(ARXIV) as worker:
        place.runtime.dispatch()
        assert hang.asked.wait(60)
        (horse,) = children(worker.process.pid)
        worker.process.kill()
        worker.process.wait()
        try:
            wait_for(lambda: is_gone(horse), "the death of the horse")
        finally:
            end(horse)
    assert place.state()[0] == State.RUNNING  # until its lease ends, or the next wire takes it back
    assert place.visit() is None


def test_it_survives_its_horse_and_gives_back_what_that_held(place: Place, host: Host, hang: Hang) -> None:
    with place.worker(ARXIV) as worker:
        place.runtime.dispatch()
        assert hang.asked.wait(60)
        (horse,) = children(worker.process.pid)
        os.kill(horse, signal.SIGKILL)
        wait_for(lambda: place.state()[0] == State.PENDING, "the row")
        assert place.state()[1] == "the process that did it was killed"
        hang.let.set()
        host.serve("/atom/cs.CV", make_listing([Item()]))
        wait_for(lambda: place.dispatch().visit() is not None, "the next attempt")
        assert place.await_visit().outcome == VisitOutcome.NEWS
        assert worker.process.poll() is None


def test_a_horse_ignores_what_asks_its_worker_to_stop(place: Place, hang: Hang) -> None:
    """systemd tells all processes of a service at once."""
    with place.worker(ARXIV) as worker:
        place.runtime.dispatch()
        assert hang.asked.wait(60)
        (horse,) = children(worker.process.pid)
        os.kill(horse, signal.SIGTERM)
        worker.process.send_signal(signal.SIGTERM)
        wait_for(lambda: is_told_to_stop(place.redis), "the signal's arrival")
        hang.let.set()
        assert worker.process.wait(60) == 0
    assert place.await_visit().outcome == VisitOutcome.NEWS


def test_a_job_that_does_not_end_is_given_back_when_it_stops(place: Place, hang: Hang) -> None:
    with place.worker(ARXIV) as worker:
        place.runtime.dispatch()
        assert hang.asked.wait(60)
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(60) == 0
        assert "the running job does not end" in worker.output
        assert place.state() == (State.PENDING, "its worker was told to stop")
        with place.store.read() as connection:
            assert [row.failures for row in owed.list_owed(connection, Work.POLL)] == [0]


def test_it_stops_in_time_with_its_engine_out_of_reach(tmp_path: Path, host: Host, hang: Hang) -> None:
    with running_engine() as url:
        place = Place(tmp_path, url, host)
        with place.worker(ARXIV) as worker:
            place.runtime.dispatch()
            assert hang.asked.wait(60)
            with connect(url, retries=0) as client:
                client.shutdown()
            (horse,) = children(worker.process.pid)
            worker.process.send_signal(signal.SIGTERM)
            worker.process.wait(15)  # the supervisor's patience, and some for a slow machine
            wait_for(lambda: is_gone(horse), "the death of the horse")
        place.store.close()


def test_no_two_workers_have_the_same_name(redis_url: str) -> None:
    """RQ refuses a name that is on the register, and one that was killed stays there."""
    with connect(redis_url) as redis:
        names = {make_worker(redis, make_queue(redis, WORK)).name for _ in range(20)}
    assert len(names) == 20


def test_a_worker_that_was_killed_is_soon_off_the_register(place: Place) -> None:
    with place.worker(WORK) as worker:
        (key,) = place.redis.smembers("rq:workers")
        assert 0 < place.redis.ttl(key) <= _TTL_SECONDS
        worker.process.kill()
        worker.process.wait()
        assert 0 < place.redis.ttl(key) <= _TTL_SECONDS
        place.redis.pexpire(key, 1)  # some seconds later
        wait_for(lambda: count_workers(place.redis)[WORK] == 0, "the register")


def test_a_flushed_register_is_written_again(place: Place) -> None:
    with place.worker(WORK):
        place.redis.flushall()
        assert count_workers(place.redis)[WORK] == 0
        wait_for(lambda: count_workers(place.redis)[WORK] == 1, "the worker on the register")


def test_a_job_that_is_out_of_time_is_a_failed_look_and_not_a_failed_job(place: Place, hang: Hang) -> None:
    """The alarm is no Exception, so no broad except on the way swallows it; only the job itself notes it."""
    assert not issubclass(OutOfTime, Exception)
    with place.worker(ARXIV):
        make_queue(place.redis, ARXIV).enqueue_call("workers.jobs.poll", args=(["cs.CV"],), timeout=1)
        visit = place.await_visit()
    assert (visit.outcome, visit.reason) == (VisitOutcome.UNREACHABLE, "it took too long")
    assert place.state() == (State.PENDING, "it took too long")
    assert make_queue(place.redis, ARXIV).failed_job_registry.get_job_count() == 0


def test_it_goes_on_when_its_engine_was_away(tmp_path: Path, host: Host) -> None:
    host.serve("/atom/cs.CV", make_listing([Item()]))
    with running_engine() as url:
        place = Place(tmp_path, url, host)
        folder = Path(url.removeprefix("unix://")).parent
        with place.worker(ARXIV) as worker:
            with connect(url, retries=0) as client:
                client.shutdown()
            wait_for(lambda: not is_alive(url), "the end of the engine")
            second = subprocess.Popen(embedded_command(folder), stdin=subprocess.DEVNULL)
            try:
                wait_for(lambda: is_alive(url), "the engine")
                place.runtime.dispatch()
                assert place.await_visit().outcome == VisitOutcome.NEWS
                assert worker.process.poll() is None
                assert worker.stop(signal.SIGTERM) == 0
            finally:
                second.terminate()
                second.wait(60)
        place.store.close()


def test_without_a_database_it_says_so_in_one_line(tmp_path: Path, redis_url: str) -> None:
    with started(
        ["work", WORK], {"WIRE_DATA_DIR": str(tmp_path / "var"), "WIRE_REDIS_URL": redis_url}, tmp_path
    ) as it:
        assert it.process.wait(60) == 1
        assert len(it.output.splitlines()) == 1
        assert "Traceback" not in it.output
