"""What the API answers, as types: they make the JSON, and they make its schema in the OpenAPI document."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0)]


class Problem(Struct):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


class ListingDay(Struct):
    """What became of a listing on a day."""

    listing: Annotated[str, Meta(description="arXiv category or archive", examples=["cs.CV"])]
    outcome: Annotated[
        str,
        Meta(
            description=(
                "news; closed (no listing moved: weekend, holiday); stale (others moved, this one did not); "
                "unconfirmed (it did not move and there is no other, or it is empty beside others); refused; "
                "missed; recovered; approximate (put together afterwards from dates)"
            )
        ),
    ]
    reason: str | None
    source: Annotated[str, Meta(description="How it is known: listing, catchup, oai or api")]
    announced: Annotated[dict[str, Count], Meta(description="Announcements by type")]


class TopicDay(Struct):
    """What of a day's announcements is in a topic."""

    topic: Annotated[str, Meta(examples=["gaussian-splatting"])]
    matched: Annotated[Count, Meta(description="Papers of this day that joined the topic")]
    hidden: Annotated[Count, Meta(description="Of these, hidden by an editor")]
    waiting: Annotated[Count, Meta(description="Of these, waiting for their summaries")]
    published: Annotated[Count, Meta(description="Of these, in the feed")]
    tokens: Annotated[Count, Meta(description="Tokens spent on their summaries")]


class DayReport(Struct):
    """An announcement day, accounted for."""

    date: date
    listings: list[ListingDay]
    topics: list[TopicDay]
