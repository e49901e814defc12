"""What became of a listing on a day: a quiet day and a fault never look alike. 17 April 2026 is a Friday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.accounts import (
    AFTER_GAP,
    Account,
    Look,
    decide_accounts,
    find_gaps,
    is_sure,
    is_weekend,
    supersedes,
)
from feeds.model.announcements import Outcome, Source, VisitOutcome

FRIDAY, SATURDAY, MONDAY = date(2026, 4, 17), date(2026, 4, 18), date(2026, 4, 20)
NEWS = Account(Outcome.NEWS)
CONFIRMED = Account(Outcome.CLOSED, None, Source.CATCHUP)


def unmoved(listing_on: date = FRIDAY) -> Look:
    return Look(VisitOutcome.UNCHANGED, listing_on)


def empty(day: date) -> Look:
    return Look(VisitOutcome.CLOSED, day)


def judge(day: date, looks: dict[str, Look], known: dict[str, Account] | None = None) -> dict[str, Outcome]:
    return {name: account.outcome for name, account in decide_accounts(day, looks, known or {}).items()}


def test_a_listing_that_stood_still_beside_one_that_moved_is_stale() -> None:
    assert judge(MONDAY, {"cs.CV": unmoved(), "cs.SD": unmoved(MONDAY)}, {"cs.SD": NEWS}) == {
        "cs.CV": Outcome.STALE
    }


def test_a_holiday_is_told_by_no_listing_moving() -> None:
    looks = {"cs.CV": unmoved(), "cs.SD": unmoved(MONDAY)}
    assert judge(MONDAY, looks) == {"cs.CV": Outcome.CLOSED, "cs.SD": Outcome.CLOSED}


def test_a_single_listing_that_did_not_move_is_unconfirmed() -> None:
    assert judge(MONDAY, {"cs.CV": unmoved()}) == {"cs.CV": Outcome.UNCONFIRMED}


def test_what_was_guessed_is_judged_anew_when_another_moves() -> None:
    known = {"cs.CV": Account(Outcome.CLOSED), "cs.SD": NEWS}
    assert judge(MONDAY, {"cs.CV": unmoved(), "cs.SD": unmoved()}, known) == {"cs.CV": Outcome.STALE}


def test_an_empty_listing_says_itself_that_the_day_is_closed() -> None:
    assert judge(MONDAY, {"cs.CV": empty(MONDAY)}) == {"cs.CV": Outcome.CLOSED}
    assert judge(MONDAY, {"cs.CV": empty(SATURDAY)}) == {"cs.CV": Outcome.UNCONFIRMED}, "it was not built today"


def test_an_empty_listing_beside_one_that_moved_is_in_doubt_until_it_is_looked_up() -> None:
    """A small listing may have nothing on a day with news; a large one that is empty may yet be filled."""
    (account,) = decide_accounts(MONDAY, {"math.KT": empty(MONDAY)}, {"cs.CV": NEWS}).values()
    assert account.outcome == Outcome.UNCONFIRMED
    assert not is_sure(account)


def test_what_was_looked_up_is_never_guessed_again() -> None:
    looks = {"cs.CV": unmoved(), "cs.SD": unmoved()}
    assert judge(MONDAY, looks, {"cs.CV": CONFIRMED, "cs.SD": NEWS}) == {}


@pytest.mark.parametrize(
    ("said", "known", "supersede"),
    [
        (NEWS, Account(Outcome.STALE), True),
        (Account(Outcome.STALE), NEWS, False),
        (Account(Outcome.RECOVERED, None, Source.CATCHUP), Account(Outcome.APPROXIMATE, None, Source.OAI), True),
        (Account(Outcome.CLOSED, None, Source.CATCHUP), Account(Outcome.APPROXIMATE, None, Source.OAI), False),
        (Account(Outcome.CLOSED), CONFIRMED, False),
        (CONFIRMED, Account(Outcome.CLOSED), True),
        (Account(Outcome.RECOVERED, None, Source.CATCHUP), Account(Outcome.NEWS, AFTER_GAP), True),
    ],
)
def test_what_was_seen_may_become_surer_but_is_never_unsaid(said: Account, known: Account, supersede: bool) -> None:
    assert supersedes(said, known) is supersede


@pytest.mark.parametrize("look", [empty(SATURDAY), unmoved()])
def test_a_weekend_is_closed(look: Look) -> None:
    assert judge(SATURDAY, {"cs.CV": look}) == {"cs.CV": Outcome.CLOSED}


@pytest.mark.parametrize("failure", [VisitOutcome.REFUSED, VisitOutcome.UNREACHABLE])
@pytest.mark.parametrize("day", [SATURDAY, MONDAY])
def test_a_failed_look_is_never_a_quiet_day(failure: VisitOutcome, day: date) -> None:
    looks = {"cs.CV": Look(failure, None, "HTTP 503"), "cs.SD": unmoved()}
    assert decide_accounts(day, looks, {})["cs.CV"] == Account(Outcome.REFUSED, "HTTP 503")


def test_failed_looks_are_not_what_others_are_compared_with() -> None:
    looks = {"cs.CV": unmoved(), "cs.SD": Look(VisitOutcome.UNREACHABLE, None)}
    assert judge(MONDAY, looks)["cs.CV"] == Outcome.UNCONFIRMED


@pytest.mark.parametrize("outcome", [Outcome.NEWS, Outcome.RECOVERED, Outcome.APPROXIMATE])
def test_what_was_seen_is_never_unsaid(outcome: Outcome) -> None:
    for look in (unmoved(), empty(MONDAY), Look(VisitOutcome.UNREACHABLE, None)):
        assert judge(MONDAY, {"cs.CV": look, "cs.SD": unmoved()}, {"cs.CV": Account(outcome)}).get("cs.CV") is None


def test_nothing_is_said_twice() -> None:
    looks = {"cs.CV": unmoved(), "cs.SD": unmoved()}
    said = decide_accounts(MONDAY, looks, {})
    assert decide_accounts(MONDAY, looks, said) == {}


def test_gaps_are_the_weekdays_that_nobody_saw() -> None:
    known = {FRIDAY: NEWS, MONDAY: Account(Outcome.STALE), date(2026, 4, 22): NEWS}
    assert find_gaps(FRIDAY, date(2026, 4, 23), known) == [MONDAY, date(2026, 4, 21)]


def test_a_day_that_was_only_guessed_to_be_closed_is_looked_up() -> None:
    assert find_gaps(MONDAY, date(2026, 4, 21), {MONDAY: Account(Outcome.CLOSED)}) == [MONDAY]
    assert find_gaps(MONDAY, date(2026, 4, 21), {MONDAY: CONFIRMED}) == []


def test_no_time_passed_no_gap() -> None:
    assert find_gaps(FRIDAY, FRIDAY, {}) == []


ACCOUNTS = st.builds(Account, st.sampled_from(Outcome), st.none(), st.sampled_from(Source))


@given(st.integers(0, 30), st.dictionaries(st.integers(0, 30).map(lambda n: FRIDAY + timedelta(days=n)), ACCOUNTS))
def test_every_weekday_between_is_sure_or_a_gap(length: int, known: dict[date, Account]) -> None:
    until = FRIDAY + timedelta(days=length)
    gaps = find_gaps(FRIDAY, until, known)
    for offset in range(length):
        day = FRIDAY + timedelta(days=offset)
        assert (day in gaps) != (is_weekend(day) or is_sure(known.get(day)))
    assert gaps == sorted(gaps)
