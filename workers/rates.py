"""Who asks how often: a token bucket for each client, in Redis, so that all web processes count together.

Open where Redis is down: nobody is refused for want of a count, and nobody waits for one.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger("wire.rates")

_BUCKET = "wire:rate:"
#: Redis is asked while somebody waits for an answer.
_TIMEOUT_SECONDS = 0.2
#: After a failure it is left alone for so long.
_REST_SECONDS = 10.0

#: Takes tokens, and returns what is left; or, where there are too few, how many are missing, below zero. A bucket
#: that nobody takes from fills up, and is then forgotten.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local size, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(kept[1] or size), tonumber(kept[2] or now)
left = math.min(size, left + math.max(0, now - at) * size / 60000)
if left < cost then return tostring(left - cost) end
redis.call('HSET', KEYS[1], 'left', left - cost, 'at', now)
redis.call('PEXPIRE', KEYS[1], 61000)
return tostring(left - cost)
"""


@dataclass(frozen=True)
class Allowance:
    """What became of asking for tokens."""

    allowed: bool
    left: int  #: tokens
    wait_seconds: int  #: until there are enough; 0 where there are


class Rates:
    """Counts who asks. One for a process; connections are made when first used.

    :param url: of Redis
    :param a_minute: how many tokens a client's bucket holds, and gets back a minute; 0: no limit
    """

    def __init__(self, url: str, a_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.a_minute = a_minute
        self._redis = Redis.from_url(
            url,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._monotonic = monotonic
        self._asked_again_at = -math.inf

    def take(self, client: str, cost: int) -> Allowance | None:
        """Take tokens from a client's bucket, where there are enough; else none.

        :returns: None where nothing is counted: there is no limit, or no Redis
        """
        if not self.a_minute or self._monotonic() < self._asked_again_at:
            return None
        cost = min(cost, self.a_minute)  # else nobody could ever pay it
        try:
            told = self._redis.eval(_TAKE, 1, f"{_BUCKET}{client}", self.a_minute, cost)
        except (RedisError, OSError) as error:
            log.warning("nobody's requests are counted for %g s: Redis does not answer (%s)", _REST_SECONDS, error)
            self._asked_again_at = self._monotonic() + _REST_SECONDS
            return None
        left = float(told)
        missing_seconds = math.ceil(-left * 60 / self.a_minute) if left < 0 else 0
        return Allowance(left >= 0, max(0, int(left)), missing_seconds)
