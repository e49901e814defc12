"""Decides what a publication shows, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.model.entries import Likeness
from feeds.similarity import arrange
from feeds.store.standings import Standing


@dataclass(frozen=True)
class Plan:
    """What a publication would show."""

    entries: tuple[tuple[str, int], ...]  #: (arXiv id, revision), as they stand in the feed
    pinned: int  #: so many of these, the first ones, are pinned
    next_at: datetime | None  #: when a waiting paper is published without its tldr; None: nothing waits


def plan_publication(
    standings: Sequence[Standing], now: datetime, pinned: Sequence[Standing] = (), limit: int | None = None
) -> Plan:
    """Decide what is shown: whatever was shown before, has its tldr, or waited long enough for it.

    :param standings: the newest members, newest position first
    :param pinned: the pinned ones, however old, in their order: they come first
    :param limit: how many are shown; pinned ones push the oldest out
    """
    first = {standing.arxiv_id: standing for standing in pinned}
    members = [*first.values(), *(s for s in standings if s.arxiv_id not in first)]
    shown = [s for s in members if _is_ready(s, now)]
    waiting = [s.hold_until for s in members if not _is_ready(s, now)]
    entries = tuple((s.arxiv_id, s.revision) for s in shown[:limit])
    return Plan(
        entries=entries,
        pinned=sum(arxiv_id in first for arxiv_id, _ in entries),
        next_at=min(waiting, default=None),
    )


def rearrange(plan: Plan, likeness: Mapping[str, Likeness]) -> Plan:
    """The same plan with what is not pinned by likeness."""
    revisions = dict(plan.entries)
    ids = list(revisions)
    ordered = [*ids[: plan.pinned], *arrange(ids[plan.pinned :], likeness)]
    return replace(plan, entries=tuple((arxiv_id, revisions[arxiv_id]) for arxiv_id in ordered))


def _is_ready(standing: Standing, now: datetime) -> bool:
    return standing.released or standing.summarized or standing.hold_until <= now
