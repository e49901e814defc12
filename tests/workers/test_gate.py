"""The gate to arXiv, on a real engine: one at a time, one an interval, closed when in doubt."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from feeds.errors import FetchError
from tests.support.hosts import Answer, Host
from tests.support.processes import environ
from tests.support.wires import running_engine
from workers.engine import connect
from workers.gate import Gate
from workers.http_client import HttpClient


class Line:
    """Stands in for sleeping: notes how long somebody would have stood in line."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def is_open(redis_url: str) -> bool:
    try:
        with Gate(connect(redis_url), 0, patience_seconds=0).passing():
            return True
    except FetchError:
        return False


def in_threads(count: int, act: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_a_free_gate_opens_at_once(redis_url: str) -> None:
    line = Line()
    with Gate(connect(redis_url), 1000, sleep=line).passing():
        assert line.seconds == []


def test_no_two_are_inside_at_the_same_time(redis_url: str) -> None:
    inside: list[int] = []
    most: list[int] = []

    def pass_through() -> None:
        with Gate(connect(redis_url), 0).passing():
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    in_threads(4, pass_through)
    assert most == [1] * 4


def test_requests_of_many_clients_reach_the_host_one_after_the_other(redis_url: str, host: Host) -> None:
    host.serve("/x", Answer(body=b"x" * 30, pieces=3, between=lambda: time.sleep(0.01)))
    in_threads(3, lambda: fetch(redis_url, f"{host.url}/x"))
    assert (len(host.requests), host.most_in_flight) == (3, 1)


def fetch(redis_url: str, url: str) -> None:
    assert HttpClient("test", Gate(connect(redis_url), 0)).fetch(url).status == 200


def test_requests_are_an_interval_apart_over_all_processes(redis_url: str) -> None:
    """From the start of one to the start of the next, so four take three intervals at least."""

    def pass_through() -> None:
        with Gate(connect(redis_url), 0.2).passing():
            pass

    begun_at = time.monotonic()
    in_threads(4, pass_through)
    assert time.monotonic() - begun_at >= 3 * 0.2 - 0.01


def test_the_interval_holds_for_who_has_left_already(redis_url: str) -> None:
    line = Line()
    gate = Gate(connect(redis_url), 1000, patience_seconds=1, sleep=line)
    with gate.passing():
        pass
    with pytest.raises(FetchError, match="the gate did not open within 1 s"), gate.passing():
        raise AssertionError("it is closed")
    assert sum(line.seconds) >= 1


def test_standing_in_line_is_a_matter_of_short_naps(redis_url: str) -> None:
    """Whoever is inside usually leaves long before the lease ends."""
    line = Line()
    inside = Gate(connect(redis_url), 0, lease_seconds=1000).passing()
    with inside, pytest.raises(FetchError), Gate(connect(redis_url), 0, patience_seconds=3, sleep=line).passing():
        raise AssertionError("somebody is inside")
    assert max(line.seconds) <= 0.25


def test_the_gate_is_given_back_by_who_fails_inside(redis_url: str) -> None:
    with pytest.raises(ZeroDivisionError), Gate(connect(redis_url), 0).passing():
        raise ZeroDivisionError
    assert is_open(redis_url)


def test_who_died_inside_blocks_the_gate_for_its_lease_only(redis_url: str) -> None:
    code = (
        "import sys, time; from workers.engine import connect; from workers.gate import Gate\n"
        f"with Gate(connect({redis_url!r}), 0, lease_seconds=2).passing(): print('in', flush=True); time.sleep(600)"
    )
    inside = subprocess.Popen([sys.executable, "-P", "-c", code], env=environ(), stdout=subprocess.PIPE, text=True)
    with inside:
        assert inside.stdout
        assert inside.stdout.readline() == "in\n"
        assert not is_open(redis_url)
        inside.kill()
    with Gate(connect(redis_url), 0).passing():  # gives up after a minute
        assert not is_open(redis_url)


def test_who_stays_long_keeps_the_gate(redis_url: str) -> None:
    line = Line()
    with Gate(connect(redis_url), 0, lease_seconds=0.3).passing():
        time.sleep(1)
        with pytest.raises(FetchError), Gate(connect(redis_url), 0, patience_seconds=0.1, sleep=line).passing():
            raise AssertionError("somebody is inside")
    assert is_open(redis_url)


def test_who_lost_the_gate_does_not_open_it_for_others(redis_url: str) -> None:
    late = Gate(connect(redis_url), 0).passing()
    late.__enter__()
    with connect(redis_url) as client:
        client.flushall()
    with Gate(connect(redis_url), 0).passing():
        late.__exit__(None, None, None)
        assert not is_open(redis_url)
    assert is_open(redis_url)


def test_a_shut_gate_lets_nobody_through_until_its_time(redis_url: str) -> None:
    gate = Gate(connect(redis_url), 0)
    begun_at = time.monotonic()
    gate.shut(0.3)
    with gate.passing():
        assert time.monotonic() - begun_at >= 0.3 - 0.01


def test_shutting_it_again_never_opens_it_earlier(redis_url: str) -> None:
    gate = Gate(connect(redis_url), 0)
    gate.shut(1000)
    gate.shut(0.001)
    time.sleep(0.05)
    assert not is_open(redis_url)


def test_a_shut_gate_is_shut_from_inside_too(redis_url: str) -> None:
    """The one whose request was refused shuts it before leaving."""
    gate = Gate(connect(redis_url), 0.001)
    with gate.passing():
        gate.shut(1000)
    time.sleep(0.05)
    assert not is_open(redis_url)


def test_without_redis_the_gate_is_closed(tmp_path: Path) -> None:
    gate = Gate(connect(f"unix://{tmp_path / 'nobody.sock'}", retries=0), 0)
    with pytest.raises(FetchError, match="the gate is closed: Redis does not answer"), gate.passing():
        raise AssertionError("it is closed")
    with pytest.raises(FetchError, match="the gate is closed"):
        gate.shut(1)


def test_redis_may_go_down_while_somebody_is_inside() -> None:
    with running_engine() as url:
        gate = Gate(connect(url, retries=0), 0)
        with gate.passing():
            connect(url, retries=0).shutdown()
        with pytest.raises(FetchError, match="the gate is closed"), gate.passing():
            raise AssertionError("it is closed")


@pytest.mark.parametrize("key", ["wire:gate:holder", "wire:gate:next"])
def test_a_clock_that_was_set_back_does_not_keep_the_gate_shut(redis_url: str, key: str) -> None:
    """Redis keeps until when, not how long: after that step yesterday's six seconds last a day."""
    with connect(redis_url) as client:
        tomorrow = int((time.time() + 86400) * 1000)
        client.set(key, tomorrow, px=86400_000)
        assert is_open(redis_url)
        client.set(key, tomorrow, px=86400_000)
        Gate(client, 0).shut(100)
        assert not is_open(redis_url)
