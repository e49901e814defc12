"""What the queue runs, by these names: thin, so that the names can stay.

Each job claims its rows first; a second job for the same rows finds nothing. A job that fails gives its rows
back with a reason, to be tried again after a while, or buried when it failed too often.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from feeds.errors import OutOfTime, SupersededError
from feeds.store import owed
from feeds.store.owed import Claim, Work
from workers.backoff import MAX_FAILURES, backoff_seconds
from workers.enrichment.enricher import enrich_papers
from workers.polling.poller import poll_listing
from workers.publisher import publish_topics
from workers.queues import RULES
from workers.runtime import Runtime, current

log = logging.getLogger("wire.jobs")

#: A claim outlives its job's own deadline, so that no second attempt starts beside a first that still runs.
LEASE_MARGIN_SECONDS = 30


def poll(keys: list[str]) -> None:
    """Look at listings."""
    _run(Work.POLL, keys, poll_listing)


def enrich(keys: list[str]) -> None:
    """Make the summaries that papers lack."""
    _run(Work.ENRICH, keys, enrich_papers)


def publish(keys: list[str]) -> None:
    """Make what topics hold their current publications."""
    _run(Work.PUBLISH, keys, publish_topics)


def _run(kind: Work, keys: Sequence[str], work: Callable[[Runtime, list[Claim]], None]) -> None:
    runtime = current()
    lease = RULES[kind].seconds + LEASE_MARGIN_SECONDS
    with runtime.store.write() as connection:
        claims = owed.claim(connection, kind, keys, runtime.times(), lease)
    claims = _bury_deadly(runtime, claims)
    if not claims:
        return
    try:
        work(runtime, claims)
    except SupersededError as error:
        log.info("%s", error)
    except (Exception, OutOfTime) as error:
        log.exception("%s of %s failed", kind, ", ".join(claim.key for claim in claims))
        give_back(runtime, claims, f"{type(error).__name__}: {error}")
    runtime.dispatch()


def _bury_deadly(runtime: Runtime, claims: Sequence[Claim]) -> list[Claim]:
    """Put away what killed its worker again and again; gives what may be tried."""
    deadly = [claim for claim in claims if claim.failures >= MAX_FAILURES and claim.kind is not Work.POLL]
    with runtime.store.write() as connection:
        for claim in deadly:
            owed.bury(connection, claim, "its worker died of it, again and again")
    return [claim for claim in claims if claim not in deadly]


def give_back(runtime: Runtime, claims: Sequence[Claim], reason: str) -> None:
    """Return rows that failed: to be tried again after a while, or, where that happened too often, not again.

    A listing is never given up: it is what a wire lives on.
    """
    for failed in claims:
        wait = timedelta(seconds=backoff_seconds(failed.failures, random.random()))
        try:
            with runtime.store.write() as connection:
                if failed.failures + 1 >= MAX_FAILURES and failed.kind is not Work.POLL:
                    owed.bury(connection, failed, reason[:500])
                else:
                    owed.postpone(connection, failed, reason[:500], runtime.real_clock.now() + wait)
        except SupersededError as error:
            log.info("%s", error)
