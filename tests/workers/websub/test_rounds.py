"""Many hosts side by side, each one call at a time."""

from __future__ import annotations

import threading
from itertools import count

import pytest

from feeds.errors import FetchError
from workers.websub.callbacks import SilentHostError
from workers.websub.rounds import HOST_SECONDS, go_round

Errand = tuple[str, int]


def host_of(errand: Errand) -> str:
    return errand[0]


def test_each_errand_is_done_once() -> None:
    errands = [(f"host{number % 5}", number) for number in range(50)]
    done = dict(go_round(errands, host_of, lambda errand: errand[1] * 2))
    assert done == {errand: errand[1] * 2 for errand in errands}
    assert list(go_round([], host_of, host_of)) == []


def test_hosts_do_not_wait_for_each_other_and_none_is_called_twice_at_once() -> None:
    """Two hosts meet at a barrier: one after the other they never would."""
    meet, busy = threading.Barrier(2, timeout=30), {"a": 0, "b": 0}
    most: list[int] = []

    def act(errand: Errand) -> int:
        busy[errand[0]] += 1
        most.append(busy[errand[0]])
        meet.wait()
        busy[errand[0]] -= 1
        return errand[1]

    errands = [(host, number) for number in range(3) for host in "ab"]
    assert len(list(go_round(errands, host_of, act))) == 6
    assert max(most) == 1


def test_a_host_that_is_silent_once_is_not_called_again_in_this_round() -> None:
    tried: list[Errand] = []

    def act(errand: Errand) -> bool:
        tried.append(errand)
        if errand == ("a", 1):
            raise SilentHostError("no answer in time")
        if errand == ("b", 1):
            raise FetchError("HTTP 500")
        return True

    errands = [(host, number) for host in "ab" for number in range(4)]
    done = dict(go_round(errands, host_of, act))
    assert isinstance(done["a", 1], SilentHostError)
    assert (done["a", 2], done["a", 3]) == (None, None)
    assert (done["b", 2], done["b", 3]) == (True, True)
    assert len(tried) == 6


def test_a_slow_host_gets_so_much_time_and_no_more() -> None:
    ticks = count(0, int(HOST_SECONDS))
    done = go_round(
        [("a", number) for number in range(4)], host_of, lambda errand: True, lambda: float(next(ticks))
    )
    assert [outcome for _, outcome in done] == [True, None, None, None]


def test_what_is_no_fault_of_a_host_ends_the_round() -> None:
    def act(errand: Errand) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(go_round([("a", 1)], host_of, act))
