"""What the views of one app work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import cast

from flask import Flask, current_app

from feeds.clock import Clock, SystemClock
from feeds.config import Settings
from feeds.publishing.exports import Exporter
from feeds.publishing.pages import Pages
from feeds.publishing.publisher import Publisher
from feeds.store.engine import Store
from feeds.store.owed import Times
from workers.rates import Rates
from workers.roster import PartState

_EXTENSION = "preprint-wire"
#: That answer requests, a worker process; they mostly wait for the database.
THREADS = 4
#: Of them, those that may wait for something of the background's: the others go on answering everybody else.
MAX_WAITING = max(THREADS // 2, 1)


@dataclass(frozen=True)
class Web:
    """One app's tools."""

    settings: Settings
    store: Store
    clock: Clock
    publisher: Publisher
    exporter: Exporter
    pages: Pages
    rates: Rates
    attempts: Rates  #: at signing in
    load_parts: Callable[[], Sequence[PartState]]  #: who runs on this machine
    #: Is taken by who waits, and never waited for itself.
    waiting: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_WAITING))

    def times(self) -> Times:
        """The present, on the wire's clock and on the machine's."""
        return Times(self.clock.now(), SystemClock().now())


def equip(app: Flask, tools: Web) -> None:
    """Give an app its tools."""
    app.extensions[_EXTENSION] = tools


def web() -> Web:
    """The current app's tools."""
    return cast(Web, current_app.extensions[_EXTENSION])


def find_notice() -> str | None:
    """What every page says of this wire, a demo's for one; also where the app has no tools."""
    tools = current_app.extensions.get(_EXTENSION)
    return cast(Web, tools).settings.notice if tools else None
