"""Several topics as one feed: it keeps its name and its subscribers when one of them is retired."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.cache import DocumentCache
from feeds.errors import GoneError
from feeds.model.entries import Site
from feeds.publishing.publisher import Publisher
from feeds.publishing.topics import publish_topic
from feeds.store import topics
from feeds.store.engine import Store
from feeds.subscribing import load_document
from tests.support.papers import NOW, define, join, make_topic

SITE = Site("https://wire.example.org", "wire.example.org", "2026-04-17")
ADDRESS = "https://wire.example.org/feeds/sound+vision.atom"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def publisher(store: Store) -> Publisher:
    with store.write() as connection:
        define(connection, make_topic(), make_topic("sound"))
        join(connection, ["2604.00001"], "vision")
        join(connection, ["2604.00002"], "sound")
        for slug in ("sound", "vision"):
            publish_topic(connection, slug, NOW)
    return Publisher(store, SITE, DocumentCache())


def retire(store: Store, slug: str, *, retired: bool = True, days: int = 1) -> None:
    with store.write() as connection:
        now = NOW + timedelta(days=days)
        topics.save_topic(connection, make_topic(slug, retired=retired), now)
        publish_topic(connection, slug, now)


def test_a_topic_that_is_retired_goes_and_the_name_stays(store: Store, publisher: Publisher) -> None:
    before = load_document(publisher, ADDRESS)
    retire(store, "sound")
    after = load_document(publisher, ADDRESS)
    assert (b"2604.00002" in before.body, b"2604.00002" in after.body) == (True, False)
    ids = [document.body.partition(b"<id>")[2].partition(b"</id>")[0] for document in (before, after)]
    assert ids == [b"tag:wire.example.org,2026-04-17:combined/sound+vision"] * 2
    assert after.self_url == ADDRESS


def test_the_date_tells_that_a_topic_was_retired_or_came_back(store: Store, publisher: Publisher) -> None:
    dates = [load_document(publisher, ADDRESS).last_modified]
    for day, retired in enumerate((True, False), 1):
        retire(store, "sound", retired=retired, days=day)
        dates.append(load_document(publisher, ADDRESS).last_modified)
    assert dates == [NOW, LATER, LATER + timedelta(days=1)]


def test_of_retired_topics_alone_there_is_no_feed(store: Store, publisher: Publisher) -> None:
    for slug in ("sound", "vision"):
        retire(store, slug)
    with pytest.raises(GoneError):
        load_document(publisher, ADDRESS)
