"""The one gate to arXiv: one request an interval and one at a time, over all hosts and all workers.

arXiv asks for that of all machines of one user together (info.arxiv.org/help/api/tou.html). The gate's state is
in Redis and goes by Redis' own clock; without Redis it is closed.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from redis import Redis
from redis.exceptions import RedisError

from feeds.errors import GateClosedError

_HOLDER, _NEXT = "wire:gate:holder", "wire:gate:next"
#: Who waits says so here, for a little longer than it sleeps before it asks again.
_WAITING, _WAITING_MS = "wire:gate:waiting:", 600


class Priority(IntEnum):
    """Who goes first where several wait."""

    LISTING = 0
    API = 1
    OAI = 2
    TEXT = 3


#: Nobody holds the gate for longer, nor keeps it shut (a Retry-After counts for an hour at most): what says so was
#: written before the machine's clock was set back, and counts as over.
_LONGEST_MS = 3_600_000

#: Takes the gate and returns 0, or returns the milliseconds to wait before asking again.
_ENTER = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local held = redis.call('PTTL', KEYS[1])
redis.call('SET', KEYS[3], '1', 'PX', ARGV[5])
if held > 0 and held <= tonumber(ARGV[4]) then return held end
local opens = tonumber(redis.call('GET', KEYS[2]) or '0')
if opens > now and opens <= now + tonumber(ARGV[4]) then return opens - now end
for before = 4, #KEYS do
  if redis.call('EXISTS', KEYS[before]) == 1 then return tonumber(ARGV[5]) end
end
redis.call('DEL', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[2], now + ARGV[3], 'PX', ARGV[3]) end
return 0
"""
#: Holds the gate on, if it is still ours.
_STAY = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""
#: Gives the gate back, if it is still ours.
_LEAVE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
"""
#: Keeps the gate shut for a while; never opens it earlier.
_SHUT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local shut_until = now + ARGV[1]
local opens = tonumber(redis.call('GET', KEYS[1]) or '0')
if shut_until > opens or opens > now + tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], shut_until, 'PX', ARGV[1])
end
return 0
"""


class Gate:
    """Lets one request at a time through.

    :param interval_seconds: from the start of one request to the start of the next
    :param priority: of the requests that go through here; while a higher one waits, no other is let through
    :param lease_seconds: whoever died inside blocks the gate no longer than this; who lives renews it
    :param patience_seconds: how long to stand in line before giving up
    """

    def __init__(
        self,
        redis: Redis,
        interval_seconds: float,
        priority: Priority = Priority.LISTING,
        *,
        lease_seconds: float = 6,
        patience_seconds: float = 60,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._redis = redis
        self._interval_ms = int(interval_seconds * 1000)
        self._keys = [_HOLDER, _NEXT, f"{_WAITING}{priority}", *(f"{_WAITING}{rank}" for rank in range(priority))]
        self._lease_ms = int(lease_seconds * 1000)
        self._patience_seconds = patience_seconds
        self._sleep = sleep

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait for the gate, hold it for one request, give it back.

        :raises GateClosedError: where it did not open in time, or Redis is down
        """
        token = uuid.uuid4().hex
        try:
            self._enter(token)
        except RedisError as error:
            raise GateClosedError(f"the gate is closed: Redis does not answer ({error})") from error
        left = threading.Event()
        keeper = threading.Thread(target=self._stay, args=(token, left), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            left.set()
            keeper.join()
            self._leave(token)

    def shut(self, seconds: float) -> None:
        """Let nobody through for a while: arXiv asked us to wait."""
        milliseconds = min(max(1, int(seconds * 1000)), _LONGEST_MS)
        try:
            self._redis.eval(_SHUT, 1, _NEXT, milliseconds, _LONGEST_MS)
        except RedisError as error:
            raise GateClosedError(f"the gate is closed: Redis does not answer ({error})") from error

    def _enter(self, token: str) -> None:
        waited = 0.0
        asked = (token, self._lease_ms, self._interval_ms, _LONGEST_MS, _WAITING_MS)
        while wait_ms := int(self._redis.eval(_ENTER, len(self._keys), *self._keys, *asked)):
            if waited >= self._patience_seconds:
                raise GateClosedError(f"the gate did not open within {self._patience_seconds:g} s")
            # Whoever holds it usually leaves long before the lease ends.
            pause = min(wait_ms / 1000, 0.25)
            self._sleep(pause)
            waited += pause

    def _stay(self, token: str, left: threading.Event) -> None:
        while not left.wait(self._lease_ms / 3000):
            with suppress(RedisError):  # the next one may get through before the lease ends
                self._redis.eval(_STAY, 1, _HOLDER, token, self._lease_ms)

    def _leave(self, token: str) -> None:
        try:
            self._redis.eval(_LEAVE, 1, _HOLDER, token)
        except RedisError:
            return  # the lease ends by itself
