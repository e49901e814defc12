"""Digests as they are handed out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import feedparser
import pytest
from feedparser import FeedParserDict

from feeds import curating
from feeds.cache import DocumentCache
from feeds.errors import GoneError, MovedError, NotFoundError
from feeds.model.digests import Period
from feeds.model.documents import Document
from feeds.model.entries import Site
from feeds.model.variants import PLAIN, Variant
from feeds.publishing import digests
from feeds.publishing.cutting import cut_digests
from feeds.publishing.digests import find_daily
from feeds.publishing.publisher import Publisher
from feeds.publishing.topics import publish_topic
from feeds.render.formats import FORMATS
from feeds.store import papers
from feeds.store.engine import Store
from tests.support.papers import NOW, define, join, make_paper, make_topic

SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-17")
CUT = datetime(2026, 4, 17, 6, tzinfo=UTC)
ONE, TWO, THREE = ("2604.00001", "2604.00002", "2604.00003")
DAY = timedelta(days=1)
ID = "tag:wire.example.org,2026-04-17:topics/vision/daily"


@pytest.fixture
def publisher(store: Store) -> Publisher:
    with store.write() as connection:
        define(connection, make_topic())
    return Publisher(store, SITE, DocumentCache())


def make_digests(store: Store, *days: list[str]) -> None:
    """A digest a day, with these papers."""
    for number, arxiv_ids in enumerate(days):
        with store.write() as connection:
            now = NOW + number * DAY
            join(connection, arxiv_ids, now=now)
            publish_topic(connection, "vision", now)
            cut_digests(connection, "vision", CUT + number * DAY)


def find(publisher: Publisher, variant: Variant = PLAIN, period: Period = Period.DAILY) -> Document:
    return publisher.find_digest("vision", period, "atom", variant)


def entries(publisher: Publisher, variant: Variant = PLAIN, period: Period = Period.DAILY) -> list[FeedParserDict]:
    return list(feedparser.parse(find(publisher, variant, period).body).entries)


def days(publisher: Publisher, variant: Variant = PLAIN, period: Period = Period.DAILY) -> list[str]:
    return [entry.id.rpartition("/")[2] for entry in entries(publisher, variant, period)]


def test_a_digest_is_an_entry_dated_by_its_cut(store: Store, publisher: Publisher) -> None:
    make_digests(store, [ONE, TWO])
    found = feedparser.parse(find(publisher).body)
    assert (found.feed.id, found.feed.title) == (ID, "Vision: daily digest")
    assert found.feed.updated == "2026-04-17T06:00:00+00:00"
    (entry,) = found.entries
    assert (entry.id, entry.title) == (f"{ID}/2026-04-17", "Vision, 17 April 2026")
    assert entry.published == entry.updated == found.feed.updated
    content = entry.content[0].value
    assert content.index(f"Title of {TWO}") < content.index(f"Title of {ONE}")


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("period", Period)
def test_a_topic_without_digests_has_a_valid_empty_feed(
    publisher: Publisher, period: Period, extension: str
) -> None:
    document = publisher.find_digest("vision", period, extension)
    assert document.self_url == f"https://wire.example.org/feeds/vision/{period}.{extension}"
    if extension == "json":
        assert json.loads(document.body)["items"] == []
    else:
        found = feedparser.parse(document.body)
        assert (found.bozo, found.feed.title, found.entries) == (False, f"Vision: {period} digest", [])


def test_the_newest_comes_first_as_many_as_wanted(store: Store, publisher: Publisher) -> None:
    make_digests(store, [ONE], [], [TWO], [THREE])
    assert days(publisher) == ["2026-04-20", "2026-04-19", "2026-04-17"]
    assert days(publisher, Variant(limit=2)) == ["2026-04-20", "2026-04-19"]
    assert days(publisher, Variant(since=CUT + 2 * DAY)) == ["2026-04-20", "2026-04-19"]
    assert days(publisher, period=Period.WEEKLY) == ["2026-04-20"]


def test_large_digests_leave_room_for_fewer(
    store: Store, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_digests(store, [ONE], [TWO, THREE])
    monkeypatch.setattr(digests, "MOST_PAPERS", 2)
    assert days(publisher) == ["2026-04-18"]
    monkeypatch.setattr(digests, "MOST_PAPERS", 1)
    (entry,) = entries(publisher, Variant(limit=1))
    content = entry.content[0].value
    assert f"Title of {THREE}" in content
    assert f"Title of {TWO}" not in content
    assert "And 1 more" in content


def test_the_bytes_change_with_what_is_shown_and_only_then(store: Store, publisher: Publisher) -> None:
    make_digests(store, [ONE])
    first = find(publisher)
    assert find(publisher) is first
    with store.write() as connection:
        curating.curate(connection, "vision", ONE, {"hidden": True, "note": "Later."}, editor="ada", now=CUT)
        publish_topic(connection, "vision", CUT)
    assert find(publisher).body == first.body
    with store.write() as connection:
        papers.save_papers(connection, [make_paper(ONE, withdrawn=True)], CUT + DAY)
    withdrawn = find(publisher)
    assert b"Withdrawn" in withdrawn.body
    assert withdrawn.last_modified == CUT + DAY
    assert [entry.updated for entry in entries(publisher)] == ["2026-04-17T06:00:00+00:00"]


def test_it_can_be_kept_until_the_next_cut(store: Store, publisher: Publisher) -> None:
    assert find(publisher).news_at == CUT
    make_digests(store, [ONE], [])
    assert find(publisher).news_at == CUT + 2 * DAY
    assert find(publisher, period=Period.WEEKLY).news_at == CUT + 3 * DAY


def test_a_new_slug_keeps_the_ids(store: Store, publisher: Publisher) -> None:
    make_digests(store, [ONE])
    with store.write() as connection:
        define(connection, make_topic("seeing", formerly=("vision",)))
    with pytest.raises(MovedError):
        find(publisher)
    body = publisher.find_digest("seeing", Period.DAILY, "atom").body
    assert [entry.id for entry in feedparser.parse(body).entries] == [f"{ID}/2026-04-17"]


def test_no_topic_and_a_retired_one(store: Store, publisher: Publisher) -> None:
    with pytest.raises(NotFoundError):
        publisher.find_digest("nothing", Period.DAILY, "atom")
    with store.write() as connection:
        define(connection, make_topic(retired=True))
    with pytest.raises(GoneError):
        find(publisher)


# For the exports


@pytest.mark.usefixtures("publisher")
def test_the_newest_day_and_any_other_with_all_its_papers(store: Store) -> None:
    make_digests(store, [ONE], [TWO, THREE])
    with store.read() as connection:
        newest = find_daily(connection, "vision")
        first = find_daily(connection, "vision", date(2026, 4, 17))
    assert [paper.member.paper.arxiv_id for paper in newest.papers] == [THREE, TWO]
    assert (newest.window.day, newest.zone) == (date(2026, 4, 18), "UTC")
    assert [paper.member.paper.arxiv_id for paper in first.papers] == [ONE]
    assert first.carried == ()
    assert newest.carried == newest.papers  # these were announced the day before


@pytest.mark.usefixtures("publisher")
def test_a_day_without_a_digest_is_not_found(store: Store) -> None:
    make_digests(store, [ONE])
    with store.read() as connection, pytest.raises(NotFoundError, match="no digest of 2026-04-18"):
        find_daily(connection, "vision", date(2026, 4, 18))


@pytest.mark.usefixtures("publisher")
def test_a_topic_without_digests_has_the_window_to_come(store: Store) -> None:
    with store.read() as connection:
        found = find_daily(connection, "vision")
    assert (found.window.day, found.window.ends_at, found.papers) == (date(2026, 4, 17), CUT, ())


@pytest.mark.usefixtures("publisher")
def test_editors_words_are_those_of_the_cut(store: Store) -> None:
    make_digests(store, [ONE])
    with store.write() as connection:
        curating.curate(connection, "vision", ONE, {"note": "Later."}, editor="ada", now=CUT)
    with store.read() as connection:
        (paper,) = find_daily(connection, "vision").papers
    assert paper.member.curation.note is None
