"""Judging what is kept, by command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.model.summaries import EMBEDDED, OWN_LANGUAGE, Kind, Summary
from feeds.store import owed, papers, summaries
from feeds.store.owed import REPEATING, Work
from tests.service.cli.conftest import TOPICS, Command
from tests.support.listings import Item
from tests.support.llm import Fault, StandIn, running_llm
from tests.support.wires import MORNING, Line
from workers.demo import set_clock

MakeLine = Callable[..., Line]
ABSTRACT = "Trees are hard to draw by hand. We present a method that draws trees with splats. Its code is public."
MODEL = {"WIRE_LLM_MODEL": "stand-in"}


@pytest.fixture
def model() -> Iterator[StandIn]:
    with running_llm() as standin:
        yield standin


@pytest.fixture
def line(folder: Path, make_line: MakeLine, model: StandIn, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A wire whose model has written well, on its second try, and not at all, where the command looks for it."""
    model.by_title = {"Splats 2": [Fault.LONG], "Splats 3": [Fault.REFUSES]}
    set_clock(folder / "clock", MORNING + timedelta(hours=1))
    environ = MODEL | {"WIRE_LLM_BASE_URL": model.url}
    for name, value in {**environ, "WIRE_CLOCK_FILE": str(folder / "clock")}.items():
        monkeypatch.setenv(name, value)
    line = make_line(TOPICS, **environ)
    line.announce(
        [Item(f"2604.0000{at}", title=f"Splats {at}", abstract=f"{ABSTRACT} {'I' * at}.") for at in (1, 2, 3)]
    )
    line.poll()
    return line


def told(wire: Command, *options: str) -> dict[str, Any]:
    ran = wire("evaluate", "--json", *options)
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, Any] = json.loads(ran.out)
    return found


def spoil(line: Line, arxiv_id: str = "2604.00001") -> None:
    """Let a summary be kept that today's rules would not let pass."""
    with line.runtime.store.write() as connection:
        paper = papers.find_papers(connection, [arxiv_id])[arxiv_id]
        kept = [
            one for one in summaries.list_summaries(connection, [paper.text_hash]) if one.summarizer != EMBEDDED
        ]
        summaries.forget_summaries(connection, kept)
        bad = "It draws 4096 trees."
        made = Summary(paper.text_hash, Kind.TLDR, "en", "tldr-old", "llm:stand-in", bad, MORNING, "stand-in")
        summaries.record_summaries(connection, [made])


def owing(line: Line) -> list[tuple[Work, str]]:
    with line.runtime.store.read() as connection:
        return [(row.kind, row.key) for row in owed.list_owed(connection) if row.kind not in REPEATING]


@pytest.mark.usefixtures("line")
def test_what_became_of_a_models_summaries_is_told_to_people(wire: Command) -> None:
    ran = wire("evaluate", "splats")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "kind  language  summarizer    passed  repaired  fell back  failing  why",
        "tldr  en        llm:stand-in       1         1          1        0  fell back: refusal 1",
        "",
        "kind  embedded  made  nothing to say  outdated",
        "tldr  ranker-1     3               0         0",
    ]


def test_and_to_programs(wire: Command, line: Line) -> None:
    spoil(line)
    found = told(wire)
    (row,) = found["written"]
    assert row["kind"] == "tldr"
    assert (row["passed"], row["repaired"], row["fell_back"], row["failing"]) == (0, 1, 1, 1)
    assert (row["rules"]["fell_back"], row["rules"]["failing"]) == ({"refusal": 1}, {"numbers": 1})
    assert row["rules"]["repaired"] == {"length": 1, "repeats": 1, "sentence": 1}
    assert found["embedded"] == [{"kind": "tldr", "version": "ranker-1", "made": 3, "nothing": 0, "outdated": 0}]
    assert found["remade"] is None


def test_only_a_topics_papers_and_only_what_was_made_lately(wire: Command, line: Line, folder: Path) -> None:
    assert told(wire, "quiet")["written"] == []
    assert wire("evaluate", "quiet").out == "no summaries are kept of these papers\n"
    assert wire("evaluate", "nothing").failed_with(1, "wire: There is no such topic.")
    set_clock(folder / "clock", MORNING + timedelta(days=2))
    assert told(wire, "--days", "1")["written"] == []
    assert told(wire, "--days", "3")["written"] != []


def test_what_is_bad_is_made_anew(wire: Command, line: Line, model: StandIn) -> None:
    spoil(line)
    ran = wire("evaluate", "--remake")
    assert ran.out.splitlines()[-1] == "2 summaries are forgotten; what 2 papers lack is owed"
    assert owing(line) == [(Work.ENRICH, "2604.00001"), (Work.ENRICH, "2604.00003")]
    asked = len(model.asked)
    line.set_time(MORNING + timedelta(hours=1))
    line.work()
    assert sorted(one.title for one in model.asked[asked:]) == ["Splats 1", "Splats 3"]
    (row,) = told(wire)["written"]
    assert (row["passed"], row["repaired"], row["fell_back"], row["failing"]) == (2, 1, 0, 0)
    assert told(wire, "--remake")["remade"] == {"forgotten": 0, "left": 0, "papers": 0}
    with line.runtime.store.read() as connection:
        assert summaries.count_tokens(connection, MORNING.replace(hour=0)) == 6000


def test_without_a_model_nothing_of_a_models_is_forgotten(
    wire: Command, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(line)
    monkeypatch.delenv("WIRE_LLM_BASE_URL")
    ran = wire("evaluate", "--remake")
    assert "2 summaries are left as they are: no language model is configured" in ran.out
    assert told(wire)["written"][0]["failing"] == 1
    assert owing(line) == []


def test_summaries_of_old_rules_are_named_and_made_anew(wire: Command, line: Line) -> None:
    with line.runtime.store.write() as connection:
        paper = papers.find_papers(connection, ["2604.00002"])["2604.00002"]
        rows = summaries.list_summaries(connection, [paper.text_hash])
        summaries.forget_summaries(connection, [one for one in rows if one.summarizer == EMBEDDED])
        old = Summary(paper.text_hash, Kind.TLDR, OWN_LANGUAGE, "cue-1", EMBEDDED, "We present a method.", MORNING)
        summaries.record_summaries(connection, [old])
    assert told(wire)["embedded"][0] == {
        "kind": "tldr", "version": "cue-1", "made": 1, "nothing": 0, "outdated": 1,
    }  # fmt: skip
    assert wire("evaluate", "--remake").out.splitlines()[-1] == (
        "1 summaries are forgotten; what 2 papers lack is owed"
    )
    line.set_time(MORNING + timedelta(hours=1))
    line.work()
    assert [row["outdated"] for row in told(wire)["embedded"]] == [0, 0]
