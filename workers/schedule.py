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
from feeds.store import owed, topics
from feeds.store.engine import is_outage
from feeds.store.owed import Work
from feeds.topics_file import load_topics
from workers.polling.polled import polled_listings
from workers.runtime import Runtime
from workers.watch import watch

log = logging.getLogger("wire.schedule")

TICK_SECONDS = 1.0
#: Incidents are of minutes and hours.
WATCH_TURNS = 20


class Scheduler:
    """One turn a second: :meth:`tick`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._topics_seen: tuple[int, int] | None = None
        self._turns = 0

    def tick(self) -> None:
        """Take over a changed topics file, bring what is due into the queue; now and then, look for incidents."""
        self._follow_topics_file()
        self._runtime.dispatch()
        if self._turns % WATCH_TURNS == 0:
            self._watch()
        self._turns += 1

    def _watch(self) -> None:
        try:
            watch(self._runtime)
        except Exception as error:
            if not is_outage(error):
                raise

    def _follow_topics_file(self) -> None:
        path = self._runtime.settings.topics
        try:
            found = path.stat()
        except OSError:
            return  # a file being replaced; the topics in force stay
        seen = (found.st_mtime_ns, found.st_size)
        if seen == self._topics_seen:
            return
        try:
            take_over_topics(self._runtime)
        except TopicsFileError as error:
            log.error("%s; the topics in force stay", error)
        except Exception as error:
            if not is_outage(error):
                raise
            return  # the dispatcher says so; the file is read again when the database takes it
        self._topics_seen = seen


def take_over_topics(runtime: Runtime) -> list[str]:
    """Read the topics file into the store, and owe what follows from it.

    :returns: the slugs whose definition is new or changed
    :raises TopicsFileError: where the file is refused; nothing changes then
    """
    defined = load_topics(runtime.settings.topics)
    now = runtime.clock.now()
    with runtime.store.write() as connection:
        changed = topics.sync_topics(connection, defined, now)
        owed.owe(connection, Work.PUBLISH, changed, now)
        owed.keep(connection, Work.POLL, polled_listings(connection, runtime.settings.only_listings), now)
    if changed:
        log.info("topics new or changed: %s", ", ".join(changed))
    return changed


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
