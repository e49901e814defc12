"""Incidents are opened, told once, and closed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import feedparser
import pytest

from feeds.model.incidents import IncidentKind
from feeds.store import incidents, owed, site
from feeds.store.owed import State, Work
from tests.support.listings import Item, make_listing
from tests.support.wires import FRIDAY, MORNING, Line
from workers.watch import watch

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}]


class Hook:
    """The operator's own host."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 204
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status < 300:
                    hook.got.append({"type": self.headers["Content-Type"], **json.loads(body)})
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/secret-hook"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def line(make_line: MakeLine, hook: Hook) -> Line:
    """A wire whose only listing does not move on a Friday."""
    made = make_line(TOPICS)
    settings = replace(made.settings, alert_webhook=hook.url)
    made.runtime = replace(made.runtime, settings=settings)
    made.announce([Item("2604.00001")], day=FRIDAY - timedelta(days=1))
    made.set_time(MORNING - timedelta(days=1))
    made.poll()
    made.host.serve("/atom/cs.CV", make_listing([Item("2604.00001")], day=FRIDAY))
    made.set_time(MORNING)
    made.poll()
    made.set_time(MORNING + timedelta(hours=11))
    return made


def entries(line: Line) -> list[tuple[str, str]]:
    parsed = feedparser.parse(line.get("/feeds/status.atom"))
    assert not parsed.bozo
    return [(entry.title, entry.updated) for entry in parsed.entries]


def test_an_incident_is_opened_once_told_once_and_closed(line: Line, hook: Hook) -> None:
    assert entries(line) == []
    for _ in range(3):
        watch(line.runtime)
        line.work()
    assert entries(line) == [("No news: 2026-04-17", "2026-04-17T16:10:00+00:00")]
    assert [(told["event"], told["kind"], told["subject"], told["type"]) for told in hook.got] == [
        ("opened", "no news", "2026-04-17", "application/json")
    ]
    assert hook.got[0]["url"] == "https://wire.example.org/status"

    line.announce([Item("2604.00002")], day=FRIDAY)
    line.set_time(MORNING + timedelta(hours=12))
    line.poll()
    watch(line.runtime)
    line.work()
    assert entries(line) == [("No news: 2026-04-17 (over)", "2026-04-17T17:10:00+00:00")]
    assert [(told["event"], told["closed_at"]) for told in hook.got] == [
        ("opened", None),
        ("closed", "2026-04-17T17:10:00Z"),
    ]


def test_a_webhook_that_does_not_take_it_gets_it_later(line: Line, hook: Hook) -> None:
    hook.status = 500
    watch(line.runtime)
    line.work()
    with line.runtime.store.read() as connection:
        (row,) = owed.list_owed(connection, Work.ALERT)
        assert len(incidents.list_open(connection)) == 1
    assert (row.state, row.failures) == (State.PENDING, 1)
    assert "HTTP 500" in str(row.reason)
    assert "secret-hook" not in str(row.reason)
    hook.status = 200
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.ALERT, [row.key], line.clock.now())
    line.work()
    assert [told["event"] for told in hook.got] == ["opened"]


def test_without_a_webhook_incidents_are_kept_all_the_same(line: Line) -> None:
    line.runtime = replace(line.runtime, settings=replace(line.settings, alert_webhook=None))
    watch(line.runtime)
    with line.runtime.store.read() as connection:
        assert len(incidents.list_open(connection)) == 1
        assert owed.list_owed(connection, Work.ALERT) == []


def test_the_text_of_an_incident_follows_and_is_no_new_alert(line: Line, hook: Hook) -> None:
    for reason in ("line 2: title is missing", "line 9: slug is missing"):
        with line.runtime.store.write() as connection:
            site.save_note(connection, site.REFUSED, reason)
        watch(line.runtime)
        line.work()
        with line.runtime.store.read() as connection:
            (refused,) = [one for one in incidents.list_open(connection) if one.kind is IncidentKind.REFUSED]
        assert refused.text.startswith(reason)
    assert [told["kind"] for told in hook.got] == ["no news", "topics refused"]


def test_the_feed_of_incidents_is_cached_like_all_others(line: Line) -> None:
    watch(line.runtime)
    client = line.app.test_client()
    first = client.get("/feeds/status.atom", base_url="https://wire.example.org")
    again = client.get(
        "/feeds/status.atom", base_url="https://wire.example.org", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (first.status_code, again.status_code) == (200, 304)


def test_a_webhook_that_never_answers_makes_no_incidents_of_its_own_telling(line: Line, hook: Hook) -> None:
    hook.status = 500
    for _ in range(12):
        watch(line.runtime)
        with line.runtime.store.write() as connection:
            for row in owed.list_owed(connection, Work.ALERT):
                for claim in owed.claim(connection, Work.ALERT, [row.key], line.runtime.times(), 60):
                    owed.bury(connection, claim, "HTTP 500")
    with line.runtime.store.read() as connection:
        standing = [(incident.kind, incident.subject) for incident in incidents.list_open(connection)]
        assert len(owed.list_owed(connection, Work.ALERT)) == 1
    assert standing == [("no news", "2026-04-17"), ("given up", "webhook")]


def test_the_webhooks_address_stays_out_of_the_log(
    line: Line, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    hook.server.shutdown()
    hook.server.server_close()
    watch(line.runtime)
    line.work()
    with line.runtime.store.read() as connection:
        (row,) = owed.list_owed(connection, Work.ALERT)
    assert row.failures == 1
    assert "secret-hook" not in caplog.text + str(row.reason)
    assert "alert of" in caplog.text
