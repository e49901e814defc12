"""What is asked of the hub."""

from __future__ import annotations

import pytest

from feeds.errors import BadRequestError
from feeds.model.subscriptions import HubRequest, Mode, decide_lease, read_request

GIVEN = {
    "hub.mode": ["subscribe"],
    "hub.topic": ["https://wire.example.org/feeds/vision.atom"],
    "hub.callback": ["https://reader.example/push"],
}
DAY = 86400


def test_a_request_is_read() -> None:
    asked = read_request({**GIVEN, "hub.lease_seconds": ["7200"], "hub.secret": ["s3cret"]})
    assert asked == HubRequest(Mode.SUBSCRIBE, GIVEN["hub.topic"][0], GIVEN["hub.callback"][0], 7200, "s3cret")
    assert "s3cret" not in repr(asked)


def test_what_is_not_said_is_ten_days_and_no_secret() -> None:
    asked = read_request({**GIVEN, "hub.lease_seconds": [""], "hub.secret": [""]})
    assert (asked.lease_seconds, asked.secret) == (10 * DAY, None)


def test_parameters_that_nobody_knows_are_ignored() -> None:
    more = {"hub.verify": ["async"], "hub.verify_token": ["a", "b"], "other": ["x"]}
    assert read_request({**GIVEN, **more}) == read_request(GIVEN)


@pytest.mark.parametrize("name", ["hub.topic", "hub.url"])
def test_a_ping_names_the_feed_either_way(name: str) -> None:
    assert read_request({"hub.mode": ["publish"], name: ["x"]}) == HubRequest(Mode.PUBLISH, "x")


@pytest.mark.parametrize(
    ("asked", "lease"), [(1, 3600), (3600, 3600), (5 * DAY, 5 * DAY), (31 * DAY, 30 * DAY), (10**17, 30 * DAY)]
)
def test_no_lease_is_for_ever(asked: int, lease: int) -> None:
    assert decide_lease(asked) == lease
    assert read_request({**GIVEN, "hub.lease_seconds": [str(asked)]}).lease_seconds == lease


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("hub.mode", [], "hub.mode is missing"),
        ("hub.mode", ["denied"], "hub.mode is to be"),
        ("hub.mode", ["subscribe", "unsubscribe"], "given once"),
        ("hub.topic", [""], "hub.topic is missing"),
        ("hub.callback", [], "hub.callback is missing"),
        ("hub.lease_seconds", ["0"], "positive"),
        ("hub.lease_seconds", ["-5"], "positive"),
        ("hub.lease_seconds", ["1e9"], "positive"),
        ("hub.lease_seconds", ["٣"], "positive"),
        ("hub.lease_seconds", ["9" * 5000], "positive"),
        ("hub.secret", ["é" * 100], "shorter than 200 bytes"),
        ("hub.secret", ["a\nb"], "printable"),
        ("hub.secret", ["a\ufffdb"], "printable"),
    ],
)
def test_what_is_wrong_is_refused(name: str, values: list[str], problem: str) -> None:
    with pytest.raises(BadRequestError, match=problem):
        read_request({**GIVEN, name: values})


def test_the_longest_secret_is_taken() -> None:
    assert read_request({**GIVEN, "hub.secret": ["x" * 199]}).secret == "x" * 199
