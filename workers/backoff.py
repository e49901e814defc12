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


def polite_seconds(failures: int, chance: float, *asked: float | None) -> float:
    """How long to leave a host of arXiv's alone that did not answer.

    :param asked: what it or its calendar asks for, in seconds; the longest counts
    """
    own = backoff_seconds(failures, chance, first=60.0, last=2 * 3600.0)
    return max([own, *(seconds for seconds in asked if seconds)])


def pause_seconds(chance: float, *asked: float | None) -> float:
    """The same for work that does not count its failures, since it is the host's fault and nobody's else."""
    return polite_seconds(3, chance, *asked)
