"""Keeps the leases of running work alive: short, so that work whose process died is soon taken up by another."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from feeds.store import owed
from feeds.store.engine import explain
from feeds.store.owed import Claim
from workers.runtime import Runtime

log = logging.getLogger("wire.leases")

#: Whoever claimed work shows life at least this often, ...
RENEW_SECONDS = 3.0
#: ... and is taken for dead after three times nothing.
LEASE_SECONDS = 10.0


@contextmanager
def renewing(runtime: Runtime, claims: Sequence[Claim], longest_seconds: float) -> Iterator[None]:
    """Renew these leases while the body runs.

    :param longest_seconds: work that takes longer hangs, and is left to whoever comes next
    """
    left = threading.Event()
    keeper = threading.Thread(target=_renew, args=(runtime, claims, longest_seconds, left), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        left.set()
        keeper.join()


def _renew(runtime: Runtime, claims: Sequence[Claim], longest_seconds: float, left: threading.Event) -> None:
    deadline = time.monotonic() + longest_seconds
    while not left.wait(RENEW_SECONDS) and time.monotonic() < deadline:
        try:
            with runtime.store.write(serial=False) as connection:
                owed.renew(connection, claims, runtime.real_clock.now(), LEASE_SECONDS)
        except Exception as error:  # the fence holds without a lease; at worst the work is done twice
            log.warning("a lease could not be renewed: %s", explain(error))
