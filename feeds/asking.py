"""The door by which polls are asked for: owed at once, done by the background."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from feeds.errors import BadRequestError
from feeds.store import owed
from feeds.store.engine import Store
from feeds.store.owed import Work


def ask_for_polls(store: Store, names: Iterable[str] | None, now: datetime) -> list[str]:
    """Owe polls of listings now, whatever the schedule or a backoff says.

    :param names: of listings that are polled; None: all of them
    :returns: the listings that are polled
    :raises BadRequestError: where one is not polled; what was sent is not repeated, it is anyone's text
    """
    with store.write() as connection:
        polled = sorted(row.key for row in owed.list_owed(connection, Work.POLL))
        wanted = polled if names is None else sorted(set(names))
        if not set(wanted) <= set(polled):
            raise BadRequestError("listings may only name what topics read; status tells which those are.")
        owed.owe(connection, Work.POLL, wanted, now)
    return wanted
