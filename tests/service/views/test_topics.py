"""The API's topics: made, edited, retired, told of; the file's left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from feeds.pausing import pause_troubled
from feeds.store import topics
from service.app import create_app
from service.schemas import TopicList, TopicReport
from tests.service.conftest import BASE
from tests.support.hosts import Host
from tests.support.listings import Item
from tests.support.papers import make_topic
from tests.support.wires import MORNING, Line, write_topics
from workers.schedule import Scheduler, take_over_topics

TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "formerly": ["sight"]},
]
LOGIC: dict[str, object] = {"title": "Logic", "categories": ["math.LO"], "query": "logic*"}
Call = Callable[..., TestResponse]


@pytest.fixture
def line(tmp_path: Path, redis_url: str, host: Host) -> Iterator[Line]:
    made = Line(tmp_path, redis_url, host, TOPICS)
    made.app = create_app(replace(made.settings, editors={"token-of-ann": "ann"}), made.clock)
    yield made
    made.close()


@pytest.fixture
def call(line: Line) -> Call:
    """Asks the API, as an editor: ``call("PUT", "topics/logic", LOGIC)``."""
    client = line.app.test_client()

    def ask(method: str, path: str, body: object = None, token: str | None = "token-of-ann") -> TestResponse:
        given: dict[str, Any] = {} if body is None else {"json": body}
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.open(f"/api/v1/{path}", method=method, base_url=BASE, headers=headers, **given)

    return ask


def refusal(answer: TestResponse, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.data
    told: dict[str, Any] = answer.get_json()
    return told


def test_a_topic_is_made_read_and_served(call: Call, line: Line) -> None:
    made = call("POST", "topics", {"slug": "logic", **LOGIC})
    assert (made.status_code, made.headers["Location"]) == (201, f"{BASE}/api/v1/topics/logic")
    told = made.get_json()
    assert msgspec.json.decode(made.data, type=TopicReport)
    assert (told["slug"], told["source"], told["state"], told["trouble"]) == ("logic", "api", "live", None)
    assert told["definition"]["query"] == "logic*"
    assert told["definition"]["order"] == "position"
    assert "description" not in told["definition"]
    assert told["counts"] == {"papers": 0, "published": 0, "waiting": 0, "hidden": 0}
    assert told["urls"] == {
        "page": f"{BASE}/topics/logic",
        "api": f"{BASE}/api/v1/topics/logic",
        "feeds": {name: f"{BASE}/feeds/logic.{name}" for name in ("atom", "rss", "json")},
    }
    assert call("GET", "topics/logic", token=None).get_json() == told
    assert line.get("/feeds/logic.atom").count(b"<entry>") == 0
    Scheduler(line.runtime).tick()
    line.announce([Item("2604.00001", title="A logician's logics", categories=("math.LO",))], "math.LO")
    line.poll("math.LO")
    assert line.get("/feeds/logic.atom").count(b"<entry>") == 1
    counted = call("GET", "topics/logic").get_json()["counts"]
    assert counted == {"papers": 1, "published": 1, "waiting": 0, "hidden": 0}


def test_what_is_told_of_a_topic_can_be_sent_back(call: Call, line: Line) -> None:
    call("PUT", "topics/logic", {**LOGIC, "description": "D", "section": "S", "summaries": {"language": "zh"}})
    definition = call("GET", "topics/logic").get_json()["definition"]
    again = call("PUT", "topics/logic", definition)
    assert (again.status_code, again.get_json()["definition"]) == (200, definition)
    with line.runtime.store.read() as connection:
        changes = topics.find_changes(connection)
    call("PUT", "topics/logic", definition)
    with line.runtime.store.read() as connection:
        assert topics.find_changes(connection) == changes, "nothing changed"


def test_putting_makes_a_topic_and_edits_it(call: Call, line: Line) -> None:
    made = call("PUT", "topics/logic", LOGIC)
    assert (made.status_code, made.headers["Location"]) == (201, f"{BASE}/api/v1/topics/logic")
    edited = call("PUT", "topics/logic", {**LOGIC, "slug": "logic", "title": "Other"})
    assert (edited.status_code, edited.get_json()["title"]) == (200, "Other")
    line.work()
    assert b"<title>Other</title>" in line.get("/feeds/logic.atom")


def test_everything_wrong_is_told_in_the_files_words(call: Call) -> None:
    told = refusal(call("POST", "topics", {"slug": "Logic", "title": "L", "query": "a AND", "colour": 1}), 400)
    assert set(told) == {"type", "title", "status", "detail", "errors"}
    problems = {problem["field"]: problem["detail"] for problem in told["errors"]}
    assert set(problems) == {"slug", "query", "colour", "categories"}
    assert problems["categories"] == "is missing"
    assert problems["query"].startswith("position 6: the query ends here")
    assert problems["slug"].startswith("expected small letters, digits and hyphens")


@pytest.mark.parametrize("body", [[], "logic", None, 5, [{"slug": "a"}]])
def test_what_is_no_object_is_refused(call: Call, line: Line, body: object) -> None:
    for method, path in (("POST", "topics"), ("PUT", "topics/logic")):
        sent = line.app.test_client().open(
            f"/api/v1/{path}",
            method=method,
            base_url=BASE,
            data=msgspec.json.encode(body),
            content_type="application/json",
            headers={"Authorization": "Bearer token-of-ann"},
        )
        assert refusal(sent, 400)["errors"][0]["detail"].startswith("expected fields")


def test_what_is_nested_too_deep_is_refused(call: Call, line: Line) -> None:
    sent = line.app.test_client().post(
        "/api/v1/topics",
        base_url=BASE,
        data=b"[" * 60_000,
        content_type="application/json",
        headers={"Authorization": "Bearer token-of-ann"},
    )
    assert refusal(sent, 400)["detail"] == "The body is refused: it is nested too deep."


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("topics/logic", {**LOGIC, "slug": "other"}),
        ("topics/search", LOGIC),
        ("topics/Logic", LOGIC),
        ("topics/logic", {**LOGIC, "slug": None}),
        ("topics/logic", {**LOGIC, "formerly": ["a", "a"]}),
        ("topics/logic", {**LOGIC, "formerly": ["logic"]}),
    ],
)
def test_a_slug_must_be_one_and_the_addresses(call: Call, path: str, body: object) -> None:
    assert refusal(call("PUT", path, body), 400)["errors"]


def test_the_files_topics_are_left_alone(call: Call, line: Line) -> None:
    before = call("GET", "topics/vision").get_json()
    assert (before["source"], before["state"]) == ("file", "live")
    assert "topics file" in refusal(call("PUT", "topics/vision", LOGIC), 409)["detail"]
    refusal(call("DELETE", "topics/vision"), 409)
    assert "topics file" in refusal(call("POST", "topics", {**LOGIC, "slug": "vision"}), 409)["detail"]
    refusal(call("PUT", "topics/logic", {**LOGIC, "formerly": ["vision"]}), 409)
    assert call("GET", "topics/vision").get_json() == before
    write_topics(line.settings.topics, [])
    take_over_topics(line.runtime)
    assert call("GET", "topics/vision").get_json()["state"] == "unlisted"
    assert call("PUT", "topics/vision", LOGIC).get_json()["source"] == "api"


def test_the_file_wins_later(call: Call, line: Line) -> None:
    call("PUT", "topics/logic", LOGIC)
    write_topics(line.settings.topics, [*TOPICS, {"slug": "logic", "title": "Mine", "categories": ["math.LO"]}])
    take_over_topics(line.runtime)
    told = call("GET", "topics/logic").get_json()
    assert (told["source"], told["title"]) == ("file", "Mine")
    refusal(call("PUT", "topics/logic", LOGIC), 409)


def test_no_slug_leads_to_two_topics(call: Call) -> None:
    call("PUT", "topics/logic", {**LOGIC, "formerly": ["reason"]})
    refusal(call("POST", "topics", {**LOGIC, "slug": "logic"}), 409)
    assert "vision" in refusal(call("PUT", "topics/sight", LOGIC), 409)["detail"]
    assert "logic" in refusal(call("PUT", "topics/reason", LOGIC), 409)["detail"]
    refusal(call("PUT", "topics/other", {**LOGIC, "formerly": ["sight"]}), 409)
    refusal(call("PUT", "topics/other", {**LOGIC, "formerly": ["reason"]}), 409)
    call("PUT", "topics/other", LOGIC)
    refusal(call("PUT", "topics/other", {**LOGIC, "formerly": ["logic"]}), 409)
    refusal(call("PUT", "topics/third", {**LOGIC, "formerly": ["logic", "other"]}), 409)
    assert call("GET", "topics/third").status_code == 404


def test_a_renamed_topic_is_found_by_all_its_slugs(call: Call, line: Line) -> None:
    call("PUT", "topics/logic", LOGIC)
    Scheduler(line.runtime).tick()
    line.announce([Item("2604.00001", title="Logic", categories=("math.LO",))], "math.LO")
    line.poll("math.LO")
    assert call("PUT", "topics/reason", {**LOGIC, "formerly": ["logic"]}).status_code == 201
    assert call("PUT", "topics/thought", {**LOGIC, "formerly": ["reason"]}).status_code == 201
    for old in ("logic", "reason"):
        answer = call("GET", f"topics/{old}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"{BASE}/api/v1/topics/thought")
        assert b"thought.atom" in line.get(f"/feeds/{old}.atom", status=301)
        assert call("DELETE", f"topics/{old}").status_code == 308
    line.work()
    assert line.get("/feeds/thought.atom").count(b"<entry>") == 1
    back = call("PUT", "topics/logic", {**LOGIC, "formerly": ["thought"]})
    assert back.status_code == 201
    assert line.get("/feeds/logic.atom").count(b"<entry>") == 1
    assert call("GET", "topics/reason").headers["Location"] == f"{BASE}/api/v1/topics/logic"


def test_a_retired_topic_is_gone_and_comes_back(call: Call, line: Line) -> None:
    call("PUT", "topics/logic", LOGIC)
    for _ in range(2):
        ended = call("DELETE", "topics/logic")
        assert (ended.status_code, ended.get_json()["state"]) == (200, "retired")
    line.get("/feeds/logic.atom", status=410)
    assert call("GET", "topics/logic").get_json()["state"] == "retired"
    refusal(call("POST", "topics", {**LOGIC, "slug": "logic"}), 409)
    assert call("PUT", "topics/logic", LOGIC).get_json()["state"] == "live"
    line.get("/feeds/logic.atom")
    refusal(call("DELETE", "topics/nothing"), 404)


def test_a_paused_topic_says_so_until_it_is_edited(call: Call, line: Line) -> None:
    with line.runtime.store.write() as connection:
        topics.save_topic(connection, make_topic("logic", query="a AND"), MORNING)
        pause_troubled(connection)
    told = call("GET", "topics/logic").get_json()
    assert told["state"] == "paused"
    assert told["trouble"].startswith("its query cannot be read any more (position 6")
    edited = call("PUT", "topics/logic", LOGIC).get_json()
    assert (edited["state"], edited["trouble"]) == ("live", None)


def test_a_wire_carries_so_many_topics_and_no_more(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.editing.MAX_TOPICS", 2)
    assert call("PUT", "topics/logic", LOGIC).status_code == 201
    assert "2 topics already" in refusal(call("PUT", "topics/more", LOGIC), 409)["detail"]
    assert call("PUT", "topics/logic", {**LOGIC, "title": "Other"}).status_code == 200


def test_lists_go_through_all_by_slug(call: Call) -> None:
    for slug in ("zeta", "alpha", "beta"):
        call("PUT", f"topics/{slug}", LOGIC)
    whole = call("GET", "topics", token=None)
    assert msgspec.json.decode(whole.data, type=TopicList).next is None
    assert [item["slug"] for item in whole.get_json()["items"]] == ["alpha", "beta", "vision", "zeta"]
    assert "Link" not in whole.headers
    seen: list[str] = []
    path: str | None = "topics?limit=3"
    while path:
        page = call("GET", path)
        seen += [item["slug"] for item in page.get_json()["items"]]
        following = page.get_json()["next"]
        assert page.headers.get("Link") == (f'<{following}>; rel="next"' if following else None)
        path = following.removeprefix(f"{BASE}/api/v1/") if following else None
    assert seen == ["alpha", "beta", "vision", "zeta"]


@pytest.mark.parametrize("options", ["limit=0", "limit=1001", "limit=x", "cursor=%C3%A4", "cursor=_w", "q=a"])
def test_options_that_make_no_sense_are_refused(call: Call, options: str) -> None:
    refusal(call("GET", f"topics?{options}"), 400)


def test_an_answer_is_known_by_its_entity_tag(call: Call, line: Line) -> None:
    client = line.app.test_client()
    for path in ("/api/v1/topics", "/api/v1/topics/vision"):
        first = client.get(path, base_url=BASE)
        again = client.get(path, base_url=BASE, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)
    call("PUT", "topics/logic", LOGIC)
    assert client.get("/api/v1/topics", base_url=BASE).headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(("method", "path"), [("POST", "topics"), ("PUT", "topics/a"), ("DELETE", "topics/vision")])
def test_only_editors_write(call: Call, line: Line, method: str, path: str) -> None:
    refusal(call(method, path, LOGIC, token=None), 401)
    refusal(call(method, path, LOGIC, token="another"), 401)
    line.app = create_app(replace(line.settings, editors={}, admin_token=None), line.clock)
    closed = line.app.test_client().open(f"/api/v1/{path}", method=method, base_url=BASE, json=LOGIC)
    refusal(closed, 403)
