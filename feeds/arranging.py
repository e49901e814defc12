"""Moves a pinned paper up or down: which places among the pinned ones that takes, and the acts that give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from feeds import curating
from feeds.curating import Curated
from feeds.errors import BadRequestError
from feeds.model.curation import MAX_ORDER, Act
from feeds.store import curation, standings
from feeds.store.engine import Connection

#: Between two places, so that a third can come between them.
_STEP = 10


def move(connection: Connection, slug: str, arxiv_id: str, steps: int, *, editor: str, now: datetime) -> Curated:
    """Move a pinned paper among the pinned ones of its topic. Others get another place only where it must be.

    :param steps: so many places down; negative: up. Further than the end is the end
    :raises BadRequestError: where it is not pinned; which see :func:`feeds.curating.find_curated` for the others
    """
    found = curating.find_curated(connection, slug, arxiv_id)
    orders = curation.list_pins(connection, slug)
    pinned = [standing.arxiv_id for standing in standings.list_pinned(connection, slug, now)]
    if arxiv_id not in pinned:
        raise BadRequestError("Only a pinned paper can be moved up or down; pin it first.")
    for moved, order in decide_orders(pinned, orders, arxiv_id, steps).items():
        done = curating.curate(connection, slug, moved, {"order": order}, editor=editor, now=now, act=Act.ORDER)
        found = done if moved == arxiv_id else found
    return found


def decide_orders(
    pinned: Sequence[str], orders: Mapping[str, int | None], moved: str, steps: int
) -> dict[str, int]:
    """The places to be given so that one paper stands elsewhere and the others stay in their order.

    :param pinned: arXiv ids as they stand now: by place, those without one behind
    :param orders: the places that they have
    """
    at = pinned.index(moved)
    to = min(max(at + steps, 0), len(pinned) - 1)
    if to == at:
        return {}
    wanted = [arxiv_id for arxiv_id in pinned if arxiv_id != moved]
    wanted.insert(to, moved)
    alone = _find_place(wanted, orders, to)
    return {moved: alone} if alone is not None else _renumber(wanted, orders, to)


def _find_place(wanted: Sequence[str], orders: Mapping[str, int | None], at: int) -> int | None:
    """A free place between the neighbours of what stands there; None where there is none.

    What has no place stands behind all that have one, so nothing with a place comes after it.
    """
    after = orders[wanted[at + 1]] if at + 1 < len(wanted) else None
    if at == 0:
        found = _STEP if after is None else after - _STEP
        return found if found >= -MAX_ORDER else None
    before = orders[wanted[at - 1]]
    if before is None:
        return None
    if after is None:
        return before + _STEP if before + _STEP <= MAX_ORDER else None
    return (before + after) // 2 if after - before > 1 else None


def _renumber(wanted: Sequence[str], orders: Mapping[str, int | None], last: int) -> dict[str, int]:
    """New places from the first on, to the moved one at least, and on where a later one collides."""
    made: dict[str, int] = {}
    reached = 0
    for index, arxiv_id in enumerate(wanted):
        held = orders[arxiv_id]
        if index > last and (held is None or held > reached):
            break  # from here on they rise, or have none
        reached += _STEP
        if held != reached:
            made[arxiv_id] = reached
    return made
