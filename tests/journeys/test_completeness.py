"""Nothing announced is ever lost: whatever goes wrong, a topic's papers are those that were announced.

hypothesis invents what arXiv announces over some weeks, and how polls, listings and the wire's own processes fail
meanwhile. The wire runs on its real parts, in this process; arXiv is the stand-in, over a real socket.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import event

from feeds.clock import FixedClock
from feeds.config import Settings
from feeds.model.accounts import is_weekend
from feeds.model.announcements import AnnounceType, Outcome
from feeds.model.calendar import eastern_midnight
from feeds.store import listings, memberships, owed, papers
from feeds.store.owed import State, Work
from tests.support.listings import Item, make_listing
from tests.support.wires import make_settings, write_topics
from workers import jobs
from workers import runtime as runtimes
from workers.engine import connect
from workers.preparing import prepare_database, prepare_topics, take_back_leases
from workers.runtime import Runtime, make_runtime
from workers.standin import StandinServer, Told

LISTINGS = ("cs.CV", "cs.CL")
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "query": "splat*"},
    {"slug": "every", "title": "Every", "categories": ["cs.CV", "cs.CL"], "announce": ["new", "cross", "replace"]},
]
FIRST = date(2026, 3, 2)  # a Monday; the clocks change on the 8th
NEW, CROSS, REPLACE, REPLACE_CROSS = AnnounceType
JOBS = {Work.POLL: jobs.poll, Work.COMPLETE: jobs.complete, Work.RECOVER: jobs.recover, Work.ENRICH: jobs.enrich,
        Work.PUBLISH: jobs.publish}  # fmt: skip
#: Recovery may not look at the day itself, and takes some turns.
TURNS = 60


@dataclass(frozen=True)
class Day:
    """What arXiv announces on a day, and what befalls the wire."""

    new: int  #: papers
    replaced: int
    holiday: bool
    looks: tuple[str, ...]  #: how each listing answers, look by look; nothing where the wire is down
    crashes: tuple[int, ...]  #: at which statements of the day a process dies


DAYS = st.builds(
    Day,
    new=st.integers(0, 4),
    replaced=st.integers(0, 2),
    holiday=st.booleans().filter(bool) | st.just(False) | st.just(False) | st.just(False),
    looks=st.lists(
        st.sampled_from(["good", "good", "good", "stale", "cut off", "empty body", "error", "doubled"]), max_size=3
    ).map(tuple),
    crashes=st.lists(st.integers(0, 250), max_size=2).map(tuple),
)


class World:
    """arXiv, as the days make it: the stand-in's source."""

    def __init__(self, days: Sequence[Day], chance: Random) -> None:
        self.told: list[Told] = []
        self._versions: dict[str, Told] = {}
        self.look = "good"
        self.days = [FIRST + timedelta(days=offset) for offset in range(len(days))]
        for day, plan in zip(self.days, days, strict=True):
            if not (is_weekend(day) or plan.holiday):
                self._announce(day, plan, chance)

    @property
    def listings(self) -> list[str]:
        return list(LISTINGS)

    def _announce(self, day: date, plan: Day, chance: Random) -> None:
        for arxiv_id in chance.sample(sorted(self._versions), min(plan.replaced, len(self._versions))):
            before = self._versions[arxiv_id]
            if before.version < 5:
                self._tell(replace(before, version=before.version + 1, title=f"{before.title}!"), day)
        for number in range(plan.new):
            arxiv_id = f"{day:%y%m}.{day.day:02}{number:03}"
            categories = chance.choice([("cs.CV",), ("cs.CL",), ("cs.CV", "cs.CL"), ("cs.CL", "cs.CV")])
            title = chance.choice(["Splats", "Splatting", "Cats"])
            self._tell(
                Told("", day, NEW, arxiv_id, 1, title, f"We present {arxiv_id}.", "Ada One", categories), day
            )

    def _tell(self, version: Told, day: date) -> None:
        self._versions[version.arxiv_id] = version
        for listing in version.categories:
            is_home = version.categories[0] == listing
            kinds = (NEW, CROSS) if version.version == 1 else (REPLACE, REPLACE_CROSS)
            self.told.append(replace(version, listing=listing, day=day, type=kinds[0] if is_home else kinds[1]))

    def find(self, listing: str, today: date) -> bytes | None:
        """A listing as it stands, with what befalls it now."""
        body = self._listing(listing, today)
        match self.look:
            case "stale":
                return self._listing(listing, max([day for day in self.days if day < today], default=today))
            case "cut off":
                return body[: len(body) // 2]
            case "empty body":
                return b""
            case "error":
                return None
            case "doubled":
                return self._listing(listing, today, times=2)
        return body

    def _listing(self, listing: str, day: date, times: int = 1) -> bytes:
        """On a holiday the listing stands as it was."""
        spoken = [one.day for one in self.told if one.day <= day]
        shown = day if is_weekend(day) or not spoken or day in spoken else max(spoken)
        items = [_item(one) for one in self.told if (one.listing, one.day) == (listing, shown)]
        return make_listing(items * times, listing, day)


def _item(told: Told) -> Item:
    return Item(
        told.arxiv_id, told.version, str(told.type), told.title, told.abstract, told.authors, told.categories
    )


class Crash(BaseException):
    """A process dies here."""


@dataclass
class Wire:
    """A wire driven step by step on the stand-in, that may die at any statement and starts again."""

    runtime: Runtime
    clock: FixedClock
    real: FixedClock
    crashes: list[int] = field(default_factory=list)
    statements: int = 0
    working: bool = False

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
            note(f"died in {kind}")
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

    def wait(self, span: timedelta) -> None:
        """Let time pass, on both clocks."""
        self.clock.at += span
        self.real.at += span

    def poll(self) -> None:
        with self.runtime.store.write() as connection:
            owed.owe(connection, Work.POLL, LISTINGS, self.clock.now())
        self.work()


class QuietStandin(StandinServer):
    """A client that dies hangs up: that is what the test is about."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def running(world: World, redis_url: str, out_of_order: Sequence[str]) -> Iterator[Wire]:
    clock, real = (FixedClock(eastern_midnight(FIRST)) for _ in range(2))
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        server = QuietStandin(listening, world, clock)
        server.out_of_order.update(out_of_order)
        server.records_a_page = 3
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        runtime = make(Path(folder), redis_url, url, clock, real)
        wire = Wire(runtime, clock, real)
        runtimes._current = runtime
        try:
            yield wire
        finally:
            runtimes._current = None
            runtime.store.close()
            runtime.redis.close()
            server.shutdown()


def make(folder: Path, redis_url: str, url: str, clock: FixedClock, real: FixedClock) -> Runtime:
    write_topics(folder / "topics.yaml", TOPICS)
    given: Settings = make_settings(
        folder,
        WIRE_REDIS_URL=redis_url,
        WIRE_ARXIV_LISTING_URL=url,
        WIRE_ARXIV_API_URL=f"{url}/api/query",
        WIRE_ARXIV_OAI_URL=f"{url}/oai",
        WIRE_ARXIV_SITE_URL=url,
        WIRE_ARXIV_MIN_INTERVAL="0",
    )
    prepare_database(given)
    runtime = replace(make_runtime(given), clock=clock, real_clock=real)
    prepare_topics(runtime)
    return runtime


def live(wire: Wire, world: World, plans: Sequence[Day]) -> None:
    """Let the days pass as planned. The first goes well: what was announced before it is not ours."""
    for number, (day, plan) in enumerate(zip(world.days, plans, strict=True)):
        wire.clock.at = wire.real.at = eastern_midnight(day) + timedelta(minutes=10)
        looks = plan.looks if number else ("good",)
        wire.statements = 0
        wire.crashes = sorted(plan.crashes) if number else []
        for look in looks:
            world.look = look
            wire.poll()
            wire.wait(timedelta(hours=4))
        wire.crashes.clear()
        world.look = "good"


def settle(wire: Wire, world: World) -> None:
    """A quiet weekday after all of it, and as long as it takes."""
    last = world.days[-1] + timedelta(days=3 if world.days[-1].isoweekday() > 4 else 1)
    wire.clock.at = wire.real.at = eastern_midnight(last) + timedelta(hours=1)
    wire.poll()
    for _ in range(TURNS):
        wire.wait(timedelta(hours=3))
        wire.work()
        with wire.runtime.store.read() as connection:
            if not [row for row in owed.list_owed(connection) if row.kind is not Work.POLL]:
                return
    raise AssertionError("it never settles")


def check(wire: Wire, world: World) -> None:
    """The papers of each topic are those announced, each once, in the right version; nothing is in doubt."""
    with wire.runtime.store.read() as connection:
        standings = {
            slug: [s.arxiv_id for s in memberships.list_standings(connection, slug, 2000, wire.clock.now())]
            for slug in ("vision", "every")
        }
        known = papers.find_papers(connection, {one.arxiv_id for one in world.told})
        dead = [row for row in owed.list_owed(connection) if row.state is State.DEAD]
        accounts = {
            name: listings.find_accounts(connection, name, world.days[0], world.days[-1]) for name in LISTINGS
        }
    assert dead == []
    for slug, found in standings.items():
        assert sorted(found) == sorted(expected(world, slug)), slug
    latest = {one.arxiv_id: one.version for one in sorted(world.told, key=lambda one: one.version)}
    assert {arxiv_id: paper.version for arxiv_id, paper in known.items()} == latest
    for name, said in accounts.items():
        for day in world.days[:-1]:
            if not is_weekend(day):
                assert said[day].outcome not in (Outcome.MISSED, Outcome.STALE, Outcome.REFUSED), (
                    name,
                    day,
                    said[day],
                )


def expected(world: World, slug: str) -> set[str]:
    if slug == "vision":
        return {
            one.arxiv_id
            for one in world.told
            if one.listing == "cs.CV" and one.type in (NEW, CROSS) and one.title.startswith("Splat")
        }
    return {one.arxiv_id for one in world.told if one.type in (NEW, CROSS, REPLACE)}


@pytest.mark.parametrize("out_of_order", [[], ["catchup"]], ids=["catch-up pages", "OAI-PMH alone"])
@given(plans=st.lists(DAYS, min_size=2, max_size=16), seed=st.integers(0, 999))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_papers_of_a_topic_are_those_announced(
    shared_engine: str, out_of_order: list[str], plans: list[Day], seed: int
) -> None:
    plans[0] = replace(plans[0], holiday=False, new=max(1, plans[0].new))
    world = World(plans, Random(seed))
    with connect(shared_engine) as client:
        client.flushall()
    with running(world, shared_engine, out_of_order) as wire:
        wire.watch()
        live(wire, world, plans)
        settle(wire, world)
        check(wire, world)
