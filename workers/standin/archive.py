"""What arXiv knows on a day, from what was announced up to then: days, papers, versions, dates.

Dates of submission are invented, as arXiv's deadlines would have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from feeds.model.announcements import AnnounceType
from feeds.model.calendar import eastern_midnight
from feeds.model.identifiers import sort_key
from workers.standin.sources import Told

#: From the deadline at 14:00 Eastern to the midnight that begins the listing's day; over the weekend for a Monday
#: (info.arxiv.org/help/availability.html).
_LAG, _WEEKEND_LAG = timedelta(hours=10), timedelta(hours=58)
_MINUTES_OPEN = 23 * 60


@dataclass(frozen=True)
class KnownPaper:
    """A paper with the versions that have been announced."""

    versions: dict[int, Told]  #: the latest announcement of each
    submitted_at: dict[int, datetime]  #: of every version up to the latest
    changed_on: date  #: when the latest version was announced

    @property
    def latest(self) -> Told:
        return self.versions[max(self.versions)]


class Archive:
    """arXiv's knowledge of a day.

    :param told: all announcements of all days; later ones than today's do not count
    """

    def __init__(self, told: Iterable[Told], today: date) -> None:
        self._told = [one for one in told if one.day <= today]
        by_id: dict[str, list[Told]] = {}
        for one in self._told:
            by_id.setdefault(one.arxiv_id, []).append(one)
        self.papers = {arxiv_id: _known(ones) for arxiv_id, ones in by_id.items()}

    def announced(self, listing: str, day: date) -> list[Told]:
        """A listing's announcements of a day, in arXiv's order."""
        found = [one for one in self._told if (one.listing, one.day) == (listing, day)]
        return sorted(found, key=lambda one: (list(AnnounceType).index(one.type), sort_key(one.arxiv_id)))


def _known(ones: Sequence[Told]) -> KnownPaper:
    versions = {one.version: one for one in sorted(ones, key=lambda one: one.day)}
    first_days: dict[int, date] = {}
    for one in ones:
        first_days[one.version] = min(one.day, first_days.get(one.version, one.day))
    return KnownPaper(versions, _submissions(ones[0].arxiv_id, first_days), first_days[max(versions)])


def _submissions(arxiv_id: str, first_days: dict[int, date]) -> dict[int, datetime]:
    """When each version was submitted; one that nobody here saw announced came some days before the next."""
    at: dict[int, datetime] = {}
    following: datetime | None = None
    for version in range(max(first_days), 0, -1):
        if version in first_days:
            following = _submitted_at(arxiv_id, first_days[version])
        elif following is not None:
            following -= timedelta(days=7)
        if following is not None:
            at[version] = following
    return dict(sorted(at.items()))


def _submitted_at(arxiv_id: str, day: date) -> datetime:
    """Some time before the deadline of an announcement, the same for the same paper."""
    lag = _WEEKEND_LAG if day.isoweekday() == 1 else _LAG
    minutes = sort_key(arxiv_id)[1] % _MINUTES_OPEN
    return (eastern_midnight(day) - lag - timedelta(minutes=1 + minutes)).astimezone(UTC)
