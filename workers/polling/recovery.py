"""Puts a missed day together from what arXiv still tells of it. Pure: no clock, no database, no network.

The catch-up page has the day and the types, no versions. OAI-PMH has the versions with their dates, no days and no
types: a version belongs to the listing of the first day that its submission could be announced on, and what is not
there although we watched that day was held up, and belongs to the first day that was missed after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feeds.model import taxonomy
from feeds.model.announcements import AnnounceType
from feeds.model.calendar import listing_day
from feeds.model.papers import Paper
from workers.polling.catchup import CaughtUp
from workers.polling.listing import ListedPaper
from workers.polling.oai import OaiRecord, OaiVersion

#: Moderation seldom holds a submission for longer.
LONGEST_HOLD = timedelta(days=14)
#: Listings carry replacements up to this version only.
LAST_LISTED_VERSION = 5


@dataclass(frozen=True)
class Latest:
    """What the API has of a paper now."""

    version: int
    submitted_at: datetime  #: the first version
    revised_at: datetime  #: this one


@dataclass(frozen=True)
class Seen:
    """What of these papers this listing announced before."""

    versions: Set[tuple[str, int]]
    introduced: Set[str]  #: as new or cross; it never does so twice


def from_catchup(
    items: Iterable[CaughtUp], day: date, latest: Mapping[str, Latest], known: Mapping[str, Paper], seen: Seen
) -> tuple[list[ListedPaper], int]:
    """The items of a catch-up page as a listing would have carried them, and how many have no version yet.

    :param latest: by id, as far as the API knows the papers; its index follows the announcements, sometimes by days
    :param known: what we have of them
    """
    listed: list[ListedPaper] = []
    untold = 0
    for item in items:
        if item.type in (AnnounceType.NEW, AnnounceType.CROSS) and item.arxiv_id in seen.introduced:
            continue
        version, exact = _version(item, day, latest.get(item.arxiv_id), known.get(item.arxiv_id))
        if version is None:
            untold += 1
            continue
        if item.type is AnnounceType.CROSS:
            version = _before_replacements(item.arxiv_id, version, seen)
        listed.append(_listed(item, version, approximate=not exact))
    return listed, untold


def _version(item: CaughtUp, day: date, latest: Latest | None, known: Paper | None) -> tuple[int | None, bool]:
    """Which version was announced, and whether that is sure; None where nobody can tell."""
    if item.type is AnnounceType.NEW:
        return 1, True
    if item.type is AnnounceType.CROSS:
        if latest and (latest.version == 1 or day - listing_day(latest.submitted_at) <= LONGEST_HOLD):
            return 1, True  # with its first announcement, as nearly all are
        return (known.version if known else latest.version if latest else 1), False
    if latest is None or latest.version == 1 or day - listing_day(latest.revised_at) > LONGEST_HOLD:
        return None, False  # the API does not know of it yet
    return latest.version, listing_day(latest.revised_at) <= day


def _before_replacements(arxiv_id: str, version: int, seen: Seen) -> int:
    """A cross-list comes before the replacements that the listing carries."""
    replaced = [number for seen_id, number in seen.versions if seen_id == arxiv_id]
    return min([version, *(max(1, number - 1) for number in replaced)])


def _listed(item: CaughtUp, version: int, *, approximate: bool) -> ListedPaper:
    return ListedPaper(
        arxiv_id=item.arxiv_id,
        version=version,
        type=item.type,
        title=item.title,
        abstract=item.abstract,
        authors=item.authors,
        categories=item.categories,
        approximate=approximate,
    )


@dataclass(frozen=True)
class Watched:
    """Which days of a listing we saw, and which we missed; others are not ours."""

    seen: Set[date]  #: it is known what was announced on them, nothing among it
    missed: Sequence[date]  #: in order

    def place(self, announceable_on: date) -> date | None:
        """The missed day that a version was announced on, if any.

        :param announceable_on: the first day that its submission could be announced on
        """
        if announceable_on in self.missed:
            return announceable_on
        if announceable_on not in self.seen:
            return None
        later = (day for day in self.missed if announceable_on < day <= announceable_on + LONGEST_HOLD)
        return next(later, None)


def from_oai(
    records: Iterable[OaiRecord], listing: str, watched: Watched, announced: Set[tuple[str, int]]
) -> dict[date, list[ListedPaper]]:
    """Records as the listings of the missed days would have carried them; all of it approximate.

    :param announced: the (paper, version) that this listing announced
    """
    days: dict[date, list[ListedPaper]] = {day: [] for day in watched.missed}
    for record in records:
        if record.deleted or not taxonomy.any_belongs(record.categories, [listing]):
            continue
        for version in _unseen(record, announced):
            if day := watched.place(listing_day(version.submitted_at)):
                days[day].append(_from_record(record, version, listing))
    return days


def _unseen(record: OaiRecord, announced: Set[tuple[str, int]]) -> list[OaiVersion]:
    """The versions that were never announced to us, of those that listings carry."""
    listed = [version for version in record.versions if version.number <= LAST_LISTED_VERSION]
    return [version for version in listed if (record.arxiv_id, version.number) not in announced]


def _from_record(record: OaiRecord, version: OaiVersion, listing: str) -> ListedPaper:
    is_primary = taxonomy.any_belongs(record.categories[:1], [listing])
    if version.number == 1:
        kind = AnnounceType.NEW if is_primary else AnnounceType.CROSS
    else:
        kind = AnnounceType.REPLACE if is_primary else AnnounceType.REPLACE_CROSS
    return ListedPaper(
        arxiv_id=record.arxiv_id,
        version=version.number,
        type=kind,
        title=record.title,
        abstract=record.abstract,
        authors=record.authors,
        categories=record.categories,
        licence=record.licence,
        approximate=True,
    )
