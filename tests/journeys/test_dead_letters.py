"""Work that always fails ends in the dead-letter list with its reason, alone, and the operator is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feeds.clock import FixedClock
from feeds.model.papers import Paper
from feeds.store import owed
from feeds.store.owed import State, Work
from tests.journeys.test_processes import command
from tests.support.listings import Item
from tests.support.wires import Line
from workers.backoff import MAX_FAILURES
from workers.enrichment import enricher

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
BAD = "2604.00042"


def test_one_bad_paper_is_buried_alone_with_its_reason(
    make_line: MakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}])
    real = FixedClock(datetime(2026, 11, 20, tzinfo=UTC))
    line.runtime = replace(line.runtime, real_clock=real)
    summarize = enricher._summarize

    def choke(summarizer: object, paper: Paper, *given: object) -> object:
        if paper.arxiv_id == BAD:
            raise ValueError("this paper is too much")
        return summarize(summarizer, paper, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(enricher, "_summarize", choke)
    line.announce([Item(f"2604.{number:05d}", abstract=f"We present {number}.") for number in range(1, 100)])
    line.poll()
    for _ in range(MAX_FAILURES):
        real.at += timedelta(minutes=11)
        line.work()

    with line.runtime.store.read() as connection:
        (dead,) = owed.list_owed(connection, Work.ENRICH)
    assert (dead.key, dead.state, dead.reason) == (BAD, State.DEAD, "ValueError: this paper is too much")
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 98

    given = {
        "WIRE_DATA_DIR": str(line.settings.data_dir),
        "WIRE_DATABASE_URL": line.settings.database_url,
        "WIRE_TOPICS": str(line.settings.topics),
    }
    told = command(given, "status")
    assert told.returncode == 1
    assert f"dead: enrich {BAD}: ValueError: this paper is too much" in told.stdout

    monkeypatch.setattr(enricher, "_summarize", summarize)
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.ENRICH, [BAD], line.clock.now())  # a new version of it does that
    line.work()
    assert line.get("/feeds/vision.atom").count(b"<entry>") == 99
    assert command(given, "status").returncode == 0
