"""A topic's archive: fixed ranges of positions, a document each (RFC 5005, section 4); never renumbered."""

from __future__ import annotations

#: How many positions an archive document stands for. Part of what subscribers rely on: never to be changed.
SIZE = 100


def number_of(position: int) -> int:
    """The number of the archive document that a position is in; positions and numbers begin at 1."""
    return (position - 1) // SIZE + 1


def positions_of(number: int) -> tuple[int, int]:
    """The first and the last position of an archive document."""
    return (number - 1) * SIZE + 1, number * SIZE
