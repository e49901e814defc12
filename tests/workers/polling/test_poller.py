"""One look at a listing, on real parts: what is kept of it, and what of one that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from feeds.clock import FixedClock
from feeds.errors import OutOfTime, SupersededError
from feeds.model.announcements import Outcome, VisitOutcome
from feeds.store import listings, memberships, owed, papers
from feeds.store.listings import Day, Listing, Visit
from feeds.store.owed import Claim, Owed, Work
from tests.support.hosts import Answer, Host
from tests.support.listings import Item, make_listing
from tests.support.wires import FRIDAY, MORNING, Line
from workers import runtime as runtimes
from workers.polling.poller import listing_url, poll_listing
from workers.runtime import Runtime

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
VISION: dict[str, object] = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}
REAL = MORNING + timedelta(days=300)
PATH = "/atom/cs.CV"


class Polling:
    """The poller on a line whose both clocks stand still."""

    def __init__(self, line: Line, host: Host) -> None:
        self.line = line
        self.host = host
        self.real = FixedClock(REAL)
        self.runtime: Runtime = replace(line.runtime, real_clock=self.real)

    def poll(self, name: str = "cs.CV") -> None:
        with self.runtime.store.write() as connection:
            owed.owe(connection, Work.POLL, [name], self.runtime.clock.now())
            claims = owed.claim(connection, Work.POLL, [name], self.runtime.times(), 100)
        assert [claim.key for claim in claims] == [name]
        poll_listing(self.runtime, claims)

    @property
    def visit(self) -> Visit:
        with self.runtime.store.read() as connection:
            return listings.last_visits(connection)["cs.CV"]

    @property
    def listing(self) -> Listing:
        with self.runtime.store.read() as connection:
            return listings.find_listing(connection, "cs.CV")

    @property
    def days(self) -> list[Day]:
        with self.runtime.store.read() as connection:
            return listings.list_days(connection)

    def row(self, kind: Work = Work.POLL, key: str = "cs.CV") -> Owed:
        (found,) = [row for row in self.rows(kind) if row.key == key]
        return found

    def rows(self, kind: Work) -> list[Owed]:
        with self.runtime.store.read() as connection:
            return owed.list_owed(connection, kind)

    def papers(self, *arxiv_ids: str) -> list[str]:
        with self.runtime.store.read() as connection:
            return sorted(papers.find_papers(connection, arxiv_ids))

    def members(self) -> dict[str, int]:
        with self.runtime.store.read() as connection:
            return memberships.count_members(connection)


@pytest.fixture
def polling(make_line: MakeLine, host: Host) -> Polling:
    return Polling(make_line([VISION]), host)


def test_a_look_keeps_what_was_announced_and_owes_what_follows(polling: Polling) -> None:
    polling.host.serve(
        PATH, Answer(body=make_listing([Item("2604.00001"), Item("2604.00002")]), headers={"ETag": "e1"})
    )
    polling.poll()
    assert polling.papers("2604.00001", "2604.00002") == ["2604.00001", "2604.00002"]
    assert polling.members() == {"vision": 2}
    assert polling.days == [Day("cs.CV", FRIDAY, Outcome.NEWS, None, {"new": 2})]
    visit = polling.visit
    assert (visit.outcome, visit.listing_on, visit.items, visit.announced) == (VisitOutcome.NEWS, FRIDAY, 2, 2)
    assert visit.size == len(make_listing([Item("2604.00001"), Item("2604.00002")]))
    assert (polling.listing.listing_on, polling.listing.etag, polling.listing.failures) == (FRIDAY, "e1", 0)
    assert [row.key for row in polling.rows(Work.ENRICH)] == ["2604.00001", "2604.00002"]
    assert polling.row().due_at > MORNING + timedelta(hours=20)  # the day is in: tomorrow's listing is next


def test_a_listing_that_is_not_of_today_yet_is_looked_at_again_within_the_hour(polling: Polling) -> None:
    polling.host.serve(PATH, make_listing([Item()], day=FRIDAY - timedelta(days=1)))
    polling.poll()
    assert polling.row().due_at == MORNING + timedelta(hours=1)


def test_not_modified_is_a_look_that_changes_nothing(polling: Polling) -> None:
    polling.host.serve(
        PATH, Answer(body=make_listing([Item()]), headers={"ETag": "e1", "Last-Modified": "then"}), Answer(304)
    )
    polling.poll()
    before = polling.listing, polling.days
    polling.poll()
    assert (polling.listing, polling.days) == before
    assert (polling.visit.outcome, polling.visit.listing_on) == (VisitOutcome.UNCHANGED, FRIDAY)
    assert polling.host.requests[1].headers["if-none-match"] == "e1"
    assert polling.host.requests[1].headers["if-modified-since"] == "then"


def test_a_closed_day_is_recorded_as_closed(polling: Polling) -> None:
    saturday = FRIDAY + timedelta(days=1)
    polling.line.set_time(MORNING + timedelta(days=1))
    polling.host.serve(PATH, make_listing([], day=saturday))
    polling.poll()
    assert polling.visit.outcome == VisitOutcome.CLOSED
    assert polling.days == [Day("cs.CV", saturday, Outcome.CLOSED, None, {})]


def test_an_item_that_cannot_be_read_stops_no_other_and_is_told(polling: Polling) -> None:
    polling.host.serve(PATH, make_listing([Item("2604.00001"), Item("2604.00002", type="novel")]))
    polling.poll()
    assert polling.members() == {"vision": 1}
    assert polling.visit.outcome == VisitOutcome.NEWS
    assert str(polling.visit.reason).startswith("1 unreadable items skipped: ")


GOOD = make_listing([Item("2604.00009")], day=FRIDAY + timedelta(days=3))
UNREACHABLE = VisitOutcome.UNREACHABLE
REFUSED = VisitOutcome.REFUSED


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (Answer(body=b""), REFUSED, "empty body"),
        (Answer(body=GOOD[:-50]), REFUSED, "not well-formed"),
        (Answer(body=GOOD.replace(b"A title", b"A & B")), REFUSED, "not well-formed"),
        (Answer(body=b'<rss version="2.0"><channel><title>cs.CV</title></channel></rss>'), REFUSED, "not Atom"),
        (Answer(body=b"<html><body>Please wait</body></html>"), REFUSED, "HTML, not a listing"),
        (Answer(body=GOOD.replace(b"<feed", b"<!DOCTYPE feed>\n<feed")), REFUSED, "it has a DOCTYPE"),
        (Answer(body=GOOD.replace(b"cs.CV updates", b"Feed error for cs.CV updates")), REFUSED, "an error feed"),
        (Answer(400, GOOD.replace(b"cs.CV updates", b"Feed error for cs.CV updates")), UNREACHABLE, "HTTP 400"),
        (Answer(body=GOOD, claim=len(GOOD) + 1), UNREACHABLE, "the body broke off"),
        (Answer(body=b"x" * (16 * 1024 * 1024 + 1)), UNREACHABLE, "the body is larger than 16777216 bytes"),
        (Answer(404, GOOD), UNREACHABLE, "HTTP 404"),
        (Answer(429, GOOD), UNREACHABLE, "HTTP 429"),
        (Answer(500, GOOD), UNREACHABLE, "HTTP 500"),
        (Answer(503, GOOD), UNREACHABLE, "HTTP 503"),
        (Answer(302, headers={"Location": "http://arxiv.invalid/"}), UNREACHABLE, "it redirects to another host"),
        (Answer(302, headers={"Location": "http://[::1"}), UNREACHABLE, "failed"),
        (Answer(body=GOOD, headers={"Content-Encoding": "br"}), UNREACHABLE, "the body is encoded as br"),
        (Answer(304), UNREACHABLE, "HTTP 304"),
    ],
)  # fmt: skip
def test_a_look_that_fails_is_recorded_with_its_reason_and_keeps_nothing(
    polling: Polling, answer: Answer, outcome: VisitOutcome, reason: str
) -> None:
    polling.host.serve(PATH, make_listing([Item("2604.00001")]))
    polling.poll()
    before = polling.listing
    polling.line.set_time(MORNING + timedelta(days=3))
    polling.host.serve(PATH, answer)
    polling.poll()
    visit = polling.visit
    assert (visit.outcome, visit.items, visit.announced, visit.listing_on) == (outcome, 0, 0, None)
    assert str(visit.reason).startswith(reason)
    assert polling.papers("2604.00009") == []
    assert polling.members() == {"vision": 1}
    assert polling.listing == replace(before, failures=1, visited_at=MORNING + timedelta(days=3))
    row = polling.row()
    assert (row.failures, row.reason) == (1, visit.reason)
    assert row.not_before
    assert REAL + timedelta(seconds=30) <= row.not_before <= REAL + timedelta(seconds=60)
    refused = [day for day in polling.days if day.outcome == Outcome.REFUSED]
    assert [(day.day, day.reason) for day in refused] == [(date(2026, 4, 20), visit.reason)]


def test_after_failures_the_next_good_look_brings_what_was_missed(polling: Polling) -> None:
    polling.host.serve(PATH, Answer(500), Answer(body=b""), make_listing([Item("2604.00001")]))
    for _ in range(3):
        polling.poll()
        polling.real.at += timedelta(hours=3)
    assert polling.members() == {"vision": 1}
    assert (polling.listing.failures, polling.row().failures, polling.row().reason) == (0, 0, None)
    assert polling.days == [Day("cs.CV", FRIDAY, Outcome.NEWS, None, {"new": 1})]


def test_a_refusal_after_news_does_not_unsay_the_news(polling: Polling) -> None:
    polling.host.serve(PATH, make_listing([Item("2604.00001")]), b"")
    polling.poll()
    polling.poll()
    assert [(day.day, day.outcome) for day in polling.days] == [(FRIDAY, Outcome.NEWS)]


def test_the_wait_grows_with_every_failure_up_to_two_hours(
    polling: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    polling.host.serve(PATH, Answer(500))
    waits = []
    for _ in range(10):
        polling.poll()
        not_before = polling.row().not_before
        assert not_before
        waits.append((not_before - polling.real.at).total_seconds())
        polling.real.at = not_before
    assert waits == [60, 120, 240, 480, 960, 1920, 3840, 7200, 7200, 7200]


def test_a_host_that_asks_for_more_patience_gets_it(polling: Polling) -> None:
    polling.host.serve(PATH, Answer(429, headers={"Retry-After": "1800"}))
    polling.poll()
    assert polling.row().not_before == REAL + timedelta(seconds=1800)


def test_a_look_that_is_out_of_time_is_a_failure_like_any_other(
    polling: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(*_args: object, **_options: object) -> None:
        raise OutOfTime("it took longer than 120 s")

    monkeypatch.setattr("workers.http_client.HttpClient.fetch", hang)
    polling.poll()
    assert (polling.visit.outcome, polling.visit.reason) == (UNREACHABLE, "it took too long")
    assert polling.row().failures == 1


def test_whoever_was_taken_over_keeps_nothing_of_its_look(polling: Polling) -> None:
    polling.host.serve(PATH, make_listing([Item("2604.00001")]), Answer(500))
    stale = Claim(Work.POLL, "cs.CV", attempt=99, asked=1, failures=0)
    for _ in range(2):
        with pytest.raises(SupersededError):
            poll_listing(polling.runtime, [stale])
    assert polling.papers("2604.00001") == []
    assert polling.days == []
    with polling.runtime.store.read() as connection:
        assert listings.last_visits(connection) == {}


def test_atom_is_asked_for_by_the_listings_canonical_name(polling: Polling) -> None:
    polling.host.serve(PATH, make_listing([]))
    polling.poll()
    assert [request.path for request in polling.host.requests] == ["/atom/cs.CV"]
    assert listing_url("https://rss.arxiv.org", "cond-mat.str-el") == "https://rss.arxiv.org/atom/cond-mat.str-el"


def test_a_listing_that_fails_does_not_keep_another_from_being_polled(make_line: MakeLine, host: Host) -> None:
    line = make_line([{**VISION, "categories": ["cs.CV", "cs.LG"]}])
    host.serve("/atom/cs.CV", Answer(500))
    line.announce([Item("2604.00001", categories=("cs.LG",))], "cs.LG")
    line.poll("cs.CV", "cs.LG")
    with line.runtime.store.read() as connection:
        visits = listings.last_visits(connection)
        assert memberships.count_members(connection) == {"vision": 1}
    assert (visits["cs.CV"].outcome, visits["cs.LG"].outcome) == (UNREACHABLE, VisitOutcome.NEWS)
    assert runtimes._current is None


def test_an_archive_that_is_too_large_for_a_listing_is_polled_by_its_categories(
    make_line: MakeLine, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arXiv cuts off first is new: three papers are announced here, and two fit."""
    monkeypatch.setattr("workers.polling.poller.LIMIT", 2)
    topic: dict[str, object] = {"slug": "fields", "title": "Fields", "categories": ["nlin"], "announce": ["new"]}
    line = make_line([topic])
    items = [Item(f"2604.0000{number}", categories=("nlin.CD", "nlin.AO")) for number in (1, 2, 3)]
    host.serve("/atom/nlin", make_listing(items[:2], "nlin"))
    host.serve("/atom/nlin.CD", make_listing(items, "nlin.CD"))
    host.serve("/atom/nlin.AO", make_listing([replace(item, type="cross") for item in items], "nlin.AO"))
    for empty in ("nlin.CG", "nlin.PS", "nlin.SI"):
        host.serve(f"/atom/{empty}", make_listing([], empty))
    line.poll("nlin")
    with line.runtime.store.read() as connection:
        polled = [row.key for row in owed.list_owed(connection, Work.POLL)]
        assert memberships.count_members(connection) == {"fields": 3}
    assert sorted(polled) == ["nlin.AO", "nlin.CD", "nlin.CG", "nlin.PS", "nlin.SI"]


def test_a_stale_listing_and_a_holiday_are_told_apart(make_line: MakeLine, host: Host) -> None:
    two: dict[str, object] = {"slug": "two", "title": "Two", "categories": ["cs.CV", "cs.CL"]}
    line = make_line([two])
    monday, tuesday = (FRIDAY + timedelta(days=days) for days in (3, 4))

    def look(day: date, *names: str, **shown: list[Item]) -> dict[str, Outcome]:
        for name in names:
            host.serve(f"/atom/{name}", make_listing(shown[name[3:]], name, day))
        line.set_time(MORNING + (day - FRIDAY))
        line.poll(*names)
        with line.runtime.store.read() as connection:
            return {name: said.outcome for name, said in listings.find_days(connection, day).items()}

    first, second = Item("2604.00001"), Item("2604.00011", categories=("cs.CL",))
    news, closed = Outcome.NEWS, Outcome.CLOSED
    assert look(FRIDAY, "cs.CV", "cs.CL", CV=[first], CL=[second]) == {"cs.CV": news, "cs.CL": news}
    assert look(monday, "cs.CV", "cs.CL", CV=[first], CL=[second]) == {"cs.CV": closed, "cs.CL": closed}
    assert look(tuesday, "cs.CV", "cs.CL", CV=[Item("2604.00002")], CL=[second]) == {
        "cs.CV": news,
        "cs.CL": Outcome.STALE,
    }


def test_a_single_listing_that_did_not_move_is_unconfirmed(polling: Polling) -> None:
    polling.host.serve(PATH, make_listing([Item()]), make_listing([Item()], day=date(2026, 4, 20)))
    polling.poll()
    polling.line.set_time(MORNING + timedelta(days=3))
    polling.poll()
    assert [day.outcome for day in polling.days if day.day == date(2026, 4, 20)] == [Outcome.UNCONFIRMED]
