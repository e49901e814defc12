"""A batch of papers gets its summaries: once for a text, and none for the mistakes of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from feeds.errors import SupersededError
from feeds.model.papers import Paper
from feeds.model.summaries import Kind, Summary
from feeds.store import memberships, owed, papers, summaries
from feeds.store.owed import Claim, Work
from tests.support.listings import Item
from tests.support.papers import define, join, make_paper, make_topic
from tests.support.wires import FRIDAY, MORNING, Line
from workers.enrichment.embedded.summarizer import EmbeddedSummarizer
from workers.enrichment.enricher import enrich_papers

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
VISION: dict[str, object] = {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line([VISION])


def enrich(line: Line, *arxiv_ids: str) -> None:
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.ENRICH, arxiv_ids, MORNING)
    enrich_papers(line.runtime, claim(line, *arxiv_ids))


def claim(line: Line, *arxiv_ids: str) -> list[Claim]:
    with line.runtime.store.write() as connection:
        return owed.claim(connection, Work.ENRICH, arxiv_ids, line.runtime.times(), 100)


def enter(line: Line, *arxiv_ids: str) -> None:
    with line.runtime.store.write() as connection:
        define(connection, make_topic(), now=MORNING)
        join(connection, arxiv_ids, now=MORNING, tldr=False)


def tldrs(line: Line, *given: Paper) -> dict[str, Summary]:
    with line.runtime.store.read() as connection:
        hashes = [paper.text_hash for paper in given]
        best = summaries.find_best(connection, [Kind.TLDR], "en", hashes)
        return {text_hash: found[0] for text_hash, found in best.items()}


def keys(line: Line, kind: Work) -> list[str]:
    with line.runtime.store.read() as connection:
        return [row.key for row in owed.list_owed(connection, kind)]


def test_a_summary_is_kept_with_where_it_came_from(line: Line) -> None:
    enter(line, "2604.00001")
    enrich(line, "2604.00001")
    paper = make_paper("2604.00001")
    made = tldrs(line, paper)[paper.text_hash]
    assert made.data == "We present 2604.00001."
    assert (made.summarizer, made.language, made.source, made.tokens) == ("embedded", "und", "abstract", 0)
    assert (made.prompt_version, made.made_at) == (EmbeddedSummarizer.version, MORNING)
    assert (keys(line, Work.ENRICH), keys(line, Work.PUBLISH)) == ([], ["vision"])


def test_a_text_is_summarized_once_however_often_it_is_owed(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(line, "2604.00001")
    asked: list[str] = []
    real = EmbeddedSummarizer.tldr

    def note(summarizer: EmbeddedSummarizer, title: str, abstract: str) -> str | None:
        asked.append(title)
        return real(summarizer, title, abstract)

    monkeypatch.setattr(EmbeddedSummarizer, "tldr", note)
    enrich(line, "2604.00001")
    enrich(line, "2604.00001")
    assert asked == ["Title of 2604.00001"]


def test_a_paper_without_abstract_is_settled_without_a_tldr_and_published(line: Line) -> None:
    line.announce([Item("2604.00001", abstract=""), Item("2604.00002", abstract="We present two.")])
    line.poll()
    feed = line.get("/feeds/vision.atom").decode()
    assert "oai:arXiv.org:2604.00001<" in feed
    assert "We present two." in feed
    assert keys(line, Work.ENRICH) == []


def test_one_paper_that_breaks_the_rules_takes_no_other_with_it(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ids = ["2604.00001", "2604.00002", "2604.00003"]
    enter(line, *ids)
    real = EmbeddedSummarizer.tldr

    def choke(summarizer: EmbeddedSummarizer, title: str, abstract: str) -> str | None:
        if "00002" in title:
            raise RecursionError("too deep")
        return real(summarizer, title, abstract)

    monkeypatch.setattr(EmbeddedSummarizer, "tldr", choke)
    enrich(line, *ids)
    made = tldrs(line, *map(make_paper, ids))
    assert sorted(str(summary.data) for summary in made.values()) == [
        "We present 2604.00001.",
        "We present 2604.00003.",
    ]
    assert keys(line, Work.ENRICH) == []
    assert "no tldr for 2604.00002" in caplog.text


def test_a_rewritten_paper_gets_another_summary_and_a_replaced_one_without_changes_keeps_its_own(
    line: Line,
) -> None:
    line.announce([Item("2604.00001", abstract="We present one."), Item("2604.00002", abstract="We present two.")])
    line.poll()
    monday = FRIDAY + timedelta(days=3)
    line.set_time(MORNING + timedelta(days=3))
    line.announce(
        [
            Item("2604.00001", 2, "replace", abstract="We present one anew."),
            Item("2604.00002", 2, "replace", abstract="We present  two."),
        ],
        day=monday,
    )
    line.poll()
    feed = line.get("/feeds/vision.atom").decode()
    assert "We present one anew." in feed
    with line.runtime.store.read() as connection:
        found = papers.find_papers(connection, ["2604.00001", "2604.00002"])
    made = tldrs(line, *found.values())
    assert made[found["2604.00001"].text_hash].made_at == MORNING + timedelta(days=3)
    assert made[found["2604.00002"].text_hash].made_at == MORNING


def test_a_paper_that_nobody_knows_is_settled(line: Line) -> None:
    enrich(line, "2604.99999")
    assert keys(line, Work.ENRICH) == []


def test_whoever_was_taken_over_keeps_nothing(line: Line) -> None:
    enter(line, "2604.00001")
    with pytest.raises(SupersededError):
        enrich_papers(line.runtime, [Claim(Work.ENRICH, "2604.00001", attempt=99, asked=1, failures=0)])
    assert tldrs(line, make_paper("2604.00001")) == {}
    with line.runtime.store.read() as connection:
        assert memberships.find_topics_of(connection, ["2604.00001"]) == {"2604.00001": {"vision"}}
