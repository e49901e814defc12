"""How a wire is, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.clock import parse_rfc3339
from feeds.model.summaries import Kind, Summary
from feeds.model.summaries import Status as SummaryStatus
from feeds.store import owed, papers, site, summaries
from feeds.store.owed import Work
from tests.service.cli.conftest import TOPICS, Command
from tests.support.hosts import Answer
from tests.support.listings import Item
from tests.support.wires import MORNING, Line
from workers.demo import set_clock
from workers.roster import PartState, save_roster

MakeLine = Callable[[Sequence[dict[str, object]]], Line]


@pytest.fixture
def line(folder: Path, make_line: MakeLine, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A wire with a good and a bad listing, where the command looks for one."""
    line = make_line(TOPICS)
    assert line.settings.data_dir == folder / "var"
    line.announce([Item("2604.00001", title="Splats"), Item("2604.00002")])
    line.host.serve("/atom/math.LO", Answer(503))
    line.poll("cs.CV", "math.LO")
    monkeypatch.setenv("WIRE_REDIS_URL", redis_url)
    monkeypatch.setenv("WIRE_BASE_URL", "https://wire.example.org")
    set_clock(folder / "clock", MORNING)
    monkeypatch.setenv("WIRE_CLOCK_FILE", str(folder / "clock"))
    return line


def bury(line: Line) -> None:
    """Let a piece of work fail for good."""
    now = MORNING
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.ENRICH, ["2604.00001"], now)
        for claim in owed.claim(connection, Work.ENRICH, ["2604.00001"], line.runtime.times(), 60):
            owed.bury(connection, claim, "it never ends")


@pytest.mark.usefixtures("line")
def test_status_is_told_as_json(wire: Command) -> None:
    ran = wire("status", "--json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert set(told) == {
        "url", "now", "out_of_reach_since", "workers", "parts", "topics", "topics_refused", "paused", "listings",
        "days", "incidents", "owed", "dead", "writing",
    }  # fmt: skip
    assert told["url"] == "https://wire.example.org"
    assert parse_rfc3339(told["now"])
    assert told["workers"] == {"arxiv": 0, "work": 0}
    assert told["topics"] == {"splats": 1}
    outcomes = {item["name"]: item["visit"]["outcome"] for item in told["listings"]}
    assert outcomes == {"cs.CV": "news", "math.LO": "unreachable"}
    assert told["out_of_reach_since"] is None
    assert [(day["listing"], day["day"], day["counts"]) for day in told["days"] if day["listing"] == "cs.CV"] == [
        ("cs.CV", "2026-04-17", {"new": 2})
    ]
    assert set(told["owed"]) == set(Work)
    assert all(row["owed"] == row["running"] == row["dead"] == 0 for row in told["owed"].values())
    assert told["dead"] == []


@pytest.mark.usefixtures("line")
def test_status_is_told_to_people(wire: Command) -> None:
    ran = wire("status")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert lines[0] == "https://wire.example.org/  2026-04-17T05:10:00Z"
    assert [line for line in lines if line and not line.startswith(" ")][2:] == [
        "listings",
        "days",
        "topics",
        "owed",
    ]
    assert "  cs.CV        news at 2026-04-17T05:10:00Z" in lines
    assert any(line.startswith("  math.LO      unreachable at ") and "503" in line for line in lines)
    assert "  2026-04-17  cs.CV        news  2 new" in lines
    assert f"  {'splats':<28} 1 papers" in lines
    assert lines[-1] == "  nothing"


@pytest.mark.usefixtures("line")
def test_a_queue_out_of_reach_is_no_failure(
    wire: Command, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("WIRE_REDIS_URL", f"unix://{tmp_path_factory.mktemp('none')}/redis.sock")
    assert "workers: none is running" in wire("status").out
    told = wire("status", "--json")
    assert (told.code, json.loads(told.out)["workers"]) == (0, {})


def test_work_that_failed_for_good_is_told_and_ends_with_one(wire: Command, line: Line) -> None:
    bury(line)
    ran = wire("status")
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == "  dead: enrich 2604.00001: it never ends"
    told = wire("status", "--json")
    assert (told.code, json.loads(told.out)["dead"]) == (
        1,
        [{"kind": "enrich", "key": "2604.00001", "reason": "it never ends"}],
    )


def test_a_wire_that_never_polled_has_a_status(wire: Command) -> None:
    assert wire("migrate").code == 0
    told = json.loads(wire("status", "--json").out)
    assert (told["topics"], told["listings"], told["days"]) == ({}, [], [])
    assert wire("status").code == 0


def test_arxiv_out_of_reach_is_told_with_a_way_out(wire: Command, line: Line) -> None:
    line.host.serve("/atom/cs.CV", Answer(503))
    line.poll("cs.CV")
    ran = wire("status")
    assert ran.code == 0
    assert "arXiv is out of reach since 2026-04-17T05:10:00Z" in ran.out
    assert "./wire demo" in ran.out
    assert json.loads(wire("status", "--json").out)["out_of_reach_since"] == "2026-04-17T05:10:00Z"


def test_what_is_due_is_told_with_its_age(wire: Command, line: Line, folder: Path) -> None:
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.ENRICH, ["2604.00001", "2604.00002"], MORNING)
    set_clock(folder / "clock", MORNING + timedelta(minutes=6))
    assert "  enrich     2 due, 0 running, 2 of them late; the oldest for 360 s" in wire("status").out.splitlines()


def test_parts_that_had_to_be_started_again_are_told(wire: Command, line: Line) -> None:
    parts = [
        PartState("web", 17, "running", "2026-04-17T05:00:00Z", 0, ""),
        PartState("worker 1", 18, "running", "2026-04-17T05:00:00Z", 3, "signal 9: Killed"),
    ]
    save_roster(line.settings.data_dir, parts)
    assert "  worker 1 was started again 3 times, last after: signal 9: Killed" in wire("status").out.splitlines()
    assert [part["restarts"] for part in json.loads(wire("status", "--json").out)["parts"]] == [0, 3]


def test_how_it_goes_with_the_language_model_is_told(
    wire: Command, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "language model" not in wire("status").out
    with line.runtime.store.write() as connection:
        text_hash = papers.find_papers(connection, ["2604.00001"])["2604.00001"].text_hash
        key, broken = (text_hash, Kind.TLDR, "en", "tldr-1", "llm:a"), ("numbers", "length", "numbers")
        fell = Summary(*key, None, MORNING, tokens=1500, status=SummaryStatus.REJECTED, failed=broken)
        summaries.record_summaries(connection, [fell])
        owed.owe(connection, Work.WRITE, ["2604.00001", "2604.00002"], MORNING)
        claims = owed.claim(connection, Work.WRITE, ["2604.00001", "2604.00002"], line.runtime.times(), 60)
        for claim in claims:
            owed.postpone(connection, claim, "HTTP 401", line.runtime.times().real, counts=False)
        site.save_note(connection, site.MODEL_REFUSED, "HTTP 401")
    for name, value in {"BASE_URL": "http://127.0.0.1:9", "MODEL": "a", "DAILY_TOKENS": "20000"}.items():
        monkeypatch.setenv(f"WIRE_LLM_{name}", value)
    lines = wire("status").out.splitlines()
    at = lines.index("language model")
    assert lines[at + 1 : at + 6] == [
        "  a; 1,500 of 20,000 tokens spent today",
        "  2 papers wait for it",
        "  its endpoint refuses whatever it is asked: HTTP 401",
        "  2 put off: HTTP 401",
        "  1 fell back: tldr in en by llm:a: length 1, numbers 1",
    ]
    told = json.loads(wire("status", "--json").out)["writing"]
    assert (told["waiting"], told["tokens"], told["daily_tokens"], told["refused"]) == (2, 1500, 20000, "HTTP 401")
    assert told["fallen"][0]["rules"] == {"length": 1, "numbers": 1}
