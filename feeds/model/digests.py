"""A digest: the papers of one window of a topic, a day or a week long. When windows end; no clock, no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from feeds.model.announcements import AnnounceType
from feeds.model.curation import NONE, Curation
from feeds.model.topics import Basis, DigestRule


class Period(StrEnum):
    """How long the windows of a digest are."""

    DAILY = "daily"
    WEEKLY = "weekly"  #: ends with Monday's cut

    @property
    def days(self) -> int:
        return 1 if self is Period.DAILY else 7

    def is_cut_on(self, day: date) -> bool:
        """Whether a window ends on this day."""
        return self is Period.DAILY or day.isoweekday() == 1


@dataclass(frozen=True)
class Window:
    """What a digest is of: later than its start, until its end and no later."""

    day: date  #: on which it ends, in the topic's zone; names the digest, no two of a topic have the same
    starts_at: datetime
    ends_at: datetime  #: the cut


@dataclass(frozen=True)
class Progress:
    """How far the digests of a topic are cut."""

    begun_at: datetime  #: what was published before is in none
    cut_at: datetime | None = None  #: the last cut, also where its window was empty
    day: date | None = None  #: of the last cut
    number: int = 0  #: of the last digest

    def after(self, window: Window, *, is_empty: bool = True) -> Progress:
        """How far they are with this window cut as well."""
        return replace(self, cut_at=window.ends_at, day=window.day, number=self.number + (not is_empty))


@dataclass(frozen=True)
class Digest:
    """A window that was cut, with papers in it; nothing of it changes any more."""

    topic: str
    period: Period
    number: int  #: from 1, rises by one
    window: Window
    zone: str  #: as the topic's rule was then
    basis: Basis
    papers: int
    made_at: datetime


@dataclass(frozen=True)
class DigestEntry:
    """A paper's place in a digest."""

    arxiv_id: str
    carried_from: date | None  #: when it was announced or submitted, where that belongs to an earlier window
    said: Curation = NONE  #: what editors had said of it by the cut


@dataclass(frozen=True)
class Candidate:
    """A paper that is published and in no digest yet, as far as digests need to know."""

    arxiv_id: str
    position: int
    joined_at: datetime
    released_at: datetime
    announced_on: date
    announce_type: AnnounceType
    submitted_at: datetime | None  #: its first version
    revised_at: datetime | None  #: its current version
    said: Curation = NONE


def list_windows(rule: DigestRule, period: Period, progress: Progress) -> Iterator[Window]:
    """The windows that follow, for ever: each begins where the one before it ends.

    A topic's first window is as long as any, though nothing that was published before the topic's beginning is in
    it. A day has one cut: where the rule changed so that another would come on the day of the last one, that falls
    away, and the next window is the longer for it.
    """
    day = _day_after(rule, progress)
    while True:
        if (at := _find_cut(rule, period, progress, day)) is not None:
            before = _cut_at(rule, day - timedelta(days=period.days))
            yield Window(day, progress.cut_at or min(before, progress.begun_at), at)
            progress = replace(progress, cut_at=at, day=day)
        day += timedelta(days=1)


def skip_windows(rule: DigestRule, period: Period, progress: Progress, now: datetime) -> Progress:
    """How far the digests are once all windows that ended by now are cut; for when these are known to be empty."""
    last = now.astimezone(ZoneInfo(rule.zone)).date()
    for day in (last - timedelta(days=back) for back in range(-1, period.days + 1)):
        at = _find_cut(rule, period, progress, day)
        if at is not None and at <= now:
            return replace(progress, cut_at=at, day=day)
    return progress


def _day_after(rule: DigestRule, progress: Progress) -> date:
    """The first day on which the next cut may be."""
    if progress.day is not None:
        return progress.day + timedelta(days=1)
    return progress.begun_at.astimezone(ZoneInfo(rule.zone)).date()


def _find_cut(rule: DigestRule, period: Period, progress: Progress, day: date) -> datetime | None:
    """The cut of a day; None where it has none, or was passed already."""
    at = _cut_at(rule, day)
    passed = (progress.day is not None and day <= progress.day) or at <= (progress.cut_at or progress.begun_at)
    return None if passed or not period.is_cut_on(day) else at


def _cut_at(rule: DigestRule, day: date) -> datetime:
    """The moment of a day's cut.

    A time that a day has twice counts when it comes first; one that is left out, by the offset before (RFC 5545,
    section 3.3.5): as much later by the clock on the wall as this was put forward.
    """
    return datetime.combine(day, rule.at, ZoneInfo(rule.zone)).astimezone(UTC)
