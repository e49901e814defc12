"""How long to wait after a failure."""

from __future__ import annotations

#: Work that failed this often in a row is buried: kept and shown, not tried again by itself. Polls never are.
MAX_FAILURES = 8
#: Work that could not be done because the machine is at fault (a full disk, say) is tried again after this long.
OUTAGE_SECONDS = 5.0


def backoff_seconds(failures: int, chance: float, *, first: float = 2.0, last: float = 600.0) -> float:
    """Exponential, with jitter from half to the whole.

    :param failures: in a row, before the one that just happened
    :param chance: from 0 to 1
    :param first: seconds after the first failure
    :param last: seconds at most
    """
    whole = min(first * 2.0 ** min(failures, 30), last)
    return whole * (0.5 + 0.5 * chance)
