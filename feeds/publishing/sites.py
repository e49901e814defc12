"""Who publishes: the site that all feeds of a wire are signed with."""

from __future__ import annotations

from feeds.errors import DatabaseError
from feeds.model.entries import Site
from feeds.store import site
from feeds.store.engine import Store


def load_site(store: Store, base_url: str) -> Site:
    """Who publishes, as the first start wrote it down.

    :raises DatabaseError: where it did not
    """
    with store.read() as connection:
        found = site.find_authority(connection)
    if found is None:
        raise DatabaseError("the database was never prepared; run ./wire migrate")
    return Site(base_url, *found)
