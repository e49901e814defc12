"""What the queue runs, by these names: thin, so that the names can stay.

Each job claims its rows first; a second job for the same rows finds nothing. A job that fails gives its rows
back with a reason, to be tried again after a while, or buried when it failed too often. Where the database itself
refuses (full, read-only, locked), work waits, and that is no failure of the work.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from feeds.errors import OutOfTime, SupersededError
from feeds.store import owed
from feeds.store.engine import explain, is_outage
from feeds.store.owed import Claim, Work
from workers.backoff import MAX_FAILURES, OUTAGE_SECONDS, backoff_seconds
from workers.digester import cut_topics
from workers.enrichment.adder import add_papers
from workers.enrichment.completer import complete_papers
from workers.enrichment.enricher import enrich_papers
from workers.enrichment.writer import write_papers
from workers.leases import LEASE_SECONDS, renewing
from workers.polling.backfill import recover_listings
from workers.polling.poller import poll_listing
from workers.publisher import publish_topics
from workers.queues import RULES, running_job_id
from workers.runtime import Runtime, current
from workers.watch import send_alerts
from workers.websub.delivery import deliver_feeds
from workers.websub.verification import verify_requests

log = logging.getLogger("wire.jobs")

#: A lease is renewed this much longer than its job may run, so that a job that is out of time can say so.
_MARGIN_SECONDS = 30.0
_RETRY_SECONDS = 1.0


def poll(keys: list[str]) -> None:
    """Look at listings."""
    _run(Work.POLL, keys, poll_listing)


def complete(keys: list[str]) -> None:
    """Complete papers with what the listings do not tell."""
    _run(Work.COMPLETE, keys, complete_papers)


def add(keys: list[str]) -> None:
    """Fetch papers that editors added."""
    _run(Work.ADD, keys, add_papers)


def recover(keys: list[str]) -> None:
    """Recover missed days of listings."""
    _run(Work.RECOVER, keys, recover_listings)


def alert(keys: list[str]) -> None:
    """Tell the webhook of incidents."""
    _run(Work.ALERT, keys, send_alerts)


def enrich(keys: list[str]) -> None:
    """Make the summaries that papers lack."""
    _run(Work.ENRICH, keys, enrich_papers)


def write(keys: list[str]) -> None:
    """Have a model write what topics ask for."""
    _run(Work.WRITE, keys, write_papers)


def publish(keys: list[str]) -> None:
    """Make what topics hold their current publications."""
    _run(Work.PUBLISH, keys, publish_topics)


def digest(keys: list[str]) -> None:
    """Cut the digests of topics whose windows ended."""
    _run(Work.DIGEST, keys, cut_topics)


def verify(keys: list[str]) -> None:
    """Have callbacks confirm what the hub was asked."""
    _run(Work.VERIFY, keys, verify_requests)


def deliver(keys: list[str]) -> None:
    """Bring subscribers what their feeds show now."""
    _run(Work.DELIVER, keys, deliver_feeds)


def _run(kind: Work, keys: Sequence[str], work: Callable[[Runtime, list[Claim]], None]) -> None:
    runtime = current()
    claims = _claim(runtime, kind, keys)
    if not claims:
        return
    try:
        with renewing(runtime, claims, RULES[kind].seconds + _MARGIN_SECONDS):
            work(runtime, claims)
    except SupersededError as error:
        log.info("%s", error)
    except (Exception, OutOfTime) as error:
        _report(runtime, claims, error)
    runtime.dispatch()


def _claim(runtime: Runtime, kind: Work, keys: Sequence[str]) -> list[Claim]:
    """Take what of these may be tried; nothing where the database refuses: the rows stay, and are found again."""
    try:
        with runtime.store.write(serial=False) as connection:
            claims = owed.claim(connection, kind, keys, runtime.times(), LEASE_SECONDS, running_job_id())
        return _bury_deadly(runtime, claims)
    except Exception as error:
        if not is_outage(error):
            raise
        log.warning("%s of %s waits: %s", kind, _name(keys), _describe(error))
        return []


def _bury_deadly(runtime: Runtime, claims: Sequence[Claim]) -> list[Claim]:
    """Put away what killed its worker again and again; gives what may be tried."""
    deadly = [claim for claim in claims if claim.failures >= MAX_FAILURES and claim.kind is not Work.POLL]
    if deadly:
        with runtime.store.write() as connection:
            for claim in deadly:
                owed.bury(connection, claim, "its worker died of it, again and again")
    return [claim for claim in claims if claim not in deadly]


def _report(runtime: Runtime, claims: Sequence[Claim], error: BaseException) -> None:
    """Give back what failed; where the database refuses even that, until it takes it or the job's time is up."""
    names, outage = _name([claim.key for claim in claims]), is_outage(error)
    if outage:
        log.error("%s of %s waits: %s", claims[0].kind, names, _describe(error))
    else:
        log.error("%s of %s failed", claims[0].kind, names, exc_info=error)
    reason = _describe(error) if outage else f"{type(error).__name__}: {error}"
    while True:
        try:
            return give_back(runtime, claims, reason, counts=not outage)
        except Exception as refused:
            if not is_outage(refused):
                raise
            time.sleep(_RETRY_SECONDS)


def give_back_abandoned(runtime: Runtime, job_id: str, reason: str, *, counts: bool = True) -> None:
    """Return what a job held whose process is dead, without waiting for the lease to end."""
    with runtime.store.read() as connection:
        claims = owed.list_held(connection, job_id)
    give_back(runtime, claims, reason, counts=counts)


def give_back(runtime: Runtime, claims: Sequence[Claim], reason: str, *, counts: bool = True) -> None:
    """Return rows that failed: to be tried again after a while, or, where that happened too often, not again.

    A listing is never given up: it is what a wire lives on.

    :param counts: False where the work is not to blame
    """
    for failed in claims:
        try:
            _give_back(runtime, failed, reason[:500], counts)
        except SupersededError as error:
            log.info("%s", error)


def _give_back(runtime: Runtime, failed: Claim, reason: str, counts: bool) -> None:
    seconds = backoff_seconds(failed.failures, random.random()) if counts else OUTAGE_SECONDS
    not_before = runtime.real_clock.now() + timedelta(seconds=seconds)
    with runtime.store.write(serial=False) as connection:
        if counts and failed.failures + 1 >= MAX_FAILURES and failed.kind is not Work.POLL:
            owed.bury(connection, failed, reason)
        else:
            owed.postpone(connection, failed, reason, not_before, counts=counts)


def _name(keys: Sequence[str]) -> str:
    return f"{', '.join(keys[:3])}{' ...' if len(keys) > 3 else ''}"


def _describe(error: BaseException) -> str:
    return f"the database refuses: {explain(error)}"
