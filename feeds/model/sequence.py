"""A mark: a place in the sequence of all changes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Mark:
    """A place in the sequence of changes: that of one change, or before the first of a number."""

    number: int
    topic: str = ""
    position: int = 0  #: of the paper in the topic; 0: the topic itself


#: Before all changes.
START = Mark(0)
