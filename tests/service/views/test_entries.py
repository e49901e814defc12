"""The API's walks: a topic's entries, and all that changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from service.list_schemas import ChangeList, EntryList
from service.lists import write_cursor
from tests.service.conftest import BASE, Ask
from tests.support.listings import Item
from tests.support.wires import TOKEN, Line

ENTRIES = "/api/v1/topics/vision/entries"


def test_a_topics_entries_newest_first(ask: Ask) -> None:
    answer = ask(ENTRIES)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    told = msgspec.json.decode(answer.data, type=EntryList)
    assert [(entry.id, entry.position) for entry in told.items] == [
        ("oai:arXiv.org:2604.00002", 2), ("oai:arXiv.org:2604.00001", 1),
    ]  # fmt: skip
    assert (told.next, answer.headers.get("Link")) == (None, None)
    assert told.items[1].summaries["tldr"].data == "Trees are hard."


def test_a_list_goes_on_where_it_says(ask: Ask) -> None:
    first = ask(f"{ENTRIES}?limit=1&order=oldest&fields=position,id")
    told = first.get_json()
    assert told["items"] == [{"id": "oai:arXiv.org:2604.00001", "position": 1}]
    assert first.headers["Link"] == f'<{told["next"]}>; rel="next"'
    assert told["next"].startswith(f"{BASE}{ENTRIES}?")
    last = ask(told["next"].removeprefix(BASE)).get_json()
    assert last == {"items": [{"id": "oai:arXiv.org:2604.00002", "position": 2}], "next": None}


def test_only_what_came_since(ask: Ask) -> None:
    def ids(since: str) -> list[str]:
        return [item["id"][-5:] for item in ask(f"{ENTRIES}?since={since}").get_json()["items"]]

    assert ids("2026-04-17") == ids("2026-04-17T05:10:00Z") == ["00002", "00001"]
    assert ids("2026-04-17T05:10:01Z") == ["00002"]
    assert ids("2026-04-18") == []


@pytest.mark.parametrize(
    "options",
    [
        "limit=0", "limit=201", "limit=x", "order=best", "fields=", "fields=id,nonsense", "fields=" + "id," * 200,
        "cursor=", "cursor=x", "cursor=%C3%A4", f"cursor={write_cursor('-1')}", f"cursor={write_cursor('9' * 19)}",
        "since=yesterday", "since=", "q=1", "limit=1&limit=2",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_not_repeated(ask: Ask, options: str) -> None:
    answer = ask(f"{ENTRIES}?{options}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json"), answer.data
    assert b"nonsense" not in answer.data


def test_entries_of_other_topics(ask: Ask) -> None:
    assert ask("/api/v1/topics/quiet/entries").get_json() == {"items": [], "next": None}
    assert ask("/api/v1/topics/nothing/entries").status_code == 404
    assert ask("/api/v1/topics/ended/entries").status_code == 410
    moved = ask("/api/v1/topics/sight/entries?limit=1")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"{BASE}{ENTRIES}?limit=1")


@pytest.mark.parametrize("path", [ENTRIES, "/api/v1/changes", "/api/v1/changes?topic=vision"])
def test_a_list_is_known_by_its_entity_tag(ask: Ask, path: str) -> None:
    first = ask(path)
    again = ask(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert ask(path, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(path, method="HEAD").headers["ETag"] == first.headers["ETag"]


def test_changes_tell_all_that_there_is(ask: Ask) -> None:
    told = msgspec.json.decode(ask("/api/v1/changes").data, type=ChangeList)
    assert [(item.topic, item.state) for item in told.items if item.kind == "topic"] == [
        ("ended", "retired"), ("hostile", "live"), ("quiet", "live"), ("vision", "live"),
    ]  # fmt: skip
    entries = {(item.topic, item.id) for item in told.items if item.entry and item.kind == "entry"}
    assert entries == {
        ("hostile", "oai:arXiv.org:2604.00002"),
        ("vision", "oai:arXiv.org:2604.00001"),
        ("vision", "oai:arXiv.org:2604.00002"),
    }
    after = ask(f"/api/v1/changes?since={told.since}").get_json()
    assert after == {"items": [], "next": None, "since": told.since}
    only = ask("/api/v1/changes?topic=hostile").get_json()
    assert {item["topic"] for item in only["items"]} == {"hostile"}


@pytest.mark.parametrize(
    "since",
    [
        "", "x", "2026-13-01", "2026-04-17T05:10:00", "%F0%9F%98%80", write_cursor("1"),
        write_cursor("x.1.vision"), write_cursor("1.x.vision"), "MQ==x",
    ],
)  # fmt: skip
def test_changes_since_nonsense_are_refused(ask: Ask, since: str) -> None:
    assert ask(f"/api/v1/changes?since={since}").status_code == 400


def test_changes_of_other_topics(ask: Ask) -> None:
    assert ask("/api/v1/changes?topic=nothing").status_code == 404
    moved = ask("/api/v1/changes?topic=sight&limit=2")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"{BASE}/api/v1/changes?limit=2&topic=vision")
    (only,) = ask("/api/v1/changes?topic=ended").get_json()["items"]
    assert (only["kind"], only["state"], only["formerly"]) == ("topic", "retired", ["finished"])


def test_what_editors_and_arxiv_do_is_told_after_a_sync(make_line: Callable[..., Line]) -> None:
    line = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "hold_minutes": 0}])
    line.announce([Item(f"2604.0000{number}") for number in (1, 2, 3)])
    line.poll()
    client = line.app.test_client()
    since = client.get("/api/v1/changes", base_url=BASE).get_json()["since"]

    def curate(arxiv_id: str, **said: object) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        path = f"/api/v1/topics/vision/curation/{arxiv_id}"
        assert client.put(path, base_url=BASE, json=said, headers=headers).status_code == 200

    def sync() -> list[tuple[str, str | None, Any]]:
        nonlocal since
        told = client.get(f"/api/v1/changes?since={since}", base_url=BASE).get_json()
        since = told["since"]
        return [(item["kind"], item["state"], (item["id"] or "")[-5:]) for item in told["items"]]

    curate("2604.00001", hidden=True)
    curate("2604.00002", pinned=True, note="Read *this*.")
    assert sync() == [("gone", "hidden", "00001"), ("entry", None, "00002")]
    curate("2604.00001", hidden=False)
    assert sync() == [("entry", None, "00001")]
    line.announce([Item("2604.00003", version=2, type="replace", title="Anew")])
    line.poll()
    assert sync() == [("entry", None, "00003")]
    line.poll()
    assert sync() == [], "nothing is news"
