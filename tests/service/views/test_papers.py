"""The summaries of a paper by the API: what is kept, and how editors have it written anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import feedparser
import msgspec
import pytest
from werkzeug.test import TestResponse

from feeds.store import owed, summaries
from service.schemas import PaperSummaries, Remaking
from tests.support.listings import Item
from tests.support.llm import Asked, Fault, StandIn, honest, running_llm
from tests.support.wires import MORNING, TOKEN, Line

MakeLine = Callable[..., Line]
ONE, OLD = "2604.00001", "hep-th/9901001"
ADDRESS = f"/api/v1/papers/{ONE}/summaries"
ABSTRACT = "Trees are hard to draw by hand. We present a method that draws trees with splats. Its code is public."
TOPIC: dict[str, object] = {
    "slug": "vision",
    "title": "Vision",
    "categories": ["cs.CV"],
    "summaries": {"kinds": ["tldr", "contributions"], "language": "en"},
}


@pytest.fixture
def model() -> Iterator[StandIn]:
    with running_llm() as standin:
        yield standin


@pytest.fixture
def line(make_line: MakeLine, model: StandIn) -> Line:
    """A wire whose model has written of two papers."""
    line = make_line([TOPIC], WIRE_LLM_BASE_URL=model.url, WIRE_LLM_MODEL="stand-in")
    line.announce([Item(ONE, title="One", abstract=ABSTRACT), Item(OLD, title="Old", abstract=f"Old. {ABSTRACT}")])
    line.poll()
    return line


def get(line: Line, address: str = ADDRESS, **headers: str) -> TestResponse:
    return line.app.test_client().get(address, headers=headers, base_url=line.settings.base_url)


def post(line: Line, body: object = None, address: str = ADDRESS, token: str = TOKEN) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"}
    return line.app.test_client().post(address, json=body, headers=headers, base_url=line.settings.base_url)


def told(line: Line, address: str = ADDRESS) -> dict[tuple[str, str], dict[str, Any]]:
    return {(item["kind"], item["summarizer"]): item for item in get(line, address).get_json()["items"]}


def test_all_that_is_kept_is_told_with_where_it_came_from(line: Line, model: StandIn) -> None:
    answer = get(line)
    assert msgspec.json.decode(answer.data, type=PaperSummaries).id == ONE
    assert set(told(line)) == {
        ("tldr", "embedded"),
        ("tldr", "llm:stand-in"),
        ("contributions", "llm:stand-in"),
    }
    tldr = told(line)["tldr", "llm:stand-in"]
    (asked,) = [one for one in model.asked if (one.kind, one.title) == ("tldr", "One")]
    assert tldr["data"] == honest(asked)["tldr"]
    assert (tldr["language"], tldr["status"]) == ("en", "ok")
    assert (tldr["model"], tldr["source"], tldr["source_version"], tldr["tokens"]) == (
        "stand-in",
        "abstract",
        1,
        1000,
    )
    assert get(line, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_old_ids_have_a_slash_and_versions_do_not_matter(line: Line) -> None:
    address = f"/api/v1/papers/{OLD}/summaries"
    assert get(line, address.replace(OLD, f"{OLD}v1")).get_json()["id"] == OLD
    assert post(line, address=address).get_json()["id"] == OLD


def test_an_editor_has_it_written_anew(line: Line, model: StandIn) -> None:
    def write(asked: Asked) -> dict[str, Any]:
        return {"tldr": "A method draws trees with splats."} if asked.kind == "tldr" else honest(asked)

    model.write, asked = write, len(model.asked)
    before = get(line).headers["Last-Modified"]
    line.set_time(MORNING.replace(hour=9))
    answer = post(line, {"kinds": ["tldr"]})
    assert (answer.status_code, answer.headers["Location"]) == (202, f"https://wire.example.org{ADDRESS}")
    assert msgspec.json.decode(answer.data, type=Remaking).forgotten == 1
    assert answer.get_json()["owed"] == [{"kind": "tldr", "language": "en"}]
    assert ("tldr", "llm:stand-in") not in told(line)
    assert get(line).headers["Last-Modified"] != before
    line.work()
    assert told(line)["tldr", "llm:stand-in"]["data"] == "A method draws trees with splats."
    assert b"A method draws trees with splats." in line.get("/feeds/vision.atom")
    assert [one.kind for one in model.asked[asked:]] == ["tldr"]
    with line.runtime.store.read() as connection:
        assert summaries.count_tokens(connection, MORNING.replace(hour=0)) == 5000


def test_without_a_body_all_kinds_are_meant(line: Line, model: StandIn) -> None:
    asked = len(model.asked)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = line.app.test_client().post(ADDRESS, headers=headers, base_url=line.settings.base_url)
    assert (answer.status_code, answer.get_json()["forgotten"]) == (202, 2)
    line.work()
    assert sorted(one.kind for one in model.asked[asked:]) == ["contributions", "tldr"]


def test_the_embedded_summary_is_shown_where_the_model_cannot_do_better(line: Line, model: StandIn) -> None:
    model.by_title = {"One": [Fault.REFUSES]}
    post(line, {"kinds": ["tldr"]})
    line.work()
    entries = {entry.id[-5:]: entry for entry in feedparser.parse(line.get("/feeds/vision.atom")).entries}
    assert entries["00001"].summary == "We present a method that draws trees with splats."
    assert ("tldr", "llm:stand-in") not in told(line)


@pytest.mark.parametrize(
    "body", [{"kinds": ["poem"]}, {"kinds": []}, {"kinds": "tldr"}, {"kind": ["tldr"]}, [], 7], ids=str
)
def test_nonsense_is_refused(line: Line, body: object) -> None:
    answer = post(line, body)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert ("tldr", "llm:stand-in") in told(line)


def test_what_nobody_would_write_is_not_forgotten(line: Line, make_line: MakeLine) -> None:
    assert post(line, {"kinds": ["translation"]}).status_code == 409
    assert post(line, address="/api/v1/papers/2604.99999/summaries").status_code == 404
    assert get(line, "/api/v1/papers/2604.99999/summaries").status_code == 404
    assert get(line, "/api/v1/papers/nonsense/summaries").status_code == 404
    assert post(line, token="guessed").status_code == 401
    alone = make_line([TOPIC])  # on the same database, without a model
    answer = post(alone)
    assert (answer.status_code, "WIRE_LLM_BASE_URL" in answer.get_json()["detail"]) == (409, True)
    with line.runtime.store.read() as connection:
        assert [row for row in owed.list_owed(connection) if row.key == ONE] == []


def test_it_is_described(line: Line) -> None:
    described = get(line, "/api/v1/openapi.json").get_json()["paths"]["/papers/{arxiv_id}/summaries"]
    assert set(described["post"]["responses"]) >= {"202", "400", "401", "404", "409"}
    assert described["post"]["requestBody"]["required"] is False
    assert "security" not in described["get"]
