"""An operator is told how it goes with the language model: everywhere the same, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from feeds.model.incidents import IncidentKind
from feeds.status import WritingStatus, load_status
from feeds.store import incidents, owed
from feeds.store.owed import Work
from tests.support.listings import Item
from tests.support.llm import Fault, StandIn, running_llm
from tests.support.wires import MORNING, Line
from workers.enrichment.llm.client import CallLimits, Endpoint, LlmClient
from workers.watch import watch

MakeLine = Callable[..., Line]
TOPIC: dict[str, object] = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "hold_minutes": 0}
ABSTRACT = "Trees are hard to draw by hand. We present a method that draws trees with splats. Its code is public."
QUICK = CallLimits(
    seconds=2.0, attempts=1, first_backoff_seconds=0.01, last_backoff_seconds=0.02, breaker_failures=99
)


@pytest.fixture
def model() -> Iterator[StandIn]:
    with running_llm() as standin:
        yield standin


@pytest.fixture
def line(make_line: MakeLine, model: StandIn) -> Line:
    made = make_line(
        [TOPIC], WIRE_LLM_BASE_URL=model.url, WIRE_LLM_MODEL="stand-in", WIRE_LLM_DAILY_TOKENS="1000000"
    )
    renew(made)
    made.announce([item(1), item(2), item(3)])
    return made


def renew(line: Line) -> None:
    """As in a job of its own: a process that never asked before, and waits for little."""
    line.runtime.__dict__.pop("llm", None)
    endpoint = Endpoint(str(line.settings.llm_base_url), "stand-in")
    line.runtime.__dict__["llm_client"] = LlmClient(endpoint, QUICK, line.runtime.llm_width)


def item(number: int) -> Item:
    return Item(f"2604.0000{number}", title=f"Trees {number}", abstract=f"{ABSTRACT} Part {'I' * number}.")


def writing(line: Line) -> WritingStatus:
    return load_status(line.runtime.store, line.runtime.times()).writing


def standing(line: Line) -> list[str]:
    watch(line.runtime)
    with line.runtime.store.read() as connection:
        return [one.text for one in incidents.list_open(connection) if one.kind is IncidentKind.UNWRITTEN]


def opened(line: Line) -> int:
    with line.runtime.store.read() as connection:
        return sum(one.kind is IncidentKind.UNWRITTEN for one in incidents.list_incidents(connection))


def try_again(line: Line) -> None:
    """As if the backoff were over."""
    renew(line)
    with line.runtime.store.write() as connection:
        waiting = [row.key for row in owed.list_owed(connection, Work.WRITE)]
        owed.owe(connection, Work.WRITE, waiting, line.clock.now())
    line.work()


def metrics(line: Line) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(line.get("/metrics").decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_what_fell_back_is_told_with_the_rules_it_broke(line: Line, model: StandIn) -> None:
    model.by_title = {"Trees 1": [Fault.UNGROUNDED] * 2, "Trees 2": [Fault.REFUSES]}
    line.poll()
    found = writing(line)
    assert (found.waiting, found.reasons, found.refused, found.tokens) == (0, {}, None, 4000)
    (group,) = found.fallen
    assert (group.kind, group.language, group.summarizer, group.count) == ("tldr", "en", "llm:stand-in", 2)
    assert group.rules == {"numbers": 1, "refusal": 1}
    page = line.get("/status").decode()
    assert "<td>llm:stand-in</td><td>2</td>" in page
    assert "numbers 1, refusal 1" in page
    assert "stand-in: 4,000 of 1,000,000 tokens spent today, 0 papers wait for it." in page
    told = metrics(line)
    assert told["wire_model_fell_back", "tldr", "en", "llm:stand-in"] == 2
    assert told["wire_model_rules_broken", "tldr", "en", "numbers", "llm:stand-in"] == 1
    assert told["wire_model_tokens_today",] == 4000
    assert told["wire_model_tokens_limit",] == 1_000_000
    assert told["wire_model_papers_waiting",] == told["wire_model_refused",] == 0
    assert standing(line) == []
    line.set_time(MORNING + timedelta(days=8))
    assert (writing(line).fallen, writing(line).tokens) == ((), 0)


@pytest.mark.parametrize("fault", [Fault.WRONG_KEY, Fault.NO_MODEL, Fault.REDIRECT])
def test_an_endpoint_that_refuses_is_told_at_once_and_once_until_it_answers(
    line: Line, model: StandIn, fault: Fault
) -> None:
    model.script = [fault] * 50
    line.poll()
    found = writing(line)
    assert found.waiting == 3
    assert found.refused
    assert found.refused.startswith("HTTP ")
    (text,) = standing(line)
    assert found.refused in text
    assert found.refused in line.get("/status").decode()
    assert metrics(line)["wire_model_refused",] == 1
    line.set_time(MORNING + timedelta(hours=2))
    try_again(line)
    assert len(standing(line)) == opened(line) == 1
    model.script.clear()
    try_again(line)
    assert (writing(line).refused, writing(line).waiting) == (None, 0)
    assert (standing(line), opened(line)) == ([], 1)


def test_an_endpoint_that_answers_nothing_is_told_after_an_hour(line: Line, model: StandIn) -> None:
    model.script = [Fault.UNAVAILABLE] * 50
    line.poll()
    assert writing(line).reasons
    assert (sum(writing(line).reasons.values()), writing(line).silent_since) == (3, None)
    assert standing(line) == []
    line.set_time(MORNING + timedelta(hours=1))
    try_again(line)
    (text,) = standing(line)
    assert "HTTP 503" in text
    with line.runtime.store.write() as connection:  # what is being tried is not over
        owed.owe(connection, Work.WRITE, ["2604.00001"], line.clock.now())
        assert owed.claim(connection, Work.WRITE, ["2604.00001"], line.runtime.times(), 60)
    assert len(standing(line)) == 1
    model.script = [Fault.WRONG_KEY] * 50
    try_again(line)
    assert len(standing(line)) == opened(line) == 1
    model.script.clear()
    with line.runtime.store.write() as connection:
        owed.release_all(connection)
    try_again(line)
    assert (standing(line), opened(line)) == ([], 1)


def test_a_hard_paper_beside_others_that_are_written_is_no_incident(line: Line, model: StandIn) -> None:
    model.by_title = {"Trees 1": [Fault.UNAVAILABLE] * 50}
    line.poll()
    line.set_time(MORNING + timedelta(hours=1))
    assert len(standing(line)) == 0
    line.announce([item(number) for number in (1, 2, 3, 4)])
    line.set_time(MORNING + timedelta(hours=3))
    line.poll()
    assert (writing(line).waiting, standing(line)) == (1, [])


def test_a_wire_without_a_model_tells_nothing_of_one(make_line: MakeLine) -> None:
    line = make_line([TOPIC])
    line.announce([item(1)])
    line.poll()
    assert writing(line) == WritingStatus()
    assert writing(line).is_idle
    assert "Language model" not in line.get("/status").decode()
    assert "wire_model_tokens_limit" not in line.get("/metrics").decode()
