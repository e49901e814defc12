"""The scheduler: keeps the topics in step with their file, and brings into the queue what is due.

It decides nothing that the tables do not say: whatever was lost on the way (a flushed Redis, a killed worker)
is found here again.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from types import FrameType

from feeds.errors import TopicsFileError, WireError
from feeds.pausing import pause_troubled
from feeds.store import owed, site, topics
from feeds.store.engine import Connection, is_outage
from feeds.store.owed import Work
from feeds.store.site import REFUSED
from feeds.subscribing import end_leases
from feeds.topics_file import load_topics
from workers.polling.polled import polled_listings
from workers.runtime import Runtime
from workers.watch import watch

log = logging.getLogger("wire.schedule")

TICK_SECONDS = 1.0
#: Incidents are of minutes and hours.
WATCH_TURNS = 20
#: A topics file that is away for so many turns is not just being replaced.
AWAY_TURNS = 3
_AWAY = (-1, -1)
#: Signs of a refusal that are kept.
_MOST_NOTED = 1000


class Scheduler:
    """One turn a second: :meth:`tick`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._file_seen: tuple[int, int] | None = None
        self._turns_away = 0
        self._changes_seen: str | None = None
        self._turns = 0

    def tick(self) -> None:
        """Take over changed topics, bring what is due into the queue; now and then, look for incidents
        and end leases."""
        self._bearing_outages(self._follow_topics_file)
        self._bearing_outages(self._follow_changes)
        self._runtime.dispatch()
        if self._turns % WATCH_TURNS == 0:
            self._bearing_outages(lambda: watch(self._runtime))
            self._bearing_outages(self._end_leases)
        self._turns += 1

    def _bearing_outages(self, act: Callable[[], None]) -> None:
        """A database that refuses is the dispatcher's to tell; what could not be done comes again."""
        try:
            act()
        except Exception as error:
            if not is_outage(error):
                raise

    def _follow_topics_file(self) -> None:
        seen = self._look_at_file()
        if seen is None or seen == self._file_seen:
            return
        try:
            take_over_topics(self._runtime)
        except TopicsFileError as error:
            log.error("%s; the topics in force stay", error)
        self._file_seen = seen

    def _end_leases(self) -> None:
        if ended := end_leases(self._runtime.store, self._runtime.clock.now()):
            log.info("subscriptions over: %d", ended)

    def _look_at_file(self) -> tuple[int, int] | None:
        """What tells one state of the file from another; None while it may just be being replaced."""
        try:
            found = self._runtime.settings.topics.stat()
        except OSError:
            self._turns_away += 1
            return _AWAY if self._turns_away >= AWAY_TURNS else None
        self._turns_away = 0
        return found.st_mtime_ns, found.st_size

    def _follow_changes(self) -> None:
        """Keep what is polled in step with topics that the API changed."""
        with self._runtime.store.read() as connection:
            changes = topics.find_changes(connection)
        if changes != self._changes_seen:
            with self._runtime.store.write() as connection:
                _keep(self._runtime, connection)
            self._changes_seen = changes


def take_over_topics(runtime: Runtime) -> list[str]:
    """Read the topics file into the store, and owe what follows from it. Why it is refused is noted while it lasts.

    :returns: the slugs whose definition is new or changed
    :raises TopicsFileError: where the file is refused; no definition changes then
    """
    path = runtime.settings.topics
    try:
        defined = load_topics(path)
    except TopicsFileError as error:
        told = str(TopicsFileError(path.name, error.problems))  # pages show it: no folders of this machine
        with runtime.store.write() as connection:
            site.save_note(connection, REFUSED, told[:_MOST_NOTED])
            _pause(connection)
        raise
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        site.save_note(connection, REFUSED, None)
        changed = topics.sync_topics(connection, defined, now)
        _pause(connection)
        owed.owe(connection, Work.PUBLISH, changed, now)
        owed.owe(connection, Work.DIGEST, changed, now)
        _keep(runtime, connection)
    if changed:
        log.info("topics new or changed: %s", ", ".join(changed))
    return changed


def _pause(connection: Connection) -> None:
    for slug, trouble in pause_troubled(connection).items():
        if trouble:
            log.error("%s takes no papers: %s", slug, trouble)


def _keep(runtime: Runtime, connection: Connection) -> None:
    """Owe what repeats itself: the polls of all listings, and the digests of all topics."""
    now = runtime.clock.now()
    owed.keep(connection, Work.POLL, polled_listings(connection, runtime.settings.only_listings), now)
    served = [stored.topic.slug for stored in topics.list_topics(connection) if not stored.topic.retired]
    owed.keep(connection, Work.DIGEST, served, now)


def run_scheduler(runtime: Runtime, sleep: Callable[[float], None] = time.sleep) -> None:
    """Tick until SIGTERM or SIGINT."""
    stopping = False

    def stop(_signum: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, stop)
    scheduler = Scheduler(runtime)
    while not stopping:
        try:
            scheduler.tick()
        except WireError as error:
            log.error("%s", error)
        except Exception:
            log.exception("a turn of the scheduler failed; the next one comes")
        sleep(TICK_SECONDS)
