"""Subscriptions in the store, on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from feeds.model.subscriptions import Mode, Subscription, Verification
from feeds.publishing.topics import publish_topic
from feeds.store import owed, subscriptions, topics
from feeds.store.engine import Store
from feeds.store.owed import Times, Work
from tests.support.papers import NOW, define, join, make_topic

BASE = "https://wire.example.org/feeds"
LATER = NOW + timedelta(days=10)


def make_verification(key: str = "k1", callback: str = "https://a.example/", **fields: object) -> Verification:
    given: dict[str, object] = {
        "mode": Mode.SUBSCRIBE, "topic_url": f"{BASE}/vision.atom", "lease_seconds": 7200, "secret": "s",
        "etag": "e", "requested_at": NOW, **fields,
    }  # fmt: skip
    return Verification(key=key, callback=callback, **given)  # type: ignore[arg-type]


def subscribe(store: Store, *slugs: str, callback: str = "https://a.example/", until: datetime = LATER) -> str:
    url = f"{BASE}/{'+'.join(slugs)}.atom"
    key = subscriptions.key_of(callback, url)
    with store.write() as connection:
        made = Subscription(key, callback, url, "s", until)
        subscriptions.save_subscription(connection, made, "a.example", slugs)
    return key


def owed_keys(store: Store, kind: Work) -> list[str]:
    with store.read() as connection:
        return sorted(row.key for row in owed.list_owed(connection, kind))


@pytest.fixture(autouse=True)
def topics_there(store: Store) -> None:
    with store.write() as connection:
        define(connection, make_topic("vision"), make_topic("sound"))


def test_only_the_last_request_for_a_subscription_counts(store: Store) -> None:
    first, second, other = (
        make_verification(),
        make_verification("k2", secret="t"),
        make_verification("k3", "https://b/"),
    )
    with store.write() as connection:
        for asked in (first, second, other):
            subscriptions.save_verification(connection, asked, "a.example")
    with store.write() as connection:
        assert subscriptions.find_verification(connection, "k1") is None
        assert subscriptions.find_verification(connection, "k2") == second
        assert not subscriptions.take_verification(connection, "k1")
        assert subscriptions.take_verification(connection, "k2")
        assert subscriptions.count_asked(connection) == 1
        assert not subscriptions.is_asked(connection, subscriptions.key_of(first.callback, first.topic_url))
    assert owed_keys(store, Work.VERIFY) == ["k1", "k2", "k3"]


def test_a_publication_is_owed_to_everybody_whose_feed_shows_the_topic(store: Store) -> None:
    both, vision, _sound = (
        subscribe(store, "sound", "vision"),
        subscribe(store, "vision"),
        subscribe(store, "sound"),
    )
    ended = subscribe(store, "vision", callback="https://b.example/", until=NOW)
    with store.write() as connection:
        join(connection, ["2604.00001"])
        publish_topic(connection, "vision", NOW)
    assert owed_keys(store, Work.DELIVER) == sorted([both, vision])
    assert ended not in owed_keys(store, Work.DELIVER)


def test_what_is_published_unchanged_is_owed_to_nobody(store: Store) -> None:
    with store.write() as connection:
        publish_topic(connection, "vision", NOW)
    key = subscribe(store, "vision")
    with store.write() as connection:
        publish_topic(connection, "vision", NOW)
    assert owed_keys(store, Work.DELIVER) == []
    with store.write() as connection:
        subscriptions.owe_deliveries(connection, "vision", NOW)
    assert owed_keys(store, Work.DELIVER) == [key]


def test_a_publication_that_is_rolled_back_is_owed_to_nobody(store: Store) -> None:
    subscribe(store, "vision")

    def publish_and_fail() -> None:
        with store.write() as connection:
            publish_topic(connection, "vision", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_and_fail()
    assert owed_keys(store, Work.DELIVER) == []


def test_a_renewal_keeps_what_was_delivered(store: Store) -> None:
    key = subscribe(store, "vision")
    with store.write() as connection:
        subscriptions.note_failure(connection, key)
        subscriptions.note_delivery(connection, key, "etag")
        subscriptions.note_failure(connection, key)
    subscribe(store, "vision", until=LATER + timedelta(days=1))
    with store.read() as connection:
        found = subscriptions.find_subscription(connection, key)
        assert found
        assert (found.delivered_etag, found.failures) == ("etag", 1)
        assert found.expires_at == LATER + timedelta(days=1)
        assert subscriptions.count_live(connection, NOW) == (1, 1)
        assert subscriptions.count_live(connection, LATER + timedelta(days=1)) == (0, 0)
        assert subscriptions.count_subscriptions(connection, "a.example") == 1
        assert subscriptions.count_subscriptions(connection, "b.example") == 0


def test_a_subscription_that_ends_leaves_nothing(store: Store) -> None:
    key = subscribe(store, "sound", "vision")
    with store.write() as connection:
        subscriptions.forget_subscription(connection, key)
        subscriptions.owe_deliveries(connection, "vision", NOW)
        assert subscriptions.find_subscription(connection, key) is None
        assert subscriptions.count_live(connection, NOW) == (0, 0)
    assert owed_keys(store, Work.DELIVER) == []


def test_what_is_over_is_swept_away(store: Store) -> None:
    subscribe(store, "vision")
    kept = subscribe(store, "sound", until=LATER + timedelta(seconds=1))
    with store.write() as connection:
        subscriptions.save_verification(connection, make_verification(), "a.example")
        assert not subscriptions.is_any_over(connection, NOW)
        assert subscriptions.forget_over(connection, NOW) == 0
    with store.write() as connection:
        assert subscriptions.is_any_over(connection, LATER)
        assert subscriptions.forget_over(connection, LATER) == 1
        assert not subscriptions.is_any_over(connection, LATER)
        assert subscriptions.find_subscription(connection, kept)
        assert subscriptions.count_asked(connection) == 0


def test_a_topic_that_is_renamed_takes_its_subscribers_along(store: Store) -> None:
    """They are told that their feed has another address now."""
    key = subscribe(store, "vision")
    with store.write() as connection:
        topics.sync_topics(connection, [make_topic("sight", formerly=("vision",))], NOW)
        publish_topic(connection, "sight", NOW)
    assert owed_keys(store, Work.DELIVER) == [key]


def test_two_that_owe_and_claim_at_once_lose_nothing(store: Store) -> None:
    key = subscribe(store, "vision")
    times = Times(NOW, NOW)
    with store.write() as connection:
        subscriptions.owe_deliveries(connection, "vision", NOW)
        claims = owed.claim(connection, Work.DELIVER, [key], times, 10)
    with store.write() as connection:
        subscriptions.owe_deliveries(connection, "vision", NOW)
    with store.write() as connection:
        owed.settle(connection, claims)
        assert owed.claim(connection, Work.DELIVER, [key], times, 10)
