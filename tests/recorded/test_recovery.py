"""Recorded days of cs.CV that nobody saw come back, and leave the wire as if it had seen them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest

from feeds.model.accounts import Account, is_weekend
from feeds.model.announcements import AnnounceType, Outcome, Source
from feeds.model.papers import Paper
from feeds.store import listings, memberships, papers, selections, standings
from feeds.store.engine import Connection
from tests.support.recordings import recording
from tests.support.worlds import Wire, running
from workers.engine import connect
from workers.on_demand import request_recovery
from workers.standin import Recordings, Told

DAYS = [date(2026, 4, day) for day in range(17, 27)]
FRIDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (DAYS[number] for number in (0, 3, 4, 5, 6))
TOPICS: list[dict[str, object]] = [
    {"slug": "every", "title": "Every", "categories": ["cs.CV"], "entries": 2000},
    {
        "slug": "splats",
        "title": "Splats",
        "categories": ["cs.CV"],
        "query": '"gaussian splat*" OR 3DGS',
        "entries": 2000,
    },
]
LOOK_AFTER = timedelta(minutes=70)
BY_CATCHUP = Account(Outcome.RECOVERED, None, Source.CATCHUP)
BY_OAI = Account(Outcome.APPROXIMATE, "put together from dates", Source.OAI)

Version = tuple[str, int]
#: A version, how it was announced, and when.
Announced = tuple[Version, AnnounceType, date]


@dataclass(frozen=True)
class Plan:
    """Which days a wire does not see."""

    first: date  #: the first that it looks at
    unbuilt: frozenset[date]  #: whose listings are never built
    backfilled: tuple[date, date] | None  #: the first and the last day that are asked for in the end

    @property
    def missed(self) -> set[date]:
        return {day for day in DAYS if not is_weekend(day) and (day < self.first or day in self.unbuilt)}

    @property
    def after_gaps(self) -> set[date]:
        weekdays = [day for day in DAYS if not is_weekend(day)]
        return {
            day for before, day in pairwise(weekdays) if before in self.unbuilt and day > self.first
        } - self.missed


UNDISTURBED = Plan(FRIDAY, frozenset(), None)
PLANS = {
    "by themselves": Plan(FRIDAY, frozenset({MONDAY, TUESDAY, THURSDAY}), None),
    "by backfill": Plan(WEDNESDAY, frozenset({FRIDAY, MONDAY, TUESDAY}), (FRIDAY, TUESDAY)),
}


class Interrupted:
    """The recorded days, some of whose listings were never built; all else that arXiv tells is true."""

    def __init__(self, recorded: Recordings, unbuilt: Collection[date]) -> None:
        self.listings = recorded.listings
        self.days = recorded.days
        self.told: Sequence[Told] = recorded.told
        self._recorded = recorded
        self._unbuilt = unbuilt

    def find(self, listing: str, today: date) -> bytes | None:
        """The listing stands as it was."""
        built = [day for day in self.days if day <= today and day not in self._unbuilt]
        return self._recorded.find(listing, max(built))


@dataclass(frozen=True)
class Held:
    """What a wire holds in the end, without when it came and in which order."""

    announced: set[Announced]
    members: dict[str, set[Announced]]  #: by topic: the announcement that let each in
    papers: dict[str, Paper]  #: by id, without what only a listing or the API tells
    accounts: dict[date, Account]

    @property
    def versions(self) -> set[Version]:
        return {version for version, _, _ in self.announced}


def live(recorded: Recordings, redis_url: str, plan: Plan, *out_of_order: str) -> Held:
    """Let the days pass by a wire."""
    with connect(redis_url) as client:
        client.flushall()
    with running(Interrupted(recorded, plan.unbuilt), TOPICS, redis_url, out_of_order) as wire:
        for day in DAYS[DAYS.index(plan.first) :]:
            wire.set_day(day, LOOK_AFTER)
            wire.poll()
        wire.settle()
        if plan.backfilled:
            request_recovery(wire.runtime, ["cs.CV"], *plan.backfilled)
            wire.settle()
        return look_at(wire)


def look_at(wire: Wire) -> Held:
    with wire.runtime.store.read() as connection:
        known = papers.find_papers(connection, selections.list_ids(connection)).values()
        announced = listings.list_announcements(connection, [paper.arxiv_id for paper in known])
        assert len({(one.arxiv_id, one.version) for one in announced}) == len(announced), "each version once"
        return Held(
            announced={((one.arxiv_id, one.version), one.type, one.announced_on) for one in announced},
            members={str(topic["slug"]): _members(connection, wire, str(topic["slug"])) for topic in TOPICS},
            papers={paper.arxiv_id: _as_listed(paper) for paper in known},
            accounts=listings.find_accounts(connection, "cs.CV", DAYS[0], DAYS[-1]),
        )


def _members(connection: Connection, wire: Wire, slug: str) -> set[Announced]:
    held = standings.list_standings(connection, slug, 2000, wire.clock.now())
    assert all(standing.released for standing in held)
    found = memberships.find_members(connection, slug, [standing.arxiv_id for standing in held])
    assert len({member.paper.arxiv_id for member in found}) == len(found), "each paper once"
    return {
        ((one.paper.arxiv_id, one.membership.version), one.membership.announce_type, one.membership.announced_on)
        for one in found
    }


def _as_listed(paper: Paper) -> Paper:
    return Paper(paper.arxiv_id, paper.version, paper.title, paper.abstract, paper.authors, paper.categories)


@pytest.fixture(scope="module")
def recorded() -> Recordings:
    return Recordings(recording("listings"))


@pytest.fixture(scope="module")
def undisturbed(recorded: Recordings, shared_engine: str) -> Held:
    """What a wire holds that sees all days."""
    return live(recorded, shared_engine, UNDISTURBED)


@pytest.fixture(scope="module")
def ambiguous(recorded: Recordings) -> set[str]:
    """The papers of which one version is announced on several days.

    The recordings do not have the versions: whoever put them together called every replacement the second. Such a
    version is of the first of its days that the wire learns of.
    """
    counts = Counter((told.arxiv_id, told.version) for told in recorded.told)
    return {arxiv_id for (arxiv_id, _), count in counts.items() if count > 1}


def sure(announced: Iterable[Announced], ambiguous: Collection[str]) -> set[Announced]:
    return {one for one in announced if one[0][0] not in ambiguous}


def true(announced: Iterable[Announced], invented: Collection[Version]) -> set[Announced]:
    return {one for one in announced if one[0] not in invented}


def check_papers(held: Held, undisturbed: Held, ambiguous: Collection[str]) -> None:
    """The papers read the same, in the same versions."""
    assert {name: paper.version for name, paper in held.papers.items()} == {
        name: paper.version for name, paper in undisturbed.papers.items()
    }
    for name in held.papers.keys() - ambiguous:
        assert held.papers[name] == undisturbed.papers[name]


def check_accounts(accounts: Mapping[date, Account], plan: Plan, came_back: Account) -> None:
    """Each day says how it is known. News that came after days that were not seen was looked up as well."""
    expected = {day: Account(Outcome.CLOSED if is_weekend(day) else Outcome.NEWS) for day in DAYS}
    expected |= dict.fromkeys(plan.missed, came_back)
    looked_up = Account(Outcome.NEWS, None, came_back.source)
    expected |= dict.fromkeys(plan.after_gaps, looked_up)
    assert dict(accounts) == expected


def test_all_days_seen_are_what_the_recordings_tell(recorded: Recordings, undisturbed: Held) -> None:
    """What the others are compared with is no accident."""
    assert undisturbed.versions == {(told.arxiv_id, told.version) for told in recorded.told}
    introduced = {told.arxiv_id for told in recorded.told if told.type in (AnnounceType.NEW, AnnounceType.CROSS)}
    assert {version[0] for version, _, _ in undisturbed.members["every"]} == introduced
    assert len(undisturbed.members["splats"]) > 20
    assert sum(outcome.outcome is Outcome.CLOSED for outcome in undisturbed.accounts.values()) == 4


@pytest.mark.parametrize("name", PLANS)
def test_catch_up_pages_bring_everything_back_as_it_was_announced(
    name: str, recorded: Recordings, shared_engine: str, undisturbed: Held, ambiguous: Set[str]
) -> None:
    held = live(recorded, shared_engine, PLANS[name])
    assert held.members == undisturbed.members
    assert held.versions == undisturbed.versions
    assert sure(held.announced, ambiguous) == sure(undisturbed.announced, ambiguous)
    check_papers(held, undisturbed, ambiguous)
    check_accounts(held.accounts, PLANS[name], BY_CATCHUP)


@pytest.mark.parametrize("name", PLANS)
def test_oai_pmh_brings_every_version_back(
    name: str, recorded: Recordings, shared_engine: str, undisturbed: Held, ambiguous: Set[str]
) -> None:
    """Where dates keep arXiv's deadlines, with no holiday and nothing held up, even the days come out right."""
    held = live(recorded, shared_engine, PLANS[name], "catchup")
    # Of a paper that the recordings only replace, the stand-in invents a first version of a week before. OAI-PMH
    # tells it, and where it falls among these days, the wire must take it for one that it missed.
    invented = {(told.arxiv_id, 1) for told in recorded.told} - undisturbed.versions
    assert held.versions - invented == undisturbed.versions
    assert {slug: true(members, invented) for slug, members in held.members.items()} == undisturbed.members
    assert sure(true(held.announced, invented), ambiguous) == sure(undisturbed.announced, ambiguous)
    check_papers(held, undisturbed, ambiguous)
    check_accounts(held.accounts, PLANS[name], BY_OAI)
