"""Recovers the days of a listing that nobody saw, or that were only guessed to be closed.

What is to be recovered is a query on the accounts of the days. The catch-up page first, a day at a time: it has
the types. Where it does not answer, OAI-PMH, from the oldest day on, all days at once; then arXiv's search. Each
step is one transaction, so that a recovery that breaks off goes on where it was.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feeds.errors import FetchError, ListingRefusedError
from feeds.model import calendar
from feeds.model.accounts import Account
from feeds.model.announcements import Outcome, Source
from feeds.store import listings, owed, papers
from feeds.store.engine import Connection
from feeds.store.owed import Claim
from workers.backoff import pause_seconds
from workers.polling import oai
from workers.polling.catchup import CaughtUp, catchup_url, parse_catchup
from workers.polling.listing import ListedPaper, ParsedListing
from workers.polling.oai import BadTokenError, OaiError, OaiRecord, OaiVersion
from workers.polling.recording import decide_listing, record_account, record_changes
from workers.polling.recovery import Latest, Seen, Watched, from_catchup, from_oai
from workers.runtime import Runtime

log = logging.getLogger("wire.backfill")

#: Days older than this are not looked for: arXiv keeps its catch-up pages for as long.
REACH = timedelta(days=90)
_MOST_PAGES = 200
_Unreachable = (FetchError, ListingRefusedError, OaiError)


@dataclass(frozen=True)
class _Recovered:
    """What was found out about days of a listing."""

    items: dict[date, list[ListedPaper]]
    source: Source
    quiet: bool = False  #: arXiv itself says that it announced nothing


def recover_listings(runtime: Runtime, claims: list[Claim]) -> None:
    """Recover what is unsure of these listings, a step each; what is left is owed on."""
    for claim in claims:
        now = runtime.clock.now()
        with runtime.store.read() as connection:
            days = list_unsure(connection, claim.key, now)
        if not days:
            with runtime.store.write() as connection:
                owed.settle(connection, [claim])
            continue
        try:
            found = _find(runtime, claim.key, days)
        except _Unreachable as error:
            _postpone(runtime, claim, error)
        else:
            _record(runtime, claim, found)


def list_unsure(connection: Connection, listing: str, now: datetime) -> list[date]:
    """The days of a listing that are over and in doubt, oldest first, as far as arXiv can still tell."""
    today = calendar.eastern_date(now)
    return listings.list_unsure(connection, listing, before=today, since=today - REACH)


def _find(runtime: Runtime, listing: str, days: Sequence[date]) -> _Recovered:
    """Ask each of arXiv's sources in turn; of the first day only, or of all where the source knows no days.

    :raises FetchError: where none of them answers
    """
    try:
        return _catch_up(runtime, listing, days[0])
    except _Unreachable as error:
        log.warning("%s: no catch-up page of %s: %s", listing, days[0], error)
    try:
        return _Recovered(_harvest(runtime, listing, days), Source.OAI)
    except _Unreachable as error:
        log.warning("%s: no OAI-PMH from %s on: %s", listing, days[0], error)
    return _Recovered(_search(runtime, listing, days), Source.API)


def _catch_up(runtime: Runtime, listing: str, day: date) -> _Recovered:
    items = list(_pages(runtime, listing, day))
    wanted = [item.arxiv_id for item in items]
    latest = {
        arxiv_id: Latest(facts.version, facts.submitted_at, facts.revised_at)
        for arxiv_id, facts in runtime.api.fetch(wanted).items()
    }
    with runtime.store.read() as connection:
        known = papers.find_papers(connection, wanted)
        announced = listings.find_announced(connection, listing, wanted)
        seen = Seen(announced, listings.find_introduced(connection, listing, wanted))
    listed = from_catchup(items, day, latest, known, seen)
    return _Recovered({day: listed}, Source.CATCHUP, quiet=not items)


def _pages(runtime: Runtime, listing: str, day: date) -> Iterator[CaughtUp]:
    number = pages = 1
    while number <= pages:
        answer = runtime.site.fetch(catchup_url(runtime.settings.arxiv_site_url, listing, day, number))
        page = parse_catchup(answer.body, listing, day, number)
        yield from page.items
        number, pages = number + 1, min(page.pages, _MOST_PAGES)


def _harvest(runtime: Runtime, listing: str, days: Sequence[date]) -> dict[date, list[ListedPaper]]:
    try:
        records = list(_records(runtime, listing, days[0]))
    except BadTokenError:  # it expired under our hands: from the beginning
        records = list(_records(runtime, listing, days[0]))
    return _place(runtime, listing, days, records)


def _records(runtime: Runtime, listing: str, since: date) -> Iterator[OaiRecord]:
    token: str | None = None
    for _ in range(_MOST_PAGES):
        url = oai.records_url(runtime.settings.arxiv_oai_url, oai.set_spec(listing), since, token)
        page = oai.parse_records(runtime.oai.fetch(url).body)
        yield from page.records
        token = page.token
        if token is None:
            return
    raise FetchError(f"OAI-PMH did not come to an end within {_MOST_PAGES} pages")


def _search(runtime: Runtime, listing: str, days: Sequence[date]) -> dict[date, list[ListedPaper]]:
    """New papers and cross-lists only: a search knows when a paper was submitted, not when it was replaced."""
    since = calendar.eastern_midnight(days[0] - timedelta(days=5))
    until = calendar.eastern_midnight(days[-1])
    records = [
        OaiRecord(
            arxiv_id=found.arxiv_id,
            versions=(OaiVersion(1, found.submitted_at),),
            title=found.title,
            abstract=found.abstract,
            authors=found.authors,
            categories=found.categories,
            datestamp=calendar.eastern_date(found.submitted_at),
        )
        for found in runtime.api.search(listing, since, until)
    ]
    return _place(runtime, listing, days, records)


def _place(
    runtime: Runtime, listing: str, days: Sequence[date], records: Sequence[OaiRecord]
) -> dict[date, list[ListedPaper]]:
    with runtime.store.read() as connection:
        announced = listings.find_announced(connection, listing, [record.arxiv_id for record in records])
        watched = Watched(listings.first_day(connection, listing), days)
    return from_oai(records, listing, watched, announced)


def _record(runtime: Runtime, claim: Claim, found: _Recovered) -> None:
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        for day, items in sorted(found.items.items()):
            account = judge_recovered(found.source, bool(items), found.quiet)
            _record_day(connection, claim.key, day, items, account, now)
        if list_unsure(connection, claim.key, now):
            owed.reschedule(connection, claim, now, now)
        else:
            owed.settle(connection, [claim])


def _record_day(
    connection: Connection,
    listing: str,
    day: date,
    items: Sequence[ListedPaper],
    account: Account,
    now: datetime,
) -> None:
    changes = decide_listing(connection, listing, ParsedListing(day, tuple(items)), account.source)
    if changes.announcements:
        record_changes(connection, listing, changes, account, now)
    else:
        record_account(connection, listing, day, account, now)
    count = len(changes.announcements)
    log.info("%s: %s %s by %s, %d announced", listing, day, account.outcome, account.source, count)


def judge_recovered(source: Source, found_any: bool, quiet: bool) -> Account:
    """What is said of a day after its recovery. Only the catch-up page knows that nothing was announced on it."""
    if source is Source.CATCHUP:
        return Account(Outcome.CLOSED if quiet else Outcome.RECOVERED, None, source)
    return Account(Outcome.APPROXIMATE, "put together from dates" if found_any else "nothing was found", source)


def _postpone(runtime: Runtime, claim: Claim, error: Exception) -> None:
    asked = error.retry_after_seconds if isinstance(error, FetchError) else None
    wait = pause_seconds(random.random(), asked, calendar.storm_seconds(runtime.clock.now()))
    with runtime.store.write() as connection:
        not_before = runtime.real_clock.now() + timedelta(seconds=wait)
        owed.postpone(connection, claim, str(error), not_before, counts=False)
    log.warning("%s: its missed days cannot be recovered now: %s; again in %.0f s", claim.key, error, wait)
