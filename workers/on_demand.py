"""Polls now: asks a running wire for it, and waits until all that follows is published."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from feeds.curating import Curated, find_curated
from feeds.errors import NotRunningError, WireError
from feeds.store import listings, owed
from feeds.store.engine import Connection
from feeds.store.listings import Visit
from feeds.store.owed import State, Times, Work
from workers.engine import engine_url, is_alive
from workers.polling.recording import note_unseen
from workers.queues import QUEUES, count_workers
from workers.runtime import Runtime

_TICK_SECONDS = 0.1
#: What a poll causes and is waited for till it is done, ...
_FOLLOWING = (Work.ENRICH, Work.PUBLISH)
#: ... and what needs arXiv, and is not waited for while arXiv does not answer.
_ASKING = (Work.COMPLETE, Work.RECOVER)


@dataclass(frozen=True)
class Progress:
    """How far a poll that is waited for has come."""

    listings: int
    polled: int
    following: int  #: completions, summaries and publications still to be made

    @property
    def done(self) -> bool:
        return self.polled == self.listings and not self.following


class TooLongError(WireError):
    """What was waited for did not happen in time."""


def check_running(runtime: Runtime) -> None:
    """:raises NotRunningError: unless a wire with all its workers is running on these settings"""
    where = runtime.settings.data_dir if runtime.settings.redis_url is None else "the Redis of WIRE_REDIS_URL"
    if not is_alive(engine_url(runtime.settings)):
        raise NotRunningError(f"no wire is running on {where}; start one with ./wire run")
    workers = count_workers(runtime.redis)
    for queue in QUEUES:
        if not workers[queue]:
            raise NotRunningError(f"no worker is running for the queue {queue!r} on {where}; ./wire work is one")


def request_polls(runtime: Runtime, names: Sequence[str]) -> int:
    """Ask for these listings to be polled now, whatever the schedule or a backoff says.

    :returns: the newest visit before
    """
    with runtime.store.write() as connection:
        before = listings.last_visit_id(connection)
        owed.owe(connection, Work.POLL, names, runtime.clock.now())
    runtime.dispatch()
    return before


def await_polls(
    runtime: Runtime,
    names: Sequence[str],
    before: int,
    patience_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> dict[str, Visit]:
    """Wait until these were polled, and what that caused is summarized and published.

    :param before: what :func:`request_polls` returned
    :param tell: gets how far it has come, again and again
    :returns: the visit of each listing
    :raises TooLongError: where it takes longer than the patience
    """
    deadline = time.monotonic() + patience_seconds
    while not (progress := _look(runtime, names)).done:
        tell(progress)
        if time.monotonic() > deadline:
            raise TooLongError(f"not done after {patience_seconds:g} s; ./wire status shows what is owed")
        runtime.dispatch()
        sleep(_TICK_SECONDS)
    with runtime.store.read() as connection:
        return listings.last_visits(connection, after=before)


def _look(runtime: Runtime, names: Sequence[str]) -> Progress:
    times = runtime.times()
    with runtime.store.read() as connection:
        polled = sum(owed.is_settled(connection, Work.POLL, [name], times) for name in names)
        return Progress(len(names), polled, _count_following(connection, times))


@dataclass(frozen=True)
class Recovery:
    """How far a recovery that is waited for has come."""

    days: int  #: that were in doubt at first, over all listings
    unsure: int  #: of these, still
    following: int  #: completions, summaries and publications still to be made
    failures: dict[str, str]  #: why a listing's recovery rests, by listing

    @property
    def done(self) -> bool:
        return not (self.unsure or self.following)


def request_recovery(runtime: Runtime, names: Sequence[str], first: date, last: date) -> int:
    """Ask for the days of these listings to be recovered, from the first to the last.

    :returns: how many are in doubt
    """
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        unsure = sum(note_unseen(connection, name, first, last, now) for name in names)
        owed.owe(connection, Work.RECOVER, names, now)
    runtime.dispatch()
    return unsure


def await_recovery(
    runtime: Runtime,
    names: Sequence[str],
    first: date,
    last: date,
    days: int,
    patience_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[Recovery], None] = lambda recovery: None,
) -> Recovery:
    """Wait until these days are recovered and what that caused is published, or until nothing more can be had now.

    :param days: what :func:`request_recovery` returned
    :raises TooLongError: where it takes longer than the patience
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        recovery = _look_at_recovery(runtime, names, first, last, days)
        tell(recovery)
        if recovery.done or (recovery.failures and not recovery.following):
            return recovery
        if time.monotonic() > deadline:
            raise TooLongError(f"not done after {patience_seconds:g} s; ./wire status shows what is owed")
        runtime.dispatch()
        sleep(_TICK_SECONDS)


def _look_at_recovery(runtime: Runtime, names: Sequence[str], first: date, last: date, days: int) -> Recovery:
    times = runtime.times()
    with runtime.store.read() as connection:
        unsure = sum(len(listings.list_unsure(connection, name, last + timedelta(days=1), first)) for name in names)
        resting = _find_resting(connection, Work.RECOVER, names, times)
        following = _count_following(connection, times)
    return Recovery(days, unsure, following, resting)


def await_paper(
    runtime: Runtime,
    slug: str,
    arxiv_id: str,
    patience_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Curated:
    """Wait until a paper that an editor added is in the topic and published, or arXiv said that it knows none.

    :raises WireError: where it cannot be had now, with the reason
    :raises TooLongError: where it takes longer than the patience
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        runtime.dispatch()
        with runtime.store.read() as connection:
            curated = find_curated(connection, slug, arxiv_id)
            reason = _find_resting(connection, Work.ADD, [arxiv_id], runtime.times()).get(arxiv_id)
        if curated.is_published:
            return curated
        if reason:
            raise WireError(f"{arxiv_id} cannot be added now, and is asked for again later: {reason}")
        if curated.refusal:
            raise WireError(f"{arxiv_id} was not added: {curated.refusal}")
        if time.monotonic() > deadline:
            raise TooLongError(f"not done after {patience_seconds:g} s; ./wire curate show tells what came of it")
        sleep(_TICK_SECONDS)


def _find_resting(connection: Connection, kind: Work, keys: Sequence[str], times: Times) -> dict[str, str]:
    """Why work rests after a failure, by key."""
    return {
        row.key: row.reason or ""
        for row in owed.list_owed(connection, kind)
        if row.key in keys and (row.state is State.DEAD or (row.not_before and row.not_before > times.real))
    }


def _count_following(connection: Connection, times: Times) -> int:
    asking = owed.count_busy(connection, _ASKING, times)
    return asking + owed.count_open(connection, _FOLLOWING, times.now)
