"""A quiet day and a fault never look alike: what an operator is told, and what not. 17 April 2026 is a Friday."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from feeds.incidents import detect_incidents
from feeds.model.announcements import Outcome, VisitOutcome
from feeds.model.incidents import Finding, Incident, IncidentKind, decide_incidents, reword_incidents
from feeds.status import DeadWork, ListingStatus, Status, WorkStatus, WritingStatus
from feeds.store.listings import Day, Listing, Visit
from feeds.store.owed import Work

FRIDAY, SATURDAY = date(2026, 4, 17), date(2026, 4, 18)
#: Midnight Eastern that begins Friday.
BUILT = datetime(2026, 4, 17, 4, tzinfo=UTC)
NOON = BUILT + timedelta(hours=12)


def status(
    *days: Day,
    now: datetime = NOON,
    failing_since: datetime | None = None,
    work: WorkStatus | None = None,
    dead: tuple[DeadWork, ...] = (),
    looked: bool = True,
    polled: bool = True,
) -> Status:
    outcome = VisitOutcome.UNREACHABLE if failing_since else VisitOutcome.UNCHANGED
    visit = Visit("cs.CV", BUILT, outcome, "HTTP 503" if failing_since else None)
    due = NOON + timedelta(hours=1) if polled else None
    listing = ListingStatus(Listing("cs.CV"), visit if looked else None, failing_since, due)
    return Status(now, (listing,), days, {}, (work,) if work else (), dead)


def said(outcome: Outcome, listing: str = "cs.CV", day: date = FRIDAY) -> Day:
    return Day(listing, day, outcome, None, {})


def kinds(found: Status) -> list[tuple[IncidentKind, str]]:
    return [(finding.kind, finding.subject) for finding in detect_incidents(found)]


def test_a_day_with_news_is_no_incident() -> None:
    assert kinds(status(said(Outcome.NEWS))) == []


@pytest.mark.parametrize("outcome", [Outcome.CLOSED, Outcome.UNCONFIRMED, Outcome.REFUSED])
def test_a_weekday_without_news_is_told_by_noon(outcome: Outcome) -> None:
    assert kinds(status(said(outcome))) == [(IncidentKind.NO_NEWS, "2026-04-17")]
    assert kinds(status(said(outcome), now=NOON - timedelta(seconds=1))) == []


def test_a_weekend_without_news_and_a_wire_that_never_looked_are_quiet() -> None:
    assert kinds(status(said(Outcome.CLOSED, day=SATURDAY), now=NOON + timedelta(days=1))) == []
    assert kinds(status(looked=False)) == []


def test_a_listing_that_stood_still_beside_others_is_told_by_name() -> None:
    found = status(said(Outcome.NEWS, "cs.SD"), said(Outcome.STALE))
    assert kinds(found) == [(IncidentKind.STALE, "cs.CV")]


def test_a_listing_that_fails_for_hours_is_told_with_its_reason() -> None:
    since = NOON - timedelta(hours=3)
    (finding,) = detect_incidents(status(said(Outcome.NEWS), failing_since=since))
    assert (finding.kind, finding.subject) == (IncidentKind.FAILING, "cs.CV")
    assert "HTTP 503" in finding.text
    assert kinds(status(said(Outcome.NEWS), failing_since=since + timedelta(seconds=1))) == []


def test_a_listing_that_no_topic_reads_any_more_is_no_incident() -> None:
    assert kinds(status(failing_since=BUILT, polled=False)) == []


@pytest.mark.parametrize("outcome", [Outcome.STALE, Outcome.UNCONFIRMED, Outcome.CLOSED, Outcome.REFUSED])
def test_a_past_day_that_is_in_doubt_is_told(outcome: Outcome) -> None:
    day = date(2026, 4, 15)
    assert kinds(status(said(Outcome.NEWS), said(outcome, day=day))) == [(IncidentKind.MISSED, "cs.CV 2026-04-15")]


def test_a_webhook_that_takes_nothing_is_one_incident_and_is_not_told_of_itself() -> None:
    dead = tuple(DeadWork(Work.ALERT, f"{number} opened", "HTTP 500") for number in (1, 2, 3))
    assert kinds(status(said(Outcome.NEWS), dead=dead)) == [(IncidentKind.DEAD, "webhook")]


def test_a_missed_day_is_told_when_it_could_not_be_recovered() -> None:
    days = (said(Outcome.NEWS), said(Outcome.MISSED, day=date(2026, 4, 15)))
    assert kinds(status(*days)) == [(IncidentKind.MISSED, "cs.CV 2026-04-15")]
    assert kinds(status(said(Outcome.NEWS), said(Outcome.MISSED, day=date(2026, 4, 16)), now=BUILT)) == []


def test_a_backlog_is_told_by_kind() -> None:
    late = WorkStatus(Work.ENRICH, owed=7, running=0, later=0, late=7, dead=0, oldest_seconds=3600.0)
    assert kinds(status(said(Outcome.NEWS), work=late)) == [(IncidentKind.BACKLOG, "enrich")]
    young = WorkStatus(Work.ENRICH, owed=7, running=0, later=0, late=7, dead=0, oldest_seconds=3599.0)
    assert kinds(status(said(Outcome.NEWS), work=young)) == []


def test_work_that_was_given_up_is_told_with_why() -> None:
    dead = (DeadWork(Work.ENRICH, "2604.00001", "it never ends"),)
    (finding,) = detect_incidents(status(said(Outcome.NEWS), dead=dead))
    assert finding == Finding(IncidentKind.DEAD, "enrich 2604.00001", "it never ends")


def test_the_same_fault_is_one_incident_until_it_is_over() -> None:
    finding = Finding(IncidentKind.STALE, "cs.CV", "It has not moved.")
    standing = Incident(1, IncidentKind.STALE, "cs.CV", "It has not moved.", NOON)
    other = Incident(2, IncidentKind.STALE, "cs.SD", "It has not moved.", NOON)
    assert decide_incidents([finding], []) == ([finding], [])
    assert decide_incidents([finding], [standing, other]) == ([], [other])
    assert reword_incidents([finding], [standing, other]) == []


def test_an_incident_says_what_is_wrong_now() -> None:
    finding = Finding(IncidentKind.REFUSED, "the topics file", "line 9: slug is missing")
    standing = Incident(1, IncidentKind.REFUSED, "the topics file", "line 2: title is missing", NOON)
    assert decide_incidents([finding], [standing]) == ([], [])
    assert reword_incidents([finding], [standing]) == [replace(standing, text="line 9: slug is missing")]


def test_a_refused_file_and_every_paused_topic_is_told() -> None:
    well = status(said(Outcome.NEWS))
    found = replace(well, topics_refused="topics.yaml is refused: line 2", paused={"vision": "its query"})
    refused, paused = detect_incidents(found)
    assert (refused.kind, refused.subject) == (IncidentKind.REFUSED, "the topics file")
    assert refused.text == "topics.yaml is refused: line 2; the topics in force stay."
    assert (paused.kind, paused.subject) == (IncidentKind.PAUSED, "vision")
    assert paused.text.startswith("It takes no papers: its query.")
    assert "./wire topics reselect vision" in paused.text


def test_a_model_that_refuses_or_is_silent_is_one_incident() -> None:
    well = status(said(Outcome.NEWS))
    refusing = WritingStatus(3, {"HTTP 401": 1, "left alone": 2}, "HTTP 401", silent_since=BUILT)
    silent = WritingStatus(3, {"HTTP 500": 3}, silent_since=BUILT)
    (refused,) = detect_incidents(replace(well, writing=refusing))
    (quiet,) = detect_incidents(replace(well, writing=silent))
    assert (refused.kind, refused.subject) == (quiet.kind, quiet.subject)
    assert (refused.kind, refused.subject) == (IncidentKind.UNWRITTEN, "the language model")
    assert "HTTP 401" in refused.text
    assert "WIRE_LLM_API_KEY" in refused.text
    assert quiet.text == (
        "Nothing was written for an hour, though papers wait since 2026-04-17 04:00 UTC: HTTP 500."
    )
    assert kinds(replace(well, writing=WritingStatus(3, {"HTTP 500": 3}))) == []


@pytest.mark.parametrize(
    ("writing", "found"),
    [
        (WritingStatus(7), [(IncidentKind.BACKLOG, "write")]),  # nobody asks the model
        (WritingStatus(7, answers=True), []),  # it is slow
        (WritingStatus(7, {"HTTP 500": 1}), []),  # told by itself, after an hour
    ],
)
def test_what_waits_for_a_model_that_is_asked_is_no_backlog(
    writing: WritingStatus, found: list[tuple[IncidentKind, str]]
) -> None:
    late = WorkStatus(Work.WRITE, owed=7, running=0, later=0, late=7, dead=0, oldest_seconds=3600.0)
    assert kinds(replace(status(said(Outcome.NEWS), work=late), writing=writing)) == found
