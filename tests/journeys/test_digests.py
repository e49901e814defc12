"""Digests of a real wire, whose clock is stepped over the cuts; and of one whose workers die at the cut."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from feeds.store import owed
from feeds.store.engine import Store
from feeds.store.owed import State, Work
from tests.journeys.test_processes import command, fetch, settings
from tests.support import databases
from tests.support.hosts import Host
from tests.support.listings import Item, make_listing
from tests.support.processes import Started, free_port, started, wait_for
from tests.support.wires import MORNING, write_topics
from workers.demo import set_clock
from workers.roster import load_roster

TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]},
    {"slug": "splats", "title": "Splats", "categories": ["cs.CV"], "digest": {"basis": "submitted"}},
]
FRIDAY, MONDAY = date(2026, 4, 17), date(2026, 4, 20)
CUT = datetime(2026, 4, 17, 6, tzinfo=UTC)
WEEKEND = timedelta(days=3)
OLD, NEW = ["2604.00001", "2604.00002"], ["2604.00003", "2604.00004", "2604.00005"]


class Wire:
    """A wire on a clock of its own."""

    def __init__(self, running: Started, host: Host, given: dict[str, str], folder: Path, port: int) -> None:
        self._host = host
        self._given = given
        self._data = folder / "var"
        self._port = port
        self._store = Store(databases.url_for(folder / "var"))
        running.await_line(rf"http://127\.0\.0\.1:{port}/")

    def set_time(self, at: datetime) -> None:
        set_clock(Path(self._given["WIRE_CLOCK_FILE"]), at)

    def poll(self, arxiv_ids: list[str], day: date) -> None:
        items = [Item(arxiv_id, abstract=f"We present {arxiv_id}.") for arxiv_id in arxiv_ids]
        self._host.serve("/atom/cs.CV", make_listing(items, "cs.CV", day))
        polled = command(self._given, "poll", "--wait")
        assert polled.returncode == 0, polled.stderr

    def digests(self, slug: str, period: str = "daily") -> dict[str, list[str]]:
        """The papers of each digest, by its day."""
        entries = feedparser.parse(fetch(self._port, f"/feeds/{slug}/{period}.atom")[1]).entries
        known = OLD + NEW
        return {
            entry.id.rpartition("/")[2]: [one for one in known if f"abs/{one}" in entry.content[0].value]
            for entry in entries
        }

    def await_digests(self, expected: dict[str, list[str]], period: str = "daily") -> None:
        for topic in TOPICS:
            slug = str(topic["slug"])
            wait_for(lambda slug=slug: self.digests(slug, period) == expected, f"{slug}'s digests")  # type: ignore[misc]

    def kill_worker(self) -> None:
        """The worker that does what is not arXiv's dies, with whatever it is at."""

        def find() -> int | None:
            return next((part.pid for part in load_roster(self._data) if part.name == "worker 1"), None)

        wait_for(lambda: find() is not None, "a worker on the roster")
        os.kill(find() or 0, signal.SIGKILL)

    def is_cutting(self) -> bool:
        """Whether digests are being cut, or were: then it is too late to die of it."""
        with self._store.read() as connection:
            rows = owed.list_owed(connection, Work.DIGEST)
        return any(row.state is State.RUNNING or row.due_at > CUT + WEEKEND for row in rows)

    def close(self) -> None:
        self._store.close()


@pytest.fixture
def wire(on_each_database: str, tmp_path: Path, host: Host) -> Iterator[Wire]:
    port, clock = free_port(), tmp_path / "clock"
    set_clock(clock, MORNING)
    given = settings(tmp_path, port, WIRE_ARXIV_LISTING_URL=host.url, WIRE_CLOCK_FILE=str(clock))
    write_topics(tmp_path / "topics.yaml", TOPICS)
    host.serve("/atom/cs.CV", make_listing([]))
    with started(["run"], given, tmp_path) as running:
        made = Wire(running, host, given, tmp_path, port)
        yield made
        made.close()
        assert running.stop() == 0


def test_digests_appear_at_their_cuts_also_where_workers_die_of_them(wire: Wire) -> None:
    wire.poll(OLD, FRIDAY)
    wire.await_digests({})
    wire.set_time(CUT)
    wire.await_digests({"2026-04-17": OLD})

    wire.set_time(CUT + WEEKEND - timedelta(minutes=40))
    wire.poll(NEW, MONDAY)
    wire.set_time(CUT + WEEKEND)
    wait_for(wire.is_cutting, "the cut")
    wire.kill_worker()
    wire.await_digests({"2026-04-20": NEW, "2026-04-17": OLD})
    wire.await_digests({"2026-04-20": OLD + NEW}, "weekly")
