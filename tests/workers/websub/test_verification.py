"""Callbacks are asked whether they meant it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from feeds.store import owed
from feeds.store.owed import Owed, Work
from tests.support.websub import Reply, Scripted, ask_hub, find_subscription, publish_now
from tests.support.wires import MORNING, Line, write_topics
from workers.schedule import take_over_topics

FEED = "https://wire.example.org/feeds/vision.atom"
DAY = timedelta(days=1)


def left(line: Line) -> list[Owed]:
    with line.runtime.store.read() as connection:
        return owed.list_owed(connection, Work.VERIFY)


def hurry(line: Line) -> None:
    """Let the rest that failed work takes be over, and work."""
    with line.runtime.store.write() as connection:
        for row in owed.list_owed(connection):
            if row.not_before and row.kind in (Work.VERIFY, Work.DELIVER):
                owed.owe(connection, row.kind, [row.key], MORNING)
    line.work()


def test_who_echoes_the_challenge_is_subscribed(line: Line, subscriber: Scripted) -> None:
    callback = f"{subscriber.url}/push?id=7"
    assert ask_hub(line, callback, lease_seconds="86400", secret="s") == 202
    assert find_subscription(line, callback) is None
    line.work()
    (question,) = subscriber.questions
    assert len(question.pop("hub.challenge")) >= 32
    assert question == {
        "id": "7", "hub.mode": "subscribe", "hub.topic": FEED, "hub.lease_seconds": "86400",
    }  # fmt: skip
    found = find_subscription(line, callback)
    assert found
    assert (found.secret, found.expires_at) == ("s", MORNING + DAY)
    assert left(line) == []


def test_every_challenge_is_another(line: Line, subscriber: Scripted) -> None:
    for number in range(3):
        ask_hub(line, f"{subscriber.url}/{number}")
    line.work()
    assert len({question["hub.challenge"] for question in subscriber.questions}) == 3


@pytest.mark.parametrize(
    "reply", [Reply(404), Reply(200, b"yes"), Reply(200, b""), Reply(302, headers={"Location": "/there"})]
)
def test_who_does_not_is_not(line: Line, subscriber: Scripted, reply: Reply) -> None:
    subscriber.to_get = [reply]
    ask_hub(line, subscriber.url)
    line.work()
    assert find_subscription(line, subscriber.url) is None
    assert left(line) == []
    assert [asked.path.partition("?")[0] for asked in subscriber.asked] == ["/"]


def test_a_host_that_stays_away_is_asked_no_more(line: Line, subscriber: Scripted) -> None:
    """And no operator hears of it: anybody can name any host."""
    subscriber.to_get = [Reply(500)]
    ask_hub(line, subscriber.url)
    for _ in range(6):
        hurry(line)
    assert len(subscriber.questions) == 4
    assert left(line) == []


def test_more_than_the_challenge_is_no_echo(line: Line, subscriber: Scripted) -> None:
    """Who sends back whatever it is sent has not said yes to anything."""
    subscriber.before = lambda asked: setattr(
        subscriber, "to_get", [Reply(200, f"You asked {asked.query['hub.challenge']}".encode())]
    )
    ask_hub(line, subscriber.url)
    line.work()
    assert find_subscription(line, subscriber.url) is None


def test_a_host_that_is_away_is_asked_again(line: Line, subscriber: Scripted) -> None:
    subscriber.to_get = [Reply(503), Reply(503), Reply()]
    ask_hub(line, subscriber.url)
    line.work()
    (row,) = left(line)
    assert (row.failures, row.reason) == (1, "HTTP 503")
    hurry(line)
    hurry(line)
    assert find_subscription(line, subscriber.url)
    assert left(line) == []


def test_a_renewal_holds_only_when_it_is_confirmed(line: Line, subscriber: Scripted) -> None:
    """Else anybody could take a subscription over by naming its callback."""
    ask_hub(line, subscriber.url, secret="first")
    line.work()
    subscriber.to_get = [Reply(404)]
    line.set_time(MORNING + DAY)
    ask_hub(line, subscriber.url, secret="second")
    line.work()
    found = find_subscription(line, subscriber.url)
    assert found
    assert (found.secret, found.expires_at) == ("first", MORNING + 10 * DAY)
    subscriber.to_get = [Reply()]
    ask_hub(line, subscriber.url, secret="third")
    hurry(line)
    found = find_subscription(line, subscriber.url)
    assert found
    assert (found.secret, found.expires_at) == ("third", MORNING + 11 * DAY)


def test_only_who_confirms_leaves(line: Line, subscriber: Scripted) -> None:
    ask_hub(line, subscriber.url)
    line.work()
    subscriber.to_get = [Reply(404), Reply()]
    assert ask_hub(line, subscriber.url, "unsubscribe") == 202
    hurry(line)
    assert find_subscription(line, subscriber.url)
    assert ask_hub(line, subscriber.url, "unsubscribe") == 202
    line.work()
    assert find_subscription(line, subscriber.url) is None
    assert [question["hub.mode"] for question in subscriber.questions][1:] == ["unsubscribe"] * 2
    assert "hub.lease_seconds" not in subscriber.questions[1]


def test_a_later_request_takes_the_place_of_one_that_is_being_asked(line: Line, subscriber: Scripted) -> None:
    """What was confirmed is the first; it holds no more."""
    asked_again: list[int] = []

    def ask_again(asked: object) -> None:
        if not asked_again:
            asked_again.append(ask_hub(line, subscriber.url, secret="second"))

    subscriber.before = ask_again
    ask_hub(line, subscriber.url, secret="first")
    line.work()
    assert asked_again == [202]
    assert [question["hub.mode"] for question in subscriber.questions] == ["subscribe"] * 2
    found = find_subscription(line, subscriber.url)
    assert found
    assert found.secret == "second"


@pytest.mark.parametrize("change", [{"retired": True}, {"slug": "sight", "formerly": ["vision"]}])
def test_who_asked_for_what_is_no_more_is_told_so(
    line: Line, subscriber: Scripted, change: dict[str, object]
) -> None:
    ask_hub(line, subscriber.url)
    vision = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], **change}
    write_topics(line.settings.topics, [vision])
    take_over_topics(line.runtime)
    line.work()
    (told,) = subscriber.questions
    assert (told["hub.mode"], told["hub.topic"]) == ("denied", FEED)
    assert told["hub.reason"]
    assert find_subscription(line, subscriber.url) is None
    assert left(line) == []


def test_a_callback_that_moved_into_a_private_network_is_not_asked(
    make_line: Callable[..., Line], subscriber: Scripted
) -> None:
    """By its name that is found only when it is to be called; the system's own resolver tells."""
    strict = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}])
    callback = f"https://localhost:{subscriber.port}/"
    publish_now(strict, "vision")
    assert ask_hub(strict, callback) == 202
    strict.work()
    assert subscriber.asked == []
    assert find_subscription(strict, callback) is None
    assert left(strict) == []
