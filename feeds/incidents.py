"""Finds what an operator should know of in a wire's status. Pure: the status is all it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from feeds.model.accounts import is_sure, is_weekend
from feeds.model.announcements import Outcome
from feeds.model.calendar import eastern_date, eastern_midnight
from feeds.model.incidents import Finding, IncidentKind
from feeds.status import Status
from feeds.store.owed import REPEATING, Work

#: By then every listing of a weekday has been built for hours (at midnight Eastern).
_NEWS_BY = timedelta(hours=12)
#: The subject of what the webhook cannot be told.
WEBHOOK = "webhook"
#: The subject of a refusal, whatever the file is called.
TOPICS_FILE = "the topics file"
#: The subject of all that is wrong with it: one incident, whatever it says next.
MODEL = "the language model"
_FAILING_LONG = timedelta(hours=3)
_BACKLOG_SECONDS = 3600.0
#: A missed day that could not be recovered by then.
_RECOVERED_BY = timedelta(hours=12)


def detect_incidents(status: Status) -> list[Finding]:
    """Everything that is wrong now; the same fault is always found under the same kind and subject."""
    return [
        *_silent(status),
        *_failing(status),
        *_missed(status),
        *_backlog(status),
        *_dead(status),
        *_topics(status),
        *_unwritten(status),
    ]


def _silent(status: Status) -> Iterator[Finding]:
    today = eastern_date(status.now)
    looked = [item for item in status.listings if item.visit and item.is_polled]
    if is_weekend(today) or not looked or status.now < eastern_midnight(today) + _NEWS_BY:
        return
    said = {day.listing: day.outcome for day in status.days if day.day == today}
    if not any(outcome.seen for outcome in said.values()):
        yield Finding(
            IncidentKind.NO_NEWS,
            today.isoformat(),
            f"No listing has moved on {today:%A}, {today}: a holiday of arXiv's, or a fault.",
        )
        return
    for name, outcome in sorted(said.items()):
        if outcome is Outcome.STALE:
            yield Finding(IncidentKind.STALE, name, f"{name} has not moved on {today}, though other listings have.")


def _failing(status: Status) -> Iterator[Finding]:
    for item in status.listings:
        if (
            item.is_polled
            and item.visit
            and item.failing_since
            and status.now - item.failing_since >= _FAILING_LONG
        ):
            why = f"{item.visit.outcome}: {item.visit.reason}"
            since = f"{item.failing_since:%Y-%m-%d %H:%M} UTC"
            yield Finding(IncidentKind.FAILING, item.listing.name, f"Every look since {since} failed ({why}).")


def _missed(status: Status) -> Iterator[Finding]:
    polled = {item.listing.name for item in status.listings if item.is_polled}
    for day in status.days:
        over = status.now >= _over_at(day.day) + _RECOVERED_BY
        if over and day.listing in polled and not is_weekend(day.day) and not is_sure(day.account):
            text = f"It could not be found out whether all that {day.listing} announced on {day.day} is here."
            yield Finding(IncidentKind.MISSED, f"{day.listing} {day.day}", text)


def _over_at(day: date) -> datetime:
    return eastern_midnight(day + timedelta(days=1))


def _backlog(status: Status) -> Iterator[Finding]:
    """What repeats itself is not late where a wire was off: due long ago, it is done with the first turn."""
    for row in status.work:
        if row.kind in REPEATING or (row.kind is Work.WRITE and _is_asked(status)):
            continue
        if row.late and row.oldest_seconds >= _BACKLOG_SECONDS:
            hours = row.oldest_seconds / 3600
            text = f"{row.open} pieces of work are due, the oldest for {hours:.0f} hours; do the workers run?"
            yield Finding(IncidentKind.BACKLOG, str(row.kind), text)


def _is_asked(status: Status) -> bool:
    """Whether the language model is asked: what waits for it then waits for nobody else (:func:`_unwritten`)."""
    return status.writing.answers or bool(status.writing.reasons)


def _dead(status: Status) -> Iterator[Finding]:
    """A webhook that takes nothing is one incident, however much it was not told of."""
    for dead in status.dead:
        if dead.kind is not Work.ALERT:
            yield Finding(IncidentKind.DEAD, f"{dead.kind} {dead.key}", dead.reason)
    if untold := [dead for dead in status.dead if dead.kind is Work.ALERT]:
        yield Finding(IncidentKind.DEAD, WEBHOOK, f"It did not take {len(untold)} alerts: {untold[0].reason}")


def _topics(status: Status) -> Iterator[Finding]:
    if status.topics_refused:
        yield Finding(IncidentKind.REFUSED, TOPICS_FILE, f"{status.topics_refused}; the topics in force stay.")
    for slug, trouble in status.paused.items():
        text = f"It takes no papers: {trouble}. Edit it; ./wire topics reselect {slug} brings what it missed."
        yield Finding(IncidentKind.PAUSED, slug, text)


def _unwritten(status: Status) -> Iterator[Finding]:
    writing = status.writing
    if writing.refused:
        text = (
            f"Its endpoint refuses whatever it is asked: {writing.refused}. Check WIRE_LLM_BASE_URL, "
            "WIRE_LLM_MODEL and WIRE_LLM_API_KEY."
        )
        yield Finding(IncidentKind.UNWRITTEN, MODEL, text)
    elif writing.silent_since:
        since, why = f"{writing.silent_since:%Y-%m-%d %H:%M} UTC", next(iter(writing.reasons))
        text = f"Nothing was written for an hour, though papers wait since {since}: {why}."
        yield Finding(IncidentKind.UNWRITTEN, MODEL, text)
