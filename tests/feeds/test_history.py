"""The last days in numbers."""

from __future__ import annotations

from datetime import date, timedelta

from feeds.history import Delays, count_looks, load_history, measure_delays
from feeds.model.announcements import Outcome, Source, VisitOutcome
from feeds.model.calendar import eastern_midnight
from feeds.store import listings, memberships, standings
from feeds.store.engine import Store
from feeds.store.listings import Day, Listing, Visit
from tests.support.papers import DAY, NOW, define, join, make_topic

MINUTE = timedelta(minutes=1)
MIDNIGHT = eastern_midnight(DAY)


def test_delays_are_counted_from_the_listings_build() -> None:
    releases = [(DAY, MIDNIGHT + minutes * MINUTE) for minutes in (30, 10, 20, 90, 50, 40, 60, 70, 80, 100)]
    assert measure_delays(releases) == {DAY: Delays(50, 90)}
    assert measure_delays([(DAY, MIDNIGHT - MINUTE)]) == {DAY: Delays(0, 0)}
    assert measure_delays([]) == {}


def test_looks_are_counted_by_arxivs_days() -> None:
    late = MIDNIGHT - MINUTE
    counted = count_looks(
        [(late, VisitOutcome.NEWS), (MIDNIGHT, VisitOutcome.NEWS), (MIDNIGHT, VisitOutcome.REFUSED)]
    )
    assert counted == {
        DAY - timedelta(days=1): {VisitOutcome.NEWS: 1},
        DAY: {VisitOutcome.NEWS: 1, VisitOutcome.REFUSED: 1},
    }


def test_a_wires_days_are_told_in_numbers(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("vision"), make_topic("also"))
        for name in ("cs.CV", "cs.LG"):
            listings.save_listing(connection, Listing(name))
            listings.record_day(connection, Day(name, DAY, Outcome.NEWS, None, {"new": 2, "cross": 1}), NOW)
            listings.record_visit(connection, Visit(name, NOW, VisitOutcome.NEWS))
        join(connection, ["2604.00001", "2604.00002"])
        join(connection, ["2604.00001"], "also")
        join(connection, ["2604.00003"], tldr=False)
        memberships.hide(connection, "vision", "2604.00002", NOW)
        standings.release(connection, "vision", NOW)
    told = load_history(store, NOW, days=3)
    assert [one.day for one in told] == [date(2026, 4, 15), date(2026, 4, 16), DAY]
    today = told[-1]
    assert (today.announced, today.matched, today.summarized) == (6, 2, 1)
    assert today.looks == {VisitOutcome.NEWS: 2}
    assert today.delays == Delays(70, 70)
    assert (told[0].announced, told[0].matched, told[0].looks, told[0].delays) == (0, 0, {}, None)


def test_what_was_recovered_later_is_no_delay(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        listings.save_listing(connection, Listing("cs.CV"))
        account = Day("cs.CV", DAY, Outcome.RECOVERED, None, {"new": 1}, Source.CATCHUP)
        listings.record_day(connection, account, NOW)
        join(connection, ["2604.00001"])
        standings.release(connection, "vision", NOW)
    assert load_history(store, NOW)[-1].delays is None
