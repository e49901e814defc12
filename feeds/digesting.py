"""Decides what comes into which digest. Pure: no clock, no database."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from feeds.model import calendar
from feeds.model.announcements import AnnounceType
from feeds.model.digests import Candidate, DigestEntry, Period, Progress, Window, list_windows, skip_windows
from feeds.model.topics import Basis, DigestRule, Topic

_REPLACED = (AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS)


#: News that comes no later than this after its time is nothing that a reader need be told of.
_LATE = timedelta(hours=6)


@dataclass(frozen=True)
class PlannedDigest:
    """A digest to be made."""

    window: Window
    entries: tuple[DigestEntry, ...]  #: in their order


@dataclass(frozen=True)
class Plan:
    """What is to be cut by now."""

    digests: tuple[PlannedDigest, ...]  #: oldest first; none is empty
    progress: Progress  #: how far the windows are cut then


def plan_digests(
    topic: Topic, period: Period, progress: Progress, candidates: Sequence[Candidate], now: datetime
) -> Plan:
    """Cut every window that has ended by now.

    A paper comes into the first window, of those not cut yet, by whose end it is published. So every paper that is
    published and stays is in exactly one digest of a period, however late it is, and however long it was hidden.
    What belongs to an earlier window is marked as carried in. To which it belongs goes by the topic's basis:

    * announced: it belongs where its listing's day is news: half an hour after midnight Eastern, and as long after
      that as the topic waits for a model. What comes a few hours later than that is an ordinary morning's, and
      belongs where it came. What an editor added belongs where it joined.
    * submitted: it belongs where it was submitted; a replacement, where its version was; one of which that is not
      known yet, where it joined.
    """
    made: list[PlannedDigest] = []
    waiting = deque(sorted(candidates, key=lambda one: (one.released_at, one.position)))
    windows = list_windows(topic.digest, period, progress)
    while waiting and (window := next(windows)).ends_at <= now:
        taken = []
        while waiting and waiting[0].released_at <= window.ends_at:
            taken.append(waiting.popleft())
        if taken:
            made.append(PlannedDigest(window, _enter(topic, window, taken)))
        progress = progress.after(window, is_empty=not taken)
    return Plan(tuple(made), skip_windows(topic.digest, period, progress, now))


def next_due(topic: Topic, progresses: Mapping[Period, Progress]) -> datetime:
    """When the next window of any period ends."""
    return min(
        next(list_windows(topic.digest, period, progress)).ends_at for period, progress in progresses.items()
    )


def _enter(topic: Topic, window: Window, taken: Iterable[Candidate]) -> tuple[DigestEntry, ...]:
    """The entries of a digest: the pinned ones by the editor's order, then newest position first."""
    ordered = sorted(taken, key=_place)
    return tuple(DigestEntry(one.arxiv_id, _carried_from(topic, window, one), one.said) for one in ordered)


def _place(candidate: Candidate) -> tuple[bool, bool, int, int]:
    said = candidate.said
    order = said.order if said.pinned else None
    return not said.pinned, order is None, order or 0, -candidate.position


def _carried_from(topic: Topic, window: Window, candidate: Candidate) -> date | None:
    """The day a paper is of, where that belongs to an earlier window."""
    rule = topic.digest
    if rule.basis is Basis.SUBMITTED:
        submitted_at = _submitted_at(candidate)
        return _local(submitted_at, rule) if submitted_at <= window.starts_at else None
    if candidate.said.added_by is not None:
        return _local(candidate.joined_at, rule) if candidate.joined_at <= window.starts_at else None
    news_at = calendar.expected_at(candidate.announced_on) + timedelta(minutes=topic.hold_minutes)
    came_at = candidate.released_at
    is_earlier = came_at <= window.starts_at or came_at - news_at > _LATE
    return candidate.announced_on if news_at <= window.starts_at and is_earlier else None


def _submitted_at(candidate: Candidate) -> datetime:
    """When the version that joined was submitted, as far as that is known."""
    told = candidate.revised_at if candidate.announce_type in _REPLACED else candidate.submitted_at
    return min(told, candidate.joined_at) if told else candidate.joined_at


def _local(at: datetime, rule: DigestRule) -> date:
    return at.astimezone(ZoneInfo(rule.zone)).date()
