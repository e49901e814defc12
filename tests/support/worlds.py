"""A wire driven step by step in this process, on its real parts; arXiv is the stand-in, over a real socket."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import event

from feeds.clock import FixedClock
from feeds.config import Settings
from feeds.model.calendar import eastern_date, eastern_midnight
from feeds.store import listings, owed
from feeds.store.engine import Connection
from feeds.store.owed import REPEATING, Work
from tests.support import databases
from tests.support.wires import make_settings, write_topics
from workers import jobs
from workers import runtime as runtimes
from workers.polling.recording import REACH
from workers.preparing import prepare_database, prepare_topics, take_back_leases
from workers.runtime import Runtime, make_runtime
from workers.standin import Source, StandinServer

JOBS = {Work.POLL: jobs.poll, Work.COMPLETE: jobs.complete, Work.RECOVER: jobs.recover, Work.ENRICH: jobs.enrich,
        Work.PUBLISH: jobs.publish, Work.DIGEST: jobs.digest}  # fmt: skip
#: Recovery may not look at the day itself, and takes some turns.
TURNS = 60


class Crash(BaseException):
    """A process dies here."""


@dataclass
class Wire:
    """A wire on the stand-in, that may die at any statement and starts again."""

    runtime: Runtime
    clock: FixedClock
    real: FixedClock
    listings: Sequence[str]  #: what it polls
    crashes: list[int] = field(default_factory=list)
    statements: int = 0
    working: bool = False
    say: Callable[[str], None] = lambda _text: None  #: gets what it died of

    def watch(self) -> None:
        """Count what is executed, and die where it is due. To be called for each new connection pool."""

        @event.listens_for(self.runtime.store._engine, "before_cursor_execute")
        def count(*_given: object) -> None:
            self.statements += self.working
            if self.working and self.crashes and self.statements >= self.crashes[0]:
                self.crashes.pop(0)
                raise Crash

    def restart(self) -> None:
        take_back_leases(self.runtime)

    def work(self) -> None:
        """Do what is due, until nothing is; what rests after a failure is left."""
        for _ in range(TURNS):
            due = self._due()
            if not due:
                return
            for kind, keys in due:
                self._do(kind, keys)
        raise AssertionError("work that never ends")

    def _do(self, kind: Work, keys: list[str]) -> None:
        self.working = True
        try:
            JOBS[kind](keys)
        except Crash:
            self.working = False
            self.say(f"died in {kind}")
            self.restart()
        finally:
            self.working = False

    def _due(self) -> list[tuple[Work, list[str]]]:
        with self.runtime.store.read() as connection:
            rows = owed.list_dispatchable(connection, self.runtime.times(), stale_seconds=0)
        return [
            (kind, [row.key for row in rows if row.kind is kind])
            for kind in JOBS
            if any(r.kind is kind for r in rows)
        ]

    def set_day(self, day: date, after: timedelta) -> None:
        """Set both clocks so long after a day's midnight in arXiv's time zone."""
        self.clock.at = self.real.at = eastern_midnight(day) + after

    def wait(self, span: timedelta) -> None:
        """Let time pass, on both clocks."""
        self.clock.at += span
        self.real.at += span

    def poll(self) -> None:
        with self.runtime.store.write() as connection:
            owed.owe(connection, Work.POLL, self.listings, self.clock.now())
        self.work()

    def settle(self) -> None:
        """Let time pass and work until nothing is owed but the next looks."""
        for _ in range(TURNS):
            self.wait(timedelta(hours=3))
            self.work()
            with self.runtime.store.read() as connection:
                rows = [row for row in owed.list_owed(connection) if row.kind not in REPEATING]
                unsure = [row for row in rows if row.kind is Work.RECOVER and self._has_doubts(connection, row.key)]
            if not unsure and all(row.kind is Work.RECOVER and row.due_at > self.clock.now() for row in rows):
                return  # at most it is looked up later whether approximate days can be made surer
        raise AssertionError("it never settles")

    def _has_doubts(self, connection: Connection, listing: str) -> bool:
        today = eastern_date(self.clock.now())
        return bool(listings.list_unsure(connection, listing, before=today, since=today - REACH))


class QuietStandin(StandinServer):
    """A client that dies hangs up: that is what tests are about."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def running(
    source: Source,
    topics: Sequence[dict[str, object]],
    redis_url: str,
    out_of_order: Sequence[str] = (),
    records_a_page: int = 100,
) -> Iterator[Wire]:
    """A wire whose clocks stand at the source's first day.

    :param out_of_order: what of arXiv answers 503 (:class:`workers.standin.StandinServer`)
    """
    clock, real = (FixedClock(eastern_midnight(source.days[0])) for _ in range(2))
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        server = QuietStandin(listening, source, clock)
        server.out_of_order.update(out_of_order)
        server.records_a_page = records_a_page
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        write_topics(Path(folder) / "topics.yaml", topics)
        runtime = _make(Path(folder), redis_url, url, clock, real)
        runtimes._current = runtime
        try:
            yield Wire(runtime, clock, real, source.listings)
        finally:
            runtimes._current = None
            runtime.store.close()
            runtime.redis.close()
            server.shutdown()
            databases.drop_below(Path(folder))


def _make(folder: Path, redis_url: str, url: str, clock: FixedClock, real: FixedClock) -> Runtime:
    given: Settings = make_settings(folder, WIRE_REDIS_URL=redis_url, **arxiv_at(url))
    prepare_database(given)
    runtime = replace(make_runtime(given), clock=clock, real_clock=real)
    prepare_topics(runtime)
    return runtime


def arxiv_at(url: str) -> dict[str, str]:
    """The settings of a wire whose arXiv is a stand-in at this address."""
    return {
        "WIRE_ARXIV_LISTING_URL": url,
        "WIRE_ARXIV_API_URL": f"{url}/api/query",
        "WIRE_ARXIV_OAI_URL": f"{url}/oai",
        "WIRE_ARXIV_SITE_URL": url,
        "WIRE_ARXIV_MIN_INTERVAL": "0",
    }
