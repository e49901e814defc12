"""Recovers the days of a listing that nobody saw, or that were only guessed to be closed.

What is to be recovered is a query on the accounts of the days. The catch-up page first, a day at a time: it has
the types. Where it does not answer, OAI-PMH, from the oldest day on, all days at once; then arXiv's search. Each
step is one transaction, so that a recovery that breaks off goes on where it was.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
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
from workers.polling.catchup import CatchupPage, catchup_url, parse_catchup
from workers.polling.listing import ListedPaper, ParsedListing
from workers.polling.oai import BadTokenError, OaiError, OaiPage, OaiRecord, OaiVersion
from workers.polling.recording import REACH, decide_listing, record_account, record_changes
from workers.polling.recovery import LONGEST_HOLD, Latest, Seen, Watched, from_catchup, from_oai
from workers.runtime import Runtime

log = logging.getLogger("wire.backfill")

#: What was looked up and could not be cleared up is looked up again after this long, ...
_AGAIN = timedelta(hours=12)
#: ... for so many days: the API's index catches up, and a catch-up page that failed comes back.
_IMPROVED = timedelta(days=14)
#: A replacement that the API does not know so long after its day is left to the next one.
_API_LAG = timedelta(days=5)
_MOST_PAGES = 40
#: A harvest must not keep the listings waiting for long: they go to arXiv by the same worker.
_HARVEST_SECONDS = 240.0
_Unreachable = (FetchError, ListingRefusedError, OaiError)


@dataclass(frozen=True)
class _Recovered:
    """What was found out about days of a listing."""

    items: dict[date, list[ListedPaper]]
    source: Source
    quiet: bool = False  #: arXiv itself says that it announced nothing
    untold: int = 0  #: replacements whose version nobody can tell yet
    skipped: int = 0  #: items that could not be read


@dataclass(frozen=True)
class _Doubts:
    """The days of a listing that are over and in doubt, as far as arXiv can still tell."""

    fresh: list[date]  #: never looked up
    stubborn: list[date]  #: looked up some time ago, and not cleared up for sure
    waiting: bool  #: others were looked up lately


def recover_listings(runtime: Runtime, claims: list[Claim]) -> None:
    """Recover what is in doubt of these listings, a step each; what is left is owed on."""
    for claim in claims:
        with runtime.store.read() as connection:
            doubts = _find_doubts(connection, claim.key, runtime.clock.now())
        if doubts.fresh:
            _recover(runtime, claim, doubts.fresh)
        elif doubts.stubborn:
            _recover_again(runtime, claim, doubts.stubborn[0])
        else:
            with runtime.store.write() as connection:
                _leave(connection, claim, runtime.clock.now())


def _find_doubts(connection: Connection, listing: str, now: datetime) -> _Doubts:
    today = calendar.eastern_date(now)
    looked_up = listings.list_looked_up(connection, listing, before=today, since=today - _IMPROVED)
    unsure = listings.list_unsure(connection, listing, before=today, since=today - REACH)
    old = {day: account.source for day, account in _accounts(connection, listing, unsure).items()}
    return _Doubts(
        fresh=[day for day in unsure if old[day] is Source.LISTING],
        stubborn=[day for day, at in looked_up.items() if now - at >= _AGAIN],
        waiting=any(now - at < _AGAIN for at in looked_up.values()),
    )


def _accounts(connection: Connection, listing: str, days: Sequence[date]) -> dict[date, Account]:
    return listings.find_accounts(connection, listing, min(days), max(days)) if days else {}


def _recover(runtime: Runtime, claim: Claim, days: Sequence[date]) -> None:
    try:
        found = _find(runtime, claim.key, days)
    except _Unreachable as error:
        _postpone(runtime, claim, error)
    else:
        _record(runtime, claim, found)


def _recover_again(runtime: Runtime, claim: Claim, day: date) -> None:
    """Only the catch-up page can make it surer; where it does not answer, what is known stays."""
    try:
        found = _catch_up(runtime, claim.key, day)
    except _Unreachable as error:
        log.info("%s: %s could not be made surer: %s", claim.key, day, error)
        now = runtime.clock.now()
        with runtime.store.write() as connection:
            known = _accounts(connection, claim.key, [day])
            record_account(connection, claim.key, day, known[day], now)  # it was looked up now
            owed.reschedule(connection, claim, now, now)
    else:
        _record(runtime, claim, found)


def _leave(connection: Connection, claim: Claim, now: datetime) -> None:
    """Go on at once, come back later, or be done: as the days stand now."""
    doubts = _find_doubts(connection, claim.key, now)
    if doubts.fresh or doubts.stubborn:
        owed.reschedule(connection, claim, now, now)
    elif doubts.waiting:
        owed.reschedule(connection, claim, now + _AGAIN, now)
    else:
        owed.settle(connection, [claim])


def _find(runtime: Runtime, listing: str, days: Sequence[date]) -> _Recovered:
    """Ask each of arXiv's sources in turn; of the first day only, or of all where the source knows no days.

    :raises FetchError: where none of them answers
    """
    try:
        return _catch_up(runtime, listing, days[0])
    except _Unreachable as error:
        log.warning("%s: no catch-up page of %s: %s", listing, days[0], error)
    try:
        return _harvest(runtime, listing, days)
    except _Unreachable as error:
        log.warning("%s: no OAI-PMH from %s on: %s", listing, days[0], error)
    return _Recovered(_search(runtime, listing, days), Source.API)


def _catch_up(runtime: Runtime, listing: str, day: date) -> _Recovered:
    pages = list(_pages(runtime, listing, day))
    items = [item for page in pages for item in page.items]
    wanted = [item.arxiv_id for item in items]
    latest = {
        arxiv_id: Latest(facts.version, facts.submitted_at, facts.revised_at)
        for arxiv_id, facts in runtime.api.fetch(wanted).items()
    }
    with runtime.store.read() as connection:
        known = papers.find_papers(connection, wanted)
        announced = listings.find_announced(connection, listing, wanted)
        seen = Seen(announced, listings.find_introduced(connection, listing, wanted))
    listed, untold = from_catchup(items, day, latest, known, seen)
    skipped = sum(len(page.skipped) for page in pages)
    return _Recovered({day: listed}, Source.CATCHUP, not (items or skipped), untold, skipped)


def _pages(runtime: Runtime, listing: str, day: date) -> Iterator[CatchupPage]:
    number = pages = 1
    while number <= pages:
        answer = runtime.site.fetch(catchup_url(runtime.settings.arxiv_site_url, listing, day, number))
        page = parse_catchup(answer.body, listing, day, number)
        yield page
        number, pages = number + 1, min(page.pages, _MOST_PAGES)


def _harvest(runtime: Runtime, listing: str, days: Sequence[date]) -> _Recovered:
    try:
        pages = list(_harvested(runtime, listing, days[0]))
    except BadTokenError:  # it expired under our hands: from the beginning
        pages = list(_harvested(runtime, listing, days[0]))
    items = _place(runtime, listing, days, [record for page in pages for record in page.records])
    return _Recovered(items, Source.OAI, skipped=sum(len(page.skipped) for page in pages))


def _harvested(
    runtime: Runtime, listing: str, since: date, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[OaiPage]:
    token: str | None = None
    deadline = monotonic() + _HARVEST_SECONDS
    for _ in range(_MOST_PAGES):
        url = oai.records_url(runtime.settings.arxiv_oai_url, oai.set_spec(listing), since, token)
        page = oai.parse_records(runtime.oai.fetch(url).body)
        yield page
        token = page.token
        if token is None:
            return
        if monotonic() > deadline:
            break
    raise FetchError("OAI-PMH did not come to an end in time")


def _search(runtime: Runtime, listing: str, days: Sequence[date]) -> dict[date, list[ListedPaper]]:
    """New papers and cross-lists only: a search knows when a paper was submitted, not when it was replaced."""
    since = calendar.eastern_midnight(days[0] - LONGEST_HOLD)
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
        seen = listings.find_accounted(connection, listing, days[0] - LONGEST_HOLD, days[-1])
        watched = Watched(seen, days)
    return from_oai(records, listing, watched, announced)


def _record(runtime: Runtime, claim: Claim, found: _Recovered) -> None:
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        for day, items in sorted(found.items.items()):
            account = _judge(found, bool(items), is_late=calendar.eastern_date(now) - day > _API_LAG)
            _record_day(connection, claim.key, day, items, account, now)
        _leave(connection, claim, now)


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


def _judge(found: _Recovered, found_any: bool, *, is_late: bool) -> Account:
    """What is said of a day after its recovery. Only the catch-up page knows that nothing was announced on it."""
    reasons = [f"{found.skipped} items could not be read"] if found.skipped else []
    if found.source is not Source.CATCHUP:
        how = "put together from dates" if found_any else "nothing was found"
        return Account(Outcome.APPROXIMATE, ", ".join([how, *reasons]), found.source)
    if found.quiet:
        return Account(Outcome.CLOSED, None, found.source)
    if found.untold:
        reasons.append(f"{found.untold} replacements are not known to arXiv's API")
    outcome = Outcome.MISSED if found.untold and not is_late else Outcome.RECOVERED
    return Account(outcome, ", ".join(reasons) or None, found.source)


def _postpone(runtime: Runtime, claim: Claim, error: Exception) -> None:
    asked = error.retry_after_seconds if isinstance(error, FetchError) else None
    wait = pause_seconds(random.random(), asked, calendar.storm_seconds(runtime.clock.now()))
    with runtime.store.write() as connection:
        not_before = runtime.real_clock.now() + timedelta(seconds=wait)
        owed.postpone(connection, claim, str(error), not_before, counts=False)
    log.warning("%s: its missed days cannot be recovered now: %s; again in %.0f s", claim.key, error, wait)
