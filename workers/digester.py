"""The job that cuts digests."""

from __future__ import annotations

import logging
from datetime import timedelta

from feeds.errors import NotFoundError
from feeds.publishing.cutting import Cut, cut_digests
from feeds.store import owed
from feeds.store.engine import is_outage
from feeds.store.owed import Claim
from workers.runtime import Runtime

log = logging.getLogger("wire.digester")

#: Looked at so often at least, also where no window ends: nothing owed is ever due further ahead
#: (:data:`feeds.store.owed.LONGEST_GAP`).
_LOOK_AGAIN = timedelta(hours=24)


def cut_topics(runtime: Runtime, claims: list[Claim]) -> None:
    """Cut what is due of these topics' digests, each in one transaction with its owed row, which stays: it is due
    again when the next window ends. A topic that fails does not keep the others waiting.

    :raises Exception: the first failure, when all the others are done
    """
    failures: list[Exception] = []
    for claim in claims:
        try:
            _cut(runtime, claim)
        except Exception as error:
            if is_outage(error):
                raise
            failures.append(error)
    if failures:
        raise failures[0]


def _cut(runtime: Runtime, claim: Claim) -> None:
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        try:
            cut = cut_digests(connection, claim.key, now)
        except NotFoundError:
            cut = Cut((), None)
        if cut.next_at is None:
            owed.settle(connection, [claim])
        else:
            owed.reschedule(connection, claim, min(cut.next_at, now + _LOOK_AGAIN), now)
    for digest in cut.made:
        log.info("%s: %s digest of %s, %d papers", claim.key, digest.period, digest.window.day, digest.papers)
