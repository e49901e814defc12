"""The status as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from feeds.store import owed
from feeds.store.owed import Work
from tests.service.conftest import BASE, Ask
from tests.support.hosts import Answer
from tests.support.listings import Item
from tests.support.wires import MORNING, Line
from workers.roster import PartState, save_roster


def read(line: Line) -> dict[tuple[str, ...], float]:
    """All samples by name and label values, in the order of the labels' names."""
    families = text_string_to_metric_families(line.get("/metrics").decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_the_status_is_told_as_numbers(make_line: Callable[[Sequence[dict[str, object]]], Line]) -> None:
    line = make_line([{"slug": "vision", "title": "Vision", "categories": ["cs.CV"]}])
    line.announce([Item("2604.00001"), Item("2604.00002")])
    line.poll()
    told = read(line)
    assert told["wire_topic_papers", "vision"] == 2
    assert told["wire_subscriptions",] == told["wire_subscriptions_failing",] == 0
    assert told["wire_listing_day_outcome", "2026-04-17", "cs.CV", "news"] == 1
    assert told["wire_listing_day_announced", "cs.CV", "new"] == 2
    assert told["wire_work", "enrich", "owed"] == told["wire_work", "enrich", "dead"] == 0
    assert told["wire_listing_failing", "cs.CV"] == told["wire_arxiv_out_of_reach",] == 0
    assert told["wire_listing_visited_timestamp_seconds", "cs.CV"] == MORNING.timestamp()

    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.ENRICH, ["2604.00001", "2604.00002"], MORNING - timedelta(minutes=10))
        (claim,) = owed.claim(connection, Work.ENRICH, ["2604.00001"], line.runtime.times(), 60)
        owed.bury(connection, claim, "it never ends")
    line.host.serve("/atom/cs.CV", Answer(503))
    line.set_time(MORNING + timedelta(hours=1))
    with line.runtime.store.write() as connection:
        owed.owe(connection, Work.POLL, ["cs.CV"], line.clock.now())
    save_roster(line.settings.data_dir, [PartState("worker 1", 18, "running", "", 3, "signal 9: Killed")])
    told = read(line)
    assert told["wire_work", "enrich", "dead"] == told["wire_work", "enrich", "owed"] == 1
    assert told["wire_work", "enrich", "late"] == 1
    assert told["wire_work_oldest_seconds", "enrich"] == 70 * 60
    assert told["wire_part_restarts_total", "worker 1"] == 3
    assert told["wire_part_running", "worker 1"] == 1


def test_metrics_are_never_cached(ask: Ask) -> None:
    answer = ask("/metrics", base_url=BASE)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    assert answer.headers["Cache-Control"] == "no-store"
