"""Looks at one listing: fetch, read, decide, and record all of it in one transaction."""

from __future__ import annotations

import logging
import random
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.errors import FetchError, ListingRefusedError, OutOfTime
from feeds.model import calendar
from feeds.model.announcements import Outcome, VisitOutcome
from feeds.model.changes import Changes
from feeds.query.admission import compile_topics
from feeds.store import listings, memberships, owed, papers, topics
from feeds.store.engine import Connection
from feeds.store.listings import Day, Listing, Visit
from feeds.store.memberships import HOLD
from feeds.store.owed import Claim, Work
from workers.backoff import backoff_seconds
from workers.http_client import Response
from workers.polling.changes import Known, decide
from workers.polling.listing import ParsedListing, parse_listing
from workers.runtime import Runtime

log = logging.getLogger("wire.poller")

_FIRST_RETRY_SECONDS = 60.0
_LAST_RETRY_SECONDS = 2 * 3600.0
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
        changes = _decide(connection, claim.key, listing, parsed) if parsed else None
        day = changes.day if changes else listing.listing_on
        listings.save_listing(connection, _after(listing, answer, parsed, now))
        if changes:
            _record_changes(connection, claim.key, changes, now)
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
        owed.reschedule(connection, claim, calendar.next_look(now, day, _spread(claim.key)), now)
    log.info("%s: %s, day %s, %d announced", visit.listing, visit.outcome, visit.listing_on, visit.announced)


def _decide(connection: Connection, name: str, listing: Listing, parsed: ParsedListing) -> Changes:
    arxiv_ids = [item.arxiv_id for item in parsed.papers]
    known = Known(
        listing_on=listing.listing_on,
        announced=frozenset(listings.find_announced(connection, name, arxiv_ids)),
        papers=papers.find_papers(connection, arxiv_ids),
    )
    stored = topics.list_topics(connection)
    return decide(parsed, name, known, compile_topics(item.topic for item in stored))


def _record_changes(connection: Connection, name: str, changes: Changes, now: datetime) -> None:
    """Write the facts, then what follows from them, then what is owed for it."""
    papers.save_papers(connection, changes.papers, now)
    papers.record_versions(connection, changes.announcements, changes.texts, now)
    listings.record_announcements(connection, changes.announcements, now)
    if changes.day_outcome:
        listings.record_day(connection, Day(name, changes.day, changes.day_outcome, None, changes.counts), now)
    touched = memberships.revise(connection, changes.revisions, now)
    joined = memberships.admit(connection, changes.admissions, now)
    rewritten = [revision.arxiv_id for revision in changes.revisions if revision.text_changed]
    wanting = {admission.arxiv_id for admission in joined} | memberships.find_topics_of(
        connection, rewritten
    ).keys()
    owed.owe(connection, Work.ENRICH, wanting, now)
    owed.owe(connection, Work.PUBLISH, touched, now)
    owed.owe(connection, Work.PUBLISH, {admission.topic for admission in joined}, now + HOLD)


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
    wait = max(
        backoff_seconds(claim.failures, random.random(), first=_FIRST_RETRY_SECONDS, last=_LAST_RETRY_SECONDS),
        failure.retry_after_seconds or 0.0,
    )
    with runtime.store.write() as connection:
        listings.save_listing(connection, replace(listing, failures=listing.failures + 1, visited_at=now))
        listings.record_visit(connection, Visit(claim.key, now, failure.outcome, failure.reason))
        if failure.outcome is VisitOutcome.REFUSED:
            day = calendar.eastern_date(now)
            listings.record_day(connection, Day(claim.key, day, Outcome.REFUSED, failure.reason, {}), now)
        owed.postpone(connection, claim, failure.reason, real + timedelta(seconds=wait))
    log.warning("%s: %s: %s; again in %.0f s", claim.key, failure.outcome, failure.reason, wait)


def _describe_skipped(parsed: ParsedListing | None) -> str | None:
    if parsed is None or not parsed.skipped:
        return None
    return f"{len(parsed.skipped)} unreadable items skipped: {parsed.skipped[0]}"


def _spread(name: str) -> int:
    """A listing's own delay in seconds, the same on every machine."""
    return zlib.crc32(name.encode()) % _SPREAD_SECONDS
