"""How often one address may ask of the API, and whose address counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.limits import find_client
from tests.service.conftest import BASE
from tests.support.wires import TOKEN, make_settings
from workers.preparing import prepare_database

Start = Callable[..., FlaskClient]


@pytest.fixture
def start(tmp_path: Path, redis_url: str) -> Start:
    """A web face that counts: ``start(WIRE_API_RATE="20")``."""

    def make(**environ: str) -> FlaskClient:
        settings = make_settings(
            tmp_path, WIRE_REDIS_URL=redis_url, WIRE_BASE_URL=BASE, WIRE_EDITORS=f"ada:{TOKEN}", **environ
        )
        prepare_database(settings)
        return create_app(settings).test_client()

    return make


def ask(client: FlaskClient, path: str, method: str = "GET", address: str = "192.0.2.1", **options: object) -> int:
    given = {"base_url": BASE, "environ_base": {"REMOTE_ADDR": address}, **options}
    return client.open(path, method=method, **given).status_code  # type: ignore[arg-type]


def test_who_asks_too_often_is_told_when_to_come_again(start: Start) -> None:
    client = start(WIRE_API_RATE="3")
    assert [ask(client, "/api/v1/topics") for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/api/v1/topics", base_url=BASE, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert refused.content_type == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert refused.headers["RateLimit"] == '"minute";r=0'
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(client, "/api/v1/topics", address="192.0.2.2") == 200, "nobody else is concerned"


def test_what_is_left_is_told(start: Start) -> None:
    client = start(WIRE_API_RATE="100")
    left = [client.get("/api/v1/topics", base_url=BASE).headers["RateLimit"] for _ in range(2)]
    assert left == ['"minute";r=99', '"minute";r=98']
    assert "RateLimit" not in client.get("/feeds.opml", base_url=BASE).headers


@pytest.mark.parametrize(
    ("method", "path", "status", "times"),
    [
        ("GET", "/api/v1/topics", 200, 20),
        ("GET", "/api/v1/search?q=trees", 200, 4),
        ("GET", "/feeds/search.atom?q=trees", 200, 4),
        ("DELETE", "/api/v1/topics/none", 401, 2),
        ("POST", "/api/v1/poll", 401, 2),
    ],
)
def test_what_is_dear_takes_more(start: Start, method: str, path: str, status: int, times: int) -> None:
    client = start(WIRE_API_RATE="20")
    assert [ask(client, path, method) for _ in range(times + 1)] == [status] * times + [429]


def test_feeds_pages_and_the_hub_are_not_counted(start: Start) -> None:
    client = start(WIRE_API_RATE="1")
    for _ in range(3):
        assert ask(client, "/feeds.opml") == 200
        assert ask(client, "/healthz") == 200
        assert ask(client, "/hub", "POST") == 400


def test_without_redis_nobody_is_refused(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, WIRE_BASE_URL=BASE, WIRE_API_RATE="1")  # no engine runs there
    prepare_database(settings)
    client = create_app(settings).test_client()
    assert [ask(client, "/api/v1/topics") for _ in range(3)] == [200] * 3


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 192.0.2.8", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "", "unknown"),
        (1, "<script>", "unknown"),
        (1, "[2001:db8:1:2:3::4]", "20010db800010002/64"),
        (1, "2001:db8:1:2::ffff", "20010db800010002/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_a_forwarded_address_is_believed_as_far_as_our_proxies_wrote_it(
    start: Start, tmp_path: Path, proxies: int, forwarded: str, client: str
) -> None:
    settings = replace(make_settings(tmp_path), proxies=proxies)
    app = start().application
    with app.test_request_context(
        "/", environ_base={"REMOTE_ADDR": "192.0.2.1"}, headers={"X-Forwarded-For": forwarded}
    ):
        assert find_client(settings) == client
