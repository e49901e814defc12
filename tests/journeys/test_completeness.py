"""Nothing announced is ever lost: whatever goes wrong, a topic's papers are those that were announced.

hypothesis invents what arXiv announces over some weeks, and how polls, listings and the wire's own processes fail
meanwhile. The wire runs on its real parts, in this process; arXiv is the stand-in, over a real socket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from feeds.model.accounts import is_weekend
from feeds.model.announcements import AnnounceType, Outcome
from feeds.model.digests import Period
from feeds.publishing.cutting import cut_digests
from feeds.store import digests, listings, owed, papers, standings
from feeds.store.owed import State
from tests.support import databases
from tests.support.listings import Item, make_listing
from tests.support.worlds import Wire, running
from workers.engine import connect
from workers.standin import Told

LISTINGS = ("cs.CV", "cs.CL")
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "query": "splat*"},
    {"slug": "every", "title": "Every", "categories": ["cs.CV", "cs.CL"], "announce": ["new", "cross", "replace"]},
]
#: What is proven is above the database; on the second engine a few examples show that it holds there too.
EXAMPLES = {databases.SQLITE: 40, databases.POSTGRESQL: 8}
FIRST = date(2026, 3, 2)  # a Monday; the clocks change on the 8th
NEW, CROSS, REPLACE, REPLACE_CROSS = AnnounceType


@dataclass(frozen=True)
class Day:
    """What arXiv announces on a day, and what befalls the wire."""

    new: int  #: papers
    replaced: int
    holiday: bool
    looks: tuple[str, ...]  #: how each listing answers, look by look; nothing where the wire is down
    crashes: tuple[int, ...]  #: at which statements of the day a process dies


LOOKS = ("good", "good", "good", "stale", "standing", "bare", "cut off", "empty body", "error", "doubled")
DAYS = st.builds(
    Day,
    new=st.integers(0, 4),
    replaced=st.integers(0, 2),
    holiday=st.booleans().filter(bool) | st.just(False) | st.just(False) | st.just(False),
    looks=st.lists(
        st.sampled_from(["good", "good", "good", "stale", "standing", "bare", "cut off", "error", "doubled"]),
        max_size=3,
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
            case "standing":  # under today's date, as arXiv's do
                spoken = [one.day for one in self.told if one.day < today]
                return self._as_of(listing, max(spoken, default=today), today)
            case "bare":  # to be filled later
                return make_listing([], listing, today)
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
        return self._as_of(listing, shown, day, times)

    def _as_of(self, listing: str, shown: date, day: date, times: int = 1) -> bytes:
        """The announcements of one day under the date of another."""
        items = [_item(one) for one in self.told if (one.listing, one.day) == (listing, shown)]
        return make_listing(items * times, listing, day)


def _item(told: Told) -> Item:
    return Item(
        told.arxiv_id, told.version, str(told.type), told.title, told.abstract, told.authors, told.categories
    )


def live(wire: Wire, world: World, plans: Sequence[Day]) -> None:
    """Let the days pass as planned. The first goes well: what was announced before it is not ours."""
    for number, (day, plan) in enumerate(zip(world.days, plans, strict=True)):
        wire.set_day(day, timedelta(minutes=10))
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
    wire.set_day(last, timedelta(hours=1))
    wire.poll()
    wire.settle()


def check(wire: Wire, world: World) -> None:
    """The papers of each topic are those announced, each once, in the right version; nothing is in doubt."""
    with wire.runtime.store.read() as connection:
        held = {
            slug: [s.arxiv_id for s in standings.list_standings(connection, slug, 2000, wire.clock.now())]
            for slug in ("vision", "every")
        }
        known = papers.find_papers(connection, {one.arxiv_id for one in world.told})
        dead = [row for row in owed.list_owed(connection) if row.state is State.DEAD]
        accounts = {
            name: listings.find_accounts(connection, name, world.days[0], world.days[-1]) for name in LISTINGS
        }
    assert dead == []
    for slug, found in held.items():
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


def check_digests(wire: Wire, world: World) -> None:
    """When the week is over, every paper of a topic is in one daily digest and in one weekly one."""
    with wire.runtime.store.write() as connection:
        for slug in ("vision", "every"):
            cut_digests(connection, slug, wire.clock.now() + timedelta(days=8))
            for period in Period:
                made = digests.list_digests(connection, slug, period, 1000)
                entries = digests.find_entries(connection, made).values()
                found = [entry.arxiv_id for some in entries for entry in some]
                assert sorted(found) == sorted(expected(world, slug)), (slug, period)
                assert all(entries), "an empty digest"


def expected(world: World, slug: str) -> set[str]:
    if slug == "vision":
        return {
            one.arxiv_id
            for one in world.told
            if one.listing == "cs.CV" and one.type in (NEW, CROSS) and one.title.startswith("Splat")
        }
    return {one.arxiv_id for one in world.told if one.type in (NEW, CROSS, REPLACE)}


@pytest.mark.parametrize("engine", databases.ENGINES)
@pytest.mark.parametrize("out_of_order", [[], ["catchup"]], ids=["catch-up pages", "OAI-PMH alone"])
def test_the_papers_of_a_topic_are_those_announced(
    shared_engine: str, out_of_order: list[str], engine: str
) -> None:
    @given(plans=st.lists(DAYS, min_size=2, max_size=16), seed=st.integers(0, 999))
    @settings(
        max_examples=EXAMPLES[engine], deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def prove(plans: list[Day], seed: int) -> None:
        try_days(shared_engine, out_of_order, plans, seed)

    with databases.chosen(engine):
        prove()


def try_days(shared_engine: str, out_of_order: list[str], plans: list[Day], seed: int) -> None:
    """Live through these days, and look at what became of them."""
    plans[0] = replace(plans[0], holiday=False, new=max(1, plans[0].new))
    world = World(plans, Random(seed))
    with connect(shared_engine) as client:
        client.flushall()
    with running(world, TOPICS, shared_engine, out_of_order, records_a_page=3) as wire:
        wire.say = note
        wire.watch()
        live(wire, world, plans)
        settle(wire, world)
        check(wire, world)
        check_digests(wire, world)
