"""A missed day, put together from what arXiv still tells of it: pure, so it is only asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.announcements import AnnounceType
from feeds.model.calendar import listing_day
from feeds.model.papers import Author
from tests.support.papers import make_paper
from workers.polling.catchup import CaughtUp
from workers.polling.listing import ListedPaper
from workers.polling.oai import OaiRecord, OaiVersion
from workers.polling.recovery import Latest, Seen, Watched, from_catchup, from_oai

FRIDAY, MONDAY, TUESDAY, WEDNESDAY = date(2026, 4, 17), date(2026, 4, 20), date(2026, 4, 21), date(2026, 4, 22)
NEW, CROSS, REPLACE, REPLACE_CROSS = AnnounceType
#: Submissions that Monday's and Tuesday's listings could announce first.
FOR_MONDAY, FOR_TUESDAY = datetime(2026, 4, 17, 12, tzinfo=UTC), datetime(2026, 4, 20, 12, tzinfo=UTC)


def item(kind: AnnounceType = NEW, arxiv_id: str = "2604.00001") -> CaughtUp:
    return CaughtUp(arxiv_id, kind, "A title", "We present.", (Author("Ada One"),), ("cs.CV",), None, None)


def caught(
    *items: CaughtUp,
    latest: Latest | None = None,
    known: int | None = None,
    introduced: frozenset[str] = frozenset(),
    announced: frozenset[tuple[str, int]] = frozenset(),
) -> list[tuple[int, bool]]:
    """Version and whether it is approximate, of each that counts."""
    told = {"2604.00001": latest} if latest else {}
    papers = {"2604.00001": make_paper("2604.00001", version=known)} if known else {}
    listed, untold = from_catchup(items, MONDAY, told, papers, Seen(announced, introduced))
    assert untold + len(listed) == len(
        [one for one in items if one.arxiv_id not in introduced or one.type is REPLACE]
    )
    return [(paper.version, paper.approximate) for paper in listed]


def latest(version: int, revised_at: datetime = FOR_MONDAY, submitted_at: datetime = FOR_MONDAY) -> Latest:
    return Latest(version, submitted_at, revised_at)


@pytest.mark.parametrize("told", [None, latest(1), latest(3, FOR_TUESDAY)])
def test_a_new_paper_is_its_first_version_whatever_came_since(told: Latest | None) -> None:
    assert caught(item(), latest=told) == [(1, False)]


def test_a_replacement_is_the_latest_version_and_approximate_where_that_came_later() -> None:
    assert caught(item(REPLACE), latest=latest(2)) == [(2, False)]
    assert caught(item(REPLACE), latest=latest(3, FOR_TUESDAY)) == [(3, True)]


def test_a_replacement_that_the_api_does_not_know_yet_waits() -> None:
    assert caught(item(REPLACE), known=1) == []
    assert caught(item(REPLACE), latest=latest(1)) == []
    assert caught(item(REPLACE), latest=latest(2, FOR_MONDAY - timedelta(days=60))) == []


OLD = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_cross_list_comes_with_the_first_version_unless_the_paper_is_old() -> None:
    assert caught(item(CROSS), latest=latest(3, FOR_TUESDAY), known=3) == [(1, False)]
    assert caught(item(CROSS), latest=latest(1, OLD, OLD)) == [(1, False)]
    assert caught(item(CROSS), latest=latest(2, OLD, OLD), known=1) == [(1, True)]
    assert caught(item(CROSS), latest=latest(2, OLD, OLD)) == [(2, True)]
    assert caught(item(CROSS)) == [(1, True)]


def test_a_cross_list_comes_before_the_replacements_that_the_listing_carried() -> None:
    after = frozenset({("2604.00001", 3), ("2604.00001", 4)})
    assert caught(item(CROSS), latest=latest(4, FOR_TUESDAY, OLD), known=4, announced=after) == [(2, True)]


def test_no_listing_has_a_paper_as_new_or_cross_twice() -> None:
    seen = frozenset({"2604.00001"})
    assert caught(item(NEW), introduced=seen) == caught(item(CROSS), introduced=seen) == []
    assert caught(item(REPLACE), latest=latest(2), introduced=seen) == [(2, False)]


def record(
    *submitted: datetime, categories: tuple[str, ...] = ("cs.CV", "cs.LG"), deleted: bool = False
) -> OaiRecord:
    versions = tuple(OaiVersion(number, at) for number, at in enumerate(submitted, 1))
    return OaiRecord(
        arxiv_id="2604.00001", versions=versions, title="A title", abstract="We present.", authors=(),
        categories=categories, datestamp=TUESDAY, deleted=deleted,
    )  # fmt: skip


def harvested(
    *records: OaiRecord,
    missed: Sequence[date] = (MONDAY, TUESDAY),
    seen: frozenset[date] = frozenset({FRIDAY, MONDAY, TUESDAY}),
    announced: frozenset[tuple[str, int]] = frozenset(),
    listing: str = "cs.CV",
) -> dict[date, list[tuple[int, AnnounceType]]]:
    days = from_oai(records, listing, Watched(seen - set(missed), missed), announced)
    assert all(paper.approximate for listed in days.values() for paper in listed)
    return {day: [_brief(paper) for paper in listed] for day, listed in days.items()}


def _brief(paper: ListedPaper) -> tuple[int, AnnounceType]:
    return paper.version, paper.type


def test_a_version_belongs_to_the_first_day_that_could_announce_it() -> None:
    assert listing_day(FOR_MONDAY) == MONDAY
    assert harvested(record(FOR_MONDAY)) == {MONDAY: [(1, NEW)], TUESDAY: []}
    assert harvested(record(FOR_MONDAY, FOR_TUESDAY)) == {MONDAY: [(1, NEW)], TUESDAY: [(2, REPLACE)]}


def test_what_was_not_there_on_a_day_that_we_saw_was_held_up_until_one_that_we_missed() -> None:
    assert harvested(record(FOR_MONDAY), missed=[TUESDAY]) == {TUESDAY: [(1, NEW)]}
    assert harvested(record(FOR_MONDAY - timedelta(days=60)), missed=[TUESDAY]) == {TUESDAY: []}


def test_what_was_announced_before_we_watched_is_not_ours() -> None:
    old = datetime(2026, 4, 8, 12, tzinfo=UTC)
    assert harvested(record(old, FOR_MONDAY)) == {MONDAY: [(2, REPLACE)], TUESDAY: []}
    assert harvested(record(FOR_MONDAY), missed=[TUESDAY], seen=frozenset()) == {TUESDAY: []}


def test_what_comes_after_the_missed_days_is_left_to_its_listing() -> None:
    assert harvested(record(FOR_TUESDAY), missed=[MONDAY]) == {MONDAY: []}


def test_what_was_announced_is_not_announced_again_but_what_came_before_it_is() -> None:
    assert harvested(record(FOR_MONDAY), announced=frozenset({("2604.00001", 1)})) == {MONDAY: [], TUESDAY: []}
    later = frozenset({("2604.00001", 2)})
    assert harvested(record(FOR_MONDAY, FOR_TUESDAY), announced=later) == {MONDAY: [(1, NEW)], TUESDAY: []}


def test_the_type_is_relative_to_the_listing() -> None:
    assert harvested(record(FOR_MONDAY, FOR_TUESDAY), listing="cs.LG") == {
        MONDAY: [(1, CROSS)],
        TUESDAY: [(2, REPLACE_CROSS)],
    }
    assert harvested(record(FOR_MONDAY), listing="math.LO") == {MONDAY: [], TUESDAY: []}


def test_versions_that_listings_never_carry_and_deleted_records_are_left_out() -> None:
    before = [datetime(2026, 4, 8, 12, tzinfo=UTC)] * 5
    assert harvested(record(*before, FOR_MONDAY)) == {MONDAY: [], TUESDAY: []}
    assert harvested(record(FOR_MONDAY, deleted=True)) == {MONDAY: [], TUESDAY: []}


MOMENTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 5, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.lists(MOMENTS, min_size=1, max_size=5).map(sorted), st.sets(st.integers(0, 30), max_size=8))
def test_every_version_is_put_on_one_day_at_most_and_never_before_it_could_be_announced(
    submitted: list[datetime], missed: set[int]
) -> None:
    days = sorted(FRIDAY + timedelta(days=offset) for offset in missed)
    placed = harvested(record(*submitted), missed=days)
    numbers = [number for found in placed.values() for number, _ in found]
    assert len(numbers) == len(set(numbers))
    for day, found in placed.items():
        assert all(listing_day(submitted[number - 1]) <= day for number, _ in found)
