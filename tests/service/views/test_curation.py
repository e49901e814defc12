"""The API of editors: who may, what is refused, and that its answers are what its description says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from service.schemas import CurationReport, Entry
from tests.support.listings import Item
from tests.support.wires import TOKEN, Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
ONE, OLD = "2604.00001", "hep-th/9901001"
ADDRESS = f"/api/v1/topics/vision/curation/{ONE}"


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
