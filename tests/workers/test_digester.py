"""The job that cuts digests, with the row that owed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from feeds.model.digests import Period
from feeds.publishing import cutting
from feeds.store import digests, owed, topics
from feeds.store.owed import State, Work
from tests.support.listings import Item
from tests.support.papers import make_topic
from tests.support.wires import MORNING, Line, write_topics
from workers import digester
from workers.schedule import Scheduler, take_over_topics

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
SHANGHAI = {"at": "08:50", "zone": "Asia/Shanghai"}
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]},
    {
        "slug": "speech",
        "title": "Speech",
        "categories": ["cs.CV"],
        "digest": {"at": "08:50", "zone": "Asia/Shanghai"},
    },
]
CUT = datetime(2026, 4, 17, 6, tzinfo=UTC)
SHANGHAIS_CUT = datetime(2026, 4, 18, 0, 50, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    made = make_line(TOPICS)
    made.announce([Item("2604.00001"), Item("2604.00002")])
    made.poll()
    return made


def due(line: Line) -> dict[str, datetime]:
    with line.runtime.store.read() as connection:
        return {row.key: row.due_at for row in owed.list_owed(connection, Work.DIGEST)}


def made(line: Line, slug: str = "vision", period: Period = Period.DAILY) -> list[tuple[str, int]]:
    with line.runtime.store.read() as connection:
        found = digests.list_digests(connection, slug, period, 99)
    return [(str(digest.window.day), digest.papers) for digest in found]


def step(line: Line, at: datetime) -> None:
    line.set_time(at)
    Scheduler(line.runtime).tick()
    line.work()


def test_each_topic_is_cut_when_its_window_ends_and_due_again_at_the_next(line: Line) -> None:
    step(line, MORNING)
    assert due(line) == {"vision": CUT, "speech": SHANGHAIS_CUT}
    step(line, CUT)
    assert (made(line), made(line, "speech")) == ([("2026-04-17", 2)], [])
    assert due(line) == {"vision": CUT + DAY, "speech": SHANGHAIS_CUT}
    step(line, SHANGHAIS_CUT)
    assert (made(line), made(line, "speech")) == ([("2026-04-17", 2)], [("2026-04-18", 2)])


def test_a_wire_that_slept_cuts_what_it_missed(line: Line) -> None:
    step(line, CUT + 9 * DAY)
    assert made(line) == [("2026-04-17", 2)]
    assert made(line, period=Period.WEEKLY) == [("2026-04-20", 2)]
    assert due(line)["vision"] == CUT + 10 * DAY


def test_topics_come_and_go(line: Line) -> None:
    with line.runtime.store.write() as connection:
        topics.save_topic(connection, make_topic("logic"), MORNING)
        topics.save_topic(connection, make_topic("art", retired=True), MORNING)
        owed.owe(connection, Work.DIGEST, ["nothing"], MORNING)
    step(line, MORNING)
    assert set(due(line)) == {"vision", "speech", "logic"}


def test_a_new_anchor_counts_at_once(line: Line) -> None:
    step(line, MORNING)
    write_topics(line.settings.topics, [TOPICS[0], {**TOPICS[1], "digest": {**SHANGHAI, "at": "13:20"}}])
    take_over_topics(line.runtime)
    line.work()
    assert due(line)["speech"] == datetime(2026, 4, 17, 5, 20, tzinfo=UTC)


def test_a_failure_of_one_topic_is_not_the_others(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    step(line, MORNING)
    cut = cutting.cut_digests

    def fail(connection: object, slug: str, now: datetime) -> object:
        if slug == "speech":
            raise LookupError(slug)
        return cut(connection, slug, now)  # type: ignore[arg-type]

    monkeypatch.setattr(digester, "cut_digests", fail)
    step(line, SHANGHAIS_CUT)
    assert made(line) == [("2026-04-17", 2)]
    with line.runtime.store.read() as connection:
        (failed,) = (row for row in owed.list_owed(connection, Work.DIGEST) if row.failures)
    assert (failed.key, failed.state) == ("speech", State.PENDING)


def test_digests_that_were_given_up_come_back_with_the_next_start(line: Line) -> None:
    step(line, MORNING)
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.DIGEST, ["vision"], MORNING)
        (claim,) = owed.claim(connection, Work.DIGEST, ["vision"], line.runtime.times(), 10)
        owed.bury(connection, claim, "it failed")
    step(line, CUT)
    assert made(line) == [("2026-04-17", 2)]
