"""Ten recorded days through the whole line, compared with what the queries select from the same announcements."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import feedparser
import pytest

from feeds.model.announcements import Outcome
from feeds.model.calendar import eastern_midnight
from feeds.model.papers import Paper
from feeds.query import parser
from feeds.query.matching import SearchablePaper, match
from feeds.store import listings, owed
from feeds.topics_file import load_topics
from tests.support.recordings import ROOT, recording
from tests.support.wires import Line

MakeLine = Callable[[Sequence[dict[str, object]]], Line]

DAYS = [date(2026, 4, day) for day in range(17, 27)]
SLUGS = ("gaussian-splatting", "vision-language")


def selected(query: str) -> list[str]:
    """The papers that a query selects from the recorded announcements (new and cross), by day."""
    tree = parser.parse(query)
    found: dict[str, None] = {}
    for day in DAYS:
        announced = json.loads(recording("corpus", f"cs.CV_{day}.json").read_text(encoding="utf-8"))["papers"]
        for item in announced:
            paper = Paper(item["arxiv_id"], 1, item["title"], item["abstract"], (), tuple(item["categories"]))
            if item["announce_type"] in ("new", "cross") and match(tree, SearchablePaper(paper)):
                found[item["arxiv_id"]] = None
    return list(found)


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    """A wire that carries the default topics on cs.CV, and has seen all ten days."""
    recording("listings")
    defined = {topic.slug: topic for topic in load_topics(ROOT / "topics.yaml")}
    made = make_line(
        [
            {"slug": slug, "title": slug, "categories": ["cs.CV"], "query": defined[slug].query, "entries": 2000}
            for slug in SLUGS
        ]
    )
    for day in DAYS:
        pass_day(made, day)
    return made


def pass_day(line: Line, day: date) -> None:
    line.host.serve("/atom/cs.CV", recording("listings", f"atom_cs.CV_{day}.xml").read_bytes())
    line.set_time(eastern_midnight(day) + timedelta(minutes=70))
    line.poll()


@pytest.mark.parametrize("slug", SLUGS)
def test_ten_days_give_exactly_what_the_query_selects(line: Line, slug: str) -> None:
    defined = {topic.slug: topic for topic in load_topics(ROOT / "topics.yaml")}
    entries = feedparser.parse(line.get(f"/feeds/{slug}.atom")).entries
    found = [entry.id.removeprefix("oai:arXiv.org:") for entry in entries]
    assert len(found) == len(set(found))
    assert set(found) == set(selected(defined[slug].query or ""))
    assert all(entry.summary and entry.authors for entry in entries)
    assert all(len(entry.summary.split()) <= 60 for entry in entries)
    times = [entry.published for entry in entries]
    assert times == sorted(set(times), reverse=True)


def test_four_days_are_noted_as_closed_and_nothing_is_left_to_do(line: Line) -> None:
    with line.runtime.store.read() as connection:
        days = {day.day: day.outcome for day in listings.list_days(connection)}
        open_work = owed.count_open(connection, [owed.Work.ENRICH, owed.Work.PUBLISH], line.clock.now())
    assert days == {day: Outcome.CLOSED if day.isoweekday() > 5 else Outcome.NEWS for day in DAYS}
    assert open_work == 0


def test_polling_the_same_days_again_changes_no_byte(line: Line) -> None:
    before = {slug: line.get(f"/feeds/{slug}.atom") for slug in SLUGS}
    for day in (DAYS[-3], DAYS[0], DAYS[-1]):  # also an old listing that comes back
        pass_day(line, day)
    assert {slug: line.get(f"/feeds/{slug}.atom") for slug in SLUGS} == before
