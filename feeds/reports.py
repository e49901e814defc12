"""Reports of an announcement day, put together from what the tables say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from feeds.store import listings, memberships, publications
from feeds.store.engine import Store
from feeds.store.listings import Day


@dataclass(frozen=True)
class DayFound:
    """All that is known of a day."""

    listings: tuple[Day, ...]
    topics: tuple[dict[str, Any], ...]  #: a row a topic: topic, matched, hidden, waiting, published, tokens
    updated_at: datetime  #: whole seconds


def find_day(store: Store, day: date) -> DayFound | None:
    """A day's account; None where nothing is known of it."""
    with store.read() as connection:
        said = listings.find_days(connection, day)
        moments = [listings.day_updated_at(connection, day), publications.last_published(connection)]
        counted = memberships.count_day(connection, day)
    if not said:
        return None
    updated_at = max(moment for moment in moments if moment)
    return DayFound(tuple(said[name] for name in sorted(said)), tuple(counted), updated_at.replace(microsecond=0))
