"""Looks at one listing: fetch, read, decide, and record all of it in one transaction."""

from __future__ import annotations

import logging
import random
import zlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from feeds.errors import FetchError, GateClosedError, ListingRefusedError, OutOfTime
from feeds.model import calendar, taxonomy
from feeds.model.accounts import Account, is_sure, is_weekend
from feeds.model.announcements import Outcome, VisitOutcome
from feeds.model.changes import Changes
from feeds.store import listings, owed
from feeds.store.engine import Connection
from feeds.store.listings import Listing, Visit
from feeds.store.owed import Claim, Work
from workers.backoff import pause_seconds, polite_seconds
from workers.http_client import Response
from workers.polling.listing import ParsedListing, parse_listing
from workers.polling.polled import LIMIT, polled_listings
from workers.polling.recording import (
    decide_listing,
    judge_days,
    note_gaps,
    note_unseen,
    owe_recovery,
    record_changes,
)
from workers.runtime import Runtime

log = logging.getLogger("wire.poller")

_SPREAD_SECONDS = 300


@dataclass(frozen=True)
class _Failure:
    outcome: VisitOutcome
    reason: str
    retry_after_seconds: float | None = None


def poll_listing(runtime: Runtime, claims: list[Claim]) -> None:
    """Look at listings, one after the other. A listing that fails is noted with its reason and tried later."""
    for claim in claims:
        with runtime.store.read() as connection:
            listing = listings.find_listing(connection, claim.key)
        try:
            answer = runtime.arxiv.fetch(
                listing_url(runtime.settings.arxiv_listing_url, claim.key),
                etag=listing.etag,
                last_modified=listing.last_modified,
            )
            parsed = parse_listing(answer.body, claim.key) if answer.status == 200 else None
        except GateClosedError as error:
            _wait(runtime, claim, error)
        except FetchError as error:
            _record_failure(runtime, claim, listing, _unreachable(error))
        except ListingRefusedError as error:
            _record_failure(runtime, claim, listing, _Failure(VisitOutcome.REFUSED, str(error)))
        except OutOfTime:
            _record_failure(runtime, claim, listing, _Failure(VisitOutcome.UNREACHABLE, "it took too long"))
        else:
            _record(runtime, claim, listing, answer, parsed)


def listing_url(base: str, name: str) -> str:
    """Where arXiv serves a listing as Atom; its RSS would lose what looks like HTML."""
    return f"{base}/atom/{name}"


def _unreachable(error: FetchError) -> _Failure:
    return _Failure(VisitOutcome.UNREACHABLE, str(error), error.retry_after_seconds)


def _record(
    runtime: Runtime, claim: Claim, listing: Listing, answer: Response, parsed: ParsedListing | None
) -> None:
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        changes = decide_listing(connection, claim.key, parsed) if parsed else None
        day = changes.day if changes else listing.listing_on
        split = listing.split or _is_cut_off(claim.key, parsed)
        listings.save_listing(connection, replace(_after(listing, answer, parsed, now), split=split))
        if changes and changes.announcements:
            record_changes(connection, claim.key, changes, Account(Outcome.NEWS), now)
        visit = Visit(
            listing=claim.key,
            visited_at=now,
            outcome=changes.outcome if changes else VisitOutcome.UNCHANGED,
            reason=_describe_skipped(parsed),
            listing_on=day,
            items=len(parsed.papers) if parsed else 0,
            announced=len(changes.announcements) if changes else 0,
            size=len(answer.body),
        )
        listings.record_visit(connection, visit)
        _account(connection, claim.key, listing.listing_on, changes, now)
        owed.reschedule(connection, claim, _next_look(connection, claim.key, now), now)
        if split:
            _doubt_categories(connection, claim.key, day, now)
            wanted = polled_listings(connection, runtime.settings.only_listings)
            owed.keep(connection, Work.POLL, wanted, now)
    log.info("%s: %s, day %s, %d announced", visit.listing, visit.outcome, visit.listing_on, visit.announced)


def _is_cut_off(name: str, parsed: ParsedListing | None) -> bool:
    """Whether an archive announced more than fits into its listing."""
    full = parsed is not None and len(parsed.papers) + len(parsed.skipped) >= LIMIT
    if full:
        log.warning("%s has %d items, as many as arXiv gives; an archive is polled by its categories", name, LIMIT)
    return full and bool(taxonomy.categories_of(name))


def _doubt_categories(connection: Connection, archive: str, day: date | None, now: datetime) -> None:
    """What was cut off is in the categories' listings; arXiv may be out of reach until their day is over."""
    if day:
        for category in taxonomy.categories_of(archive):
            note_unseen(connection, category, day, day, now)


def _account(connection: Connection, name: str, last: date | None, changes: Changes | None, now: datetime) -> None:
    """Judge today, the listing's own day where that is another, and what lies between its last one and this."""
    days = {calendar.eastern_date(now), *([changes.day] if changes else [])}
    judge_days(connection, days, now)
    if last and changes and last < changes.day:
        note_gaps(connection, name, last, changes.day, now)
    owe_recovery(connection, name, now)


def _next_look(connection: Connection, name: str, now: datetime) -> datetime:
    today = calendar.eastern_date(now)
    said = listings.find_accounts(connection, name, today, today).get(today)
    settled = is_sure(said) or (said is not None and said.outcome is Outcome.CLOSED and is_weekend(today))
    return calendar.next_look(now, settled=settled, spread_seconds=_spread(name))


def _after(listing: Listing, answer: Response, parsed: ParsedListing | None, now: datetime) -> Listing:
    """What to remember of a listing until the next look."""
    if parsed is None:
        return replace(listing, failures=0, visited_at=now)
    return Listing(
        name=listing.name,
        listing_on=parsed.listing_on,
        guids=parsed.guids,
        etag=answer.etag,
        last_modified=answer.last_modified,
        failures=0,
        visited_at=now,
    )


def _record_failure(runtime: Runtime, claim: Claim, listing: Listing, failure: _Failure) -> None:
    """Nothing of it is kept but that it failed, and why."""
    now, real = runtime.clock.now(), runtime.real_clock.now()
    wait = polite_seconds(claim.failures, random.random(), failure.retry_after_seconds)
    with runtime.store.write() as connection:
        listings.save_listing(connection, replace(listing, failures=listing.failures + 1, visited_at=now))
        listings.record_visit(connection, Visit(claim.key, now, failure.outcome, failure.reason))
        judge_days(connection, [calendar.eastern_date(now)], now)
        owed.postpone(connection, claim, failure.reason, real + timedelta(seconds=wait))
    log.warning("%s: %s: %s; again in %.0f s", claim.key, failure.outcome, failure.reason, wait)


def _wait(runtime: Runtime, claim: Claim, error: GateClosedError) -> None:
    """Nobody looked: the gate is shut because arXiv asked for it, or Redis is away. The listing did not fail."""
    not_before = runtime.real_clock.now() + timedelta(seconds=pause_seconds(random.random()) / 4)
    with runtime.store.write() as connection:
        owed.postpone(connection, claim, str(error), not_before, counts=False)
    log.warning("%s waits: %s", claim.key, error)


def _describe_skipped(parsed: ParsedListing | None) -> str | None:
    if parsed is None or not parsed.skipped:
        return None
    return f"{len(parsed.skipped)} unreadable items skipped: {parsed.skipped[0]}"


def _spread(name: str) -> int:
    """A listing's own delay in seconds, the same on every machine."""
    return zlib.crc32(name.encode()) % _SPREAD_SECONDS
