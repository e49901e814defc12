"""Days that nobody saw come back: by the catch-up page, by OAI-PMH, by search; and the account says how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from feeds.model.announcements import AnnounceType, Outcome, Source
from feeds.model.calendar import eastern_date, eastern_midnight
from feeds.store import listings, memberships, owed, standings
from feeds.store.owed import Work
from tests.support.hosts import Answer
from tests.support.listings import Item, make_listing
from tests.support.wires import Line
from workers.on_demand import request_recovery
from workers.polling.catchup import PAGE_SIZE
from workers.standin.answers import parse_query
from workers.standin.archive import Archive
from workers.standin.catchup_page import answer_catchup
from workers.standin.oai_pmh import answer_oai

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
FRIDAY = date(2026, 4, 17)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 4, day) for day in (20, 21, 22, 23))
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "announce": ["new", "cross", "replace"]}
]


class ArXiv:
    """What arXiv announced and still tells, in front of a line."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.broken: set[str] = set()
        line.host.serve_tree("/catchup/", self._catch_up)
        line.host.serve_tree("/oai", self._oai)

    def announce(self, day: date, *items: Item) -> None:
        """Announce, without anybody looking."""
        self.line.announce(items, day=day)

    def look(self, day: date) -> None:
        """Look at the listing in the night of a day, and do all that follows."""
        self.line.set_time(eastern_midnight(day) + timedelta(minutes=20))
        self.line.poll()

    def requests(self, part: str) -> int:
        return sum(request.path.startswith(part) for request in self.line.host.requests)

    def _archive(self) -> Archive:
        return Archive(self.line.told, eastern_date(self.line.clock.now()))

    def _catch_up(self, path: str) -> Answer:
        if "catchup" in self.broken:
            return Answer(503)
        address, _, query = path.partition("?")
        today = eastern_date(self.line.clock.now())
        page = answer_catchup(self._archive(), ["cs.CV"], address, parse_query(query), today, PAGE_SIZE)
        return Answer(page.status, page.body)

    def _oai(self, path: str) -> Answer:
        if "oai" in self.broken:
            return Answer(503)
        now = self.line.clock.now()
        return Answer(body=answer_oai(self._archive(), parse_query(path.partition("?")[2]), now, 2).body)


@pytest.fixture
def arxiv(make_line: MakeLine) -> ArXiv:
    """arXiv on a Friday that was seen."""
    made = ArXiv(make_line(TOPICS))
    made.announce(FRIDAY, Item("2604.00001"))
    made.look(FRIDAY)
    return made


def accounts(arxiv: ArXiv) -> dict[date, tuple[Outcome, Source]]:
    with arxiv.line.runtime.store.read() as connection:
        said = listings.find_accounts(connection, "cs.CV", FRIDAY, FRIDAY + timedelta(days=30))
    return {day: (account.outcome, account.source) for day, account in said.items()}


def members(arxiv: ArXiv) -> list[tuple[str, AnnounceType, date]]:
    """In the order of joining."""
    with arxiv.line.runtime.store.read() as connection:
        held = standings.list_standings(connection, "vision", 100, arxiv.line.clock.now())
        found = memberships.find_members(connection, "vision", [standing.arxiv_id for standing in held])
    return [
        (member.paper.arxiv_id, member.membership.announce_type, member.membership.announced_on)
        for member in reversed(found)
    ]


def miss_two_days(arxiv: ArXiv) -> None:
    arxiv.announce(MONDAY, Item("2604.00002"), Item("2604.00003", type="cross", categories=("cs.LG", "cs.CV")))
    arxiv.announce(TUESDAY, Item("2604.00002", version=2, type="replace"), Item("2604.00004"))
    arxiv.announce(WEDNESDAY, Item("2604.00005"))


def test_missed_days_come_back_with_their_days_and_types(arxiv: ArXiv) -> None:
    miss_two_days(arxiv)
    arxiv.look(WEDNESDAY)
    seen, recovered = (Outcome.NEWS, Source.LISTING), (Outcome.RECOVERED, Source.CATCHUP)
    closed = (Outcome.CLOSED, Source.LISTING)
    assert accounts(arxiv) == {
        FRIDAY: seen, date(2026, 4, 18): closed, date(2026, 4, 19): closed, MONDAY: recovered, TUESDAY: recovered,
        WEDNESDAY: seen,
    }  # fmt: skip
    new, cross = AnnounceType.NEW, AnnounceType.CROSS
    assert members(arxiv) == [
        ("2604.00001", new, FRIDAY), ("2604.00005", new, WEDNESDAY), ("2604.00002", new, MONDAY),
        ("2604.00003", cross, MONDAY), ("2604.00004", new, TUESDAY),
    ]  # fmt: skip
    assert b"Title" not in arxiv.line.get("/feeds/status.atom")
    assert b"2604.00002v2" in arxiv.line.get("/topics/vision")


def test_without_catch_up_pages_days_are_put_together_from_dates(arxiv: ArXiv) -> None:
    arxiv.broken.add("catchup")
    miss_two_days(arxiv)
    arxiv.look(WEDNESDAY)
    said = accounts(arxiv)
    assert said[MONDAY] == said[TUESDAY] == (Outcome.APPROXIMATE, Source.OAI)
    assert sorted(name for name, _, _ in members(arxiv)) == [f"2604.0000{number}" for number in range(1, 6)]
    assert arxiv.requests("/oai") == 2, "one harvest for all days, two records a page"


def test_without_either_the_search_tells_what_is_new(arxiv: ArXiv) -> None:
    arxiv.broken |= {"catchup", "oai"}
    miss_two_days(arxiv)
    answer = arxiv.line.host.trees["/api/query"]
    arxiv.line.host.serve_tree("/api/query", lambda path: answer(_as_list(path)))
    arxiv.look(WEDNESDAY)
    said = accounts(arxiv)
    assert said[MONDAY] == said[TUESDAY] == (Outcome.APPROXIMATE, Source.API)
    assert sorted(name for name, _, _ in members(arxiv)) == [f"2604.0000{number}" for number in range(1, 6)]


def _as_list(path: str) -> str:
    """The stand-in's API knows ids only: a search is answered with all there are."""
    if "submittedDate" not in path:
        return path
    ids = ",".join(f"2604.0000{number}" for number in range(1, 6))
    start = parse_query(path.partition("?")[2]).get("start", "0")
    return f"/api/query?id_list={ids}&start={start}&max_results=100"


def test_where_nothing_answers_the_days_stay_missed_until_something_does(arxiv: ArXiv) -> None:
    arxiv.broken |= {"catchup", "oai"}
    miss_two_days(arxiv)
    answer = arxiv.line.host.trees["/api/query"]
    arxiv.line.host.serve_tree("/api/query", lambda path: Answer(503) if "submitted" in path else answer(path))
    arxiv.look(WEDNESDAY)
    assert accounts(arxiv)[MONDAY][0] == accounts(arxiv)[TUESDAY][0] == Outcome.MISSED
    with arxiv.line.runtime.store.read() as connection:
        (row,) = owed.list_owed(connection, Work.RECOVER)
    assert (row.key, row.failures) == ("cs.CV", 0)
    assert row.not_before
    arxiv.broken.clear()
    request_recovery(arxiv.line.runtime, ["cs.CV"], MONDAY, TUESDAY)
    arxiv.line.work()
    assert accounts(arxiv)[MONDAY] == accounts(arxiv)[TUESDAY] == (Outcome.RECOVERED, Source.CATCHUP)
    assert len(members(arxiv)) == 5


def test_a_holiday_that_was_guessed_is_confirmed_by_the_catch_up_page(arxiv: ArXiv) -> None:
    arxiv.line.host.serve("/atom/cs.CV", make_listing([], day=MONDAY))
    arxiv.look(MONDAY)
    assert accounts(arxiv)[MONDAY] == (Outcome.CLOSED, Source.LISTING)
    arxiv.announce(TUESDAY, Item("2604.00002"))
    arxiv.look(TUESDAY)
    assert accounts(arxiv)[MONDAY] == (Outcome.CLOSED, Source.CATCHUP)
    assert arxiv.requests("/catchup/") == 1


def test_a_listing_that_stood_still_on_a_day_with_news_loses_nothing(arxiv: ArXiv) -> None:
    """The listing repeats Friday under Monday's date; only the catch-up page has Monday's news."""
    arxiv.announce(MONDAY, Item("2604.00002"))
    arxiv.line.host.serve("/atom/cs.CV", make_listing([Item("2604.00001")], day=MONDAY))
    arxiv.look(MONDAY)
    assert accounts(arxiv)[MONDAY] == (Outcome.UNCONFIRMED, Source.LISTING)
    arxiv.announce(TUESDAY, Item("2604.00003"))
    arxiv.look(TUESDAY)
    assert accounts(arxiv)[MONDAY] == (Outcome.RECOVERED, Source.CATCHUP)
    assert [name for name, _, _ in members(arxiv)] == ["2604.00001", "2604.00003", "2604.00002"]


@contextmanager
def counting(arxiv: ArXiv) -> Iterator[list[int]]:
    before = arxiv.requests("/catchup/") + arxiv.requests("/oai")
    made: list[int] = []
    yield made
    made.append(arxiv.requests("/catchup/") + arxiv.requests("/oai") - before)


def test_what_is_known_for_sure_is_not_asked_for_again(arxiv: ArXiv) -> None:
    miss_two_days(arxiv)
    arxiv.look(WEDNESDAY)
    with counting(arxiv) as made:
        request_recovery(arxiv.line.runtime, ["cs.CV"], FRIDAY, WEDNESDAY)
        arxiv.line.work()
    assert made == [0]


def pass_hours(arxiv: ArXiv, day: date, hours: int = 23) -> None:
    """Let a day pass, with whatever is due in it."""
    for hour in range(1, hours):
        arxiv.line.set_time(eastern_midnight(day) + timedelta(hours=hour, minutes=30))
        arxiv.line.work()


def names(arxiv: ArXiv) -> list[str]:
    return sorted(name for name, _, _ in members(arxiv))


def test_a_catch_up_page_that_fails_once_is_asked_again_and_makes_the_day_sure(arxiv: ArXiv) -> None:
    """A cross-list of an old paper is told by the catch-up page alone."""
    old = ("cs.LG", "cs.CV")
    arxiv.line.announce([Item("2601.00009", categories=old)], "cs.LG", date(2026, 1, 12))
    arxiv.announce(MONDAY, Item("2601.00009", type="cross", categories=old))
    arxiv.announce(TUESDAY, Item("2604.00003"))
    arxiv.broken.add("catchup")
    arxiv.look(TUESDAY)
    assert accounts(arxiv)[MONDAY] == (Outcome.APPROXIMATE, Source.OAI)
    assert names(arxiv) == ["2604.00001", "2604.00003"]
    arxiv.broken.clear()
    pass_hours(arxiv, TUESDAY)
    assert accounts(arxiv)[MONDAY] == (Outcome.RECOVERED, Source.CATCHUP)
    assert names(arxiv) == ["2601.00009", "2604.00001", "2604.00003"]


def test_a_replacement_that_the_api_does_not_know_yet_keeps_its_day_in_doubt(arxiv: ArXiv) -> None:
    arxiv.announce(MONDAY, Item("2604.00001", version=2, type="replace", title="A better title"))
    later = arxiv.line.told.pop()
    arxiv.announce(TUESDAY, Item("2604.00003"))
    page = arxiv.line.host.trees["/catchup/"]

    def truthful(path: str) -> Answer:
        arxiv.line.told.append(later)
        answer = page(path)
        arxiv.line.told.remove(later)
        return answer

    arxiv.line.host.serve_tree("/catchup/", truthful)
    arxiv.look(TUESDAY)
    assert accounts(arxiv)[MONDAY] == (Outcome.MISSED, Source.CATCHUP)
    arxiv.line.told.append(later)
    arxiv.line.host.serve_tree("/catchup/", page)
    pass_hours(arxiv, TUESDAY)
    assert accounts(arxiv)[MONDAY] == (Outcome.RECOVERED, Source.CATCHUP)
    assert b"A better title" in arxiv.line.get("/feeds/vision.atom")


def test_a_listing_that_still_shows_a_day_that_was_missed_loses_nothing(arxiv: ArXiv) -> None:
    """Nobody looked on Monday; early on Tuesday the listing shows Monday's papers under Tuesday's date."""
    arxiv.announce(MONDAY, Item("2604.00002"))
    arxiv.announce(TUESDAY, Item("2604.00003"))
    arxiv.line.host.serve("/atom/cs.CV", make_listing([Item("2604.00002")], day=TUESDAY))
    arxiv.look(TUESDAY)
    arxiv.announce(WEDNESDAY, Item("2604.00004"))
    arxiv.look(WEDNESDAY)
    assert names(arxiv) == [f"2604.0000{number}" for number in range(1, 5)]
    assert accounts(arxiv)[TUESDAY] == (Outcome.NEWS, Source.CATCHUP)


def test_a_listing_that_is_empty_though_others_moved_is_looked_at_again(make_line: MakeLine) -> None:
    two: list[dict[str, object]] = [
        {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]},
        {"slug": "language", "title": "Language", "categories": ["cs.CL"]},
    ]
    arxiv = ArXiv(make_line(two))
    line, there = arxiv.line, Item("2604.00011", categories=("cs.CL",))
    line.announce([Item("2604.00001")], "cs.CV", FRIDAY)
    line.announce([there], "cs.CL", FRIDAY)
    line.set_time(eastern_midnight(FRIDAY) + timedelta(minutes=20))
    line.poll("cs.CV", "cs.CL")
    line.announce([Item("2604.00012", categories=("cs.CL",))], "cs.CL", MONDAY)
    line.host.serve("/atom/cs.CV", make_listing([], day=MONDAY))
    line.set_time(eastern_midnight(MONDAY) + timedelta(minutes=20))
    line.poll("cs.CL")
    line.poll("cs.CV")
    line.announce([Item("2604.00002")], "cs.CV", MONDAY)
    pass_hours(arxiv, MONDAY, hours=3)
    assert names(arxiv) == ["2604.00001", "2604.00002"]
    assert accounts(arxiv)[MONDAY] == (Outcome.NEWS, Source.LISTING)


def test_a_listing_that_was_never_looked_at_can_be_backfilled(make_line: MakeLine) -> None:
    arxiv = ArXiv(make_line(TOPICS))
    arxiv.announce(MONDAY, Item("2604.00002"))
    arxiv.announce(TUESDAY, Item("2604.00003"))
    arxiv.line.set_time(eastern_midnight(TUESDAY) + timedelta(hours=1))
    assert request_recovery(arxiv.line.runtime, ["cs.CV"], MONDAY, MONDAY) == 1
    arxiv.line.work()
    assert names(arxiv) == ["2604.00002", "2604.00003"]
    assert accounts(arxiv)[MONDAY] == (Outcome.RECOVERED, Source.CATCHUP)


def test_an_archive_is_searched_for_with_all_its_categories(arxiv: ArXiv) -> None:
    arxiv.line.runtime.api.search("cs", eastern_midnight(MONDAY), eastern_midnight(TUESDAY))
    (asked,) = [request.path for request in arxiv.line.host.requests if "submittedDate" in request.path]
    assert "cat%3Acs.%2A" in asked
