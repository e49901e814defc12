"""The job that publishes topics, with the row that owed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from feeds.errors import SupersededError
from feeds.store import owed, publications
from feeds.store.memberships import HOLD
from feeds.store.owed import Claim, Work
from tests.support.papers import join
from tests.support.wires import MORNING, Line
from workers.publisher import publish_topics

MakeLine = Callable[[Sequence[dict[str, object]]], Line]
TOPICS: list[dict[str, object]] = [
    {"slug": "vision", "title": "Vision", "categories": ["cs.CV"]},
    {"slug": "speech", "title": "Speech", "categories": ["cs.SD"]},
]


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line(TOPICS)


def publish(line: Line, *slugs: str) -> None:
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.PUBLISH, slugs, MORNING)
        claims = owed.claim(connection, Work.PUBLISH, slugs, line.runtime.times(), 100)
    publish_topics(line.runtime, claims)


def entries(line: Line, slug: str) -> list[str] | None:
    with line.runtime.store.read() as connection:
        found = publications.find_publication(connection, slug)
    return [arxiv_id for arxiv_id, _ in found.entries] if found else None


def due(line: Line) -> dict[str, object]:
    with line.runtime.store.read() as connection:
        return {row.key: row.due_at for row in owed.list_owed(connection, Work.PUBLISH)}


def test_topics_are_published_and_nothing_more_is_owed(line: Line) -> None:
    with line.runtime.store.write() as connection:
        join(connection, ["2604.00001", "2604.00002"], now=MORNING)
    publish(line, "vision", "speech")
    assert (entries(line, "vision"), entries(line, "speech")) == (["2604.00002", "2604.00001"], [])
    assert due(line) == {}


def test_a_paper_that_waits_for_its_tldr_is_published_without_it_when_the_wait_is_over(line: Line) -> None:
    with line.runtime.store.write() as connection:
        join(connection, ["2604.00001"], now=MORNING)
        join(connection, ["2604.00002"], now=MORNING, tldr=False)
    publish(line, "vision")
    assert entries(line, "vision") == ["2604.00001"]
    assert "vision" in due(line)
    line.set_time(MORNING + 2 * HOLD)
    publish(line, "vision")
    assert entries(line, "vision") == ["2604.00002", "2604.00001"]
    assert "vision" not in due(line)


def test_a_topic_that_nobody_knows_is_settled_and_stops_no_other(line: Line) -> None:
    publish(line, "nothing", "vision")
    assert entries(line, "vision") == []
    assert "nothing" not in due(line)


def test_whoever_was_taken_over_publishes_nothing(line: Line) -> None:
    publish(line, "vision")
    with line.runtime.store.write() as connection:
        join(connection, ["2604.00001"], now=MORNING)
    with pytest.raises(SupersededError):
        publish_topics(line.runtime, [Claim(Work.PUBLISH, "vision", attempt=99, asked=1, failures=0)])
    assert entries(line, "vision") == []


def test_a_wait_that_a_wrong_clock_made_endless_is_cut_short(line: Line) -> None:
    """Papers that joined under a clock years ahead wait until then, but are looked at again and again."""
    with line.runtime.store.write() as connection:
        join(connection, ["2604.00001"], now=MORNING + timedelta(days=1000), tldr=False)
    publish(line, "vision")
    assert due(line)["vision"] == MORNING + HOLD
