"""How long to wait after a failure."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from workers.backoff import backoff_seconds


def test_the_wait_doubles_up_to_its_end() -> None:
    waits = [backoff_seconds(failures, 1.0, first=2, last=100) for failures in range(8)]
    assert waits == [2, 4, 8, 16, 32, 64, 100, 100]


@settings(derandomize=True)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_chance_takes_half_of_it_at_most(failures: int, chance: float) -> None:
    whole = backoff_seconds(failures, 1.0)
    assert whole / 2 <= backoff_seconds(failures, chance) <= whole <= 600
