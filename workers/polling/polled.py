"""Which listings are polled."""

from __future__ import annotations

from feeds.model import taxonomy
from feeds.store import listings, topics
from feeds.store.engine import Connection

#: arXiv cuts a listing off there, new papers first (``result_limit`` in github.com/arXiv/arxiv-feed).
LIMIT = 2000


def polled_listings(connection: Connection, only: tuple[str, ...] = ()) -> list[str]:
    """The listings that the topics in force read; an archive that is too large by its categories.

    :param only: where given, no others than these
    """
    wanted = {
        category
        for stored in topics.list_topics(connection)
        if not stored.topic.retired
        for category in stored.topic.categories
    }
    if only:
        wanted &= set(only)
    for archive in wanted & listings.find_split(connection):
        wanted.remove(archive)
        wanted.update(taxonomy.categories_of(archive))
    return sorted(wanted)
