"""The API of editors: who may, what is refused, and that its answers are what its description says."""

from __future__ import annotations

import codecs
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from feeds import curating
from feeds.store import owed
from feeds.store.owed import State, Work
from service.schemas import CurationReport, Entry
from service.views import curation as curation_views
from service.web import MAX_WAITING, THREADS, Web, web
from tests.support.listings import Item
from tests.support.wires import TOKEN, Line
from workers.enrichment import adder

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
ONE, OLD = "2604.00001", "hep-th/9901001"
ADDRESS = f"/api/v1/topics/vision/curation/{ONE}"
UNKNOWN = "/api/v1/topics/vision/curation/2604.09999"


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    line = make_line(
        [
            {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "formerly": ["sight"]},
            {"slug": "ended", "title": "Ended", "categories": ["cs.CV"], "retired": True},
        ]
    )
    code = "Code: https://github.com/one/splat"
    line.announce([Item(ONE, title="One", abstract=f"We present one. {code}"), Item(OLD, title="Old")])
    line.poll()
    return line


def ask(line: Line, method: str, address: str = ADDRESS, body: object = None, **options: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {TOKEN}"} | options.pop("headers", {})
    return line.app.test_client().open(
        address, method=method, json=body, headers=headers, base_url=line.settings.base_url, **options
    )


def test_an_entry_is_all_that_is_promised_of_one(line: Line) -> None:
    answer = ask(line, "PUT", body={"note": "*n*", "tags": ["t"], "rating": 1})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    told = answer.get_json()
    assert msgspec.json.decode(answer.data, type=Entry)
    assert told["authors"] == [{"name": "Ada One", "affiliation": None}, {"name": "Bob Two", "affiliation": None}]
    assert told["categories"][0] == {
        "id": "cs.CV", "name": "Computer Vision and Pattern Recognition", "primary": True,
    }  # fmt: skip
    assert told["links"] == {
        "abs": f"https://arxiv.org/abs/{ONE}",
        "pdf": f"https://arxiv.org/pdf/{ONE}",
        "html": f"https://arxiv.org/html/{ONE}",
        "code": ["https://github.com/one/splat"],
    }
    assert told["curation"] == {
        "pinned": False, "rating": 1, "tags": ["t"], "institution": None, "note_html": "<p><em>n</em></p>",
    }  # fmt: skip
    assert (told["position"], told["version"], told["announce_type"], told["withdrawn"]) == (2, 1, "new", False)


def test_what_is_absent_stays_and_null_clears(line: Line) -> None:
    ask(line, "PUT", body={"note": "n", "rating": 1, "order": 2, "institution": "ETH"})
    ask(line, "PUT", body={"rating": None, "pinned": True})
    told = ask(line, "GET").get_json()
    assert (told["note"], told["rating"], told["order"], told["institution"]) == ("n", None, 2, "ETH")
    assert (told["pinned"], told["state"]) == (True, "in")
    assert [event["editor"] for event in told["history"]] == ["ada", "ada"]


def test_to_delete_forgets_all_and_is_itself_undone(line: Line) -> None:
    ask(line, "PUT", body={"note": "n", "hidden": True})
    gone = ask(line, "DELETE")
    assert msgspec.json.decode(gone.data, type=CurationReport).note is None
    assert gone.get_json()["state"] == "in"
    back = ask(line, "POST", f"{ADDRESS}/undo").get_json()
    assert (back["note"], back["state"]) == ("n", "hidden")


def test_old_ids_have_a_slash(line: Line) -> None:
    address = f"/api/v1/topics/vision/curation/{OLD}"
    assert ask(line, "PUT", f"{address}v1", {"pinned": True}).get_json()["curation"]["pinned"]
    assert ask(line, "GET", address).get_json()["arxiv_id"] == OLD
    assert ask(line, "POST", f"{address}/undo").get_json()["pinned"] is False


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_editors_may(line: Line, method: str) -> None:
    body: object = {} if method == "PUT" else None
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer guessed"}):
        answer = ask(line, method, body=body, headers=headers)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "body",
    [{"rating": 4}, {"rating": "1"}, {"tags": "one"}, {"tags": ["a,b"]}, {"added_by": "me"}, {"unknown": 1}, [], 7,
     {"note": "x" * 10_001}],
    ids=lambda body: str(body)[:20],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_and_changes_nothing(line: Line, body: object) -> None:
    before = line.get("/feeds/vision.atom")
    answer = line.app.test_client().put(
        ADDRESS, json=body, headers={"Authorization": f"Bearer {TOKEN}"}, base_url=line.settings.base_url
    )
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert line.get("/feeds/vision.atom") == before
    assert ask(line, "GET").get_json()["history"] == []


def test_a_refused_edit_adds_no_paper(line: Line) -> None:
    address = "/api/v1/topics/vision/curation/2604.09999"
    assert ask(line, "PUT", address, {"rating": 9}).status_code == 400
    assert ask(line, "GET", address).get_json()["state"] is None


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/api/v1/topics/none/curation/{ONE}", 404),
        (f"/api/v1/topics/ended/curation/{ONE}", 410),
        ("/api/v1/topics/vision/curation/<script>", 404),
        ("/api/v1/topics/vision/curation/2604.0001", 404),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_there_must_be_such_a_topic_and_paper(line: Line, method: str, address: str, status: int) -> None:
    answer = ask(line, method, address, {} if method == "PUT" else None)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert "script" not in answer.get_data(as_text=True)


def test_nothing_to_forget_and_nothing_to_undo(line: Line) -> None:
    assert ask(line, "DELETE", "/api/v1/topics/vision/curation/2604.09999").status_code == 404
    assert ask(line, "POST", f"{ADDRESS}/undo").status_code == 400
    assert ask(line, "DELETE").status_code == 200  # it is in the topic, and nothing was said


@pytest.mark.parametrize(("method", "rest"), [("PUT", ""), ("GET", ""), ("DELETE", ""), ("POST", "/undo")])
def test_an_old_slug_leads_to_the_new_one_by_the_same_method(line: Line, method: str, rest: str) -> None:
    answer = ask(line, method, f"/api/v1/topics/sight/curation/{ONE}{rest}", {} if method == "PUT" else None)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"https://wire.example.org{ADDRESS}{rest}")


def test_it_is_described(line: Line) -> None:
    paths = ask(line, "GET", "/api/v1/openapi.json").get_json()["paths"]
    described = paths["/topics/{slug}/curation/{arxiv_id}"]
    assert set(described) == {"get", "put", "delete"}
    assert set(described["put"]["responses"]) >= {"200", "202", "400", "401", "403", "404", "410"}
    assert described["get"]["security"] == [{"editor": []}]
    assert set(paths["/topics/{slug}/curation/{arxiv_id}/undo"]) == {"post"}


def test_some_threads_never_wait_for_papers_that_are_fetched(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that may are let go by the paper that they wait for."""
    go_on, waiting = threading.Event(), threading.Semaphore(0)

    def rest(seconds: float) -> None:
        assert threading.current_thread() is not threading.main_thread(), "one too many waits"
        waiting.release()
        assert go_on.wait(60)

    monkeypatch.setattr(time, "sleep", rest)
    monkeypatch.setattr(curation_views, "PATIENCE_SECONDS", 600.0)
    answers: list[int] = []
    asking = [
        threading.Thread(target=lambda: answers.append(ask(line, "PUT", UNKNOWN, {}).status_code))
        for _ in range(MAX_WAITING)
    ]
    for one in asking:
        one.start()
        assert waiting.acquire(timeout=60)
    assert MAX_WAITING < THREADS
    for _ in range(2):
        assert ask(line, "PUT", UNKNOWN, {}).status_code == 202
    with line.runtime.store.write() as connection:
        curating.refuse(connection, "2604.09999", "nobody knows it", line.clock.now())
    go_on.set()
    for one in asking:
        one.join(60)
    assert answers == [404] * MAX_WAITING
    assert web_of(line).waiting.acquire(blocking=False), "who waited lets others wait"


def test_who_repeats_a_wish_does_not_use_up_its_tries(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curation_views, "PATIENCE_SECONDS", 0.0)
    assert "last try" not in ask(line, "PUT", UNKNOWN, {}).get_json()["detail"]
    line.work()
    asked = len(line.host.requests)
    for _ in range(adder.TRIES):
        told = ask(line, "PUT", UNKNOWN, {"pinned": True})
        assert (told.status_code, told.get_json()["status"]) == (202, "fetching")
        assert "The last try failed: arXiv does not know this paper." in told.get_json()["detail"]
        line.work()
    assert len(line.host.requests) == asked, "it rests"
    report = ask(line, "GET", UNKNOWN).get_json()
    assert (report["state"], report["trouble"]) == ("fetching", "arXiv does not know this paper")
    assert ask(line, "GET").get_json()["trouble"] is None


def test_a_wish_that_was_given_up_is_taken_up_by_who_repeats_it(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curation_views, "PATIENCE_SECONDS", 0.0)
    ask(line, "PUT", UNKNOWN, {})
    with line.runtime.store.write() as connection:
        for claim in owed.claim(connection, Work.ADD, ["2604.09999"], line.runtime.times(), 60):
            owed.bury(connection, claim, "it never ends")
    ask(line, "PUT", UNKNOWN, {})
    with line.runtime.store.read() as connection:
        (wish,) = owed.list_owed(connection, Work.ADD)
    assert wish.state is State.PENDING


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "The body is empty; it must be JSON."),
        (b" \n", "The body is empty; it must be JSON."),
        (codecs.BOM_UTF8, "The body is empty; it must be JSON."),
        (b'{"note": "\xff"}', "The body is refused: it is not UTF-8."),
        (b"{'note': 1}", "The body is refused: JSON is malformed: object keys must be strings (byte 1)."),
    ],
    ids=["nothing", "spaces", "a byte order mark", "Latin-1", "quotes"],
)
def test_a_body_that_is_no_json_is_told_in_our_words(line: Line, body: bytes, detail: str) -> None:
    answer = send(line, body)
    assert (answer.status_code, answer.get_json()["detail"]) == (400, detail)


def test_a_byte_order_mark_does_no_harm(line: Line) -> None:
    assert send(line, codecs.BOM_UTF8 + b'{"pinned": true}').get_json()["curation"]["pinned"]


def send(line: Line, body: bytes) -> TestResponse:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    return line.app.test_client().put(ADDRESS, data=body, headers=headers, base_url=line.settings.base_url)


def web_of(line: Line) -> Web:
    with line.app.app_context():
        return web()
