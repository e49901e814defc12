"""Who asks how often, counted in a real engine."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workers.engine import connect
from workers.rates import Allowance, Rates


def age(url: str, client: str, seconds: float) -> None:
    """Let a client's bucket be older than it is."""
    with connect(url) as redis:
        key = f"wire:rate:{client}"
        redis.hset(key, "at", float(redis.hget(key, "at") or 0) - seconds * 1000)


def may(rates: Rates, cost: int, client: str = "ada") -> bool:
    told = rates.take(client, cost)
    assert told is not None
    return told.allowed


def test_a_client_may_ask_so_often_and_is_told_when_again(redis_url: str) -> None:
    rates = Rates(redis_url, 3)
    allowed = [rates.take("ada", 1) for _ in range(3)]
    assert [(told.allowed, told.wait_seconds) for told in allowed if told] == [(True, 0)] * 3
    assert allowed[0] == Allowance(True, 2, 0)
    refused = rates.take("ada", 1)
    assert refused is not None
    assert not refused.allowed
    assert 1 <= refused.wait_seconds <= 20, "a third of a minute brings one back"
    assert may(rates, 1, "bob"), "everybody has a bucket of their own"


def test_time_gives_it_back_but_never_more_than_the_bucket_holds(redis_url: str) -> None:
    rates = Rates(redis_url, 60)
    rates.take("ada", 60)
    age(redis_url, "ada", 10)
    assert may(rates, 10)
    age(redis_url, "ada", 86_400)
    assert rates.take("ada", 1) == Allowance(True, 59, 0)


def test_a_refusal_takes_nothing(redis_url: str) -> None:
    rates = Rates(redis_url, 10)
    rates.take("ada", 5)
    assert [may(rates, 8) for _ in range(3)] == [False] * 3
    assert may(rates, 5)


def test_what_costs_more_than_there_ever_is_costs_all(redis_url: str) -> None:
    rates = Rates(redis_url, 5)
    told = rates.take("ada", 10)
    assert told == Allowance(True, 0, 0)


def test_a_clock_that_was_set_back_locks_nobody_out(redis_url: str) -> None:
    rates = Rates(redis_url, 10)
    rates.take("ada", 2)
    age(redis_url, "ada", -3600)
    assert may(rates, 8)


def test_many_at_once_are_counted_right(redis_url: str) -> None:
    rates = [Rates(redis_url, 1000) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: rates[number % 4].take("ada", 10), range(80)))
    told = rates[0].take("ada", 0)
    assert told is not None
    assert 200 <= told.left < 300, "a thousand, without eight hundred, with what came back meanwhile"


def test_a_bucket_is_forgotten_when_it_is_full_again(redis_url: str) -> None:
    Rates(redis_url, 10).take("ada", 2)
    with connect(redis_url) as redis:
        assert 60_000 < redis.pttl("wire:rate:ada") <= 61_000


def test_no_limit_counts_nothing(redis_url: str) -> None:
    assert Rates(redis_url, 0).take("ada", 1) is None
    with connect(redis_url) as redis:
        assert redis.keys("*") == []


def test_without_redis_everybody_may_and_it_is_left_alone_for_a_while(
    redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    rates = Rates(f"unix://{tmp_path / 'none.sock'}", 1, monotonic=lambda: now[0])
    with caplog.at_level(logging.WARNING, "wire.rates"):
        assert [rates.take("ada", 1) for _ in range(5)] == [None] * 5
        assert len(caplog.records) == 1, "asked once, not five times"
        (tmp_path / "none.sock").symlink_to(redis_url.removeprefix("unix://"))
        assert rates.take("ada", 1) is None
        now[0] = 10.0
        told = rates.take("ada", 1)
    assert told == Allowance(True, 0, 0)
