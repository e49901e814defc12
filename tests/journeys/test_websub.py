"""WebSub with a subscriber that others wrote, and with real processes that die in the middle."""

from __future__ import annotations

import os
import signal
import ssl
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import trustme

from feeds.clock import format_rfc3339
from feeds.store import owed, subscriptions, topics
from feeds.store.engine import Store
from feeds.store.owed import Work
from tests.journeys.test_deaths import Wire
from tests.journeys.test_processes import fetch, settings
from tests.support import databases
from tests.support.hosts import Host
from tests.support.listings import make_listing
from tests.support.papers import make_topic
from tests.support.processes import free_port, started, wait_for
from tests.support.websub import (
    Asked,
    FlaskSubscriber,
    Scripted,
    add_paper,
    find_subscription,
    running_subscriber,
    serving,
)
from tests.support.wires import MORNING, Line
from tests.workers.pids import is_gone

TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]
FEED = "https://wire.example.org/feeds/vision.atom"

# Flask-WebSub


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[FlaskSubscriber]:
    made = FlaskSubscriber(tmp_path)
    with serving(made.app) as url:
        made.url = url
        yield made


class Hub:
    """The web face of a wire on a socket, encrypted: Flask-WebSub gives its secret to no other."""

    def __init__(self, line: Line, url: str, authorities: str) -> None:
        self.line = line
        self.url = f"{url}/hub"
        self.authorities = authorities


@pytest.fixture
def hub(make_line: Callable[..., Line], tmp_path: Path) -> Iterator[Hub]:
    line = make_line(TOPICS, WIRE_WEBSUB_ALLOW="127.0.0.0/8")
    line.work()
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serving(line.app, context) as url:
        yield Hub(line, url, str(tmp_path / "ca.pem"))


def test_flask_websub_subscribes_gets_what_is_signed_and_leaves(hub: Hub, reader: FlaskSubscriber) -> None:
    line = hub.line
    callback = reader.subscribe(FEED, hub.url, hub.authorities, lease_seconds=86400)
    line.work()
    found = find_subscription(line, callback)
    assert found
    assert found.secret
    assert found.expires_at == MORNING + timedelta(days=1)
    add_paper(line, "2604.00001")
    line.work()
    assert reader.told == [line.get("/feeds/vision.atom")]
    reader.unsubscribe(callback, hub.authorities)
    line.work()
    assert find_subscription(line, callback) is None
    add_paper(line, "2604.00002")
    line.work()
    assert len(reader.told) == 1


def test_flask_websub_takes_nothing_that_was_tampered_with(hub: Hub, reader: FlaskSubscriber) -> None:
    """Neither another body under our signature, nor a signature that somebody made up, nor none."""
    line = hub.line
    callback = reader.subscribe(FEED, hub.url, hub.authorities)
    line.work()
    sent: list[tuple[bytes, dict[str, str]]] = []
    post = line.runtime.callbacks.post

    def overhear(to: object, body: bytes, headers: dict[str, str]) -> None:
        sent.append((body, dict(headers)))
        post(to, body, headers)  # type: ignore[arg-type]

    line.runtime.callbacks.post = overhear  # type: ignore[method-assign,assignment]
    add_paper(line, "2604.00001")
    line.work()
    ((body, headers),) = sent
    assert reader.told == [body]
    signed = headers["X-Hub-Signature"]
    for tampered, claimed in ((body + b" ", signed), (body, "sha256=" + "0" * 64), (body, None)):
        forged = {"X-Hub-Signature": claimed} if claimed else {}
        requests.post(callback, data=tampered, headers=forged, timeout=10)
    assert reader.told == [body]
    requests.post(callback, data=body, headers={"X-Hub-Signature": signed}, timeout=10)
    assert reader.told == [body, body]


def test_flask_websub_is_told_when_its_feed_is_no_more(hub: Hub, reader: FlaskSubscriber) -> None:
    line = hub.line
    reader.subscribe(FEED, hub.url, hub.authorities)
    line.work()
    with line.runtime.store.write() as connection:
        topics.sync_topics(connection, [make_topic("vision", retired=True)], MORNING)
        owed.owe(connection, Work.PUBLISH, ["vision"], MORNING)
    line.work()
    assert reader.refused == ["This topic was retired."]


# Real processes


def ask(port: int, callback: str) -> int:
    form = {
        "hub.mode": "subscribe",
        "hub.callback": callback,
        "hub.topic": f"http://127.0.0.1:{port}/feeds/vision.atom",
    }
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/hub", body, timeout=30) as answer:
        return int(answer.status)


def await_subscription(store: Store, count: int = 1) -> None:
    def is_there() -> bool:
        with store.read() as connection:
            return subscriptions.count_subscriptions(connection) == count

    wait_for(is_there, f"{count} subscriptions")


@pytest.mark.parametrize("on_each_database", databases.DEAR, indirect=True)
@pytest.mark.usefixtures("on_each_database")
def test_a_wire_that_dies_while_it_tells_its_subscribers(tmp_path: Path, host: Host) -> None:
    """Whoever was being told is told in the end, at most once more; and leases end with the wire's clock."""
    host.serve("/atom/cs.CV", make_listing([]))
    host.serve("/atom/cs.SD", make_listing([], "cs.SD"))
    clock, port = tmp_path / "now", free_port()
    clock.write_text(format_rfc3339(datetime.now(UTC) + timedelta(hours=1)))  # what is asked for now is due
    given = settings(
        tmp_path,
        port,
        WIRE_ARXIV_LISTING_URL=host.url,
        WIRE_CLOCK_FILE=str(clock),
        WIRE_WEBSUB_ALLOW="127.0.0.0/8",
    )
    with running_subscriber() as subscriber, started(["run"], given, tmp_path) as running:
        running.await_line(rf"http://127\.0\.0\.1:{port}/")
        wire = Wire(running, host, tmp_path, port)
        store = Store(databases.url_for(wire.data))
        assert ask(port, f"{subscriber.url}/push") == 202
        await_subscription(store)
        for victim in ("worker", "horse"):
            _kill_while_telling(wire, subscriber, victim)
        assert subscriber.got[-1].body == fetch(port, "/feeds/vision.atom")[1]
        clock.write_text(format_rfc3339(datetime.now(UTC) + timedelta(days=11)))
        await_subscription(store, 0)
        told = len(subscriber.got)
        wire.announce()
        wire.await_healed()
        assert len(subscriber.got) == told
        wire.close()
        store.close()
        assert running.stop() == 0


def _kill_while_telling(wire: Wire, subscriber: Scripted, victim: str) -> None:
    """The messenger has sent all of it and waits for the answer."""
    asked, go_on = threading.Event(), threading.Event()

    def hang(one: Asked) -> None:
        if one.method == "POST":
            asked.set()
            go_on.wait(60)

    before = len(subscriber.got)
    subscriber.before = hang
    wire.announce()
    assert asked.wait(60)
    horse = wire.horse("messenger")
    os.kill(wire.pid("messenger") if victim == "worker" else horse, signal.SIGKILL)
    wait_for(lambda: is_gone(horse), "the end of who was telling")
    go_on.set()
    wire.await_healed()
    wait_for(lambda: len(subscriber.got) > before + 1, "the delivery")
    wait_for(lambda: not _is_owed(wire), "the end of it")
    newest = subscriber.got[-1].body
    assert [one.body for one in subscriber.got[before:]].count(newest) == 2


def _is_owed(wire: Wire) -> bool:
    with wire._store.read() as connection:
        return bool(owed.list_owed(connection, Work.DELIVER))
