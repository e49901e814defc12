"""The job that publishes topics."""

from __future__ import annotations

import logging

from feeds.errors import NotFoundError
from feeds.publishing.topics import publish_topic
from feeds.store import owed
from feeds.store.memberships import HOLD
from feeds.store.owed import Claim
from workers.runtime import Runtime

log = logging.getLogger("wire.publisher")


def publish_topics(runtime: Runtime, claims: list[Claim]) -> None:
    """Publish what these topics hold now, each in one transaction with its owed row.

    A paper that still waits for its summary leaves the row, due when the waiting ends.
    """
    for claim in claims:
        now = runtime.clock.now()
        with runtime.store.write() as connection:
            try:
                published = publish_topic(connection, claim.key, now)
            except NotFoundError:
                owed.settle(connection, [claim])
                continue
            if published.next_at is None:
                owed.settle(connection, [claim])
            else:
                # no paper waits longer than that, unless the clock was set back since it joined
                owed.reschedule(connection, claim, min(published.next_at, now + HOLD), now)
        log.info("%s: %s", claim.key, "published" if published.changed else "unchanged")
