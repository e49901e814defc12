"""The API answers nothing that its description does not tell, whatever it is asked: tried with schemathesis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks

from service.options import options_of
from service.views import curation
from service.views.api import api
from tests.support.hosts import running_host
from tests.support.listings import Item
from tests.support.wires import TOKEN, Line
from workers.engine import connect

TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "formerly": ["sight"]},
    {"slug": "ended", "title": "Ended", "categories": ["cs.CV"], "retired": True},
]
#: What of the addresses there is.
KNOWN = {"slug": ["vision", "sight", "ended"], "arxiv_id": ["2604.00001", "2604.00002v1"], "date": ["2026-04-17"]}
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.ignored_auth,
]
OPERATIONS = {operation.view.__name__: operation for operation in api.operations}
#: What is not as described can be sent where there is anything but a part of an address that takes any text.
REFUSING = [name for name, told in OPERATIONS.items() if told.reads or options_of(told.view)]
CASES = [(name, GenerationMode.POSITIVE) for name in OPERATIONS] + [(n, GenerationMode.NEGATIVE) for n in REFUSING]
Operation = schemathesis.APIOperation[Any, Any, Any, Any]
STEADILY = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@pytest.fixture(scope="module")
def line(shared_engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A wire with papers; what is written here is seen by no other test."""
    with running_host() as host, connect(shared_engine) as client:
        client.flushall()
        made = Line(tmp_path_factory.mktemp("documented"), shared_engine, host, TOPICS)
        made.announce([Item("2604.00001", title="Splatting trees"), Item("2604.00002", type="cross")])
        made.poll()
        yield made
        made.close()


@pytest.fixture
def operation(line: Line, name: str, monkeypatch: pytest.MonkeyPatch) -> Operation:
    monkeypatch.setattr(curation, "PATIENCE_SECONDS", 0.0)  # nothing is fetched here
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", line.app)
    return described[OPERATIONS[name].path][OPERATIONS[name].method.upper()]


def find_known(operation: Operation) -> st.SearchStrategy[dict[str, str]]:
    """Addresses of what there is."""
    names = [parameter.name for parameter in operation.path_parameters]
    return st.fixed_dictionaries({name: st.sampled_from(KNOWN[name]) for name in names})


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_every_answer_is_documented(operation: Operation, mode: GenerationMode) -> None:
    @given(data=st.data(), known=find_known(operation), is_editor=st.booleans())
    @STEADILY
    def ask(data: st.DataObject, known: dict[str, str], is_editor: bool) -> None:
        case: Case[Any] = data.draw(operation.as_strategy(generation_mode=mode))
        if data.draw(st.booleans()) and known:
            case.path_parameters = known
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {TOKEN}"} if is_editor else {})
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()


def test_all_that_is_there_is_answered(line: Line) -> None:
    """The other test is worth something only where what it asks for is there."""
    for path in (
        "topics", "topics/vision", "topics/vision/entries", "papers/2604.00001", "papers/2604.00001/summaries",
        "search?q=trees", "changes", "status", "days/2026-04-17",
    ):  # fmt: skip
        line.get(f"/api/v1/{path}")
