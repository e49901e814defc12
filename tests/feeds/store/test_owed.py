from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.errors import SupersededError
from feeds.store import owed
from feeds.store.engine import Store
from feeds.store.owed import Claim, State, Times, Work
from tests.support.papers import NOW

AT = Times(NOW, NOW)


def later(seconds: float) -> Times:
    """The same wire time on a machine that went on."""
    return Times(NOW, NOW + timedelta(seconds=seconds))


def claim(store: Store, times: Times = AT, key: str = "a") -> Claim | None:
    with store.write() as connection:
        claims = owed.claim(connection, Work.PUBLISH, [key], times, lease_seconds=60)
    return claims[0] if claims else None


def must_claim(store: Store, times: Times = AT, key: str = "a") -> Claim:
    taken = claim(store, times, key)
    assert taken
    return taken


def owe(store: Store, key: str = "a", in_seconds: float = 0) -> None:
    with store.write() as connection:
        owed.owe(connection, Work.PUBLISH, [key], NOW + timedelta(seconds=in_seconds))


def rows(store: Store) -> list[owed.Owed]:
    with store.read() as connection:
        return owed.list_owed(connection)


def test_work_is_claimed_once(store: Store) -> None:
    owe(store)
    assert claim(store)
    assert claim(store) is None


def test_settled_work_is_gone(store: Store) -> None:
    owe(store)
    with store.write() as connection:
        owed.settle(connection, owed.claim(connection, Work.PUBLISH, ["a"], AT, 60))
    assert rows(store) == []


def test_work_is_not_due_before_its_time_on_the_wires_clock(store: Store) -> None:
    owe(store, in_seconds=120)
    assert claim(store, later(3600)) is None
    assert claim(store, Times(NOW + timedelta(seconds=120), NOW))


def test_owing_again_keeps_the_earlier_time(store: Store) -> None:
    owe(store, in_seconds=120)
    owe(store, in_seconds=0)
    owe(store, in_seconds=300)
    assert claim(store)


def test_work_owed_again_while_it_runs_is_pending_afterwards(store: Store) -> None:
    owe(store)
    taken = must_claim(store)
    owe(store)
    with store.write() as connection:
        owed.settle(connection, [taken])
    assert [row.state for row in rows(store)] == [State.PENDING]
    assert claim(store)


def test_an_expired_lease_can_be_claimed_and_fences_the_first_attempt_out(store: Store) -> None:
    owe(store)
    first = must_claim(store)
    assert claim(store, later(59)) is None
    second = must_claim(store, later(61))
    assert second.attempt == first.attempt + 1
    with pytest.raises(SupersededError), store.write() as connection:
        owed.settle(connection, [first])
    with pytest.raises(SupersededError), store.write() as connection:
        owed.postpone(connection, first, "x", NOW)
    with pytest.raises(SupersededError), store.write() as connection:
        owed.bury(connection, first, "x")
    with pytest.raises(SupersededError), store.write() as connection:
        owed.reschedule(connection, first, NOW, NOW)
    with store.write() as connection:
        owed.settle(connection, [second])
    assert rows(store) == []


def test_an_attempt_that_never_came_back_counts_as_a_failure(store: Store) -> None:
    owe(store)
    for times in range(3):
        assert must_claim(store, later(100 * times)).failures == times


def test_failed_work_rests_on_the_machines_clock(store: Store) -> None:
    owe(store)
    with store.write() as connection:
        (taken,) = owed.claim(connection, Work.PUBLISH, ["a"], AT, 60)
        owed.postpone(connection, taken, "why", NOW + timedelta(60))
    assert claim(store, Times(NOW + timedelta(days=30), NOW)) is None
    (row,) = rows(store)
    assert (row.failures, row.reason) == (1, "why")
    assert must_claim(store, Times(NOW, NOW + timedelta(61))).failures == 1


def test_owing_again_ends_the_rest(store: Store) -> None:
    owe(store)
    taken = must_claim(store)
    with store.write() as connection:
        owed.postpone(connection, taken, "why", NOW + timedelta(60))
    owe(store)
    assert claim(store)


def test_dead_work_stands_until_it_is_owed_anew(store: Store) -> None:
    owe(store)
    taken = must_claim(store)
    with store.write() as connection:
        owed.bury(connection, taken, "too often")
    assert claim(store, later(10**6)) is None
    with store.read() as connection:
        assert owed.count_open(connection, [Work.PUBLISH], NOW) == 0
    owe(store)
    assert must_claim(store).failures == 0


def test_rescheduled_work_waits_for_its_time_unless_it_was_owed_again(store: Store) -> None:
    owe(store)
    taken = must_claim(store)
    tomorrow = NOW + timedelta(days=1)
    with store.write() as connection:
        owed.reschedule(connection, taken, tomorrow, NOW)
    assert claim(store) is None
    with store.read() as connection:
        assert owed.is_settled(connection, Work.PUBLISH, ["a"], AT)
        assert not owed.is_settled(connection, Work.PUBLISH, ["a"], Times(tomorrow, NOW))
    owe(store)
    taken = must_claim(store)
    owe(store)
    with store.write() as connection:
        owed.reschedule(connection, taken, tomorrow, NOW)
    assert claim(store)


def test_dispatched_work_is_not_dispatched_again_until_it_is_stale(store: Store) -> None:
    owe(store)
    with store.write() as connection:
        owed.note_dispatch(connection, Work.PUBLISH, ["a"], "job-1", NOW)
    with store.read() as connection:
        assert owed.list_dispatchable(connection, later(9), stale_seconds=10) == []
        assert [row.dispatch for row in owed.list_dispatchable(connection, later(11), stale_seconds=10)] == [
            "job-1"
        ]


def test_running_work_is_dispatched_again_when_its_lease_ends(store: Store) -> None:
    owe(store)
    must_claim(store)
    with store.read() as connection:
        assert owed.list_dispatchable(connection, later(30), 10) == []
        assert [row.key for row in owed.list_dispatchable(connection, later(61), 10)] == ["a"]


def test_keeping_owes_new_keys_forgets_gone_ones_and_leaves_the_rest(store: Store) -> None:
    tomorrow = NOW + timedelta(days=1)
    with store.write() as connection:
        owed.keep(connection, Work.POLL, ["cs.CV", "cs.LG"], NOW)
        for taken in owed.claim(connection, Work.POLL, ["cs.CV"], AT, 60):
            owed.reschedule(connection, taken, tomorrow, NOW)
        owed.keep(connection, Work.POLL, ["cs.CV", "cs.CL"], NOW)
    assert {row.key: row.due_at for row in rows(store)} == {"cs.CV": tomorrow, "cs.CL": NOW}


def test_a_starting_wire_takes_back_what_a_killed_one_left(store: Store) -> None:
    owe(store)
    first = must_claim(store)
    with store.write() as connection:
        owed.note_dispatch(connection, Work.PUBLISH, ["a"], "job-1", NOW)
        owed.release_all(connection)
    assert claim(store)
    with pytest.raises(SupersededError), store.write() as connection:
        owed.settle(connection, [first])
