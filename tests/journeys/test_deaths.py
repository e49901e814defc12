"""Each kind of death alone, in the middle of work: the wire heals. The times are printed, not judged."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.store import owed
from feeds.store.engine import Store
from feeds.store.owed import State, Work
from tests.journeys.test_processes import fetch, ids, settings
from tests.support import databases
from tests.support.hosts import Answer, Host, running_host
from tests.support.listings import Item, make_listing
from tests.support.llm import running_llm
from tests.support.processes import Started, free_port, processes_with, started, wait_for
from workers.engine import connect, socket_path
from workers.roster import load_roster

Tell = Callable[[str, float], None]
#: Enough for some jobs of summaries.
NEWS = 250


class Wire:
    """A wire at work on one listing, of which its news is asked for as a scheduler finds it: by a row."""

    def __init__(self, running: Started, host: Host, folder: Path, port: int) -> None:
        self.running = running
        self.data = folder / "var"
        self._host = host
        self._port = port
        self._announced: list[str] = []
        self._store = Store(databases.url_for(self.data))

    def announce(self, count: int = 1, before: Callable[[], None] = lambda: None) -> None:
        """Let arXiv announce papers, and owe a look at them.

        :param before: called before the first answer is sent
        """
        first = len(self._announced) + 1
        self._announced += [f"2604.{number:05d}" for number in range(first, first + count)]
        body = make_listing([Item(new, abstract=f"We present {new}.") for new in self._announced[-count:]])
        self._host.serve("/atom/cs.CV", Answer(body=body, between=before), body)
        with self._store.write() as connection:
            owed.owe(connection, Work.POLL, ["cs.CV"], datetime.now(UTC))

    def pid(self, name: str) -> int:
        """The process of a part, once it has one."""

        def find() -> int | None:
            return next((part.pid for part in load_roster(self.data) if part.name == name), None)

        wait_for(lambda: find() is not None, f"{name} on the roster")
        return find() or 0

    def horse(self, name: str) -> int:
        """The process in which a worker does its job, once it has one."""

        def find() -> list[str]:
            worker = self.pid(name)
            try:
                return Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
            except OSError:
                return []

        wait_for(lambda: bool(find()), f"a job of {name}")
        return int((find() or ["0"])[0])

    def await_running(self, kind: Work) -> None:
        def is_running() -> bool:
            with self._store.read() as connection:
                return any(row.state == State.RUNNING for row in owed.list_owed(connection, kind))

        deadline = time.monotonic() + 60
        while not is_running():
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def await_written(self) -> None:
        """A model has nothing left to write."""

        def is_written() -> bool:
            with self._store.read() as connection:
                left = [*owed.list_owed(connection, Work.ENRICH), *owed.list_owed(connection, Work.WRITE)]
            return not left

        wait_for(is_written, "what the model writes")

    def await_healed(self) -> None:
        """All that was announced is in the feed, and nothing is left to do for it."""
        wait_for(self._is_healed, "the papers in the feed")

    def _is_healed(self) -> bool:
        try:
            found = ids(fetch(self._port, "/feeds/vision.atom?")[1])
        except OSError:
            return False
        with self._store.read() as connection:
            left = [*owed.list_owed(connection, Work.ENRICH), *owed.list_owed(connection, Work.PUBLISH)]
        assert not [row for row in left if row.state == State.DEAD]
        newest = [f"oai:arXiv.org:{arxiv_id}" for arxiv_id in reversed(self._announced)][:100]
        return found == newest and not left

    def close(self) -> None:
        self._store.close()


@pytest.fixture(scope="module", params=databases.DEAR)
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    folder, port = tmp_path_factory.mktemp("deaths"), free_port()
    with databases.chosen(request.param), running_host() as host:
        host.serve("/atom/cs.CV", make_listing([]))
        host.serve("/atom/cs.SD", make_listing([], "cs.SD"))
        given = settings(folder, port, WIRE_ARXIV_LISTING_URL=host.url)
        with started(["run"], given, folder) as running:
            running.await_line(rf"http://127\.0\.0\.1:{port}/")
            made = Wire(running, host, folder, port)
            made.announce()
            made.await_healed()
            yield made
            made.close()
            assert running.stop() == 0
    databases.drop_below(folder)


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    def say(what: str, seconds: float) -> None:
        with capsys.disabled():
            print(f"\n{what}: {seconds:.1f} s", end=" ")

    return say


@pytest.mark.parametrize("part", ["engine", "scheduler", "arxiv worker", "worker 1", "web"])
def test_a_part_that_is_killed(wire: Wire, tell: Tell, part: str) -> None:
    before = wire.pid(part)
    began = time.monotonic()
    os.kill(before, signal.SIGKILL)
    wire.announce()
    wire.await_healed()
    tell(f"{part} killed, next news served after", time.monotonic() - began)
    wait_for(lambda: wire.pid(part) != before, f"another {part}")


@pytest.mark.parametrize("victim", ["worker", "horse"])
def test_a_poll_that_is_killed_in_the_middle(wire: Wire, tell: Tell, victim: str) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        asked.set()
        go_on.wait(60)

    wire.announce(before=hang)
    assert asked.wait(60)
    began = time.monotonic()
    os.kill(wire.pid("arxiv worker") if victim == "worker" else wire.horse("arxiv worker"), signal.SIGKILL)
    go_on.set()
    wire.await_healed()
    tell(f"polling {victim} killed in mid-job, done after", time.monotonic() - began)


@pytest.mark.parametrize("victim", ["worker", "horse"])
def test_summaries_that_are_killed_in_the_middle(wire: Wire, tell: Tell, victim: str) -> None:
    wire.announce(NEWS)
    wire.await_running(Work.ENRICH)
    began = time.monotonic()
    os.kill(wire.pid("worker 1") if victim == "worker" else wire.horse("worker 1"), signal.SIGKILL)
    wire.await_healed()
    tell(f"{victim} killed in mid-job, {NEWS} papers done after", time.monotonic() - began)


@pytest.mark.parametrize("how", ["flush", "shutdown"])
def test_an_engine_that_is_emptied_or_stopped_in_the_middle(wire: Wire, tell: Tell, how: str) -> None:
    wire.announce(NEWS)
    wire.await_running(Work.ENRICH)
    began = time.monotonic()
    with connect(f"unix://{socket_path(wire.data)}", retries=0) as engine:
        if how == "flush":
            engine.flushall()
        else:
            engine.shutdown()
    wire.await_healed()
    tell(f"engine {how} in mid-job, {NEWS} papers done after", time.monotonic() - began)


def test_a_supervisor_that_is_killed(tmp_path: Path, host: Host, tell: Tell) -> None:
    host.serve("/atom/cs.CV", make_listing([Item()]))
    port = free_port()
    given = settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=host.url)
    with started(["run"], given, tmp_path) as running:
        running.await_line(rf"http://127\.0\.0\.1:{port}/")
        began = time.monotonic()
        running.process.kill()
        running.process.wait()
        wait_for(lambda: not processes_with(str(tmp_path)), "the end of its children")
        tell("supervisor killed, its children gone after", time.monotonic() - began)


@pytest.mark.parametrize("on_each_database", databases.DEAR, indirect=True)
@pytest.mark.parametrize("victim", ["worker", "horse"])
def test_calls_to_a_model_that_are_killed_in_the_middle(
    tmp_path: Path, host: Host, tell: Tell, on_each_database: str, victim: str
) -> None:
    """Finished calls are kept, the rest is made again; only what was in flight is paid twice."""
    papers, width = 40, 4
    host.serve("/atom/cs.SD", make_listing([], "cs.SD"))
    port = free_port()
    with running_llm(delay_seconds=0.1) as model:
        given = settings(
            tmp_path,
            port,
            WIRE_ARXIV_LISTING_URL=host.url,
            WIRE_LLM_BASE_URL=model.url,
            WIRE_LLM_MODEL="stand-in",
            WIRE_LLM_CONCURRENCY=str(width),
        )
        host.serve("/atom/cs.CV", make_listing([]))
        with started(["run"], given, tmp_path) as running:
            running.await_line(rf"http://127\.0\.0\.1:{port}/")
            wire = Wire(running, host, tmp_path, port)
            wire.announce(papers)
            wait_for(lambda: len(model.asked) >= papers // 2, "calls to the model")
            began = time.monotonic()
            os.kill(wire.pid("writer 1") if victim == "worker" else wire.horse("writer 1"), signal.SIGKILL)
            wire.await_written()
            wire.await_healed()
            tell(f"writing {victim} killed in mid-batch, {papers} papers written after", time.monotonic() - began)
            wire.close()
            assert running.stop() == 0
        assert len({asked.text for asked in model.asked}) == papers
        assert len(model.asked) <= papers + 2 * width  # in flight, and done but not written down yet
