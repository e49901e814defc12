"""Calls many hosts side by side, each one call at a time, and none for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from feeds.errors import FetchError
from workers.websub.callbacks import SilentHostError

Errand = TypeVar("Errand")
Outcome = TypeVar("Outcome")

#: Hosts that are called at once.
_WIDTH = 16
#: Spent on one host; what is left of its errands comes in another round.
HOST_SECONDS = 40.0


def go_round(
    errands: Sequence[Errand],
    host_of: Callable[[Errand], str],
    act: Callable[[Errand], Outcome],
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[tuple[Errand, Outcome | FetchError | None]]:
    """Do errands; gives each as soon as it is done, with what came of it.

    None for one that was not tried: its host does not answer, or had its time.
    """
    hosts: dict[str, list[Errand]] = {}
    for errand in errands:
        hosts.setdefault(host_of(errand), []).append(errand)
    done: SimpleQueue[tuple[Errand, Outcome | BaseException | None]] = SimpleQueue()

    def visit(some: Sequence[Errand]) -> None:
        deadline, is_silent = monotonic() + HOST_SECONDS, False
        for errand in some:
            if is_silent or monotonic() > deadline:
                done.put((errand, None))
                continue
            try:
                done.put((errand, act(errand)))
            except BaseException as error:
                is_silent = isinstance(error, SilentHostError)
                done.put((errand, error))

    with ThreadPoolExecutor(_WIDTH) as pool:
        for some in hosts.values():
            pool.submit(visit, some)
        for _ in errands:
            errand, outcome = done.get()
            if isinstance(outcome, BaseException) and not isinstance(outcome, FetchError):
                raise outcome
            yield errand, outcome
