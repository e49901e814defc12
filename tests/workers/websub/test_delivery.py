"""Subscribers get what their feeds show now."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from feeds.status import load_status
from feeds.store import owed, subscriptions
from feeds.store.owed import Owed, Work
from tests.support.listings import Item
from tests.support.websub import (
    Asked,
    Reply,
    Scripted,
    add_paper,
    ask_hub,
    find_subscription,
    publish_now,
    running_subscriber,
)
from tests.support.wires import MORNING, TOKEN, Line, write_topics
from tests.workers.websub.test_verification import hurry
from workers.backoff import MAX_FAILURES
from workers.schedule import Scheduler, take_over_topics
from workers.websub.signature import sign

HUB = "https://wire.example.org/hub"
FEED = "https://wire.example.org/feeds/vision.atom"


def left(line: Line) -> list[Owed]:
    with line.runtime.store.read() as connection:
        return owed.list_owed(connection, Work.DELIVER)


@pytest.fixture
def subscribed(line: Line, subscriber: Scripted) -> Line:
    """A wire that the subscriber has subscribed to, with a secret."""
    ask_hub(line, subscriber.url, secret="s3cret")
    line.work()
    assert find_subscription(line, subscriber.url)
    return line


def test_a_change_is_brought_signed_and_as_the_web_sends_it(subscribed: Line, subscriber: Scripted) -> None:
    add_paper(subscribed, "2604.00001")
    subscribed.work()
    (got,) = subscriber.got
    assert got.body == subscribed.get("/feeds/vision.atom")
    assert b"2604.00001" in got.body
    assert got.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert got.headers["link"] == f'<{HUB}>; rel="hub", <{FEED}>; rel="self"'
    assert got.headers["x-hub-signature"] == sign("s3cret", got.body)
    assert left(subscribed) == []


def test_without_a_secret_nothing_is_signed(line: Line, subscriber: Scripted) -> None:
    ask_hub(line, subscriber.url)
    line.work()
    add_paper(line, "2604.00001")
    line.work()
    assert "x-hub-signature" not in subscriber.got[0].headers


def test_a_listings_news_goes_all_the_way(subscribed: Line, subscriber: Scripted) -> None:
    subscribed.announce([Item("2604.00001"), Item("2604.00002")])
    subscribed.poll()
    assert subscriber.got[-1].body == subscribed.get("/feeds/vision.atom")
    assert b"2604.00002" in subscriber.got[-1].body


def test_an_editors_act_goes_all_the_way(subscribed: Line, subscriber: Scripted) -> None:
    add_paper(subscribed, "2604.00001")
    subscribed.work()
    before = subscriber.got[-1].body
    answer = subscribed.app.test_client().put(
        "/api/v1/topics/vision/curation/2604.00001",
        json={"pinned": True, "note": "Read this."},
        headers={"Authorization": f"Bearer {TOKEN}"},
        base_url="https://wire.example.org",
    )
    assert answer.status_code == 200
    subscribed.work()
    assert subscriber.got[-1].body != before
    assert b"Read this." in subscriber.got[-1].body


def test_several_changes_before_it_is_brought_are_one(subscribed: Line, subscriber: Scripted) -> None:
    for number in range(1, 6):
        add_paper(subscribed, f"2604.0000{number}")
    subscribed.work()
    assert len(subscriber.got) == 1
    assert b"2604.00005" in subscriber.got[0].body


def test_bytes_that_it_has_already_are_not_sent_again(subscribed: Line, subscriber: Scripted) -> None:
    add_paper(subscribed, "2604.00001")
    subscribed.work()
    with subscribed.runtime.store.write() as connection:
        subscriptions.owe_deliveries(connection, "vision", MORNING)
    subscribed.work()
    assert len(subscriber.got) == 1
    assert left(subscribed) == []


def test_several_topics_as_one_feed_change_with_each(line: Line, subscriber: Scripted) -> None:
    ask_hub(line, subscriber.url, topic="sound+vision.atom")
    line.work()
    add_paper(line, "2604.00001")
    line.work()
    add_paper(line, "2604.00002", "sound")
    line.work()
    assert len(subscriber.got) == 2
    assert subscriber.got[1].body == line.get("/feeds/sound+vision.atom")


def test_what_changed_before_it_was_confirmed_is_brought(line: Line, subscriber: Scripted) -> None:
    """A reader knows what the feed showed when it asked, and nothing later."""
    ask_hub(line, subscriber.url)
    line.work()
    assert subscriber.got == []
    ask_hub(line, f"{subscriber.url}/other")
    add_paper(line, "2604.00001")
    line.work()
    assert sorted(got.path for got in subscriber.got) == ["/", "/other"]


def test_who_comes_back_gets_what_it_missed(subscribed: Line, subscriber: Scripted) -> None:
    subscriber.to_post = [Reply(500)]
    add_paper(subscribed, "2604.00001")
    for _ in range(MAX_FAILURES):
        hurry(subscribed)
    assert left(subscribed) == []
    subscriber.to_post = [Reply()]
    ask_hub(subscribed, subscriber.url)
    subscribed.work()
    assert subscriber.got[-1].body == subscribed.get("/feeds/vision.atom")
    status = load_status(subscribed.runtime.store, subscribed.runtime.times())
    assert status.subscribers.failing == 0


def test_a_digest_is_brought_at_its_cut_and_at_no_other_time(line: Line, subscriber: Scripted) -> None:
    ask_hub(line, subscriber.url, topic="vision/daily.atom")
    line.work()
    add_paper(line, "2604.00001")
    line.work()
    assert subscriber.got == []
    line.set_time(MORNING + timedelta(days=1))
    line.work()
    (got,) = subscriber.got
    assert b"Title of 2604.00001" in got.body
    assert got.body == line.get("/feeds/vision/daily.atom")
    feed = "https://wire.example.org/feeds/vision/daily.atom"
    assert got.headers["link"] == f'<{HUB}>; rel="hub", <{feed}>; rel="self"'


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("vision.rss", "application/rss+xml; charset=utf-8"),
        ("vision.json", "application/feed+json"),
        ("vision.atom?limit=1", "application/atom+xml; charset=utf-8"),
    ],
)
def test_every_format_is_brought_as_it_is(line: Line, subscriber: Scripted, name: str, media_type: str) -> None:
    ask_hub(line, subscriber.url, topic=name)
    line.work()
    add_paper(line, "2604.00001")
    line.work()
    (got,) = subscriber.got
    assert got.headers["content-type"] == media_type
    assert got.body == line.get(f"/feeds/{name}")


def test_a_change_while_it_is_brought_is_brought_too(subscribed: Line, subscriber: Scripted) -> None:
    def change(asked: Asked) -> None:
        if len(subscriber.got) == 1:
            add_paper(subscribed, "2604.00002")

    subscriber.before = change
    add_paper(subscribed, "2604.00001")
    subscribed.work()
    assert len(subscriber.got) == 2
    assert b"2604.00002" in subscriber.got[1].body


def test_who_fails_gets_the_newest_when_it_is_back(subscribed: Line, subscriber: Scripted) -> None:
    subscriber.to_post = [Reply(500), Reply(503, headers={"Retry-After": "1200"}), Reply(204)]
    add_paper(subscribed, "2604.00001")
    subscribed.work()
    (row,) = left(subscribed)
    assert (row.failures, row.reason) == (1, "HTTP 500")
    add_paper(subscribed, "2604.00002")
    subscribed.work()
    (row,) = left(subscribed)
    assert row.not_before
    assert row.not_before - subscribed.runtime.real_clock.now() > timedelta(seconds=1100)
    hurry(subscribed)
    assert left(subscribed) == []
    assert len(subscriber.got) == 3
    assert subscriber.got[-1].body == subscribed.get("/feeds/vision.atom")


def test_who_is_gone_is_forgotten(subscribed: Line, subscriber: Scripted) -> None:
    subscriber.to_post = [Reply(410)]
    add_paper(subscribed, "2604.00001")
    subscribed.work()
    assert find_subscription(subscribed, subscriber.url) is None
    assert left(subscribed) == []


def test_a_redirect_is_a_failure(subscribed: Line, subscriber: Scripted) -> None:
    with running_subscriber() as elsewhere:
        subscriber.to_post = [Reply(307, headers={"Location": elsewhere.url})]
        add_paper(subscribed, "2604.00001")
        subscribed.work()
        assert elsewhere.asked == []
    assert [row.reason for row in left(subscribed)] == ["HTTP 307"]


def test_who_always_fails_is_left_alone_until_the_next_change(subscribed: Line, subscriber: Scripted) -> None:
    """That is a stranger's fault: the operator is not bothered with it."""
    subscriber.to_post = [Reply(500)]
    add_paper(subscribed, "2604.00001")
    for _ in range(MAX_FAILURES + 2):
        hurry(subscribed)
    assert len(subscriber.got) == MAX_FAILURES
    assert left(subscribed) == []
    status = load_status(subscribed.runtime.store, subscribed.runtime.times())
    assert (status.subscribers.live, status.subscribers.failing) == (1, 1)
    assert status.dead == ()
    subscriber.to_post = [Reply()]
    add_paper(subscribed, "2604.00002")
    subscribed.work()
    status = load_status(subscribed.runtime.store, subscribed.runtime.times())
    assert (status.subscribers.live, status.subscribers.failing) == (1, 0)


def test_a_lease_ends_on_the_wires_clock(subscribed: Line, subscriber: Scripted) -> None:
    add_paper(subscribed, "2604.00001")  # owed while it lasts, and too late when it is looked at
    subscribed.set_time(MORNING + timedelta(days=10))
    subscribed.work()
    add_paper(subscribed, "2604.00002")
    subscribed.work()
    assert subscriber.got == []
    assert left(subscribed) == []
    Scheduler(subscribed.runtime).tick()
    assert find_subscription(subscribed, subscriber.url) is None


@pytest.mark.parametrize("change", [{"retired": True}, {"slug": "sight", "formerly": ["vision"]}])
def test_subscribers_of_what_is_no_more_are_told_so_and_forgotten(
    subscribed: Line, subscriber: Scripted, change: dict[str, object]
) -> None:
    vision = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], **change}
    write_topics(subscribed.settings.topics, [vision])
    take_over_topics(subscribed.runtime)
    subscribed.work()
    assert subscriber.got == []
    told = subscriber.questions[-1]
    assert (told["hub.mode"], told["hub.topic"]) == ("denied", FEED)
    assert find_subscription(subscribed, subscriber.url) is None


def test_one_that_hangs_keeps_no_other_waiting(subscribed: Line, subscriber: Scripted) -> None:
    """Others at the host of a silent one are put off, and blamed for nothing."""
    line = subscribed
    line.runtime.callbacks._limits = type(line.runtime.callbacks._limits)(seconds=0.3)
    with running_subscriber("127.0.0.2") as other:
        callbacks = [f"http://127.0.0.2:{other.port}/{number}" for number in range(3)]
        for callback in callbacks:
            ask_hub(line, callback)
        line.work()
        hanging = threading.Event()
        other.before = lambda asked: hanging.wait(30) and None
        add_paper(line, "2604.00001")
        line.work()
        hanging.set()
        assert len(subscriber.got) == 1
        assert len(other.got) == 1
    rows = left(line)
    assert sorted(row.failures for row in rows) == [0, 0, 1]
    assert {row.reason for row in rows} == {"no answer in time", "its host does not answer"}


def test_one_host_gets_one_at_a_time(line: Line, subscriber: Scripted) -> None:
    for number in range(8):
        ask_hub(line, f"{subscriber.url}/{number}")
    line.work()
    add_paper(line, "2604.00001")
    line.work()
    assert len(subscriber.got) == 8
    assert subscriber.most_in_flight == 1


def test_no_secret_is_logged(subscribed: Line, subscriber: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask_hub(subscribed, f"{subscriber.url}/?token=t0ken", secret="s3cret")
        subscriber.to_post = [Reply(500), Reply()]
        add_paper(subscribed, "2604.00001")
        subscribed.work()
        hurry(subscribed)
    assert "delivery to 127.0.0.1" in caplog.text
    wire = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("wire"))
    assert "s3cret" not in wire
    assert "t0ken" not in wire


def test_networks_that_are_not_allowed_any_more_are_not_called(
    subscribed: Line, subscriber: Scripted, make_line: Callable[..., Line]
) -> None:
    strict = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}])
    publish_now(strict, "vision")
    add_paper(strict, "2604.00001")
    strict.work()
    assert subscriber.got == []
    assert left(strict) == []
