"""An announcement: a paper's version, in a listing, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AnnounceType(StrEnum):
    """How a listing announces a paper. The type is relative to the listing, not a property of the paper."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


class Source(StrEnum):
    """How an announcement came to be known."""

    LISTING = "listing"
    CATCHUP = "catchup"
    OAI = "oai"
    API = "api"


@dataclass(frozen=True)
class Announcement:
    arxiv_id: str
    version: int
    listing: str  #: canonical category or archive
    announced_on: date  #: the listing's own day
    type: AnnounceType
    source: Source = Source.LISTING
    approximate: bool = False


class Outcome(StrEnum):
    """What became of a listing on a day (the accounted-for day)."""

    NEWS = "news"
    CLOSED = "closed"  #: no polled listing moved: a weekend, a holiday
    STALE = "stale"  #: others moved, this one did not
    UNCONFIRMED = "unconfirmed"  #: it did not move, or is empty, and nothing it is compared with says why
    REFUSED = "refused"  #: no look at it went well
    MISSED = "missed"  #: the day is over, and nobody saw it
    RECOVERED = "recovered"  #: missed, and fetched afterwards with its types
    APPROXIMATE = "approximate"  #: missed, and put together afterwards from dates

    @property
    def seen(self) -> bool:
        """Whether what the listing announced on that day is here."""
        return self in (Outcome.NEWS, Outcome.RECOVERED, Outcome.APPROXIMATE)


class VisitOutcome(StrEnum):
    """What one look at a listing brought."""

    NEWS = "news"
    CLOSED = "closed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"

    @property
    def failed(self) -> bool:
        return self in (VisitOutcome.REFUSED, VisitOutcome.UNREACHABLE)
