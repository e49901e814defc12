"""Recorded days of cs.CV that nobody saw come back, and leave the wire as if it had seen them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from feeds.model.accounts import Account
from feeds.model.announcements import AnnounceType, Outcome, Source
from feeds.model.papers import Paper
from feeds.store import listings, memberships, papers
from feeds.store.engine import Connection
from tests.support.recordings import recording
from tests.support.worlds import Wire, running
from workers.engine import connect
from workers.on_demand import request_recovery
from workers.standin import Recordings, Told

DAYS = [date(2026, 4, day) for day in range(17, 27)]
FRIDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (DAYS[number] for number in (0, 3, 4, 5, 6))
WEEKEND = {day for day in DAYS if day.isoweekday() > 5}
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
#: What of arXiv is out of order, and what is said of a day that comes back then.
BY_CATCHUP = [], Account(Outcome.RECOVERED, None, Source.CATCHUP)
BY_OAI = ["catchup"], Account(Outcome.APPROXIMATE, "put together from dates", Source.OAI)


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


#: (paper, version), type, day
Announced = tuple[tuple[str, int], AnnounceType, date]


@dataclass(frozen=True)
class Held:
    """What a wire holds in the end, without when it came and in which order."""

    announced: set[Announced]
    members: dict[str, set[Announced]]  #: by topic: the announcement that let each in
    papers: dict[str, Paper]  #: by id, without what only a listing or the API tells
    accounts: dict[date, Account]

    @property
    def versions(self) -> set[tuple[str, int]]:
        return {version for version, _, _ in self.announced}


def look_at(wire: Wire) -> Held:
    with wire.runtime.store.read() as connection:
        known = papers.list_newest(connection)
        told = listings.list_announcements(connection, [paper.arxiv_id for paper in known])
        assert len({(one.arxiv_id, one.version) for one in told}) == len(told), "each version once"
        return Held(
            announced={((one.arxiv_id, one.version), one.type, one.announced_on) for one in told},
            members={slug: _members(connection, wire, slug) for slug in ("every", "splats")},
            papers={
                paper.arxiv_id: Paper(
                    paper.arxiv_id, paper.version, paper.title, paper.abstract, paper.authors, paper.categories
                )
                for paper in known
            },
            accounts=listings.find_accounts(connection, "cs.CV", DAYS[0], DAYS[-1]),
        )


def _members(connection: Connection, wire: Wire, slug: str) -> set[Announced]:
    standings = memberships.list_standings(connection, slug, 2000, wire.clock.now())
    found = memberships.find_members(connection, slug, [standing.arxiv_id for standing in standings])
    assert len({member.paper.arxiv_id for member in found}) == len(found), "each paper once"
    return {
        ((one.paper.arxiv_id, one.membership.version), one.membership.announce_type, one.membership.announced_on)
        for one in found
    }


def pass_days(wire: Wire, days: Iterable[date]) -> None:
    for day in days:
        wire.set_day(day, LOOK_AFTER)
        wire.poll()
    wire.settle()
