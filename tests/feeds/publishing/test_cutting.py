"""Digests are cut: what is in each, fixed for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from feeds import curating
from feeds.errors import NotFoundError
from feeds.model.curation import Curation
from feeds.model.digests import Digest, Period
from feeds.model.topics import Basis, DigestRule
from feeds.publishing.cutting import Cut, cut_digests
from feeds.publishing.topics import publish_topic
from feeds.store import digests, papers
from feeds.store.engine import Store
from tests.support.papers import NOW, define, join, make_paper, make_topic

#: Every day at 06:00 UTC; the papers come fifty minutes before.
CUT = datetime(2026, 4, 17, 6, tzinfo=UTC)
ONE, TWO, THREE = ("2604.00001", "2604.00002", "2604.00003")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def topic(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic(), now=NOW)


def let_join(store: Store, *arxiv_ids: str, now: datetime = NOW) -> None:
    with store.write() as connection:
        join(connection, arxiv_ids, now=now)
        publish_topic(connection, "vision", now)


def cut(store: Store, now: datetime) -> Cut:
    with store.write() as connection:
        return cut_digests(connection, "vision", now)


def inside(store: Store, period: Period = Period.DAILY) -> dict[date, list[str]]:
    """What is in each digest, oldest first."""
    with store.read() as connection:
        found = digests.list_digests(connection, "vision", period, 100)[::-1]
        entries = digests.find_entries(connection, found)
    return {one.window.day: [entry.arxiv_id for entry in entries[one.number]] for one in found}


def test_a_digest_is_made_at_the_cut_and_not_before(store: Store) -> None:
    let_join(store, ONE, TWO)
    assert cut(store, CUT - timedelta(seconds=1)) == Cut((), CUT)
    done = cut(store, CUT)
    assert done.next_at == CUT + DAY
    (digest,) = done.made
    assert (digest.number, digest.papers, digest.window.ends_at) == (1, 2, CUT)
    assert inside(store) == {date(2026, 4, 17): [TWO, ONE]}
    assert cut(store, CUT) == Cut((), CUT + DAY)


def test_empty_windows_are_not_published(store: Store) -> None:
    assert cut(store, CUT + 5 * DAY) == Cut((), CUT + 6 * DAY)
    let_join(store, ONE, now=NOW + 6 * DAY)
    cut(store, CUT + 6 * DAY)
    assert inside(store) == {date(2026, 4, 23): [ONE]}


def test_what_was_missed_is_cut_window_by_window(store: Store) -> None:
    let_join(store, ONE)
    let_join(store, TWO, now=NOW + 2 * DAY)
    made = cut(store, CUT + 9 * DAY).made
    days = [(digest.period, digest.window.day) for digest in made]
    assert days == [
        (Period.DAILY, date(2026, 4, 17)),
        (Period.DAILY, date(2026, 4, 19)),
        (Period.WEEKLY, date(2026, 4, 20)),
    ]
    assert inside(store, Period.WEEKLY) == {date(2026, 4, 20): [TWO, ONE]}


def test_what_editors_do_later_reaches_digests_to_come_only(store: Store) -> None:
    let_join(store, ONE, TWO)
    with store.write() as connection:
        curating.curate(connection, "vision", TWO, {"hidden": True}, editor="ada", now=NOW)
        curating.curate(connection, "vision", ONE, {"note": "Before."}, editor="ada", now=NOW)
    cut(store, CUT)
    with store.write() as connection:
        curating.curate(connection, "vision", ONE, {"hidden": True, "note": "After."}, editor="ada", now=CUT)
        curating.curate(connection, "vision", TWO, {"hidden": None}, editor="ada", now=CUT)
    cut(store, CUT + DAY)
    assert inside(store) == {date(2026, 4, 17): [ONE], date(2026, 4, 18): [TWO]}
    with store.read() as connection:
        found = digests.find_entries(connection, digests.list_digests(connection, "vision", Period.DAILY, 2))
    assert [entry.said for entry in found[1]] == [Curation(note="Before.")]
    assert [entry.carried_from for entry in found[2]] == [date(2026, 4, 17)]


def test_a_new_rule_works_forward(store: Store) -> None:
    let_join(store, ONE)
    cut(store, CUT)
    rule = DigestRule(time(8, 50), "Asia/Shanghai")
    with store.write() as connection:
        define(connection, make_topic(digest=rule), now=CUT)
    assert cut(store, CUT).next_at == datetime(2026, 4, 18, 0, 50, tzinfo=UTC)
    let_join(store, TWO, now=CUT + timedelta(hours=1))
    cut(store, CUT + DAY)
    with store.read() as connection:
        newest, first = digests.list_digests(connection, "vision", Period.DAILY, 2)
    assert (first.zone, newest.zone) == ("UTC", "Asia/Shanghai")
    assert newest.window.starts_at == first.window.ends_at == CUT


def test_a_topic_that_is_gone_or_retired_has_no_cuts(store: Store) -> None:
    let_join(store, ONE)
    with store.write() as connection:
        define(connection, make_topic(retired=True))
    assert cut(store, CUT) == Cut((), None)
    with pytest.raises(NotFoundError), store.write() as connection:
        cut_digests(connection, "nothing", CUT)


def test_a_topic_that_comes_back_goes_on_where_it_was(store: Store) -> None:
    let_join(store, ONE)
    cut(store, CUT)
    with store.write() as connection:
        define(connection, make_topic(retired=True))
        define(connection, make_topic(description="back"))
    let_join(store, TWO, now=NOW + DAY)
    cut(store, CUT + DAY)
    assert inside(store) == {date(2026, 4, 17): [ONE], date(2026, 4, 18): [TWO]}


def test_basis_submitted_names_what_was_submitted_before(store: Store) -> None:
    with store.write() as connection:
        rule = replace(make_topic().digest, basis=Basis.SUBMITTED)
        define(connection, make_topic(digest=rule))
    let_join(store, ONE, TWO)
    with store.write() as connection:
        old = make_paper(ONE, submitted_at=CUT - 3 * DAY)
        papers.save_papers(connection, [old, make_paper(TWO, submitted_at=CUT - DAY / 2)], NOW)
    (digest,) = cut(store, CUT).made
    assert carried(store, digest) == {ONE: date(2026, 4, 14), TWO: None}


def carried(store: Store, digest: Digest) -> dict[str, date | None]:
    with store.read() as connection:
        found = digests.find_entries(connection, [digest])[digest.number]
    return {entry.arxiv_id: entry.carried_from for entry in found}
