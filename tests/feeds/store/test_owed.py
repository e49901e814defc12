from __future__ import annotations

from datetime import timedelta
from random import Random
from threading import Thread

import pytest

from feeds.errors import SupersededError
from feeds.store import owed
from feeds.store.engine import Store, chunks
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


def test_those_who_claim_at_the_same_time_share_the_work(store: Store) -> None:
    keys = [f"{number:03}" for number in range(120)]
    with store.write() as connection:
        owed.owe(connection, Work.PUBLISH, keys, NOW)
    taken: list[str] = []

    def take_all(seed: int) -> None:
        mine = Store(store.url)
        for some in chunks(Random(seed).sample(keys, len(keys)), 7):
            with mine.write(serial=False) as connection:
                taken.extend(held.key for held in owed.claim(connection, Work.PUBLISH, some, AT, 60))
        mine.close()

    threads = [Thread(target=take_all, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == len(set(taken))
    with store.write() as connection:  # each that was passed over is found again
        taken += [held.key for held in owed.claim(connection, Work.PUBLISH, keys, AT, 60)]
    assert sorted(taken) == keys


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
        owed.postpone(connection, taken, "why", NOW + timedelta(seconds=60))
    assert claim(store, Times(NOW + timedelta(days=30), NOW)) is None
    (row,) = rows(store)
    assert (row.failures, row.reason) == (1, "why")
    assert must_claim(store, later(61)).failures == 1


def test_owing_again_ends_the_rest(store: Store) -> None:
    owe(store)
    taken = must_claim(store)
    with store.write() as connection:
        owed.postpone(connection, taken, "why", NOW + timedelta(seconds=60))
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


def test_work_that_is_not_to_blame_fails_without_a_count(store: Store) -> None:
    owe(store)
    with store.write() as connection:
        (failed,) = owed.claim(connection, Work.PUBLISH, ["a"], AT, 60)
        owed.postpone(connection, failed, "full", NOW, counts=False)
    (row,) = rows(store)
    assert (row.failures, row.reason) == (0, "full")


def test_a_lease_is_renewed_by_whoever_holds_it_and_by_no_other(store: Store) -> None:
    owe(store)
    first = must_claim(store)
    with store.write() as connection:
        owed.renew(connection, [first], later(50).real, 60)
    assert claim(store, later(100)) is None
    second = must_claim(store, later(111))
    with store.write() as connection:
        owed.renew(connection, [first], later(160).real, 60)
    assert claim(store, later(170)) is None
    third = must_claim(store, later(172))
    assert (second.attempt, third.attempt) == (first.attempt + 1, first.attempt + 2)


def test_what_a_job_holds_is_told_by_its_id(store: Store) -> None:
    owe(store, "a")
    owe(store, "b")
    with store.write() as connection:
        owed.note_dispatch(connection, Work.PUBLISH, ["a", "b"], "job-2", NOW)
        held = owed.claim(connection, Work.PUBLISH, ["a"], AT, 60, "job-1")
    with store.read() as connection:
        assert owed.list_held(connection, "job-1") == held
        assert owed.list_held(connection, "job-2") == []
    with store.write() as connection:
        owed.settle(connection, held)
        assert owed.list_held(connection, "job-1") == []


# Clocks that jump

JUMPS = {
    "back by a day": timedelta(days=-1),
    "years back": timedelta(days=-3000),
}


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_work_of_a_time_that_was_set_back_is_not_held_up(store: Store, jump: timedelta) -> None:
    """The machine's clock was ahead when all this was written, and is right again."""
    after = Times(NOW, NOW + jump)
    for key in ("leased", "resting", "dispatched"):
        owe(store, key)
    must_claim(store, key="leased")
    with store.write() as connection:
        (failed,) = owed.claim(connection, Work.PUBLISH, ["resting"], AT, 60)
        owed.postpone(connection, failed, "why", NOW + timedelta(hours=2))
        owed.note_dispatch(connection, Work.PUBLISH, ["dispatched"], "job-1", NOW)
    with store.read() as connection:
        assert {row.key for row in owed.list_dispatchable(connection, after, 10)} == {
            "leased",
            "resting",
            "dispatched",
        }
    assert all(claim(store, after, key) for key in ("leased", "resting", "dispatched"))


def test_what_was_planned_by_a_clock_years_ahead_is_due_when_the_clock_is_right_again(store: Store) -> None:
    owe(store, in_seconds=5 * 365 * 86400)
    with store.read() as connection:
        assert owed.count_open(connection, [Work.PUBLISH], NOW) == 1
        assert not owed.is_settled(connection, Work.PUBLISH, ["a"], AT)
        assert [row.key for row in owed.list_dispatchable(connection, AT, 10)] == ["a"]
    assert claim(store)


def test_a_clock_set_back_by_a_day_costs_a_listing_no_more_than_its_usual_gap(store: Store) -> None:
    owe(store, in_seconds=25 * 3600)
    assert claim(store, Times(NOW - timedelta(days=1), NOW))


@pytest.mark.parametrize(
    ("lease", "rest", "gap"), [(owed.LONGEST_LEASE, owed.LONGEST_REST, owed.LONGEST_GAP)], ids=["the longest"]
)
def test_what_may_lie_ahead_is_waited_for(store: Store, lease: timedelta, rest: timedelta, gap: timedelta) -> None:
    owe(store, "gap", gap.total_seconds())
    owe(store, "rest")
    owe(store, "lease")
    with store.write() as connection:
        owed.claim(connection, Work.PUBLISH, ["lease"], AT, lease.total_seconds())
        (failed,) = owed.claim(connection, Work.PUBLISH, ["rest"], AT, 60)
        owed.postpone(connection, failed, "why", NOW + rest)
    with store.read() as connection:
        assert owed.list_dispatchable(connection, AT, 10) == []
    ahead = Times(NOW + gap, NOW + rest)
    assert [key for key in ("gap", "rest", "lease") if claim(store, ahead, key)] == ["gap", "rest", "lease"]


def test_a_clock_that_jumps_ahead_takes_work_away_and_the_fence_keeps_its_effects_single(store: Store) -> None:
    owe(store)
    first = must_claim(store)
    second = must_claim(store, later(86400))
    with store.write() as connection:
        owed.settle(connection, [second])
    with pytest.raises(SupersededError), store.write() as connection:
        owed.settle(connection, [first])
