"""How the wire is, and polls that editors ask for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from werkzeug.test import TestResponse

from service.list_schemas import WireStatus
from tests.service.conftest import BASE, Ask
from tests.support.listings import Item
from tests.support.wires import TOKEN, Line

TOPICS: list[dict[str, object]] = [{"slug": "vision", "title": "Vision", "categories": ["cs.CV", "cs.GR"]}]
MakeLine = Callable[..., Line]


def test_the_status_tells_of_listings_days_and_work(ask: Ask) -> None:
    answer = ask("/api/v1/status")
    told = msgspec.json.decode(answer.data, type=WireStatus)
    assert told.topics == {"hostile": 1, "vision": 2}
    looks = {item.name: item.look for item in told.listings}
    assert looks["cs.CV"] is not None
    assert (looks["cs.CV"].outcome, looks["cs.CV"].announced) == ("news", 2)
    assert looks["math.LO"] is not None
    assert (looks["math.LO"].outcome, looks["math.LO"].reason) == ("unreachable", "HTTP 404")
    assert {(day.listing, day.outcome) for day in told.days} == {("cs.CV", "news"), ("math.LO", "refused")}
    assert {row.kind: row.dead for row in told.work}["poll"] == 0
    assert answer.headers["Cache-Control"] == "no-cache"


def poll(line: Line, **options: object) -> TestResponse:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return line.app.test_client().post("/api/v1/poll", base_url=BASE, headers=headers, **options)


def test_a_poll_is_begun_and_done_by_the_background(make_line: MakeLine) -> None:
    line = make_line(TOPICS)
    line.announce([], "cs.GR")
    line.announce([Item("2604.00001")])
    line.poll("cs.CV", "cs.GR")
    line.announce([Item("2604.00001"), Item("2604.00002")])
    begun = poll(line)
    assert (begun.status_code, begun.get_json()) == (202, {"listings": ["cs.CV", "cs.GR"]})
    assert begun.headers["Location"] == f"{BASE}/api/v1/status"
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 1, "nobody polled yet"
    line.work()
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 2


def test_only_some_listings_are_polled(make_line: MakeLine) -> None:
    line = make_line(TOPICS)
    line.announce([Item("2604.00001")])
    line.announce([Item("2604.00002")], "cs.GR")
    line.poll("cs.CV", "cs.GR")
    line.announce([Item("2604.00001"), Item("2604.00003")])
    assert poll(line, json={"listings": ["cs.CV", "cs.CV"]}).get_json() == {"listings": ["cs.CV"]}
    line.work()
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 3


@pytest.mark.parametrize("body", [{"listings": ["math.LO"]}, {"listings": []}, {"listings": "cs.CV"}, {"x": 1}, []])
def test_a_poll_of_what_nobody_reads_is_refused(make_line: MakeLine, body: object) -> None:
    line = make_line(TOPICS)
    line.poll("cs.CV")
    answer = poll(line, json=body)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert b"math.LO" not in answer.data


def test_only_editors_ask_for_polls(ask: Ask) -> None:
    assert ask("/api/v1/poll", method="POST").status_code == 401
    assert ask("/api/v1/poll").status_code == 405
