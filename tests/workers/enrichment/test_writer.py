"""What a model writes for topics that ask for it: kept at once, paid once, waited for as long as they want."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import feedparser
import pytest

from feeds.model.summaries import Kind, Status, Summary
from feeds.store import owed, papers, summaries
from feeds.store.owed import Work
from tests.support.listings import Item
from tests.support.llm import Fault, StandIn, running_llm
from tests.support.wires import MORNING, Line
from workers.enrichment.llm.client import CallLimits, Endpoint, LlmClient
from workers.preparing import forget_writing

MakeLine = Callable[..., Line]
ENGLISH: dict[str, object] = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}
ABSTRACT = (
    "Trees are hard to draw by hand. We present a method that draws trees with splats. It needs 3 minutes for a "
    "forest of 40 trees. On the forest benchmark it is 12 % better than the best known method. Its code is public."
)
QUICK = CallLimits(
    seconds=20.0, attempts=2, first_backoff_seconds=0.01, last_backoff_seconds=0.02, breaker_failures=99
)


@pytest.fixture
def model() -> Iterator[StandIn]:
    with running_llm() as standin:
        yield standin


@pytest.fixture
def start(make_line: MakeLine, model: StandIn) -> Callable[..., Line]:
    """Starts a line with a model; the waits between calls are short."""

    def make(topics: Sequence[dict[str, object]], **environ: str) -> Line:
        line = make_line(topics, WIRE_LLM_BASE_URL=model.url, WIRE_LLM_MODEL="stand-in", **environ)
        endpoint = Endpoint(model.url, "stand-in")
        line.runtime.__dict__["llm_client"] = LlmClient(endpoint, QUICK, line.runtime.llm_width)
        return line

    return make


def item(number: int, **fields: Any) -> Item:
    return Item(
        f"2604.{number:05}", **{"title": f"Trees, part {number}", "abstract": f"{ABSTRACT} {number}.", **fields}
    )


def entries(line: Line, slug: str = "vision") -> dict[str, Any]:
    return {entry.id[-5:]: entry for entry in feedparser.parse(line.get(f"/feeds/{slug}.atom")).entries}


def written(line: Line, number: int = 1) -> list[Summary]:
    with line.runtime.store.read() as connection:
        paper = papers.find_papers(connection, [f"2604.{number:05}"])[f"2604.{number:05}"]
        rows = summaries.list_summaries(connection, [paper.text_hash])
    return [row for row in rows if row.summarizer == "llm:stand-in"]


def owing(line: Line, kind: Work = Work.WRITE) -> dict[str, str | None]:
    with line.runtime.store.read() as connection:
        return {row.key: row.reason for row in owed.list_owed(connection, kind)}


def test_a_models_tldr_is_in_the_feed_with_who_wrote_it(start: Callable[..., Line], model: StandIn) -> None:
    line = start([ENGLISH])
    line.announce([item(1)])
    line.poll()
    (made,) = written(line)
    entry = entries(line)["00001"]
    assert entry.summary == made.data
    assert "Summary written by machine (stand-in) from the abstract of v1" in entry.content[0].value
    assert (made.kind, made.language, made.status, made.tokens > 0) == (Kind.TLDR, "en", Status.OK, True)
    assert "updated" not in entry.content[0].value.lower()
    line.poll()
    assert (len(model.asked), owing(line)) == (1, {})


def test_only_what_topics_ask_for_is_written_and_each_shows_its_own(
    start: Callable[..., Line], model: StandIn
) -> None:
    chinese = {**ENGLISH, "slug": "zh", "summaries": {"kinds": ["contributions", "translation"], "language": "zh"}}
    line = start([ENGLISH, chinese])
    line.announce([item(1)])
    line.poll()
    assert {(made.kind, made.language) for made in written(line)} == {
        (Kind.TLDR, "en"),
        (Kind.TLDR, "zh"),
        (Kind.CONTRIBUTIONS, "zh"),
        (Kind.TRANSLATION, "zh"),
    }
    said = {made.kind: made.data for made in written(line) if made.language == "zh"}
    content = entries(line, "zh")["00001"].content[0].value
    assert str(said[Kind.TRANSLATION]) in content
    assert all(str(point) in content for point in said[Kind.CONTRIBUTIONS] or ())
    assert str(said[Kind.TRANSLATION]) not in entries(line)["00001"].content[0].value
    assert len(model.asked) == 4


def test_a_paper_waits_for_the_model_as_long_as_its_topic_wants(start: Callable[..., Line], model: StandIn) -> None:
    at_once = {**ENGLISH, "slug": "at-once", "hold_minutes": 0}
    line = start([{**ENGLISH, "hold_minutes": 20}, at_once])
    model.script = [Fault.UNAVAILABLE] * 100
    line.announce([item(1)])
    line.poll()
    assert (entries(line), list(entries(line, "at-once"))) == ({}, ["00001"])
    assert owing(line)["2604.00001"]
    line.set_time(MORNING + timedelta(minutes=19))
    line.work()
    assert entries(line) == {}
    line.set_time(MORNING + timedelta(minutes=21))
    line.work()
    entry = entries(line)["00001"]
    assert entry.summary == "We present a method that draws trees with splats."
    model.script.clear()
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.WRITE, ["2604.00001"], line.clock.now())  # its backoff is over
    line.work()
    entry = entries(line)["00001"]
    assert (entry.summary, entry.updated_parsed > entry.published_parsed) == (written(line)[0].data, True)
    assert "summary arrived" in entry.content[0].value


def test_what_the_model_cannot_do_falls_back_at_once_and_is_not_asked_for_again(
    start: Callable[..., Line], model: StandIn
) -> None:
    line = start([ENGLISH])
    model.by_title = {"Trees, part 1": [Fault.REFUSES] * 9}
    line.announce([item(1), item(2)])
    line.poll()
    assert entries(line)["00001"].summary == "We present a method that draws trees with splats."
    (refused,) = written(line)
    assert (refused.status, refused.data, refused.failed) == (Status.REJECTED, None, ("refusal",))
    asked = len(model.asked)
    line.poll()
    assert (len(model.asked), owing(line)) == (asked, {})


def test_a_new_version_is_written_of_only_where_its_text_changed(
    start: Callable[..., Line], model: StandIn
) -> None:
    line = start([{**ENGLISH, "announce": ["new", "replace"]}])
    line.announce([item(1), item(2)])
    line.poll()
    assert len(model.asked) == 2
    line.announce(
        [item(1, version=2, type="replace"), item(2, version=2, type="replace", abstract=f"New. {ABSTRACT}")]
    )
    line.poll()
    assert [asked.title for asked in model.asked[2:]] == ["Trees, part 2"]


def test_what_the_budget_does_not_allow_today_is_written_tomorrow(
    start: Callable[..., Line], model: StandIn
) -> None:
    line = start([{**ENGLISH, "hold_minutes": 0}], WIRE_LLM_DAILY_TOKENS="3500")
    line.announce([item(number) for number in range(1, 6)])
    line.poll()
    first = len(model.asked)
    assert 0 < first < 5
    with line.runtime.store.read() as connection:
        assert summaries.count_tokens(connection, MORNING.replace(hour=0, minute=0)) <= 3500
    assert len(entries(line)) == 5
    line.work()
    assert len(model.asked) == first
    for day in range(1, 5):
        line.set_time(MORNING + timedelta(days=day))
        line.work()
    assert (len(model.asked), owing(line)) == (5, {})


def test_what_was_paid_for_is_kept_where_a_worker_dies(
    start: Callable[..., Line], model: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    line = start([ENGLISH], WIRE_LLM_CONCURRENCY="1")
    line.announce([item(number) for number in range(1, 9)])
    record, kept = summaries.record_summaries, 0

    def die(connection: Any, made: Sequence[Summary]) -> None:
        nonlocal kept
        if any(one.summarizer == "llm:stand-in" for one in made):
            if kept == 3:
                raise Killed
            kept += 1
        record(connection, made)

    with monkeypatch.context() as patched:
        patched.setattr(summaries, "record_summaries", die)
        line.poll()
    asked = len(model.asked)
    assert (kept, sum(len(written(line, number)) for number in range(1, 9))) == (3, 3)
    with line.runtime.store.write() as connection:
        owed.release_all(connection)  # as a wire does that starts again
    line.work()
    assert all(len(written(line, number)) == 1 for number in range(1, 9))
    assert len(model.asked) - asked == 5
    assert asked <= 3 + 2  # one that was not kept, one in flight
    assert owing(line) == {}


def test_a_wire_without_a_model_owes_it_nothing(make_line: MakeLine) -> None:
    line = make_line([ENGLISH])
    line.announce([item(1)])
    line.poll()
    assert (list(entries(line)), owing(line)) == (["00001"], {})
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.WRITE, ["2604.00001"], MORNING)  # left from a wire that had one
    forget_writing(line.runtime)
    assert owing(line) == {}


def test_calls_that_brought_nothing_count_as_spent(start: Callable[..., Line], model: StandIn) -> None:
    line = start([ENGLISH])
    model.script = [Fault.DROP_IN_BODY] * 100
    line.announce([item(1)])
    line.poll()
    with line.runtime.store.read() as connection:
        assert summaries.count_tokens(connection, MORNING - timedelta(hours=6)) > 0
    assert "2604.00001" in owing(line)


def test_what_the_endpoint_understands_is_remembered(start: Callable[..., Line], model: StandIn) -> None:
    line = start([ENGLISH])
    model.formats = ("json_object",)
    line.announce([item(1)])
    line.poll()
    refused = len(model.asked)
    assert refused == 2
    for name in ("llm", "llm_client"):
        line.runtime.__dict__.pop(name, None)  # another process
    line.announce([item(1), item(2)])
    line.poll()
    assert len(model.asked) == refused + 1


def test_a_reading_is_made_of_the_full_text_where_there_is_one(start: Callable[..., Line], model: StandIn) -> None:
    line = start([{**ENGLISH, "summaries": {"kinds": ["tldr", "reading"]}}])
    body = " ".join(f"<p class='ltx_p'>{ABSTRACT} Section {number}.</p>" for number in range(30))
    page = f"<html><body><article class='ltx_document'>{body}</article></body></html>"
    line.host.serve("/html/2604.00001v1", page.encode())
    line.announce([item(1), item(2)])
    line.poll()
    (reading,) = [made for made in written(line, 1) if made.kind is Kind.READING]
    assert (reading.source, reading.source_version) == ("full text", 1)
    assert "from the full text of v1" in entries(line)["00001"].content[0].value
    (other,) = [made for made in written(line, 2) if made.kind is Kind.READING]
    assert other.source == "abstract"
