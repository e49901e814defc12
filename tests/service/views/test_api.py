"""The API for programs: what it answers is what its description says."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest

from service.schemas import DayReport
from tests.service.conftest import BASE, Ask
from tests.support.wires import Line

DAY = "/api/v1/days/2026-04-17"


def test_a_day_is_accounted_for(ask: Ask) -> None:
    answer = ask(DAY)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    told = answer.get_json()
    assert told["date"] == "2026-04-17"
    assert told["listings"] == [
        {"listing": "cs.CV", "outcome": "news", "reason": None, "source": "listing", "announced": {"new": 2}},
        {"listing": "math.LO", "outcome": "refused", "reason": "HTTP 404", "source": "listing", "announced": {}},
    ]
    vision = next(topic for topic in told["topics"] if topic["topic"] == "vision")
    assert vision == {"topic": "vision", "matched": 2, "hidden": 0, "waiting": 0, "published": 2, "tokens": 0}
    assert msgspec.json.decode(answer.data, type=DayReport)


def test_an_answer_is_cached_by_its_bytes_and_open_to_other_origins(ask: Ask) -> None:
    first = ask(DAY)
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = ask(DAY, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert ask(DAY, method="HEAD").headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    "path", ["2026-04-16", "2026-13-45", "20260417", "2026-W16-5", "today", "2026-04-17x", "0000-00-00", "%00"]
)
def test_an_unknown_day_is_a_problem_document(ask: Ask, path: str) -> None:
    answer = ask(f"/api/v1/days/{path}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert set(answer.get_json()) == {"type", "title", "status", "detail"}


@pytest.mark.parametrize("path", [DAY, "/api/v1/openapi.json"])
def test_unknown_options_and_methods_are_refused(ask: Ask, path: str) -> None:
    assert ask(f"{path}?x=1").status_code == 400
    refused = ask(path, method="POST")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]


def described(ask: Ask) -> dict[str, Any]:
    answer = ask("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.data)
    return found


def test_the_description_is_openapi_of_all_operations(ask: Ask, face: Line) -> None:
    told = described(ask)
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": f"{BASE}/api/v1"}]
    served = {
        re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))
        for rule in face.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    assert set(told["paths"]) == served - {"/openapi.json"}
    day = told["paths"]["/days/{date}"]["get"]
    assert [(p["name"], p["in"], p["required"]) for p in day["parameters"]] == [("date", "path", True)]
    assert set(day["responses"]) == {"200", "304", "400", "404", "412", "429", "503"}
    assert day["summary"].endswith(".")


def test_every_reference_of_the_description_leads_somewhere(ask: Ask) -> None:
    told = described(ask)

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    found = references(told)
    assert found
    for reference in found:
        node: Any = told
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node
