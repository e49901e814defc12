"""The ground gives way under a running wire: feeds are served, work waits, and goes on by itself afterwards."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.store import owed
from feeds.store.engine import Store
from feeds.store.owed import State, Work
from tests.journeys.test_processes import command, fetch, ids, settings
from tests.support import databases
from tests.support.databases import Server
from tests.support.ground import Disk, locked, small_disk
from tests.support.hosts import Host
from tests.support.listings import Item, make_listing
from tests.support.processes import Started, free_port, started, wait_for
from workers.engine import embedded_command, socket_path

FIRST, SECOND = "2604.00001", "2604.00002"


class Wire:
    """A wire with one paper in its feed, on a disk that a test may spoil."""

    def __init__(self, running: Started, folder: Path, port: int, host: Host) -> None:
        self.running = running
        self.database = folder / "var" / "wire.db"
        self.port = port
        self._host = host

    def announce(self, *arxiv_ids: str, size: int = 100) -> None:
        """:param size: characters of each abstract"""
        items = [Item(new, abstract=f"We present {new}. {'It is long. ' * (size // 12)}") for new in arxiv_ids]
        self._host.serve("/atom/cs.CV", make_listing(items))

    def owe_poll(self) -> None:
        store = Store(f"sqlite:///{self.database}")
        with store.write() as connection:
            owed.owe(connection, Work.POLL, ["cs.CV"], datetime.now(UTC))
        store.close()

    def try_to_owe_poll(self) -> None:
        """As often as it takes: on a full disk nothing may be written, or just this much."""
        with suppress(Exception):
            self.owe_poll()

    def served(self) -> list[str]:
        status, body, _ = fetch(self.port, "/feeds/vision.atom")
        assert status == 200
        return [name.removeprefix("oai:arXiv.org:") for name in ids(body)]

    def await_served(self, *arxiv_ids: str) -> None:
        wait_for(lambda: self.served() == list(arxiv_ids), f"{arxiv_ids} in the feed")

    def blamed(self) -> list[tuple[str, str]]:
        """Work that is said to have failed."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT kind, reason FROM owed WHERE state = 'dead' OR failures > 0")
            return found.fetchall()


@contextmanager
def running_wire(folder: Path, tmp_path: Path, host: Host) -> Iterator[Wire]:
    port = free_port()
    given = {**settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=host.url), "WIRE_DATA_DIR": str(folder / "var")}
    host.serve("/atom/cs.SD", make_listing([], "cs.SD"))
    with started(["run"], given, tmp_path / "run") as running:
        wire = Wire(running, folder, port, host)
        wire.announce(FIRST)
        running.await_line(rf"http://127\.0\.0\.1:{port}/")
        wire.owe_poll()
        wire.await_served(FIRST)
        yield wire
        assert running.stop() == 0


@pytest.fixture(autouse=True)
def on_sqlite() -> Iterator[None]:
    """It is about files; what becomes of a server's clients is at the end."""
    with databases.chosen(databases.SQLITE):
        yield


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", megabytes=64) as made:
        yield made


def test_on_a_full_disk_feeds_are_served_and_work_waits(tmp_path: Path, disk: Disk, host: Host) -> None:
    with running_wire(disk.folder, tmp_path, host) as wire:
        news = [f"2604.{number:05d}" for number in range(2, 2002)]
        wire.announce(FIRST, *news, size=3000)
        disk.fill()
        wire.try_to_owe_poll()
        wait_for(lambda: "database or disk is full" in wire.running.output, "the complaint")
        for _ in range(50):
            assert wire.served() == [FIRST]
        disk.free()
        wire.owe_poll()
        wire.await_served(*reversed(news[-100:]))
        assert wire.blamed() == []


def test_a_wire_that_is_killed_on_a_full_disk_starts_again_and_serves_what_it_has(
    tmp_path: Path, disk: Disk, host: Host
) -> None:
    with running_wire(tmp_path, tmp_path, host) as wire:
        shutil.copytree(wire.database.parent, disk.folder / "var", ignore=shutil.ignore_patterns("*.sock"))
    disk.fill()
    port = free_port()
    given = settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=host.url)
    with started(["run"], {**given, "WIRE_DATA_DIR": str(disk.folder / "var")}, tmp_path / "again") as running:
        again = Wire(running, disk.folder, port, host)
        running.await_line(rf"http://127\.0\.0\.1:{port}/")
        assert again.served() == [FIRST]
        disk.free()
        again.announce(FIRST, SECOND)
        again.owe_poll()
        again.await_served(SECOND, FIRST)
        assert running.stop() == 0


def test_without_a_byte_left_a_start_is_refused_in_one_line(tmp_path: Path, disk: Disk) -> None:
    given = {**settings(tmp_path, free_port()), "WIRE_DATA_DIR": str(disk.folder / "var")}
    disk.fill()
    with started(["run"], given, tmp_path / "run") as running:
        assert running.process.wait(60) == 1
        assert len(running.output.splitlines()) == 1


def test_on_a_disk_that_turned_read_only_feeds_are_served(tmp_path: Path, disk: Disk, host: Host) -> None:
    """Linux does that after an I/O error; here to a copy of what a running wire has in its folder."""
    with running_wire(tmp_path, tmp_path, host) as wire:
        shutil.copytree(wire.database.parent, disk.folder / "var", ignore=shutil.ignore_patterns("*.sock"))
    disk.remount("ro")
    port = free_port()
    given = {**settings(tmp_path, port), "WIRE_DATA_DIR": str(disk.folder / "var")}
    with started(["serve"], given, tmp_path / "serve") as web:
        wait_for(lambda: is_answering(port) or web.process.poll() is not None, "the web face")
        status, body, _ = fetch(port, "/feeds/vision.atom")
        assert (status, ids(body)) == (200, [f"oai:arXiv.org:{FIRST}"])
        assert fetch(port, "/readyz")[0] == 200
        assert web.stop() == 0
    with started(["run"], given, tmp_path / "again") as running:
        assert running.process.wait(60) == 1
        assert running.output.strip().endswith("Read-only file system")
        assert len(running.output.splitlines()) == 1


def test_a_database_that_somebody_holds_locked_is_waited_for(tmp_path: Path, host: Host) -> None:
    with running_wire(tmp_path, tmp_path, host) as wire:
        wire.announce(FIRST, SECOND)
        wire.owe_poll()
        with locked(f"sqlite:///{wire.database}"):
            for _ in range(50):
                assert wire.served() in ([FIRST], [SECOND, FIRST])
            wait_for(lambda: "the database refuses" in wire.running.output, "the complaint")
        wire.await_served(SECOND, FIRST)
        assert wire.blamed() == []


def is_answering(port: int) -> bool:
    with suppress(OSError):
        return fetch(port, "/healthz")[0] == 200
    return False


def test_a_redis_out_of_reach_is_told_and_waited_for_while_feeds_are_served(tmp_path: Path, host: Host) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="wire-test-") as folder:
        url = f"unix://{socket_path(Path(folder))}"
        given = settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=host.url, WIRE_REDIS_URL=url)
        host.serve("/atom/cs.CV", make_listing([Item(FIRST)]))
        host.serve("/atom/cs.SD", make_listing([], "cs.SD"))
        with started(["run"], given, tmp_path) as running:
            running.await_line(rf"http://127\.0\.0\.1:{port}/")
            assert ids(fetch(port, "/feeds/vision.atom")[1]) == []
            assert "No Redis answers at WIRE_REDIS_URL" in running.output
            running.await_line(r"worker( 1)? ended \(exit 1\), starts again")
            assert url not in running.output  # it may hold a password
            assert not (tmp_path / "var" / "engine").exists()
            engine = subprocess.Popen(embedded_command(Path(folder)), stdin=subprocess.DEVNULL)
            try:
                wait_for(
                    lambda: ids(fetch(port, "/feeds/vision.atom")[1]) == [f"oai:arXiv.org:{FIRST}"], "the paper"
                )
                assert running.stop() == 0
            finally:
                engine.terminate()
                engine.wait(60)


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of its own, that may be stopped."""
    with databases.own_server() as made:
        yield made


def test_a_database_server_that_goes_away_is_waited_for(tmp_path: Path, host: Host, server: Server) -> None:
    """Pages need it and say so; the wire stays up, blames nothing, and goes on when it is back."""
    url = server.lend_database()
    port = free_port()
    given = settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=host.url, WIRE_DATABASE_URL=url)
    host.serve("/atom/cs.CV", make_listing([Item(FIRST)]), make_listing([Item(FIRST), Item(SECOND)]))
    host.serve("/atom/cs.SD", make_listing([], "cs.SD"))
    with started(["run"], given, tmp_path / "run") as running:
        running.await_line(rf"http://127\.0\.0\.1:{port}/")
        wait_for(lambda: served(port) == [FIRST], "the first paper")
        server.stop()
        wait_for(lambda: fetch(port, "/readyz")[0] == 503, "a web face that is not ready")
        assert fetch(port, "/healthz")[0] == 200
        wait_for(lambda: "the database refuses" in running.output, "the complaint")
        server.start()
        wait_for(lambda: fetch(port, "/readyz")[0] == 200, "a web face that is ready again")
        assert command(given, "poll", "--wait", "cs.CV").returncode == 0
        assert served(port) == [SECOND, FIRST]
        store = Store(url)
        with store.read() as connection:
            assert [row for row in owed.list_owed(connection) if row.failures or row.state == State.DEAD] == []
        store.close()
        assert running.stop() == 0


def served(port: int) -> list[str]:
    """What is in the feed; nothing where the web face cannot tell."""
    status, body, _ = fetch(port, "/feeds/vision.atom")
    return [name.removeprefix("oai:arXiv.org:") for name in ids(body)] if status == 200 else []
