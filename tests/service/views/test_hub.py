"""What the hub answers; nothing is called here."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from werkzeug.test import TestResponse

from feeds import subscribing
from feeds.store import owed, subscriptions
from feeds.store.owed import Work
from tests.support.wires import Line

TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "formerly": ["sight"]},
    {"slug": "sound", "title": "Sound", "categories": ["cs.SD"]},
    {"slug": "ended", "title": "Ended", "categories": ["cs.CV"], "retired": True},
]
FEED = "https://wire.example.org/feeds/vision.atom"
CALLBACK = "https://reader.example/push?id=1"


@pytest.fixture
def line(make_line: Callable[[Sequence[dict[str, object]]], Line]) -> Line:
    return make_line(TOPICS)


def post(line: Line, **parameters: str) -> TestResponse:
    given = {"mode": "subscribe", "topic": FEED, "callback": CALLBACK, **parameters}
    form = {f"hub.{name}": value for name, value in given.items()}
    return line.app.test_client().post("/hub", data=form, base_url="https://wire.example.org")


def asked(line: Line) -> list[str]:
    """The requests that wait to be confirmed."""
    with line.runtime.store.read() as connection:
        return [row.key for row in owed.list_owed(connection, Work.VERIFY)]


def test_a_request_is_taken_and_owed(line: Line) -> None:
    answer = post(line, secret="s3cret", lease_seconds="60")
    assert answer.status_code == 202
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    (key,) = asked(line)
    with line.runtime.store.read() as connection:
        found = subscriptions.find_verification(connection, key)
        assert subscriptions.count_subscriptions(connection) == 0
    assert found
    assert (found.callback, found.topic_url, found.lease_seconds) == (CALLBACK, FEED, 3600)
    assert (found.secret, found.requested_at) == ("s3cret", line.clock.now())


@pytest.mark.parametrize(
    ("topic", "status", "reason"),
    [
        ("https://wire.example.org/feeds/vision.pdf", 404, "no feed of this hub's"),
        ("https://wire.example.org/feeds/vision", 404, "no feed of this hub's"),
        ("https://elsewhere.example/feeds/vision.atom", 404, "no feed of this hub's"),
        ("http://wire.example.org/feeds/vision.atom", 404, "no feed of this hub's"),
        ("https://wire.example.org.evil.example/feeds/vision.atom", 404, "no feed of this hub's"),
        ("https://wire.example.org/feeds/../feeds/vision.atom", 404, "no feed of this hub's"),
        ("https://wire.example.org/feeds/vision.atom?", 404, "no feed of this hub's"),
        ("https://wire.example.org/feeds/vision.atom#x", 404, "no feed of this hub's"),
        ("https://wire.example.org/feeds/search.atom?q=x", 404, "no such topic"),
        ("https://wire.example.org/feeds/status.atom", 404, "no such topic"),
        ("https://wire.example.org/feeds/nothing.atom", 404, "no such topic"),
        ("https://wire.example.org/feeds/vision+sound.atom", 404, "own address is .*/sound.vision.atom"),
        ("https://wire.example.org/feeds/sight.atom", 404, "called vision now"),
        ("https://wire.example.org/feeds/ended.atom", 410, "retired"),
    ],
)
def test_what_is_no_feed_of_ours_is_denied_at_once(line: Line, topic: str, status: int, reason: str) -> None:
    answer = post(line, topic=topic)
    assert answer.status_code == status
    assert answer.content_type == "text/plain; charset=utf-8"
    assert re.search(reason, answer.get_data(as_text=True))
    assert asked(line) == []


@pytest.mark.parametrize(
    "name",
    [
        "sound+vision.atom", "vision.rss", "vision.json", "vision/daily.atom", "vision/weekly.json",
        "vision.atom?limit=5&math=tex", "sound+vision.rss?authors=joined", "vision/daily.atom?limit=2",
    ],
)  # fmt: skip
def test_every_feed_that_names_the_hub_can_be_subscribed_to(line: Line, name: str) -> None:
    assert line.get(f"/feeds/{name}")
    assert post(line, topic=f"https://wire.example.org/feeds/{name}").status_code == 202


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("vision.atom?math=tex&limit=5", 404),  # the canonical order is another
        ("vision.atom?math=unicode", 404),
        ("vision.atom?limit=5&other=1", 404),
        ("vision.atom?limit=5&limit=5", 404),
        ("vision.atom?limit=many", 400),
        ("vision/monthly.atom", 404),
        ("vision/archive/1.atom", 404),
        ("sound+vision/daily.atom", 404),
    ],
)
def test_a_feed_has_one_address_for_subscribers(line: Line, name: str, status: int) -> None:
    assert post(line, topic=f"https://wire.example.org/feeds/{name}").status_code == status


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"mode": "steal"}, "hub.mode"),
        ({"callback": "http://reader.example/"}, "https"),
        ({"callback": "https://127.0.0.1/"}, "public network"),
        ({"callback": "https://[::ffff:169.254.169.254]/"}, "public network"),
        ({"callback": "javascript:alert(1)"}, "https address"),
        ({"lease_seconds": "soon"}, "lease_seconds"),
        ({"secret": "x" * 200}, "200 bytes"),
    ],
)
def test_what_is_wrong_is_told_in_plain_text(line: Line, parameters: dict[str, str], reason: str) -> None:
    answer = post(line, **parameters)
    assert answer.status_code == 400
    assert answer.content_type == "text/plain; charset=utf-8"
    assert reason in answer.get_data(as_text=True)
    assert asked(line) == []


def test_other_bodies_and_options_are_no_requests(line: Line) -> None:
    client = line.app.test_client()
    assert (
        client.post("/hub", json={"hub.mode": "subscribe"}, base_url="https://wire.example.org").status_code == 400
    )
    assert client.post("/hub?hub.mode=subscribe", base_url="https://wire.example.org").status_code == 400


def test_a_ping_changes_nothing(line: Line) -> None:
    assert post(line, mode="publish").status_code == 202
    assert post(line, mode="publish", topic="https://elsewhere.example/feeds/vision.atom").status_code == 404
    with line.runtime.store.read() as connection:
        assert [row.kind for row in owed.list_owed(connection) if row.kind is Work.DELIVER] == []


def test_the_end_of_a_subscription_that_there_is_not(line: Line) -> None:
    assert post(line, mode="unsubscribe").status_code == 404
    assert post(line).status_code == 202
    assert post(line, mode="unsubscribe").status_code == 202


def test_one_request_takes_the_place_of_another(line: Line) -> None:
    post(line)
    post(line, secret="later")
    with line.runtime.store.read() as connection:
        assert subscriptions.count_asked(connection) == 1


def test_a_host_cannot_have_more_than_its_share(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribing, "MAX_ASKED_OF_HOST", 2)
    assert [post(line, callback=f"https://reader.example/{n}").status_code for n in range(3)] == [202, 202, 429]
    assert post(line, callback="https://reader.example/0").status_code == 202
    assert post(line, callback="https://other.example/").status_code == 202
    monkeypatch.setattr(subscribing, "MAX_OF_ALL", 0)
    assert post(line, callback="https://third.example/").status_code == 429


def test_the_hub_says_what_it_is(line: Line) -> None:
    assert b"WebSub hub" in line.get("/hub")
