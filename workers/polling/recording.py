"""Writes what was decided: facts first, then what follows from them, then what is owed for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from feeds.model.accounts import AFTER_GAP, Account, decide_accounts, find_gaps, is_weekend
from feeds.model.announcements import Outcome, Source
from feeds.model.calendar import eastern_date
from feeds.model.changes import Changes
from feeds.query.percolator import make_percolator
from feeds.store import listings, memberships, owed, papers, topics
from feeds.store.engine import Connection
from feeds.store.listings import Day
from feeds.store.memberships import HOLD
from feeds.store.owed import Work
from workers.polling.changes import Known, decide
from workers.polling.listing import ParsedListing

#: Days of these may have had news that a listing still shows when it is built again.
UNSEEN = (Outcome.MISSED, Outcome.REFUSED, Outcome.STALE, Outcome.UNCONFIRMED)
#: Days older than this are not looked for: arXiv keeps its catch-up pages for as long.
REACH = timedelta(days=90)
#: What some topic waits for is summarized before what only searches find.
_A_MOMENT = timedelta(microseconds=1)


def decide_listing(
    connection: Connection, name: str, parsed: ParsedListing, source: Source = Source.LISTING
) -> Changes:
    """What a listing brings, by what the store has."""
    arxiv_ids = [item.arxiv_id for item in parsed.papers]
    known = Known(
        announced=frozenset(listings.find_announced(connection, name, arxiv_ids)),
        papers=papers.find_papers(connection, arxiv_ids),
    )
    stored = topics.list_topics(connection)
    return decide(parsed, name, known, make_percolator(tuple(item.topic for item in stored)), source)


def record_changes(connection: Connection, name: str, changes: Changes, account: Account, now: datetime) -> None:
    """Write what a listing brought.

    :param account: what is said of its day then
    """
    papers.save_papers(connection, changes.papers, now)
    papers.record_versions(connection, changes.announcements, changes.texts, now)
    listings.record_announcements(connection, changes.announcements, now)
    record_account(connection, name, changes.day, account, now, changes.counts)
    touched = memberships.revise(connection, changes.revisions, now)
    joined = memberships.admit(connection, changes.admissions, now)
    rewritten = [revision.arxiv_id for revision in changes.revisions if revision.text_changed]
    awaited = {admission.arxiv_id for admission in joined} | memberships.find_topics_of(
        connection, rewritten
    ).keys()
    owed.owe(connection, Work.ENRICH, awaited, now - _A_MOMENT)
    owed.owe(connection, Work.ENRICH, {paper.arxiv_id for paper in changes.papers}, now)
    owed.owe(connection, Work.COMPLETE, {announced.arxiv_id for announced in changes.announcements}, now)
    owed.owe(connection, Work.PUBLISH, touched, now)
    owed.owe(connection, Work.PUBLISH, {admission.topic for admission in joined}, now + HOLD)


def record_account(
    connection: Connection,
    name: str,
    day: date,
    account: Account,
    now: datetime,
    counts: dict[str, int] | None = None,
) -> None:
    """Say something of a listing's day."""
    said = Day(name, day, account.outcome, account.reason, counts or {}, account.source)
    listings.record_day(connection, said, now)


def judge_days(connection: Connection, days: Iterable[date], now: datetime) -> None:
    """Say anew what became of each listing on these days, after a look at one of them was recorded."""
    for day in sorted(set(days)):
        known = {name: said.account for name, said in listings.find_days(connection, day).items()}
        for name, account in decide_accounts(day, listings.find_looks(connection, day), known).items():
            record_account(connection, name, day, account, now)


def note_gaps(connection: Connection, name: str, last: date, this: date, now: datetime) -> None:
    """Say what became of the days between two of a listing's own days, as far as arXiv still tells of them.

    News after days that nobody saw is in doubt itself.
    """
    today = eastern_date(now)
    first, end = max(last, today - REACH), min(this, today)
    known = listings.find_accounts(connection, name, first, this)
    gaps = find_gaps(first, end, known) if first < end else []
    for day in gaps:
        before = known.get(day, Account(Outcome.MISSED))
        if before.outcome in (Outcome.MISSED, Outcome.REFUSED):
            record_account(connection, name, day, Account(Outcome.MISSED, before.reason), now)
    for day in weekends(first, end):
        if day not in known:
            record_account(connection, name, day, Account(Outcome.CLOSED), now)
    unseen = [day for day in gaps if known.get(day, Account(Outcome.MISSED)).outcome in UNSEEN]
    if unseen and this in known and known[this].outcome is Outcome.NEWS:
        record_account(connection, name, this, replace(known[this], reason=AFTER_GAP), now)


def owe_recovery(connection: Connection, name: str, now: datetime) -> None:
    """Owe the recovery of a listing's days that are over and in doubt, if it is not owed already."""
    today = eastern_date(now)
    unsure = listings.list_unsure(connection, name, before=today, since=today - REACH)
    if unsure and not owed.is_owed(connection, Work.RECOVER, name):
        owed.owe(connection, Work.RECOVER, [name], now)


def note_unseen(connection: Connection, name: str, first: date, last: date, now: datetime) -> int:
    """Say of the days from the first to the last that they were missed, where nothing better is known.

    :returns: how many are in doubt
    """
    listings.ensure_listing(connection, name)
    known = listings.find_accounts(connection, name, first, last)
    gaps = find_gaps(first, last + timedelta(days=1), known)
    for day in gaps:
        if day not in known:
            record_account(connection, name, day, Account(Outcome.MISSED), now)
    for day in weekends(first - timedelta(days=1), last + timedelta(days=1)):
        if day not in known:
            record_account(connection, name, day, Account(Outcome.CLOSED), now)
    return len(gaps)


def weekends(last: date, this: date) -> list[date]:
    """The days after the last and before this one on which nothing is announced."""
    between = (date.fromordinal(number) for number in range(last.toordinal() + 1, this.toordinal()))
    return [day for day in between if is_weekend(day)]
