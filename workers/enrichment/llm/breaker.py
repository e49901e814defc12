"""Leaves an endpoint alone that does not work: after some failures in a row nothing is asked for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Breaker:
    """Counts failures in a row, over all threads of a process.

    Open, it lets nothing through; when its time is over it lets one call try, and that one's fate decides.

    :param failures: in a row, that open it
    :param rest_seconds: how long it stays open
    """

    def __init__(self, failures: int, rest_seconds: float, monotonic: Callable[[], float]) -> None:
        self._most = failures
        self._rest_seconds = rest_seconds
        self._monotonic = monotonic
        self._failures = 0
        self._opens_at = 0.0
        self._trying = False
        self._lock = threading.Lock()

    def wait_seconds(self) -> float:
        """0 where a call may go through; else how long to leave the endpoint alone."""
        with self._lock:
            if self._failures < self._most:
                return 0.0
            left = self._opens_at - self._monotonic()
            if left > 0 or self._trying:
                return max(left, 1.0)
            self._trying = True
            return 0.0

    def note_success(self) -> None:
        """The endpoint works, whatever it thought of the request."""
        with self._lock:
            self._failures, self._trying = 0, False

    def note_failure(self, *, fatal: bool = False) -> None:
        """The endpoint does not work.

        :param fatal: no use in trying until it failed more often: a wrong key, say
        """
        with self._lock:
            self._failures = self._most if fatal else self._failures + 1
            self._trying = False
            if self._failures >= self._most:
                self._opens_at = self._monotonic() + self._rest_seconds

    def note_nothing(self) -> None:
        """A call that was let through came to no result of its own."""
        with self._lock:
            self._trying = False
