"""What an editor says of a paper in a topic."""

from __future__ import annotations

from dataclasses import dataclass

MAX_RATING = 3


@dataclass(frozen=True)
class Curation:
    """All that editors said of one paper in one topic, as it stands."""

    pinned: bool = False
    hidden: bool = False
    rating: int | None = None  #: stars, 0 to :data:`MAX_RATING`; None: not rated
    tags: tuple[str, ...] = ()
    institution: str | None = None
    note: str | None = None  #: Markdown, as it was written: foreign text
    order: int | None = None  #: the editor's place for it among others; lower comes first
    added_by: str | None = None  #: the editor who added a paper that the query missed


NONE = Curation()
