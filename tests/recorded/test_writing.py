"""A recorded day through the whole line with a model that fails in every way: every paper has a checked summary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import feedparser

from feeds.model.summaries import Kind, Status, Summary
from feeds.store import papers, summaries
from feeds.text import clean, squeeze
from tests.support.listings import Item
from tests.support.llm import TENTHS, running_llm
from tests.support.recordings import recording
from tests.support.wires import MORNING, Line
from workers.enrichment.llm.client import CallLimits, Endpoint, LlmClient
from workers.enrichment.writing import prompts
from workers.enrichment.writing.checks import Draft, find_faults
from workers.enrichment.writing.llm_summarizer import MOST_SOURCE_TOKENS

COUNT = 300
VISION = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"], "entries": 2000}
LIMITS = CallLimits(
    seconds=8.0, first_backoff_seconds=0.001, last_backoff_seconds=0.01, breaker_failures=1000
)  # fmt: skip


def recorded_papers() -> list[tuple[str, str]]:
    """Title and abstract of recorded papers, each title once."""
    found: dict[str, str] = {}
    for path in sorted(recording("corpus").glob("cs_list_new*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            found.setdefault(squeeze(clean(told["title"])), squeeze(clean(told["summary"])))
    return list(found.items())[:COUNT]


def load_written(line: Line) -> dict[str, Summary]:
    with line.runtime.store.read() as connection:
        known = papers.find_papers(connection, [f"2604.{number:05}" for number in range(1, COUNT + 1)])
        rows = summaries.list_summaries(connection, [paper.text_hash for paper in known.values()])
    titles = {paper.text_hash: paper.title for paper in known.values()}
    return {titles[row.text_hash]: row for row in rows if row.kind is Kind.TLDR and row.summarizer != "embedded"}


def test_a_day_of_papers_has_checked_summaries_and_nothing_is_paid_twice(make_line: Callable[..., Line]) -> None:
    day = recorded_papers()
    assert len(day) == COUNT
    with running_llm() as model:
        line = make_line(
            [VISION],
            WIRE_LLM_BASE_URL=model.url,
            WIRE_LLM_MODEL="stand-in",
            WIRE_LLM_CONCURRENCY="16",
        )  # fmt: skip
        client = LlmClient(Endpoint(model.url, "stand-in"), LIMITS, 16)
        line.runtime.__dict__["llm_client"] = client
        items = [Item(f"2604.{at:05}", title=title, abstract=text) for at, (title, text) in enumerate(day, 1)]
        line.announce(items)
        sent = [prompts.prepare_source(title, text, "", MOST_SOURCE_TOKENS)[0] for title, text in day]
        model.by_title = {title: list(TENTHS[at % 10]) for at, title in enumerate(sent)}
        line.poll()
        tenth = COUNT // 10
        assert len(model.asked) == COUNT + 8 * tenth  # one more for each fault that is not final

        written = load_written(line)
        assert Counter(one.status for one in written.values()) == {
            Status.OK: 4 * tenth,
            Status.REPAIRED: 4 * tenth,
            Status.REJECTED: 2 * tenth,
        }
        texts = dict(day)
        for title, one in written.items():
            if one.status is not Status.REJECTED:
                assert isinstance(one.data, str)
                assert find_faults(Draft(Kind.TLDR, "en", one.data, title, texts[title])) == []
        shown = feedparser.parse(line.get("/feeds/vision.atom")).entries
        assert len(shown) == COUNT
        assert all(entry.summary.strip() for entry in shown)

        asked = len(model.asked)
        line.set_time(MORNING + timedelta(hours=1))
        line.poll()
        assert len(model.asked) == asked
        again = [
            Item(item.arxiv_id, version=2, type="replace", title=item.title, abstract=item.abstract)
            for item in items
        ]
        again[7] = Item(
            items[7].arxiv_id, version=2, type="replace", title="A new title", abstract=f"New. {items[7].abstract}"
        )
        line.announce(again)
        line.poll()
        assert [one.title for one in model.asked[asked:]] == ["A new title"]
        client.close()
