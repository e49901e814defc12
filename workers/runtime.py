"""What a background process works with: settings, clocks, store, queue, network. Built once a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from feeds.clock import Clock, SystemClock, make_clock
from feeds.config import Settings, load_settings
from feeds.store.engine import Store
from feeds.store.owed import Times
from workers.engine import Redis, connect, engine_url
from workers.gate import Gate
from workers.http_client import HttpClient, user_agent
from workers.queues import Dispatcher


@dataclass(frozen=True)
class Runtime:
    """The tools of one process. Connections are made when first used."""

    settings: Settings
    store: Store
    clock: Clock
    real_clock: Clock
    redis: Redis

    @cached_property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.store, self.redis)

    @cached_property
    def arxiv(self) -> HttpClient:
        """The way to arXiv, through the gate."""
        gate = Gate(self.redis, self.settings.arxiv_min_interval)
        return HttpClient(user_agent(self.settings), gate)

    def times(self) -> Times:
        return Times(self.clock.now(), self.real_clock.now())

    def dispatch(self) -> None:
        """Hurry: bring what has just been owed into the queue."""
        self.dispatcher.dispatch(self.times())


def make_runtime(settings: Settings, *, redis_retries: int = 30) -> Runtime:
    """The tools of a process under these settings.

    :param redis_retries: how patient it is with an engine that does not answer (:func:`workers.engine.connect`)
    """
    return Runtime(
        settings=settings,
        store=Store(settings.database_url),
        clock=make_clock(settings.clock_file),
        real_clock=SystemClock(),
        redis=connect(engine_url(settings), retries=redis_retries),
    )


_current: Runtime | None = None


def current(load: Callable[[], Settings] = load_settings) -> Runtime:
    """This process's runtime, made at the first call."""
    global _current
    if _current is None:
        _current = make_runtime(load())
    return _current
