"""Digests as the tables keep them, on both engines."""

from __future__ import annotations

import importlib.util
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from feeds.model.curation import Curation
from feeds.model.digests import Digest, DigestEntry, Period, Progress, Window
from feeds.model.topics import Basis
from feeds.store import curation, digests, memberships, standings, topics
from feeds.store.digests import Shown
from feeds.store.engine import Connection, Store
from feeds.store.tables import digest_cuts
from feeds.store.topics import StoredTopic
from tests.support.papers import NOW, define, join, make_topic

ONE, TWO, THREE = ("2604.00001", "2604.00002", "2604.00003")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def topic(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic())
        join(connection, [ONE, TWO, THREE])
        standings.release(connection, "vision", NOW)


def stored(connection: Connection, slug: str = "vision") -> StoredTopic:
    found = topics.find_topic(connection, slug)
    assert found
    return found


def make_digest(number: int = 1, papers: int = 1, period: Period = Period.DAILY) -> Digest:
    ends_at = datetime(2026, 4, 17, 6, tzinfo=UTC) + number * timedelta(days=1)
    window = Window(ends_at.date(), ends_at - timedelta(days=1), ends_at)
    return Digest("vision", period, number, window, "UTC", Basis.ANNOUNCED, papers, NOW)


def candidates(
    store: Store, period: Period = Period.DAILY, begun_at: datetime = NOW, until: datetime = NOW
) -> list[str]:
    with store.read() as connection:
        found = digests.list_candidates(connection, "vision", period, begun_at, until)
    return sorted(one.arxiv_id for one in found)


def test_what_is_published_is_a_candidate_of_each_period_until_it_is_in_a_digest(store: Store) -> None:
    assert candidates(store) == candidates(store, Period.WEEKLY) == [ONE, TWO, THREE]
    with store.write() as connection:
        digests.save_digest(connection, make_digest(), [DigestEntry(TWO, None)])
    assert candidates(store) == [ONE, THREE]
    assert candidates(store, Period.WEEKLY) == [ONE, TWO, THREE]


def test_who_is_hidden_left_waits_or_came_at_another_time_is_no_candidate(store: Store) -> None:
    with store.write() as connection:
        memberships.hide(connection, "vision", ONE, NOW)
        memberships.evict(connection, "vision", [TWO], NOW)
        join(connection, ["2604.00004"], tldr=False)
    assert candidates(store) == [THREE]
    assert candidates(store, begun_at=NOW + HOUR, until=NOW + 2 * HOUR) == []
    assert candidates(store, begun_at=NOW - 2 * HOUR, until=NOW - HOUR) == []
    with store.write() as connection:
        memberships.unhide(connection, "vision", ONE, NOW)
    assert candidates(store) == [ONE, THREE]


def test_a_candidate_tells_what_digests_go_by(store: Store) -> None:
    with store.write() as connection:
        curation.save_curation(connection, "vision", ONE, Curation(pinned=True, tags=("a",)), NOW)
    with store.read() as connection:
        found = digests.list_candidates(connection, "vision", Period.DAILY, NOW, NOW)
    (first,) = (one for one in found if one.arxiv_id == ONE)
    assert (first.position, first.released_at, first.said) == (1, NOW, Curation(pinned=True, tags=("a",)))


def test_a_digest_is_read_as_it_was_kept(store: Store) -> None:
    entries = [
        DigestEntry(TWO, date(2026, 4, 14), Curation(note="*Good*.", tags=("a", "b"))),
        DigestEntry(ONE, None),
    ]
    digest = make_digest(papers=2)
    with store.write() as connection:
        digests.save_digest(connection, digest, entries)
    with store.read() as connection:
        assert digests.find_digest(connection, "vision", Period.DAILY, digest.window.day) == digest
        assert digests.find_digest(connection, "vision", Period.WEEKLY, digest.window.day) is None
        assert digests.find_entries(connection, [digest]) == {1: entries}
        assert digests.find_entries(connection, [digest], limit=1) == {1: entries[:1]}
        assert digests.find_entries(connection, []) == {}


def test_no_paper_is_in_two_digests_of_a_period(store: Store) -> None:
    with store.write() as connection:
        digests.save_digest(connection, make_digest(), [DigestEntry(ONE, None)])
    with pytest.raises(IntegrityError), store.write() as connection:
        digests.save_digest(connection, make_digest(2), [DigestEntry(ONE, None)])
    with store.write() as connection:
        digests.save_digest(connection, make_digest(period=Period.WEEKLY), [DigestEntry(ONE, None)])


def test_the_newest_digests_come_first_as_many_as_wanted(store: Store) -> None:
    made = [make_digest(number) for number in (1, 2, 3)]
    with store.write() as connection:
        for digest, arxiv_id in zip(made, (ONE, TWO, THREE), strict=True):
            digests.save_digest(connection, digest, [DigestEntry(arxiv_id, None)])
    with store.read() as connection:
        assert digests.list_digests(connection, "vision", Period.DAILY, 2) == [made[2], made[1]]
        since = made[1].window.ends_at
        assert digests.list_digests(connection, "vision", Period.DAILY, 9, since) == [made[2], made[1]]
        assert digests.list_digests(connection, "vision", Period.WEEKLY, 9) == []


def test_a_change_of_a_paper_shows_in_what_is_shown(store: Store) -> None:
    digest = make_digest(papers=2)
    with store.write() as connection:
        digests.save_digest(connection, digest, [DigestEntry(ONE, None), DigestEntry(TWO, None)])
        assert digests.find_shown(connection, []) == Shown(0, None)
        before = digests.find_shown(connection, [digest])
        join(connection, [TWO], now=NOW + HOUR)  # its facts are told anew
        after = digests.find_shown(connection, [digest])
    assert before.changed_at == NOW
    assert after.revisions > before.revisions


def test_progress_begins_with_the_topic_and_is_kept(store: Store) -> None:
    progress = Progress(NOW, NOW + HOUR, date(2026, 4, 17), 3)
    with store.write() as connection:
        assert digests.find_progress(connection, stored(connection), Period.DAILY) == Progress(NOW)
        for _ in range(2):
            digests.save_progress(connection, "vision", Period.DAILY, progress)
        assert digests.find_progress(connection, stored(connection), Period.DAILY) == progress
        assert digests.find_progress(connection, stored(connection), Period.WEEKLY) == Progress(NOW)


def test_a_renamed_topic_takes_its_digests_along(store: Store) -> None:
    with store.write() as connection:
        digests.save_digest(connection, make_digest(), [DigestEntry(ONE, None)])
        digests.save_progress(connection, "vision", Period.DAILY, Progress(NOW, NOW, date(2026, 4, 17), 1))
        define(connection, make_topic("seeing", formerly=("vision",)))
    with store.read() as connection:
        (digest,) = digests.list_digests(connection, "seeing", Period.DAILY, 9)
        assert digests.find_entries(connection, [digest]) == {1: [DigestEntry(ONE, None)]}
        assert digests.find_progress(connection, stored(connection, "seeing"), Period.DAILY).number == 1


def test_an_older_wire_begins_with_what_came_within_a_period_of_the_last(store: Store) -> None:
    """What the migration leaves for a wire that had published before there were digests."""
    path = Path(digests.__file__).parent / "migrations" / "versions" / "0004_digests.py"
    spec = importlib.util.spec_from_file_location("migration", path)
    assert spec
    assert spec.loader
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    with store.write() as connection:
        define(connection, make_topic(), make_topic("empty"))
        with Operations.context(MigrationContext.configure(connection)):
            migration._begin()
        rows = connection.execute(select(digest_cuts.c.topic, digest_cuts.c.period, digest_cuts.c.begun_at)).all()
    assert sorted(map(tuple, rows)) == [
        ("vision", "daily", NOW - timedelta(days=1)),
        ("vision", "weekly", NOW - timedelta(days=7)),
    ]
